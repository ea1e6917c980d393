"""Packages that the scripts of a manifest fetch: ``"fix": "npx tool"`` in ``package.json``.

Source: the documentation of npm, Composer and Deno (found).
"""

from __future__ import annotations

from collections.abc import Iterator

from unghost.mentions.commands import installs
from unghost.syntax.document import Scalar, Table, Value, strings
from unghost.syntax.json_text import read_json
from unghost.syntax.located import located
from unghost.syntax.spot import Spot
from unghost.syntax.word import Word

_KEYS = ("scripts", "tasks")


def find_in_scripts(text: str) -> list[Spot]:
    """Find the packages that the scripts of a JSON manifest fetch or install."""
    root = read_json(text) if any(f'"{key}"' in text for key in _KEYS) else None
    source = Word(text, 0, len(text))
    spots: list[Spot] = []
    if not isinstance(root, Table):
        return []
    for key in _KEYS:
        for _, value in root.table(key).entries:
            for scalar in _commands(value):
                word = located(source, scalar)
                spots += installs().find(word) if word is not None else []
    return spots


def _commands(value: Value) -> Iterator[Scalar]:
    """Return a script, a list of them, or the one that a task of Deno describes."""
    yield from strings(value.get("command") if isinstance(value, Table) else value)
