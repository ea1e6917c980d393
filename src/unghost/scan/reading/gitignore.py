"""Paths that git ignores: ``.gitignore`` files, from the root of a tree down.

Git itself is never run: a repository's own configuration can make it start programs.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_LARGEST = 1_000_000
_MOST_RULES = 2_000
_MOST_STARS, _MOST_FOLDERS = 2, 3
"""Stars in a part of a rule, and parts for any folders: time grows with their power."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """The rules that hold in a folder.

    Attributes:
        specs: The folder that rules stand in, relative to the root and ending in ``/`` unless it is
            the root, with the rules; the outermost first.
    """

    specs: tuple[tuple[str, GitIgnoreSpec], ...] = ()

    def within(self, folder: str, text: str) -> Ignored:
        """Add the rules of a ``.gitignore`` in a folder below."""
        # Git ends lines at line feeds alone, whatever else Unicode calls a line's end.
        lines = [line.removesuffix("\r") for line in text.split("\n")]
        lines = [line for line in lines if line.strip() and not line.startswith("#")]
        if not lines or len(lines) > _MOST_RULES or not all(_is_quick(line) for line in lines):
            # People do not write rules that take for ever; without them more is scanned.
            return self
        # It takes long to import, and many folders have no rules.
        from pathspec import GitIgnoreSpec

        return Ignored((*self.specs, (folder, _compiled(GitIgnoreSpec, lines))))

    def covers(self, path: str) -> bool:
        """Return whether a path relative to the root is left out; folders end in ``/``."""
        for folder, spec in reversed(self.specs):
            said = spec.check_file(path[len(folder) :]).include
            if said is not None:
                return said
        return False


def _compiled(spec: type[GitIgnoreSpec], lines: Sequence[str]) -> GitIgnoreSpec:
    """Compile rules; git passes over one that makes no sense, and so do we."""
    try:
        return spec.from_lines(lines)
    except ValueError:
        return spec.from_lines([line for line in lines if _is_sound(spec, line)])


def _is_sound(spec: type[GitIgnoreSpec], line: str) -> bool:
    try:
        spec.from_lines([line])
    except ValueError:
        return False
    return True


def _is_quick(rule: str) -> bool:
    parts = rule.split("/")
    stars = max(len(re.findall(r"\*+", part)) for part in parts)
    return stars <= _MOST_STARS and sum("**" in part for part in parts) <= _MOST_FOLDERS


def rules_outside(root: Path, folder: str, home: Path | None) -> Ignored:
    """Return the rules of the user and of a repository that stand in no ``.gitignore``.

    Args:
        root: The folder that paths are relative to.
        folder: The repository's, relative to the root and ending in ``/`` unless it is the root.
        home: The user's folder, None if there is none.
    """
    settings = os.environ.get("XDG_CONFIG_HOME") or (home and home / ".config")
    rules = Ignored()
    if settings:
        rules = rules.within(folder, read_rules(Path(settings) / "git" / "ignore"))
    return rules.within(folder, read_rules(root / folder / ".git" / "info" / "exclude"))


def read_rules(path: Path) -> str:
    """Read a file of rules; empty if there is none or it is not a regular file."""
    try:
        # Git refuses links here, and they may lead anywhere.
        if path.is_symlink() or not path.is_file() or path.stat().st_size > _LARGEST:
            return ""
        return path.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""
