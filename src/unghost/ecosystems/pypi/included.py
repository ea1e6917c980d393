"""Requirements files of any name: the files that pip reads are read as well.

Source: pip's documentation of ``-r`` and of its files, pip-tools' of ``pip-sync``, setuptools' of
``file`` in ``pyproject.toml`` and ``setup.cfg``, uv's of its options; found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from unghost.ecosystems.project import Included
from unghost.ecosystems.pypi.ini import included_by_setup_cfg
from unghost.ecosystems.pypi.pyproject import included_by_pyproject
from unghost.ecosystems.pypi.sources import is_public

_COMMAND = re.compile(
    r"(?<![\w-])(pip[\d.]*|pip-sync|pipenv|uvx?)(?:\.exe)?(?=[\s'\"])((?:[^\n;|&\\]|\\.)*)", re.S
)
_WORD = re.compile(r"(?:\"[^\"\n]*\"|'[^'\n]*'|\\.|[^\s\"'\\`])+", re.S)
_LISTED_WORD = re.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'")
_QUOTED = re.compile(r"[\"']|\\(.)", re.S)
_JOINT = re.compile(r"\\\r?\n")
_OPTION = re.compile(r"(?<![^\s'\",\[])(?:-r|--requirement)[ \t='\",\\\r\n]*([^\s'\",\[\];|&\\`]+)")
_OF_TOX = re.compile(r"^\{(?:toxinidir|tox_root)\}/|^file:(?!//)")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://", re.I)
_STOPS = ".,:!?)]}*>"
"""What no file's name ends with in a sentence, or with a bracket around it."""
_PIP = frozenset({"install", "download", "wheel"})
_LONG = ("--requirement", "--requirements", "--with-requirements")
_SHORTEST_LONG = len("--requirem")
"""pip takes an option's beginning for it, and other options begin as this one does."""
_INDEX = ("-i", "--index-url", "--pypi-url", "--default-index", "--no-index")
_WITHOUT_VALUE = frozenset("UIqvhVr")
"""Short options that may stand before ``r`` after one dash: ``-Ur names.txt``."""


def find_included(text: str, path: str, is_list: bool, is_manifest: bool) -> Included:
    """Find the requirements files that a file has pip read, each once.

    Args:
        text: The file's text.
        path: Its path.
        is_list: Whether it is a requirements file itself.
        is_manifest: Whether it is another manifest of Python; in anything else only what stands
            after a command counts.
    """
    name = path.rpartition("/")[2]
    found = [file for command in _COMMAND.finditer(text) for file in _of_command(command)]
    if is_list:
        found += _of_list(text)
    elif is_manifest:
        found += (option[1] for option in _OPTION.finditer(text))
    if name == "pyproject.toml":
        found += included_by_pyproject(text)
    elif name == "setup.cfg":
        found += included_by_setup_cfg(text)
    files = dict.fromkeys(file for one in found if (file := _OF_TOX.sub("", one)))
    names = tuple(file for file in files if not _ADDRESS.match(file))
    away = tuple(file for file in files if _ADDRESS.match(file))
    return Included(names, away, is_list or is_manifest)


def _of_list(text: str) -> Iterator[str]:
    for line in _JOINT.sub(" ", text).split("\n"):
        if line.lstrip()[:2] in ("-r", "--"):
            yield from _named(_words(line.partition(" #")[0]), "-r")


def _of_command(command: re.Match[str]) -> Iterator[str]:
    program, rest = command[1], _JOINT.sub(" ", command[2])
    # The list of a Dockerfile's command has its program in quotes.
    listed = rest[:1] in "\"'" and "," in rest
    words = [a or b for a, b in _LISTED_WORD.findall(rest[1:])] if listed else _words(rest)
    said = [word for word in words if not word.startswith("-")]
    if program == "pip-sync" or (program == "uv" and said[:2] == ["pip", "sync"]):
        files = said if program == "pip-sync" else said[2:]
        yield from (file for file in files if "." in file or "/" in file)
        return
    if _leaves(words):
        # What is listed comes from another index, as what the command itself names does.
        return
    if program == "uv" and said[:1] == ["pip"]:
        said = said[1:]
    elif program in ("uv", "uvx"):
        yield from _named(words, "-r" if said[:1] == ["add"] else None)
        return
    if said and said[0] in _PIP:
        yield from (one if listed else one.rstrip(_STOPS) for one in _named(words, "-r"))


def _named(words: list[str], short: str | None) -> Iterator[str]:
    """Return the files that options name."""
    for at, word in enumerate(words):
        following = words[at + 1] if at + 1 < len(words) else ""
        option, equals, value = word.partition("=")
        if word.startswith("--"):
            whole = option in _LONG or (
                len(option) >= _SHORTEST_LONG and _LONG[0].startswith(option)
            )
            if whole:
                yield value if equals else following
        elif short is not None and word.startswith("-"):
            before, flag, behind = word[1:].partition("r")
            if flag and _WITHOUT_VALUE.issuperset(before):
                yield behind.lstrip("=") or following


def _leaves(words: list[str]) -> bool:
    """Return whether a command names an index, and none that is PyPI's."""
    named = [at for at, word in enumerate(words) if word.partition("=")[0] in _INDEX]
    values = (words[at].partition("=")[2] or "".join(words[at + 1 : at + 2]) for at in named)
    return bool(named) and not any(map(is_public, values))


def _words(text: str) -> list[str]:
    return [_QUOTED.sub(r"\1", word) for word in _WORD.findall(text)]
