"""Trainable parts of a model: its linear layers, never its routers, and a plain output head.

Routers of mixture-of-experts models are never trained: a router that shifts while it is steered by
a handful of names sends all other tokens to the wrong experts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from unghost.errors import UnghostError

_ROUTER_NAMES = frozenset({"gate", "router", "shared_expert_gate"})


def check_targets(model: nn.Module, targets: Sequence[str]) -> None:
    """Check that every target names a layer of the model.

    Raises:
        UnghostError: One does not.
    """
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
    """Return the names of all linear layers except routers and the output head."""
    head = model.get_output_embeddings()  # type: ignore[operator]
    return [
        name
        for name, module in model.named_modules()
        if isinstance(module, nn.Linear) and module is not head and not _in_router(model, name)
    ]


def expert_weights(model: nn.Module) -> list[str]:
    """Return the names of the fused expert matrices [experts, out, in] of a mixture of experts."""
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
    """Check that the logits are the output matrix times the last hidden states.

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
        hidden, logits = (
            last_hidden(model, ids),
            model(input_ids=ids, use_cache=False).logits.float(),
        )
    finally:
        model.train(was_training)
    ours = torch.nn.functional.linear(hidden.float(), head.weight.float())
    # bf16 keeps 8 bits: rounding stays well under this, any scaling or capping well above.
    if (ours - logits).norm() > 0.02 * logits.norm():
        raise UnghostError(
            f"the output head of this {type(model).__name__} has a bias, a scaling or a"
            " soft-capping, which unghost cannot train through: choose another model"
        )


def last_hidden(model: Any, input_ids: Tensor) -> Tensor:
    """Return the last hidden states [B, T, d] of right-padded ids [B, T]."""
    # No attention mask: padding stands on the right, where a causal model never looks, and without
    # a mask attention takes its fast causal path.
    hidden: Tensor = model.get_decoder()(input_ids=input_ids, use_cache=False).last_hidden_state
    return hidden
