"""Requirements files of any name: what pip is told to read is read, however it is called.

Source: pip's documentation of ``-r``, setuptools' of ``file`` in ``pyproject.toml`` and
``setup.cfg``, uv's of its options; found.
"""

from __future__ import annotations

import re

from unghost.ecosystems.pypi.ini import included_by_setup_cfg
from unghost.ecosystems.pypi.pyproject import included_by_pyproject

_COMMAND = re.compile(r"\b(?:pip[\d.]*|uv|pipenv)(?:\.exe)?\b((?:[^\n;|&\\]|\\.)*)", re.S)
_OPTION = re.compile(
    r"(?<![^\s'\",\[])(?:-r|--(?:with-)?requirements?)[ \t='\",\\\r\n]*([^\s'\",\[\];|&\\`]+)"
)
_STOPS = ".,:!?)}*>"
"""What no file's name ends with, but a sentence or a bracket around it."""
_OF_TOX = re.compile(r"^\{(?:toxinidir|tox_root)\}/|^file:(?!//)")


def find_included(text: str, path: str, *, is_list: bool) -> list[str]:
    """Find the requirements files that a file has pip read.

    Args:
        text: The file's text.
        path: Its path.
        is_list: Whether it is a requirements file, or another manifest of Python, itself; in
            anything else only what stands behind a command counts.

    Returns:
        Paths and addresses as they are written, each once.
    """
    name = path.rpartition("/")[2]
    found: list[str] = []
    if name == "pyproject.toml":
        found += included_by_pyproject(text)
    elif name == "setup.cfg":
        found += included_by_setup_cfg(text)
    parts = [text] if is_list else [command[1] for command in _COMMAND.finditer(text)]
    found += [option[1] for part in parts for option in _OPTION.finditer(part)]
    named = (_OF_TOX.sub("", one).rstrip(_STOPS) for one in found)
    return list(dict.fromkeys(name for name in named if name))
