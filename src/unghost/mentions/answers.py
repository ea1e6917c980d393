"""Where a model's answer names packages: what to read depends on what was asked."""

from __future__ import annotations

from dataclasses import replace

from unghost.mentions.commands import find_installs, find_installs_by_line
from unghost.mentions.names_list import find_listed, find_required
from unghost.mentions.tables import find_in_tables
from unghost.mentions.thinking import thinking_end
from unghost.records import TRUNCATED, Mention
from unghost.syntax.markdown import Block, blocks
from unghost.syntax.python import find_imports, is_python, parses
from unghost.syntax.spot import Spot, to_mentions

_PYTHON = frozenset({"python", "py", "python3", "pycon", "ipython", "jupyter"})
_SHELL = frozenset({"sh", "shell", "bash", "zsh", "console", "terminal", "cmd", "powershell"})
_SHELL |= {"shell-session", "shellsession", "sh-session"}
_REQUIREMENTS = frozenset({"requirements", "requirements.txt"})
_TEXT = frozenset({"", "text", "txt", "plaintext"})
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
    asks: str,
    ecosystem: str = "pypi",
    truncated: bool = False,
) -> list[Mention]:
    """Find the packages that an answer names.

    Args:
        text: The answer.
        source_id: Id of the completion.
        asks: What was asked: for ``packages`` and ``requirements`` lists and install commands are
            read, for ``code`` imports and install commands; of other answers nothing is.
        ecosystem: The ecosystem that was asked about; names of others are left out.
        truncated: The answer was cut off; a mention at its very end says so in its evidence.

    Returns:
        Mentions in order; ``raw`` is ``text[start:end]``.
    """
    if asks not in ("packages", "requirements", "code") or not text.strip():
        return []
    read = text[:_LONGEST]
    begin = thinking_end(read)
    spots = _in_code(read[begin:]) if asks == "code" else _in_list(read[begin:])
    named = (spot.moved(begin) for spot in spots if spot.ecosystem == ecosystem)
    mentions = to_mentions(named, read, source_id)
    end = len(text.rstrip())
    if truncated and mentions and mentions[-1].end >= end:
        mentions[-1] = replace(mentions[-1], evidence=TRUNCATED, confidence=0.5)
    return mentions


def is_abstention(text: str) -> bool:
    """Return whether an answer says in words that it knows no package.

    An answer that says so and names one all the same is judged by what it names.
    """
    said = " ".join(text[thinking_end(text) :].lower().replace("\u2019", "'").split())
    return any(refusal in said for refusal in _REFUSALS)


def _in_list(text: str) -> list[Spot]:
    parts = list(blocks(text))
    fenced = any(block.language is not None for block in parts)
    return [s.moved(block.start) for block in parts for s in _of_list_block(block, fenced)]


def _of_list_block(block: Block, fenced: bool) -> list[Spot]:
    """Read a block where packages were asked for; beside fences a lone word is a heading."""
    if block.language == "" and is_python(block.text):
        return _in_python(block.text)
    if block.language is None or block.language in _TEXT:
        found = find_installs_by_line(block.text)
        listed = find_listed(block.text, bare=block.language is not None or not fenced)
        return found + _outside(listed + find_in_tables(block.text), found)
    return _of_labelled_block(block)


def _in_code(text: str) -> list[Spot]:
    parts = list(blocks(text))
    if all(block.language is None for block in parts):
        # Bare code: no fence anywhere.
        return _in_python(text)
    return [spot.moved(block.start) for block in parts for spot in _of_code_block(block)]


def _of_code_block(block: Block) -> list[Spot]:
    if block.language is None:
        return find_installs_by_line(block.text)
    if block.language == "":
        return _in_python(block.text)
    return _of_labelled_block(block)


def _of_labelled_block(block: Block) -> list[Spot]:
    if block.language in _PYTHON:
        return _in_python(block.text)
    if block.language in _SHELL:
        return find_installs(block.text)
    if block.language in _REQUIREMENTS:
        return find_required(block.text)
    return []


def _in_python(text: str) -> list[Spot]:
    """Find imports, and install commands unless all is code: notebook cells have both."""
    found = find_imports(text)
    return found if parses(text) else found + find_installs_by_line(text)


def _outside(spots: list[Spot], others: list[Spot]) -> list[Spot]:
    taken = {place for other in others for place in range(other.start, other.end)}
    return [spot for spot in spots if taken.isdisjoint(range(spot.start, spot.end))]
