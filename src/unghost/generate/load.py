"""Loading a causal language model: safetensors only, no code of the model's own, clear refusals."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch

from unghost.embedded import MODEL_NAME, model_path
from unghost.errors import UnghostError

_DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model with its tokenizer, and a name that is the same for the same weights."""

    model: Any
    tokenizer: Any
    model_id: str


def load_model(
    place: str, *, dtype: str = "auto", device: str = "auto", in_4bit: bool = False
) -> Loaded:
    """Load a model from a folder, or by its hub name through transformers' own cache.

    Args:
        place: A folder in the transformers format, a hub name, or ``embedded``.
        dtype: ``fp32``, ``bf16``, ``auto`` (fp32 on a CPU and bf16 on a GPU), or ``stored`` (what
            the weights are stored in).
        device: ``auto`` takes a GPU if there is one.
        in_4bit: Load it in 4 bits (NF4, GPU only; needs bitsandbytes).

    Raises:
        UnghostError: It is not a model, its weights are damaged or no safetensors, it needs code
            of its own, the device does not exist, or 4 bits are unavailable.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    quantization = _quantized_4bit() if in_4bit else None
    where = _device(device)
    kind = _dtype(dtype, where)
    if place == MODEL_NAME:
        place = str(model_path())
    folder = Path(place)
    if folder.exists() or place.startswith((".", "/", "~")):
        _check_folder(folder)
    try:
        tokenizer = AutoTokenizer.from_pretrained(place, trust_remote_code=False)
        model = AutoModelForCausalLM.from_pretrained(
            place,
            dtype=kind,
            use_safetensors=True,
            trust_remote_code=False,
            quantization_config=quantization,
            **({"device_map": where} if quantization is not None else {}),
        )
    except Exception as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise UnghostError(f"cannot load the model {place}: {reason}") from error
    if quantization is None:
        model.to(torch.device(where))  # type: ignore[arg-type]
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    if tokenizer.eos_token_id is None:
        raise UnghostError(f"the tokenizer of {place} has no end-of-sequence token: set one")
    model.train(False)
    return Loaded(model, tokenizer, _model_id(place, folder, model))


def _check_folder(folder: Path) -> None:
    if not (folder / "config.json").is_file():
        raise UnghostError(
            f"{folder} is not a model: it has no config.json; name a folder in the"
            " transformers format"
        )
    weights = sorted(folder.glob("*.safetensors"))
    if not weights:
        if any(folder.glob("*.bin")) or any(folder.glob("*.pt")):
            raise UnghostError(
                f"{folder} holds its weights as pickles, which can run code: convert them to"
                " safetensors"
            )
        raise UnghostError(f"{folder} has no weights: it needs *.safetensors files")
    if not any((folder / name).is_file() for name in ("tokenizer.json", "tokenizer.model")):
        raise UnghostError(f"{folder} has no tokenizer: it needs a tokenizer.json")


def _device(device: str) -> str:
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        wanted = torch.device(device)
    except RuntimeError:
        raise UnghostError(f"there is no device {device!r}: take auto, cpu or cuda") from None
    if wanted.type == "cuda" and (wanted.index or 0) >= torch.cuda.device_count():
        raise UnghostError(f"device {device}: this machine has no such GPU; take auto or cpu")
    return device


def _dtype(dtype: str, device: str) -> torch.dtype | Literal["auto"]:
    if dtype == "stored":
        return "auto"  # transformers' word for it
    if dtype == "auto":
        return torch.float32 if device == "cpu" else torch.bfloat16
    return _DTYPES[dtype]


def _quantized_4bit() -> Any:
    """Return the configuration that loads a base model in 4 bits (NF4, GPU only)."""
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


def _model_id(place: str, folder: Path, model: Any) -> str:
    """Return a model's id: its location and a hash of a sample of its weights."""
    digest = hashlib.sha256()
    for name, weight in model.named_parameters():
        digest.update(f"{name}:{tuple(weight.shape)}".encode())
        digest.update(weight.detach().flatten()[:64].float().cpu().numpy().tobytes())
    name = folder.resolve().name if folder.exists() else place
    return f"{name}@{digest.hexdigest()[:8]}"
