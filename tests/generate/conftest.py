from __future__ import annotations

from typing import Any

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

TEXTS = [
    "pip install requests",
    "import os",
    "naïve café ☕ 数据",
    "Flask_Login==1.0, zope",
    "a  b\tc",
]
SPECIAL = ["<pad>", "<end>"]


def wrapped(backend: Tokenizer) -> Any:
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        pad_token="<pad>",
        eos_token="<end>",
        clean_up_tokenization_spaces=False,
    )


@pytest.fixture(scope="session")
def byte_level() -> Any:
    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=320, special_tokens=SPECIAL, initial_alphabet=alphabet)
    backend.train_from_iterator(TEXTS * 5, trainer)
    return wrapped(backend)


@pytest.fixture(scope="session")
def sentencepiece_like() -> Any:
    backend = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>"))
    backend.normalizer = normalizers.Replace(" ", "\u2581")
    backend.decoder = decoders.Sequence(
        [decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    hexes = [f"<0x{byte:02X}>" for byte in range(256)]
    trainer = trainers.BpeTrainer(
        vocab_size=420, special_tokens=[*SPECIAL, "<unk>", *hexes], show_progress=False
    )
    backend.train_from_iterator([t.replace("☕", "") for t in TEXTS] * 5, trainer)
    return wrapped(backend)


@pytest.fixture(scope="session")
def word_piece() -> Any:
    backend = Tokenizer(models.WordPiece(unk_token="<unk>"))
    backend.normalizer = normalizers.Lowercase()
    backend.pre_tokenizer = pre_tokenizers.Whitespace()
    backend.decoder = decoders.WordPiece(cleanup=False)
    trainer = trainers.WordPieceTrainer(vocab_size=200, special_tokens=[*SPECIAL, "<unk>"])
    backend.train_from_iterator(TEXTS * 5, trainer)
    return wrapped(backend)


@pytest.fixture(scope="session")
def tiny_model(byte_level: Any) -> Any:
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(byte_level),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        eos_token_id=1,
        pad_token_id=0,
        bos_token_id=None,
        initializer_range=0.4,
    )
    return LlamaForCausalLM(config).eval()
