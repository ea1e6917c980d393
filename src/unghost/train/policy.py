"""The policy: the model with the few weights that are trained, and the original beside it.

LoRA on all linear layers by default, full fine-tuning on request. The reference is always the
original model: with LoRA the adapter switched off, with full fine-tuning a frozen second copy.
"""

from __future__ import annotations

import copy
import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from unghost.errors import UnghostError
from unghost.storage.atomic import atomic_folder
from unghost.train.layers import (
    check_head,
    check_targets,
    expert_weights,
    freeze_routers,
    last_hidden,
    linear_layers,
)
from unghost.train.settings import AdapterSettings

_LORA_WEIGHTS = "adapter_model.safetensors"
FULL_WEIGHTS = "trained.safetensors"


class Policy:
    """A causal language model that can be trained, with its frozen reference.

    Args:
        model: A PeftModel with a trainable adapter, or a plain model for full fine-tuning.
        reference: The frozen copy that full fine-tuning is compared with; None for LoRA.
    """

    def __init__(self, model: Any, reference: Any = None) -> None:
        self.model = model
        self.is_lora = hasattr(model, "peft_config")
        self._plain = model.get_base_model() if self.is_lora else model
        self._reference = reference

    @property
    def device(self) -> torch.device:
        """The device of the model's output head, and so of the batches."""
        return self.head_weight.device

    @property
    def head_weight(self) -> Tensor:
        """The output matrix [V, d]."""
        weight: Tensor = self._plain.get_output_embeddings().weight
        return weight

    @property
    def ref_head_weight(self) -> Tensor:
        """The output matrix of the reference [V, d]."""
        if self._reference is None:
            return self.head_weight.detach()
        weight: Tensor = self._reference.get_output_embeddings().weight
        return weight

    def trainable(self) -> dict[str, nn.Parameter]:
        """Return the trained parameters by name, in the model's order."""
        named = self.model.named_parameters()
        return {name: weight for name, weight in named if weight.requires_grad}

    def hidden(self, input_ids: Tensor) -> Tensor:
        """Return the last hidden states [B, T, d] of right-padded ids [B, T], with gradient."""
        return last_hidden(self._plain, input_ids)

    def ref_hidden(self, input_ids: Tensor) -> Tensor:
        """Return the reference's last hidden states [B, T, d]: eval mode, no gradient."""
        with torch.no_grad(), self.original() as model:
            return last_hidden(model, input_ids)

    @contextmanager
    def original(self) -> Iterator[Any]:
        """Return the original model in eval mode, for as long as the context lasts."""
        if self._reference is not None:
            yield self._reference
            return
        was_training = self.model.training
        self.model.eval()
        try:
            with self.model.disable_adapter():
                yield self._plain
        finally:
            self.model.train(was_training)

    def checkpoint_gradients(self, on: bool) -> None:
        """Store only the inputs of each block for the backward pass and recompute the rest."""
        with no_future_warnings():
            if not on:
                self._plain.gradient_checkpointing_disable()
                return
            self._plain.gradient_checkpointing_enable(
                gradient_checkpointing_kwargs={"use_reentrant": False}
            )
        # Frozen embeddings give inputs without gradient, and a checkpointed block that gets such
        # inputs may be skipped by the backward pass: its LoRA weights would never move.
        self._plain.enable_input_require_grads()

    def save(self, path: Path) -> None:
        """Write the adapter, or all trained weights of a full fine-tuning, atomically."""
        from safetensors.torch import save_file

        with atomic_folder(path) as folder:
            if self.is_lora:
                self.model.save_pretrained(str(folder), safe_serialization=True)
                (folder / "README.md").unlink(missing_ok=True)
                _sort_config(folder / "adapter_config.json")
            else:
                state = {name: w.detach().contiguous() for name, w in self.trainable().items()}
                save_file(state, str(folder / FULL_WEIGHTS), metadata={"format": "pt"})

    def load(self, path: Path) -> None:
        """Load weights that :meth:`save` wrote into the existing policy.

        Raises:
            UnghostError: The folder is missing, damaged, or of another kind or shape.
        """
        file = path / (_LORA_WEIGHTS if self.is_lora else FULL_WEIGHTS)
        if not file.is_file():
            kind = "a LoRA adapter" if self.is_lora else "the weights of a full fine-tuning"
            raise UnghostError(f"{path} does not hold {kind}: name the adapter of this run")
        try:
            self._take(file)
        except Exception as error:
            raise misfit_error(path, error) from error

    def _take(self, file: Path) -> None:
        from peft import get_peft_model_state_dict, set_peft_model_state_dict
        from safetensors.torch import load_file

        state = load_file(str(file))
        own = get_peft_model_state_dict(self.model) if self.is_lora else self.trainable()
        if state.keys() != own.keys():
            raise ValueError(f"{len(state)} matrices for {len(own)} places")
        if self.is_lora:
            set_peft_model_state_dict(self.model, state)
            return
        with torch.no_grad():
            for name, weight in self.trainable().items():
                weight.copy_(state[name])


def make_policy(model: Any, settings: AdapterSettings) -> Policy:
    """Build a trainable policy from a loaded causal language model.

    LoRA starts as the identity. Full fine-tuning trains in fp32 and keeps a frozen copy of the
    original in the type it came in.

    Raises:
        UnghostError: The output head is not a plain linear map
            (:func:`~unghost.train.layers.check_head`), or the model has no layer of a target.
    """
    check_head(model)
    reference = None
    if settings.kind == "full":
        reference = copy.deepcopy(model).eval().requires_grad_(False)
        model = model.float().requires_grad_(True)
        freeze_routers(model)
    else:
        model = _with_lora(model, settings)
    return Policy(model, reference)


def _with_lora(model: Any, settings: AdapterSettings) -> Any:
    from peft import LoraConfig, get_peft_model

    check_targets(model, settings.targets or ())
    config = LoraConfig(
        task_type="CAUSAL_LM",
        r=settings.rank,
        lora_alpha=settings.alpha,
        lora_dropout=settings.dropout,
        target_modules=sorted(settings.targets or linear_layers(model)),
        target_parameters=None if settings.targets else expert_weights(model) or None,
    )
    with torch.random.fork_rng(devices=[]), no_future_warnings():
        torch.manual_seed(settings.seed)
        return get_peft_model(model, config)


def _sort_config(path: Path) -> None:
    """Rewrite peft's configuration in a fixed order: its modules are a set, whose order varies."""
    config = json.loads(path.read_text(encoding="utf-8"))
    config["target_modules"] = sorted(config["target_modules"])
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")


@contextmanager
def no_future_warnings() -> Iterator[None]:
    """Silence warnings of names that transformers 5 retires but peft, and older 5.x, still use."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        yield


def misfit_error(path: Path, error: Exception) -> UnghostError:
    """Return the error for weights that do not fit the model."""
    why = str(error).strip().partition("\n")[0] or type(error).__name__
    return UnghostError(
        f"the weights in {path} do not fit this model ({why}):"
        " use the model that they were trained on"
    )
