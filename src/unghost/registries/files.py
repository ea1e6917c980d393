"""Reading clients' configuration files; one that cannot be read or understood says nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

LARGEST = 1 << 20
"""Bytes; a configuration file of more than this is none."""


def read_text(path: Path) -> str | None:
    """Read a text file, None if there is none."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError):
        return None
    return None if len(data) > LARGEST else data.decode("utf-8-sig", "replace")


def read_ini(path: Path) -> dict[str, dict[str, str]]:
    """Read an INI file as Python's own reader does: sections, then keys in lower case."""
    text = read_text(path)
    if not text:
        return {}
    import configparser

    reader = configparser.RawConfigParser(strict=False)
    try:
        reader.read_string(text)
    except configparser.Error:
        return {}
    return {section: dict(reader.items(section)) for section in reader.sections()}


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON file whose value is an object."""
    return parse_json(read_text(path) or "")


def parse_json(text: str) -> dict[str, Any]:
    """Read a JSON text whose value is an object."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file."""
    text = read_text(path)
    if not text:
        return {}
    import tomllib

    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return {}


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a YAML file whose value is a mapping."""
    import yaml

    try:
        value = yaml.safe_load(read_text(path) or "")
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def settings(text: str, comments: str = "#") -> Iterator[tuple[str, str]]:
    """Return the keys and values of lines such as ``key = value``.

    Args:
        text: The text.
        comments: Characters that begin a comment at a line's beginning.
    """
    for line in text.splitlines():
        key, equals, value = line.strip().partition("=")
        if equals and key and key[0] not in comments:
            yield key.strip(), value.strip()


def expander(
    environ: Mapping[str, str], begin: str, end: str, only: Callable[[str], bool] | None = None
) -> Callable[[str], str]:
    """Return a function that puts values for variables; one that is not set stays as written.

    A project's own files may come from anyone, and what they ask for would be sent to the host that
    they name. So only variables made for the client are put into them, and all into the user's.

    Args:
        environ: The variables.
        begin: What stands before a name, such as ``${``.
        end: What stands after it.
        only: Which variables may be put in; None for all.
    """

    def expand(text: str) -> str:
        parts, place = [], 0
        while (start := text.find(begin, place)) >= 0:
            stop = text.find(end, start + len(begin))
            if stop < 0:
                break
            name = text[start + len(begin) : stop].strip()
            plain, _, fallback = name.partition(":-")
            value = environ.get(plain) if only is None or only(plain) else None
            if value is None and fallback:
                value = fallback
            parts += [text[place:start], text[start : stop + len(end)] if value is None else value]
            place = stop + len(end)
        return "".join(parts) + text[place:]

    return expand


def tables(value: Any) -> Iterator[dict[str, Any]]:
    """Return the mappings of what should be a list of them."""
    for item in value if isinstance(value, list) else ():
        if isinstance(item, dict):
            yield item


def table(value: Any, *keys: str) -> dict[str, Any]:
    """Return the mapping below some keys, an empty one if there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def text_of(value: Any) -> str:
    """Return a value if it is a text, else an empty one."""
    return value if isinstance(value, str) else ""


def upwards(folder: Path) -> Iterator[Path]:
    """Return a folder and those around it, the innermost first."""
    yield folder
    yield from folder.parents


def config_home(environ: Mapping[str, str], home: Path) -> Path:
    """Return the folder of the user's configuration (XDG Base Directory Specification, found)."""
    return Path(environ.get("XDG_CONFIG_HOME") or home / ".config")


def config_dirs(environ: Mapping[str, str]) -> list[Path]:
    """Return the folders of the machine's configuration, the most important first."""
    dirs = environ.get("XDG_CONFIG_DIRS") or str(SYSTEM / "xdg")
    return [Path(part) for part in dirs.split(os.pathsep) if part]


SYSTEM = Path("/etc")
