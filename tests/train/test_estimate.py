from __future__ import annotations

import pytest
import torch
from accelerate import Accelerator
from training_cases import NoSettings, examples, llama, objective, of

from unghost.train.engine import step
from unghost.train.estimate import estimate_memory
from unghost.train.examples import MicroBatch, collate
from unghost.train.policy import Policy, make_policy
from unghost.train.settings import AdapterSettings, TrainSettings

WIDE = {"vocab_size": 512, "hidden_size": 64, "intermediate_size": 176, "num_hidden_layers": 4}


def nbytes(tensors) -> int:
    """Bytes of tensors, each storage once."""
    return sum(
        {t.untyped_storage().data_ptr(): t.untyped_storage().nbytes() for t in tensors}.values()
    )


def waiting(policy: Policy, batch: MicroBatch) -> int:
    """Bytes that the forward pass leaves for the backward pass, the weights aside."""
    kept: list[torch.Tensor] = []
    own = {w.untyped_storage().data_ptr() for w in policy.model.parameters()}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        if tensor.untyped_storage().data_ptr() not in own:
            kept.append(tensor)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        hidden = policy.hidden(batch.input_ids)
    assert hidden.requires_grad
    return nbytes(kept)


@pytest.mark.parametrize("checkpointing", [False, True])
@pytest.mark.parametrize("kind", ["lora", "full"])
def test_within_a_factor_of_two_of_the_tensors_counted(kind: str, checkpointing: bool) -> None:
    adapter = AdapterSettings(kind=kind)
    batch = collate(examples(16, vocabulary=512))
    settings = TrainSettings(
        micro_batch_tokens=batch.input_ids.numel(), gradient_checkpointing=checkpointing
    )
    model = llama(**WIDE)
    found = estimate_memory(model, adapter, settings)
    policy = make_policy(model, adapter)
    policy.model.train()
    activations = waiting(policy, batch)
    if checkpointing:  # what waits, and one block of the four computed anew
        policy.checkpoint_gradients(True)
        activations = waiting(policy, batch) + activations // 4
    assert activations / 2 <= found.activations <= 2 * activations
    step(policy, [batch], of(objective), NoSettings(), Accelerator(cpu=True))
    weights = list(policy.trainable().values())
    optimizer = torch.optim.AdamW(weights)
    optimizer.step()
    moments = [v for one in optimizer.state.values() for v in one.values()]
    trained = nbytes(weights) + nbytes(w.grad for w in weights) + nbytes(moments)
    assert trained / 1.2 <= found.trained <= 1.2 * trained
    frozen = [w for w in policy.model.parameters() if not w.requires_grad]
    if kind == "lora":
        assert found.weights == nbytes(frozen)
    counted = found.weights + trained + activations
    assert counted / 2 <= found.training - found.head <= 2 * counted


def test_what_costs_more_is_said_to_cost_more() -> None:
    with torch.device("meta"):
        model = llama(**WIDE)
    plain = estimate_memory(model, AdapterSettings(), TrainSettings())
    assert plain.cache == 0
    assert plain.training > plain.generating
    full = estimate_memory(model, AdapterSettings(kind="full"), TrainSettings())
    assert full.trained > 3 * plain.trained
    half = estimate_memory(model, AdapterSettings(), TrainSettings(dtype="bf16"))
    assert half.activations < plain.activations
    cached = estimate_memory(model, AdapterSettings(), TrainSettings(), generated_tokens=10_000_000)
    assert cached.cache == 10_000_000 * 4 * 2 * 32 * 4
    assert cached.generating > cached.training
