"""Clues that identify Python's manifests in texts without a file name."""

from __future__ import annotations

import re
from collections.abc import Callable

from unghost.ecosystems.base import Clue
from unghost.ecosystems.pypi.commands import read_argument
from unghost.syntax.document import Table, held

_PINS = ("==", ">=", "~=", "<=", "!=")
_CODE_LINE = re.compile(r"^[ \t]*(?:class|def|from|import)[ \t]", re.M)
"""A line that is of Python and of no TOML, though both may set ``dependencies = [``."""


def _has(*names: str) -> Callable[[Table, str], bool]:
    return lambda root, text: not held(root).isdisjoint(names)


def _is_tox(root: Table, text: str) -> bool:
    return any(key == "tox" or key.startswith("testenv") for key in held(root))


def _is_part_of_project(root: Table, text: str) -> bool:
    listed = bool(root.array("dependencies").items) and "=" in text
    return listed and not _CODE_LINE.search(text)


def _is_environment(root: Table, text: str) -> bool:
    keys = {key.text for key, _ in root.entries}
    return "dependencies" in keys and not keys.isdisjoint(("channels", "name"))


def _is_list(root: None, text: str) -> bool:
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith(("#", "-r ", "-c ", "--"))]
    return any(map(_is_pinned, lines)) and all(
        read_argument(line.partition(" #")[0].strip()) is not None for line in lines
    )


def _is_pinned(line: str) -> bool:
    """Return whether a line has a version; in brackets right after a word it is a call's."""
    before, _, inside = line.partition("(")
    return any(pin in before or (pin in inside and before.endswith(" ")) for pin in _PINS)


_PROJECT = _has("project", "build-system", "dependency-groups", "tool")
CLUES = (
    Clue("toml", "pyproject.toml", _PROJECT, turn=1),
    Clue("toml", "Pipfile", _has("packages", "dev-packages"), turn=3),
    Clue("toml", "setup.cfg", _has("options", "metadata"), turn=5),
    Clue("toml", "tox.ini", _is_tox, turn=6),
    Clue("toml", "pyproject.toml", _is_part_of_project, "[project]\n", ("dependencies",), turn=7),
    Clue("yaml", "environment.yml", _is_environment, words=("dependencies:",)),
    Clue("text", "requirements.txt", _is_list, turn=2),
)
