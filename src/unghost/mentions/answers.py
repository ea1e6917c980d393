"""Where a model's answer names packages: what to read depends on what was asked."""

from __future__ import annotations

from unghost.mentions.markdown import Block, blocks
from unghost.mentions.names_list import find_listed
from unghost.mentions.python_imports import find_imports, is_python
from unghost.mentions.shell import find_installs
from unghost.mentions.spot import Spot, to_mentions
from unghost.mentions.thinking import thinking_end
from unghost.records import Asks, Mention

_PYTHON = frozenset({"python", "py", "python3", "pycon", "ipython", "jupyter"})
_SHELL = frozenset({"sh", "shell", "bash", "zsh", "console", "terminal", "cmd", "powershell"})
_LISTS = frozenset({"text", "txt", "plaintext", "requirements", "requirements.txt"})
_REFUSALS = (
    "know no package",
    "know of no package",
    "do not know any package",
    "don't know any package",
    "do not know a package",
    "don't know a package",
    "not aware of any package",
    "no package is needed",
    "no packages are needed",
    "no external packages",
    "there is no package",
    "there are no packages",
)
_LONGEST = 1_000_000


def find_in_answer(
    text: str,
    source_id: str,
    *,
    asks: Asks,
    ecosystem: str = "pypi",
    truncated: bool = False,
) -> list[Mention]:
    """Find the packages that an answer names.

    Args:
        text: The answer.
        source_id: Id of the completion.
        asks: What was asked: for ``packages`` and ``requirements`` lists and install commands are
            read, for ``code`` imports and install commands; of other answers nothing is.
        ecosystem: The ecosystem of the mentions.
        truncated: The answer was cut off; a mention at its very end says so in its evidence.

    Returns:
        Mentions in order; ``raw`` is ``text[start:end]``.
    """
    if asks not in ("packages", "requirements", "code") or not text.strip():
        return []
    read = text[:_LONGEST]
    begin = thinking_end(read)
    spots: list[Spot] = []
    if asks == "code":
        spots = _in_code(read[begin:])
    elif not is_abstention(read):
        spots = _in_list(read[begin:])
    mentions = to_mentions([spot.moved(begin) for spot in spots], read, source_id, ecosystem)
    end = len(text.rstrip())
    if truncated and mentions and mentions[-1].end >= end:
        from dataclasses import replace

        mentions[-1] = replace(mentions[-1], evidence="truncated", confidence=0.5)
    return mentions


def is_abstention(text: str) -> bool:
    """Say whether an answer says in words that it knows no package."""
    said = " ".join(text[thinking_end(text) :].lower().replace("\u2019", "'").split())
    return any(refusal in said for refusal in _REFUSALS)


def _in_list(text: str) -> list[Spot]:
    spots: list[Spot] = []
    for block in blocks(text):
        if block.language in _PYTHON or (block.language == "" and is_python(block.text)):
            found = find_imports(block.text)
        elif block.language in _SHELL:
            found = find_installs(block.text)
        elif block.language is None or block.language == "" or block.language in _LISTS:
            found = find_installs(block.text)
            found += _outside(find_listed(block.text), found)
        else:
            continue
        spots += [spot.moved(block.start) for spot in found]
    return spots


def _in_code(text: str) -> list[Spot]:
    parts = list(blocks(text))
    if all(block.language is None for block in parts):
        # Bare code: no fence anywhere.
        return find_imports(text) + find_installs(text)
    spots: list[Spot] = []
    for block in parts:
        spots += [spot.moved(block.start) for spot in _of_code_block(block)]
    return spots


def _of_code_block(block: Block) -> list[Spot]:
    if block.language in _SHELL or block.language is None:
        return find_installs(block.text)
    if block.language in _PYTHON:
        return find_imports(block.text) + _magic(block.text)
    if block.language == "":
        return find_imports(block.text) + find_installs(block.text)
    return []


def _magic(text: str) -> list[Spot]:
    """Find the install commands of notebook cells: lines that begin with ``!`` or ``%``."""
    spots, position = [], 0
    for line in text.splitlines(keepends=True):
        if line.lstrip().startswith(("!", "%")):
            spots += [spot.moved(position) for spot in find_installs(line)]
        position += len(line)
    return spots


def _outside(spots: list[Spot], others: list[Spot]) -> list[Spot]:
    return [
        spot
        for spot in spots
        if not any(spot.start < other.end and other.start < spot.end for other in others)
    ]
