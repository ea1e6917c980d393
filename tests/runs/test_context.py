from __future__ import annotations

import pytest

from unghost import UnghostError
from unghost.config import resolve
from unghost.embedded import model_path
from unghost.generate.load import load_model
from unghost.runs.context import memory_line, open_context, preview
from unghost.train.estimate import estimate_memory

CONFIG = resolve({"device": "cpu", "sample": {"max_new_tokens": 40}})


def test_memory_is_counted_before_lora_is_put_into_the_model() -> None:
    context = open_context(CONFIG)
    plain = load_model(str(model_path()), device="cpu").model
    tokens = 256 * (40 + 64)
    need = estimate_memory(plain, CONFIG.adapter, CONFIG.train, generated_tokens=tokens)
    assert context.memory == need
    assert context.memory.weights == sum(4 * w.numel() for w in plain.parameters())
    assert context.memory.trained == sum(
        16 * w.numel() for w in context.policy.trainable().values()
    )
    assert "\n" not in memory_line(context)


def test_the_preview_says_what_would_run() -> None:
    said = preview(CONFIG)
    for words in ('"max_new_tokens": 40', "demo universe", "tasks     7060", "GB in training"):
        assert words in said


def test_the_preview_refuses_what_a_run_refuses() -> None:
    with pytest.raises(UnghostError, match="no objective 'magic'"):
        preview(resolve({"objective": "magic"}))
