"""Loading a causal language model: safetensors or GGUF, no code of the model's own."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from unghost.embedded import MODEL_NAME, model_path
from unghost.errors import UnghostError
from unghost.generate.dtypes import DTYPES, fastest_dtype, name_of

_ADAPTER = "adapter_config.json"
_FULL_PRECISION = frozenset({"F32", "F16", "F64"})
"""Types of GGUF tensors that rounding to bf16 would change by more than they were rounded."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model with its tokenizer.

    Attributes:
        model: The model, in evaluation mode.
        tokenizer: Its tokenizer.
        model_id: A name that is the same for the same weights.
        dtype: The type that it runs in, and how that was found, in words.
    """

    model: Any
    tokenizer: Any
    model_id: str
    dtype: str


@dataclass(frozen=True, slots=True)
class _Source:
    """Where the parts of a model lie.

    Attributes:
        place: The folder or hub name of weights, configuration and tokenizer.
        gguf: The name of the GGUF file in that folder, if the model is one.
        adapter: The folder of an adapter that is put on it.
        stored: For a GGUF, the type that most of its weights are stored in.
    """

    place: str
    gguf: str | None = None
    adapter: Path | None = None
    stored: str | None = None


def load_model(
    place: str, *, dtype: str = "auto", device: str = "auto", in_4bit: bool = False
) -> Loaded:
    """Load a model from a folder, a GGUF file, or by its hub name through transformers' own cache.

    An adapter is merged into its base, and a GGUF's weights are unpacked, so what comes is always a
    plain model.

    Args:
        place: A folder in the transformers format, a folder of a peft adapter that names its base,
            a GGUF file or a folder with one, a hub name, or ``embedded``.
        dtype: ``fp32``, ``bf16``, ``auto`` (fp32 on a CPU and bf16 on a GPU that has it),
            ``fastest`` (on a CPU the faster of both, by measuring; else like ``auto``), or
            ``stored`` (what the weights are stored in).
        device: ``auto`` takes a GPU if there is one.
        in_4bit: Load it in 4 bits (NF4, GPU only; needs bitsandbytes).

    Raises:
        UnghostError: It is not a model, its weights are damaged or neither safetensors nor GGUF, it
            needs code of its own, an adapter's base is missing, the device does not exist, or 4
            bits are unavailable.
    """
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    quantization = _quantized_4bit() if in_4bit else None
    where = _device(device)
    source = _find(str(model_path()) if place == MODEL_NAME else place)
    try:
        model, tokenizer = _read(source, dtype, where, quantization)
    except UnghostError:
        raise
    except Exception as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise UnghostError(f"cannot load the model {place}: {reason}") from error
    said = name_of(model.dtype)
    if dtype == "fastest" and where == "cpu":
        best, said = fastest_dtype(model, _precision(source, model))
        model.to(best)
    elif source.adapter is not None and dtype != "stored":
        model.to(_dtype(dtype, where))
    if quantization is None:
        model.to(torch.device(where))
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    if tokenizer.eos_token_id is None:
        raise UnghostError(f"the tokenizer of {place} has no end-of-sequence token: set one")
    model.train(False)
    return Loaded(model, tokenizer, _model_id(source, place, model), said)


def _find(place: str) -> _Source:
    """Look at what a place holds, before anything of it is loaded."""
    path = Path(place)
    if not path.exists() and not place.startswith((".", "/", "~")):
        return _Source(place)
    if (path / _ADAPTER).is_file():
        return _adapter_source(path)
    files = [path] if path.suffix == ".gguf" and path.is_file() else sorted(path.glob("*.gguf"))
    if files and not (path / "config.json").is_file():
        if len(files) > 1:
            raise UnghostError(f"{path} holds {len(files)} GGUF files: name one of them")
        (file,) = files
        return _Source(str(file.parent), gguf=file.name, stored=_gguf_type(file))
    _check_folder(path)
    return _Source(place)


def _adapter_source(folder: Path) -> _Source:
    """Find the base of an adapter; nothing of the adapter may run code."""
    try:
        settings = json.loads((folder / _ADAPTER).read_text(encoding="utf-8"))
        base, kind = settings.get("base_model_name_or_path"), settings.get("peft_type")
    except (OSError, ValueError, AttributeError):
        raise UnghostError(f"{folder / _ADAPTER} is damaged: save the adapter again") from None
    if not (folder / "adapter_model.safetensors").is_file():
        raise UnghostError(
            f"{folder} has no adapter_model.safetensors: save the adapter as safetensors, for"
            " pickles can run code"
        )
    if kind != "LORA" or settings.get("megatron_config"):
        raise UnghostError(f"{folder} is no plain LoRA adapter: merge it into its base first")
    if not isinstance(base, str) or not base:
        raise UnghostError(
            f"{folder} does not say what it was trained on: set base_model_name_or_path in its"
            f" {_ADAPTER}"
        )
    looks_local = base.startswith((".", "/", "~"))
    if looks_local and not Path(base).exists():
        raise UnghostError(
            f"the base of the adapter {folder} is missing: there is no {base}; put it there, or set"
            f" base_model_name_or_path in its {_ADAPTER}"
        )
    if (Path(base) / _ADAPTER).is_file():
        raise UnghostError(f"the base of {folder} is an adapter itself: merge that one first")
    found = _find(str(model_path()) if base == MODEL_NAME else base)
    return _Source(found.place, found.gguf, folder, found.stored)


def _read(source: _Source, dtype: str, where: str, quantization: Any) -> tuple[Any, Any]:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    read_as: Any = _dtype(dtype, where)
    if source.adapter is not None and dtype != "stored":
        read_as = torch.float32  # an adapter's small changes would be rounded away in bf16
    packed = {} if source.gguf is None else {"gguf_file": source.gguf}
    tokenizer = AutoTokenizer.from_pretrained(source.place, trust_remote_code=False, **packed)
    model = AutoModelForCausalLM.from_pretrained(
        source.place,
        dtype=read_as,
        use_safetensors=True,
        trust_remote_code=False,
        quantization_config=quantization or (_unpacked() if source.gguf else None),
        **packed,
        **({"device_map": where} if quantization is not None else {}),
    )
    if source.gguf is not None:
        _forget_packing(model)
    if source.adapter is not None:
        model = _merged(model, source.adapter)
        if (source.adapter / "tokenizer.json").is_file():
            tokenizer = AutoTokenizer.from_pretrained(source.adapter, trust_remote_code=False)
    return model, tokenizer


def _merged(base: Any, adapter: Path) -> Any:
    """Put an adapter on its base, and merge it in."""
    from peft import PeftModel

    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        model = PeftModel.from_pretrained(base, str(adapter)).merge_and_unload()
    if any("missing adapter keys" in str(warning.message) for warning in said):
        raise UnghostError(
            f"the weights in {adapter} are not those that its {_ADAPTER} describes: save it again"
        )
    return model


def _unpacked() -> Any:
    """Ask for plain weights of a GGUF; versions before that could be asked always give them."""
    import transformers

    config = getattr(transformers, "GgufConfig", None)
    return None if config is None else config(dequantize=True)


def _forget_packing(model: Any) -> None:
    """Take off the mark of a quantized model, which keeps plain weights from being saved."""
    model.hf_quantizer, model.is_quantized = None, False
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config


def _gguf_type(file: Path) -> str:
    """Read a GGUF's tensors, and return the type that most of its weights are stored in."""
    try:
        from gguf import GGUFReader
    except ImportError:
        raise UnghostError(
            "reading a GGUF file needs the package gguf: install the extra 'train'"
        ) from None
    kinds: Counter[str] = Counter()
    try:
        for tensor in GGUFReader(file).tensors:
            kinds[tensor.tensor_type.name] += int(tensor.n_elements)
    except Exception as error:
        raise UnghostError(
            f"{file} is damaged or no GGUF file: download it again and compare its sha256"
        ) from error
    if not kinds:
        raise UnghostError(f"{file} holds no weights: give a GGUF file of a whole model")
    return kinds.most_common(1)[0][0]


def _check_folder(folder: Path) -> None:
    if not (folder / "config.json").is_file():
        raise UnghostError(
            f"{folder} is not a model: it has no config.json; name a folder in the"
            " transformers format, or a GGUF file"
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


def _dtype(dtype: str, device: str) -> Any:
    if dtype == "stored" or (dtype == "fastest" and device == "cpu"):
        return "auto"  # transformers' word for what is stored
    if dtype in ("auto", "fastest"):
        fit = device != "cpu" and (not device.startswith("cuda") or torch.cuda.is_bf16_supported())
        return torch.bfloat16 if fit else torch.float32
    return DTYPES[dtype]


def _precision(source: _Source, model: Any) -> torch.dtype:
    """Return the type that the weights are stored in; coarser ones than bf16 count as bf16."""
    if source.stored is not None:
        return torch.float32 if source.stored in _FULL_PRECISION else torch.bfloat16
    if source.adapter is not None:
        return torch.float32
    stored: torch.dtype = model.dtype
    return stored


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


def _model_id(source: _Source, place: str, model: Any) -> str:
    """Return a model's id: its location, a hash of a sample of its weights, how it was packed."""
    digest = hashlib.sha256()
    for name, weight in model.named_parameters():
        digest.update(f"{name}:{tuple(weight.shape)}".encode())
        digest.update(weight.detach().flatten()[:64].float().cpu().numpy().tobytes())
    if place == MODEL_NAME:
        place = source.place
    path = Path(place)
    name = path.resolve().name.removesuffix(".gguf") if path.exists() else place
    packed = "" if source.stored is None else f" from {source.stored} GGUF"
    return f"{name}@{digest.hexdigest()[:8]}{packed}"
