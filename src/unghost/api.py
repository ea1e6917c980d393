"""Scanning from Python, in three functions."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from unghost.ecosystems import DEFAULT
from unghost.mentions.kinds.by_name import Asked
from unghost.scan.checking import Checked, check
from unghost.scan.finding import Report
from unghost.scan.reading.listing import find_root
from unghost.scan.scanner import scan_files
from unghost.scan.scanner import scan_text as _scan_text
from unghost.scan.settings import ScanSettings, read_settings


def scan_paths(
    *paths: str | os.PathLike[str], settings: ScanSettings | None = None, processes: int = 1
) -> Report:
    """Find names of packages that do not exist in files and folders.

    Args:
        paths: Files and folders; the current folder if there is none.
        settings: The settings; None reads the project's ``unghost.toml`` or ``pyproject.toml``.
        processes: How many processes may look at files.

    Raises:
        UnghostError: A path does not exist, or the settings name what cannot be read.
    """
    places = [Path(path) for path in paths] or [Path.cwd()]
    root = find_root(places)
    chosen = read_settings(root) if settings is None else settings
    return scan_files(places, chosen, root=root, processes=processes)


def scan_text(
    text: str,
    *,
    language: str | None = None,
    asks: Asked | None = None,
    settings: ScanSettings | None = None,
) -> Report:
    """Find names of packages that do not exist in a text: an answer, a command, code.

    Args:
        text: The text.
        language: What it is, as the language of a fenced block or a file's name (``python``,
            ``requirements.txt``); None lets the text itself tell.
        asks: What the question asked for that the text answers (``packages``, ``requirements`` or
            ``code``): then lists of names are read too, which nothing else tells from prose.
        settings: The settings; None reads those of the project that the current folder is in.

    Raises:
        UnghostError: The settings name what cannot be read.
    """
    root = find_root([Path.cwd()])
    chosen = read_settings(root) if settings is None else settings
    return _scan_text(text, chosen, root=root, language=language, asks=asks)


def check_names(
    names: Iterable[str], ecosystem: str = DEFAULT, *, settings: ScanSettings | None = None
) -> list[Checked]:
    """Check for each name whether a package of this name can be trusted to exist.

    Args:
        names: Names as one would install them.
        ecosystem: Such as ``pypi`` or ``npm``.
        settings: The settings; None reads those of the project that the current folder is in.

    Raises:
        UnghostError: The ecosystem is not known, or the settings name what cannot be read.
    """
    root = find_root([Path.cwd()])
    chosen = read_settings(root) if settings is None else settings
    return list(check(list(names), ecosystem, chosen, root=root).names)
