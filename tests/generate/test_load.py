from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from unghost import UnghostError
from unghost.generate.load import load_model


@pytest.fixture
def folder(tmp_path: Path, tiny_model: Any, byte_level: Any) -> Path:
    tiny_model.save_pretrained(tmp_path / "tiny")
    byte_level.save_pretrained(tmp_path / "tiny")
    return tmp_path / "tiny"


def test_a_model_is_loaded_and_named_by_its_weights(folder: Path, tiny_model: Any) -> None:
    one, other = load_model(str(folder)), load_model(str(folder), dtype="bf16")
    assert one.model.dtype == torch.float32
    assert other.model.dtype == torch.bfloat16
    assert one.model_id.startswith("tiny@")
    assert one.model_id == load_model(str(folder)).model_id
    tiny_model.model.norm.weight.data[0] += 1
    tiny_model.save_pretrained(folder)
    tiny_model.model.norm.weight.data[0] -= 1
    assert load_model(str(folder)).model_id != one.model_id


def _remove(folder: Path, pattern: str) -> None:
    for path in folder.glob(pattern):
        path.unlink()


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("config.json", r"no config\.json"),
        ("*.safetensors", "no weights"),
        ("tokenizer.json", "no tokenizer"),
    ],
)
def test_what_lacks_a_part_is_named(folder: Path, pattern: str, message: str) -> None:
    _remove(folder, pattern)
    with pytest.raises(UnghostError, match=message) as caught:
        load_model(str(folder))
    assert "\n" not in str(caught.value)


def test_pickled_weights_are_refused(folder: Path) -> None:
    _remove(folder, "*.safetensors")
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04pickle")
    with pytest.raises(UnghostError, match="pickles"):
        load_model(str(folder))


@pytest.mark.parametrize("keep", [0, 20, 2000])
def test_damaged_weights_are_one_line(folder: Path, keep: int) -> None:
    path = next(folder.glob("*.safetensors"))
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(UnghostError, match="cannot load the model") as caught:
        load_model(str(folder))
    assert "\n" not in str(caught.value)


def test_a_path_that_is_not_there_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(UnghostError, match="is not a model"):
        load_model(str(tmp_path / "none"))
    with pytest.raises(UnghostError, match="cannot load the model no/such-model"):
        load_model("no/such-model")


def test_the_stored_type_is_kept_on_request(folder: Path, tiny_model: Any) -> None:
    load_model(str(folder), dtype="bf16").model.save_pretrained(folder)
    assert load_model(str(folder)).model.dtype == torch.float32
    assert load_model(str(folder), dtype="stored").model.dtype == torch.bfloat16


@pytest.mark.parametrize(
    ("device", "message"),
    [("cuda", "no such GPU"), ("cuda:9", "no such GPU"), ("gpu", "no device")],
)
def test_a_device_that_is_not_there_is_one_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, device: str, message: str
) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    with pytest.raises(UnghostError, match=message):
        load_model(str(folder), device=device)


def test_four_bits_without_cuda_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(UnghostError, match="CUDA"):
        load_model("embedded", in_4bit=True)
