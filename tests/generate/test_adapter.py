"""An adapter on its base."""

from __future__ import annotations

import copy
import json
import warnings
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model

from unghost import UnghostError
from unghost.generate.load import load_model


@pytest.fixture
def adapter(tmp_path: Path, tiny_model: Any, byte_level: Any) -> Path:
    tiny_model.save_pretrained(tmp_path / "base")
    byte_level.save_pretrained(tmp_path / "base")
    settings = LoraConfig(r=2, target_modules=["q_proj", "down_proj"], init_lora_weights=False)
    torch.manual_seed(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # peft asks for a name that is retired
        tuned = get_peft_model(copy.deepcopy(tiny_model), settings)
        tuned.save_pretrained(tmp_path / "adapter")
    set_base(tmp_path / "adapter", str(tmp_path / "base"))
    ids = torch.tensor([[5, 6, 7]])
    torch.save(tuned.eval()(ids).logits.detach(), tmp_path / "expected.pt")
    return tmp_path / "adapter"


def set_base(folder: Path, base: Any, **more: Any) -> None:
    path = folder / "adapter_config.json"
    settings = json.loads(path.read_text(encoding="utf-8"))
    settings |= {"base_model_name_or_path": base} | more
    path.write_text(json.dumps(settings), encoding="utf-8")


def test_an_adapter_is_merged_into_its_base(adapter: Path, tiny_model: Any) -> None:
    loaded = load_model(str(adapter), device="cpu")
    ids = torch.tensor([[5, 6, 7]])
    expected = torch.load(adapter.parent / "expected.pt")
    torch.testing.assert_close(loaded.model(ids).logits, expected, atol=1e-4, rtol=1e-4)
    assert (loaded.model(ids).logits - tiny_model(ids).logits).abs().max() > 0.01
    assert type(loaded.model) is type(tiny_model)
    assert loaded.model_id.startswith("adapter@")
    assert loaded.model_id[-8:] != load_model(str(adapter.parent / "base")).model_id[-8:]
    assert load_model(str(adapter), device="cpu", dtype="bf16").model.dtype == torch.bfloat16
    assert load_model(str(adapter), device="cpu", dtype="fastest").dtype.startswith("fp32 (stored")


@pytest.mark.parametrize(
    ("base", "more", "message"),
    [
        ("/no/such/base", {}, "base of the adapter .* is missing"),
        (None, {}, "does not say what it was trained on"),
        (7, {}, "does not say what it was trained on"),
        ("no/such-base", {}, "cannot load the model"),
        ("base", {"megatron_config": {"a": 1}, "megatron_core": "antigravity"}, "no plain LoRA"),
        ("base", {"peft_type": "PREFIX_TUNING"}, "no plain LoRA"),
    ],
)
def test_an_adapter_that_cannot_be_put_on_is_one_line(
    adapter: Path, base: Any, more: dict[str, Any], message: str
) -> None:
    set_base(adapter, str(adapter.parent / "base") if base == "base" else base, **more)
    with pytest.raises(UnghostError, match=message) as caught:
        load_model(str(adapter))
    assert "\n" not in str(caught.value)


def test_weights_of_other_layers_are_not_left_out_silently(adapter: Path) -> None:
    set_base(adapter, str(adapter.parent / "base"), target_modules=["q_proj", "up_proj"])
    with pytest.raises(UnghostError, match="are not those that its adapter_config"):
        load_model(str(adapter))


def test_pickled_and_damaged_adapters_are_refused(adapter: Path) -> None:
    weights = adapter / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(UnghostError, match="cannot load the model"):
        load_model(str(adapter))
    weights.unlink()
    (adapter / "adapter_model.bin").write_bytes(b"\x80\x04pickle")
    with pytest.raises(UnghostError, match=r"no adapter_model\.safetensors"):
        load_model(str(adapter))
    (adapter / "adapter_config.json").write_text("[", encoding="utf-8")
    with pytest.raises(UnghostError, match="is damaged"):
        load_model(str(adapter))


def test_an_adapter_on_an_adapter_is_refused(adapter: Path) -> None:
    set_base(adapter, str(adapter))
    with pytest.raises(UnghostError, match="is an adapter itself"):
        load_model(str(adapter))
