from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from training_cases import llama
from transformers import (
    AutoModelForCausalLM,
    Gemma2Config,
    Gemma2ForCausalLM,
    MixtralConfig,
    MixtralForCausalLM,
    Qwen2MoeConfig,
    Qwen2MoeForCausalLM,
)

from unghost.errors import UnghostError
from unghost.train.layers import freeze_routers
from unghost.train.merge import export_merged
from unghost.train.policy import make_policy
from unghost.train.settings import AdapterSettings

IDS = torch.arange(24).view(2, 12)


class Tokenizer:
    def save_pretrained(self, folder: str) -> None:
        Path(folder, "tokenizer.json").write_text("{}")


def mixtral(seed: int = 0) -> MixtralForCausalLM:
    torch.manual_seed(seed)
    return MixtralForCausalLM(
        MixtralConfig(
            vocab_size=61,
            hidden_size=16,
            intermediate_size=24,
            num_hidden_layers=2,
            num_attention_heads=2,
            num_key_value_heads=1,
            num_local_experts=4,
            max_position_embeddings=128,
        )
    )


def nudge(policy) -> None:
    """Move every trained weight a little, as training would."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for weight in policy.trainable().values():
            weight.add_(0.05 * torch.randn(weight.shape, generator=generator))


def test_lora_starts_as_the_identity_on_every_linear_layer_but_the_head() -> None:
    model = llama()
    before = model.get_decoder()(IDS).last_hidden_state
    policy = make_policy(model, AdapterSettings())
    assert torch.equal(policy.hidden(IDS), before)
    names = {name.split(".lora_")[0].rsplit(".", 1)[-1] for name in policy.trainable()}
    assert names == {
        "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj",
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["lora", "full"])
def test_the_reference_stays_the_original(kind: str) -> None:
    model = llama()
    before = model.get_decoder()(IDS).last_hidden_state.detach().clone()
    policy = make_policy(model, AdapterSettings(kind=kind))
    policy.model.train()
    nudge(policy)
    found = policy.ref_hidden(IDS)
    assert torch.equal(found, before)
    assert not found.requires_grad
    assert policy.model.training
    assert not torch.allclose(policy.hidden(IDS), before)
    assert len(policy.trainable()) > 0
    assert not policy.ref_head_weight.requires_grad


@pytest.mark.parametrize("kind", ["lora", "full"])
@pytest.mark.parametrize("make", [llama, mixtral])
def test_saved_and_loaded_is_the_same(tmp_path: Path, kind: str, make) -> None:
    settings = AdapterSettings(kind=kind, seed=3)
    policy = make_policy(make(), settings)
    nudge(policy)
    policy.save(tmp_path / "adapter")
    other = make_policy(make(), AdapterSettings(kind=kind, seed=4))
    other.load(tmp_path / "adapter")
    for name, weight in policy.trainable().items():
        assert torch.equal(weight, other.trainable()[name]), name
    assert torch.equal(other.hidden(IDS), policy.hidden(IDS))
    assert [entry.name for entry in tmp_path.iterdir()] == ["adapter"]


def test_the_adapters_configuration_has_a_fixed_order(tmp_path: Path) -> None:
    make_policy(llama(), AdapterSettings()).save(tmp_path / "adapter")
    config = json.loads((tmp_path / "adapter" / "adapter_config.json").read_text())
    assert list(config) == sorted(config)
    assert config["target_modules"] == sorted(config["target_modules"])


@pytest.mark.parametrize("kind", ["lora", "full"])
@pytest.mark.parametrize("make", [llama, mixtral])
def test_the_merged_export_is_an_ordinary_model(tmp_path: Path, kind: str, make) -> None:
    policy = make_policy(make(), AdapterSettings(kind=kind))
    nudge(policy)
    policy.save(tmp_path / "adapter")
    export_merged(make(), tmp_path / "adapter", Tokenizer(), tmp_path / "merged")
    merged = AutoModelForCausalLM.from_pretrained(tmp_path / "merged")
    expected = F.linear(policy.hidden(IDS), policy.head_weight)
    torch.testing.assert_close(merged(IDS).logits, expected, rtol=1e-4, atol=1e-5)
    assert (tmp_path / "merged" / "model.safetensors").is_file()
    assert (tmp_path / "merged" / "tokenizer.json").is_file()


@pytest.mark.parametrize("kind", ["lora", "full"])
def test_routers_are_never_trained(kind: str) -> None:
    model = mixtral()
    policy = make_policy(model, AdapterSettings(kind=kind))
    trained = list(policy.trainable())
    assert not [name for name in trained if ".gate." in name]
    assert [name for name in trained if "experts" in name]
    policy.hidden(IDS).square().sum().backward()
    gates = [weight for name, weight in model.named_parameters() if ".gate." in name]
    assert len(gates) == 2
    assert all(weight.grad is None for weight in gates)


def test_routers_are_found_in_other_families() -> None:
    config = Qwen2MoeConfig(
        vocab_size=61,
        hidden_size=16,
        intermediate_size=24,
        moe_intermediate_size=8,
        shared_expert_intermediate_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=1,
        num_experts=4,
        num_experts_per_tok=2,
        decoder_sparse_step=1,
    )
    frozen = freeze_routers(Qwen2MoeForCausalLM(config))
    assert {name.split(".mlp.")[1] for name in frozen} == {
        "gate.weight",
        "shared_expert_gate.weight",
    }


@pytest.mark.parametrize("make", [llama, mixtral])
def test_gradient_checkpointing_really_trains_lora(make) -> None:
    plain = make_policy(make(), AdapterSettings())
    sparing = make_policy(make(), AdapterSettings())
    sparing.checkpoint_gradients(True)
    for policy in (plain, sparing):
        policy.model.train()
        policy.ref_hidden(IDS)  # leaves no trace in the gradients
        policy.hidden(IDS).square().sum().backward()
    kept: list[int] = []
    with torch.autograd.graph.saved_tensors_hooks(lambda t: kept.append(t.numel()) or t, id):
        sparing.hidden(IDS)
    few = sum(kept)
    kept.clear()
    with torch.autograd.graph.saved_tensors_hooks(lambda t: kept.append(t.numel()) or t, id):
        plain.hidden(IDS)
    assert few < sum(kept) / 2
    for name, weight in plain.trainable().items():
        other = sparing.trainable()[name]
        torch.testing.assert_close(other.grad, weight.grad)
        if "lora_B" in name:
            assert weight.grad.abs().sum() > 0
            before = other.detach().clone()
            torch.optim.SGD([other], lr=1.0).step()
            assert not torch.equal(before, other)


def test_a_head_that_is_more_than_a_matrix_is_refused() -> None:
    torch.manual_seed(0)
    config = Gemma2Config(
        vocab_size=61,
        hidden_size=16,
        intermediate_size=24,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=8,
        final_logit_softcapping=0.1,
    )
    with pytest.raises(UnghostError, match="soft-capping"):
        make_policy(Gemma2ForCausalLM(config), AdapterSettings())


@pytest.mark.parametrize("targets", [("q_prj",), ("q_proj", "oproj"), ("lm_head",)])
def test_unknown_targets_are_named(targets: tuple[str, ...]) -> None:
    with pytest.raises(UnghostError, match=r"no layer .*; it has: down_proj"):
        make_policy(llama(), AdapterSettings(targets=targets))


def test_stated_targets_alone_are_trained() -> None:
    policy = make_policy(llama(), AdapterSettings(targets=("q_proj", "self_attn.v_proj")))
    assert {name.split(".lora_")[0].rsplit(".", 1)[-1] for name in policy.trainable()} == {
        "q_proj", "v_proj",
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["lora", "full"])
def test_the_merged_export_keeps_the_originals_type(tmp_path: Path, kind: str) -> None:
    policy = make_policy(llama(), AdapterSettings(kind=kind))
    nudge(policy)
    policy.save(tmp_path / "adapter")
    original = llama().to(torch.bfloat16)
    export_merged(original, tmp_path / "adapter", Tokenizer(), tmp_path / "merged", card="said")
    merged = AutoModelForCausalLM.from_pretrained(tmp_path / "merged", dtype="auto")
    assert merged.dtype == torch.bfloat16
    assert (tmp_path / "merged" / "README.md").read_text() == "said"


def test_a_foreign_or_damaged_adapter_is_refused(tmp_path: Path) -> None:
    policy = make_policy(llama(), AdapterSettings())
    with pytest.raises(UnghostError, match="does not hold a LoRA adapter"):
        policy.load(tmp_path)
    policy.save(tmp_path / "a")
    wide = make_policy(llama(hidden_size=32), AdapterSettings())
    with pytest.raises(UnghostError, match="do not fit"):
        wide.load(tmp_path / "a")
    deep = make_policy(llama(num_hidden_layers=3), AdapterSettings())
    with pytest.raises(UnghostError, match="do not fit"):
        deep.load(tmp_path / "a")
    (tmp_path / "a" / "adapter_model.safetensors").write_bytes(b"broken")
    with pytest.raises(UnghostError, match="do not fit"):
        policy.load(tmp_path / "a")
