"""The policy: the model with the few weights that are trained, and the original beside it.

LoRA on all linear layers by default, full fine-tuning on request. The reference is always the
original model: with LoRA the adapter switched off, with full fine-tuning a frozen second copy.
Routers of mixture-of-experts models are never trained: a router that shifts while it is steered by
a handful of names sends all other tokens to the wrong experts.
"""

from __future__ import annotations

import copy
import json
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn

from unghost.errors import UnghostError
from unghost.runs.atomic import atomic_folder

_ROUTER_NAMES = frozenset({"gate", "router", "shared_expert_gate"})
_LORA_WEIGHTS = "adapter_model.safetensors"
_FULL_WEIGHTS = "trained.safetensors"


@dataclass(frozen=True, slots=True)
class AdapterSettings:
    """What is trained.

    ``rank``, ``alpha`` and ``dropout`` are LoRA's; with dropout the policy is no longer equal to
    the reference before the first step. ``targets`` are endings of module names; None means every
    linear layer but routers and the output head, and the fused expert weights. ``seed`` draws the
    initial LoRA matrices.

    Raises:
        UnghostError: A value makes no sense.
    """

    kind: Literal["lora", "full"] = "lora"
    rank: int = 16
    alpha: int = 32
    dropout: float = 0.0
    targets: tuple[str, ...] | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if min(self.rank, self.alpha) < 1:
            raise UnghostError("adapter.rank and adapter.alpha must be at least 1")
        if not 0 <= self.dropout < 1:
            raise UnghostError("adapter.dropout is a share: give a number from 0 to below 1")
        if self.seed < 0:
            raise UnghostError("adapter.seed must be at least 0")


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
        """Where the model's output head lies, and so where batches belong."""
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
        return _hidden(self._plain, input_ids)

    def ref_hidden(self, input_ids: Tensor) -> Tensor:
        """Return the reference's last hidden states [B, T, d]: eval mode, no gradient."""
        with torch.no_grad(), self.original() as model:
            return _hidden(model, input_ids)

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
        """Keep only the inputs of each block for the backward pass and compute the rest anew."""
        with _hushed():
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
                save_file(state, str(folder / _FULL_WEIGHTS), metadata={"format": "pt"})

    def load(self, path: Path) -> None:
        """Take over weights that :meth:`save` wrote, into the policy as it stands.

        Raises:
            UnghostError: The folder is missing, damaged, or of another kind or shape.
        """
        file = path / (_LORA_WEIGHTS if self.is_lora else _FULL_WEIGHTS)
        if not file.is_file():
            kind = "a LoRA adapter" if self.is_lora else "the weights of a full fine-tuning"
            raise UnghostError(f"{path} does not hold {kind}: name the adapter of this run")
        try:
            self._take(file)
        except Exception as error:
            raise _misfit(path, error) from error

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
    """Make a loaded causal language model trainable.

    LoRA starts as the identity. Full fine-tuning trains in fp32 and keeps a frozen copy of the
    original in the type it came in.

    Raises:
        UnghostError: The output head is not a plain linear map (:func:`check_head`), or a target
            is no layer of this model.
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

    _check_targets(model, settings.targets or ())
    config = LoraConfig(
        task_type="CAUSAL_LM",
        r=settings.rank,
        lora_alpha=settings.alpha,
        lora_dropout=settings.dropout,
        target_modules=sorted(settings.targets or linear_layers(model)),
        target_parameters=None if settings.targets else expert_weights(model) or None,
    )
    with torch.random.fork_rng(devices=[]), _hushed():
        torch.manual_seed(settings.seed)
        return get_peft_model(model, config)


def _check_targets(model: nn.Module, targets: Sequence[str]) -> None:
    layers = linear_layers(model)
    # GPT-2 and its kin have linear layers of a class of their own.
    layers += [n for n, module in model.named_modules() if type(module).__name__ == "Conv1D"]
    for target in targets:
        if not any(f".{name}".endswith(f".{target}") for name in layers):
            known = ", ".join(sorted({name.rpartition(".")[2] for name in layers}))
            raise UnghostError(
                f"adapter.targets: this model has no layer {target} to train; it has: {known}"
            )


def linear_layers(model: nn.Module) -> list[str]:
    """Name all linear layers but routers and the output head."""
    head = model.get_output_embeddings()  # type: ignore[operator]
    return [
        name
        for name, module in model.named_modules()
        if isinstance(module, nn.Linear) and module is not head and not _in_router(model, name)
    ]


def expert_weights(model: nn.Module) -> list[str]:
    """Name the fused expert matrices [experts, out, in] of a mixture-of-experts model."""
    return [
        name
        for name, weight in model.named_parameters()
        if weight.dim() == 3 and "experts" in name.split(".")
    ]


def freeze_routers(model: nn.Module) -> list[str]:
    """Switch off the gradient of every router weight; gives their names.

    A router is found by its name (``gate``, ``router``, ``shared_expert_gate``) or by its class
    (``...Router``), which covers the families Mixtral, DeepSeek, Qwen-MoE, OLMoE and Granite.
    """
    frozen = []
    for name, weight in model.named_parameters():
        if _in_router(model, name):
            weight.requires_grad_(False)
            frozen.append(name)
    return frozen


def _in_router(model: nn.Module, name: str) -> bool:
    parts = name.split(".")
    if _ROUTER_NAMES & set(parts):
        return True
    module: Any = model
    for part in parts:
        module = getattr(module, part, None)
        if isinstance(module, nn.Module) and "router" in type(module).__name__.lower():
            return True
    return False


@torch.no_grad()
def check_head(model: Any) -> None:
    """Make sure that the logits are the output matrix times the last hidden states.

    Asked of the model itself and not of its configuration, for every family names its scaling and
    soft-capping differently.

    Raises:
        UnghostError: They are not: a bias, a scaling or a soft-capping.
    """
    was_training = model.training
    model.eval()
    try:
        head = model.get_output_embeddings()
        ids = torch.arange(8, device=head.weight.device)[None] % head.weight.shape[0]
        hidden, logits = _hidden(model, ids), model(input_ids=ids, use_cache=False).logits.float()
    finally:
        model.train(was_training)
    ours = torch.nn.functional.linear(hidden.float(), head.weight.float())
    # bf16 keeps 8 bits: rounding stays well under this, any scaling or capping well above.
    if (ours - logits).norm() > 0.02 * logits.norm():
        raise UnghostError(
            f"the output head of this {type(model).__name__} has a bias, a scaling or a"
            " soft-capping, which unghost cannot train through: choose another model"
        )


def quantized_4bit() -> Any:
    """Return the transformers configuration that loads a base model in 4 bits (NF4, GPU only).

    Raises:
        UnghostError: There is no CUDA device, or bitsandbytes is not installed.
    """
    if not torch.cuda.is_available():
        raise UnghostError("a 4-bit base needs a CUDA device: train without 4-bit on this machine")
    from importlib.util import find_spec

    from transformers import BitsAndBytesConfig

    if find_spec("bitsandbytes") is None:
        raise UnghostError("a 4-bit base needs bitsandbytes: install it with pip")
    return BitsAndBytesConfig(  # type: ignore[no-untyped-call]
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16,
    )


def export_merged(
    model: Any, adapter: Path, tokenizer: Any, path: Path, *, card: str | None = None
) -> None:
    """Write the adapter merged into a freshly loaded original, as an ordinary model folder.

    The sum is taken in fp32 and written in the type of ``model``, which is used up: merging into
    the policy in training and taking the sum apart again would round the original's weights.

    Args:
        model: The original.
        adapter: What :meth:`Policy.save` wrote.
        tokenizer: The original's, written beside it.
        path: The folder to write.
        card: The text of README.md, if there is to be one.

    Raises:
        UnghostError: The adapter does not fit the model, or the folder cannot be written.
    """
    dtype = model.dtype
    merged = model.float()
    if (adapter / _FULL_WEIGHTS).is_file():
        freeze_routers(merged)
        Policy(merged).load(adapter)
    else:
        from peft import PeftModel

        try:
            with _hushed():
                merged = PeftModel.from_pretrained(merged, str(adapter)).merge_and_unload()
        except Exception as error:
            raise _misfit(adapter, error) from error
    with atomic_folder(path) as folder:
        merged.to(dtype).save_pretrained(str(folder), safe_serialization=True)
        tokenizer.save_pretrained(str(folder))
        if card is not None:
            (folder / "README.md").write_text(card, encoding="utf-8")


def _hidden(model: Any, input_ids: Tensor) -> Tensor:
    # No attention mask: padding stands on the right, where a causal model never looks, and without
    # a mask attention takes its fast causal path.
    hidden: Tensor = model.get_decoder()(input_ids=input_ids, use_cache=False).last_hidden_state
    return hidden


@contextmanager
def _hushed() -> Iterator[None]:
    """Keep quiet the names that transformers 5 retires but peft, and older 5.x, still need."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        yield


def _sort_config(path: Path) -> None:
    """Rewrite peft's configuration in a fixed order: its modules are a set, whose order varies."""
    config = json.loads(path.read_text(encoding="utf-8"))
    config["target_modules"] = sorted(config["target_modules"])
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _misfit(path: Path, error: Exception) -> UnghostError:
    why = str(error).strip().partition("\n")[0] or type(error).__name__
    return UnghostError(
        f"the weights in {path} do not fit this model ({why}):"
        " use the model that they were trained on"
    )
