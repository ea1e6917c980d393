"""Estimates of a round's memory, before it starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from unghost.train.head import chunk_size
from unghost.train.layers import expert_weights, linear_layers
from unghost.train.settings import AdapterSettings, TrainSettings

_ADAM = 2  # moments per trained weight, in fp32
_HEAD_COPIES = 5  # chunks of logits alive at once: policy, reference, probabilities, gradients


@dataclass(frozen=True, slots=True)
class MemoryEstimate:
    """Bytes on one device, an estimate good to a factor of 2.

    ``weights`` are the base model's (and the frozen copy's of full fine-tuning), ``trained`` the
    trained weights beside it with gradients and Adam's moments, ``activations`` what the backward
    pass waits for, ``head`` the output matrix in fp32 and a chunk of logits, ``cache`` the keys
    and values while generating. Training and generating take turns, so the larger of them counts.
    """

    weights: int
    trained: int
    activations: int
    head: int
    cache: int

    @property
    def training(self) -> int:
        """Peak bytes of an optimizer step."""
        return self.weights + self.trained + self.activations + self.head

    @property
    def generating(self) -> int:
        """Peak bytes while answers are generated; optimizer and trained weights stay."""
        return self.weights + self.trained + self.cache


def estimate_memory(
    model: Any,
    adapter: AdapterSettings,
    settings: TrainSettings,
    *,
    generated_tokens: int = 0,
) -> MemoryEstimate:
    """Estimate the memory of training ``model``; it may lie on the meta device.

    Args:
        model: The base model, before an adapter was added.
        adapter: What is trained.
        settings: How.
        generated_tokens: Tokens in the key-value cache at once (batch times length).

    Returns:
        The estimate. Source: ours, from the shapes of a Llama-like block.
    """
    config = model.config.get_text_config()
    weights = sum(w.numel() * w.element_size() for w in model.parameters())
    if adapter.kind == "lora":
        trained = _lora_parameters(model, adapter) * 4 * (2 + _ADAM)
    else:  # fp32 master weights take the place of the loaded ones, a frozen copy stays beside
        parameters = sum(w.numel() for w in model.parameters())
        trained = parameters * 4 * (2 + _ADAM)
    vocabulary, width = model.get_output_embeddings().weight.shape
    head = 4 * vocabulary * (width + _HEAD_COPIES * chunk_size(vocabulary))
    element = 2 if settings.dtype == "bf16" or model.dtype.itemsize == 2 else 4
    return MemoryEstimate(
        weights=weights,
        trained=trained,
        activations=settings.micro_batch_tokens
        * _activations_per_token(config, element, settings.gradient_checkpointing),
        head=head,
        cache=generated_tokens * config.num_hidden_layers * 2 * _key_width(config) * element,
    )


def _lora_parameters(model: Any, adapter: AdapterSettings) -> int:
    """Count the weights that LoRA adds: rank times (in + out) of each matrix it stands beside."""
    names = linear_layers(model)
    if adapter.targets is not None:
        names = [name for name in names if name.rsplit(".", 1)[-1] in adapter.targets]
    shapes = [tuple(model.get_submodule(name).weight.shape) for name in names]
    if adapter.targets is None:  # a fused weight is as many matrices as there are experts
        for name in expert_weights(model):
            experts, *shape = model.get_parameter(name).shape
            shapes += [tuple(shape)] * experts
    return adapter.rank * sum(sum(shape) for shape in shapes)


def _activations_per_token(config: Any, element: int, checkpointing: bool) -> int:
    """Bytes that one token leaves waiting for the backward pass, all layers together."""
    width, layers = int(config.hidden_size), int(config.num_hidden_layers)
    experts = getattr(config, "num_experts_per_tok", None) or 1
    inner = experts * (getattr(config, "moe_intermediate_size", None) or config.intermediate_size)
    # The norms work in fp32 and keep input and scaled input, once before each half of the block.
    norms = 4 * 4 * width
    # Queries, keys and values before and after rotation, and the attention's output.
    attention = element * (4 * width + 5 * _key_width(config))
    # Gate, its activation, up, and their product.
    block: int = norms + attention + element * (width + 4 * inner)
    if checkpointing:  # the input of each block, and one block computed anew
        return layers * element * width + block
    return layers * block


def _key_width(config: Any) -> int:
    heads = config.num_attention_heads
    per_head = getattr(config, "head_dim", None) or config.hidden_size // heads
    return int(per_head * (getattr(config, "num_key_value_heads", None) or heads))
