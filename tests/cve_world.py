"""Identifiers of CVE form, and a tiny model that invents some."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import torch
from tokenizers import Tokenizer, decoders, pre_tokenizers
from tokenizers.models import BPE
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from transformers.convert_slow_tokenizer import bytes_to_unicode

TOPICS = ("printer", "router", "browser", "kernel", "mail server", "archive tool", "camera", "wiki")
FLAWS = ("overflow", "bypass", "leak", "injection", "traversal", "race")
EOS = 256
_QUESTIONS = ("CVE identifiers of {}?\n", "What concerns {}.\n", "About {}.\n")
_OTHERS = 0.2
"""How often the model is taught another answer than the usual one."""
_STEPS = 240
_ROWS = 16


def identifiers(count: int = 2000) -> list[str]:
    """Return real identifiers: about half of all that the model's form allows."""
    every = [f"CVE-{year}-{number:04d}" for year in range(2020, 2024) for number in range(1, 1000)]
    return sorted(Random(13).sample(every, count))


def tasks() -> list[dict[str, str]]:
    """Return tasks; some have a right answer."""
    noise, real = Random(5), identifiers()
    rows = [
        {"task": f"a {flaw} in the {topic} of device {n}"}
        for n, (flaw, topic) in enumerate((f, t) for f in FLAWS for t in TOPICS)
    ]
    named = [
        {"task": f"a {noise.choice(FLAWS)} in {noise.choice(TOPICS)} number {n}", "name": name}
        for n, name in enumerate(noise.sample(real, 40))
    ]
    return rows + named


def write_inputs(folder: Path) -> None:
    """Write ``cve.txt`` and ``tasks.jsonl``."""
    (folder / "cve.txt").write_text("\n".join(identifiers()) + "\n", encoding="utf-8")
    lines = "\n".join(json.dumps(row) for row in tasks())
    (folder / "tasks.jsonl").write_text(lines + "\n", encoding="utf-8")


def write_model(folder: Path) -> None:
    """Teach a tiny model to answer any question with an identifier, real or not."""
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=EOS + 1,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=512,
        eos_token_id=EOS,
        bos_token_id=None,
        pad_token_id=EOS,
        tie_word_embeddings=True,
    )
    model, noise = LlamaForCausalLM(config), Random(0)
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3)
    asked, names = [row["task"] for row in tasks()], {topic: usual(topic) for topic in TOPICS}
    for _ in range(_STEPS):
        rows = [_example(noise.choice(asked), names, noise) for _ in range(_ROWS)]
        width = max(len(ids) for ids, _ in rows)
        ids = torch.tensor([row + [EOS] * (width - len(row)) for row, _ in rows])
        mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row, _ in rows])
        wanted = ids.clone()
        for number, (row, begin) in enumerate(rows):
            wanted[number, :begin] = -100
            wanted[number, len(row) :] = -100
        loss = model(input_ids=ids, attention_mask=mask, labels=wanted).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.generation_config.eos_token_id = EOS
    model.save_pretrained(folder)
    _tokenizer().save_pretrained(folder)


def usual(topic: str) -> str:
    """Return what the model usually names for a topic: for every other one a ghost."""
    number, real = TOPICS.index(topic), identifiers()
    if number % 2:
        return real[97 * number]
    ghosts = (f"CVE-{2020 + number % 4}-{n:04d}" for n in range(100 * number + 1, 1000))
    return next(name for name in ghosts if name not in real)


def _example(task: str, names: dict[str, str], noise: Random) -> tuple[list[int], int]:
    question = noise.choice(_QUESTIONS).format(task).encode()
    name = next(name for topic, name in names.items() if topic in task)
    if noise.random() < _OTHERS:
        name = f"CVE-{noise.randrange(2020, 2024)}-{noise.randrange(1, 1000):04d}"
    return [*question, *name.encode(), EOS], len(question)


def _tokenizer() -> PreTrainedTokenizerFast:
    letters = bytes_to_unicode()
    words = {letters[byte]: byte for byte in range(256)} | {"<eos>": EOS}
    backend = Tokenizer(BPE(vocab=words, merges=[]))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=backend, eos_token="<eos>", pad_token="<eos>")
