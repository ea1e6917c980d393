"""Files that configure the check, and whether a call changes them.

An agent must not switch off its own check: such a call is for a person to decide. To be sure, keep
the settings where the agent cannot write, and name them with ``--config``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from unghost.hook.edits import DIFF, FileChange, command_of, label, path_of
from unghost.mentions.commands.shell import commands
from unghost.mentions.commands.starters import program_name

_SETTINGS = "unghost.toml"
_HOOKS = (
    ".claude/settings.json",
    ".claude/settings.local.json",
    ".gemini/settings.json",
    ".cursor/hooks.json",
)
"""Files in which the agents' users register hooks."""
_MARK = "unghost"
_WRITE_BASELINE = "--write-baseline"
_CHANGING = "rm mv cp ln tee truncate unlink install dd sed perl patch ed ex shred rsync touch"
_CHANGERS = frozenset(_CHANGING.split())
"""Programs that change the files they are given."""
_HEADS = re.compile(r"(?:\+\+\+|---|\*\*\* (?:Add|Update|Delete) File:|\*\*\* Move to:) (.+)")


class Guard:
    """Recognises the files that configure the check.

    Args:
        root: The project's folder.
        own: Settings and baselines that are in use, wherever they lie.
    """

    def __init__(self, root: Path, own: Iterable[Path]) -> None:
        self._root, self._own = root, {label(path, root) for path in own}

    def touched(
        self, tool: str, arguments: Mapping[str, Any], changes: Sequence[FileChange], folder: Path
    ) -> str | None:
        """Return the first such file that a call changes, None if it changes none.

        Args:
            tool: The tool's name.
            arguments: What it is given.
            changes: The changes of files.
            folder: The folder that paths are relative to.
        """
        for change in changes:
            for path, before, after in self._files(change, folder):
                if before != after and self._is_guarded(path, before, after):
                    return path
        if tool.lower().startswith("delete"):
            path = label(folder / path_of(arguments), self._root)
            if self._is_guarded(path, _MARK, ""):
                return path
        command = command_of(arguments)
        return None if command is None else self._by_command(command, folder)

    def _files(self, change: FileChange, folder: Path) -> Iterator[tuple[str, str, str]]:
        if change.path != Path(DIFF):
            yield label(change.path, self._root), change.before, change.after
            return
        for match in _HEADS.finditer(change.after):
            path = match[1].partition("\t")[0].strip().strip('"')
            path = path[2:] if path[:2] in ("a/", "b/") else path
            yield label(folder / path, self._root), "", change.after

    def _is_guarded(self, path: str, before: str, after: str) -> bool:
        name = PurePosixPath(path).name
        if name == _SETTINGS or path in self._own:
            return True
        if f"/{path}".endswith(tuple(f"/{hooks}" for hooks in _HOOKS)):
            return _MARK in before or _MARK in after
        return name == "pyproject.toml" and _of_unghost(before) != _of_unghost(after)

    def _by_command(self, command: str, folder: Path) -> str | None:
        names = {_SETTINGS, *_HOOKS, *(PurePosixPath(path).name for path in self._own)}
        if not any(name in command for name in (*names, _WRITE_BASELINE)):
            return None
        for words in commands(command):
            program, texts = program_name(words[0].text), [word.text for word in words[1:]]
            if program == _MARK and _WRITE_BASELINE in texts:
                return "the baseline"
            for path in texts if program in _CHANGERS else ():
                shown = label(folder / path, self._root)
                if self._is_guarded(shown, _MARK, ""):
                    return shown
        return None


def _of_unghost(text: str) -> object:
    """Return the settings of unghost in a pyproject, or the lines that speak of it."""
    if _MARK not in text:
        return None
    import tomllib

    try:
        table: Any = tomllib.loads(text)
    except (ValueError, RecursionError):
        return [line.strip() for line in text.splitlines() if _MARK in line]
    tool = table.get("tool")
    return tool.get(_MARK) if isinstance(tool, dict) else None
