"""The effect of a call on files: their texts before and after, without writing anything.

Calls are recognised by the shape of their arguments, not by the names of tools, which differ from
agent to agent and change: who gives a path and a text writes the text there.
"""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unghost.errors import UnghostError
from unghost.hook.formats import LARGEST
from unghost.hook.redirects import written_files
from unghost.mentions.reader import is_of_interest
from unghost.syntax.text import decode, read_file

_COMMANDS = ("command", "cmd", "script")
_FOLDERS = ("working_directory", "dir_path", "directory", "workdir")
_PATHS = (
    "file_path", "filePath", "notebook_path", "path", "target_file", "absolute_path", "filename",
)  # fmt: skip
_WHOLE = ("content", "contents", "file_text", "code_edit")
_OLD = ("old_string", "old_str", "oldText", "oldString")
_NEW = ("new_string", "new_str", "newText", "newString", "insert_text")
_EVERY = ("replace_all", "replaceAll", "allow_multiple")
_PATCHES = ("patch", "patchText", "diff", "input", "command")
_PATCH_HEADS = ("--- ", "+++ ", "diff --git ", "*** ", "Index: ", "@@ ")
_WRITING = (
    "Write Edit MultiEdit NotebookEdit write_file replace edit_file search_replace StrReplace"
    " ApplyPatch apply_patch create_file"
)
_WRITERS = frozenset(_WRITING.split())
_RUNNERS = frozenset({"Bash", "PowerShell", "Shell", "run_shell_command"})
"""Tools of which it is known what they do: one without a text or a command cannot be judged."""
_MOST_WORK = 400_000_000
"""Characters that edits of one call may copy in all."""
DIFF = "changes.diff"
"""The path of a patch, which names the files it changes by itself."""


@dataclass(frozen=True, slots=True)
class FileChange:
    """The change of one file.

    Attributes:
        path: The file; :data:`DIFF` for a patch.
        before: Its text, or the part of it that goes.
        after: Its text then, or the part that comes.
    """

    path: Path
    before: str
    after: str


def command_of(arguments: Mapping[str, Any]) -> str | None:
    """Return the shell command that a call runs, None if it runs none."""
    found = []
    for key in _COMMANDS:
        value = arguments.get(key)
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, list) and value and all(isinstance(word, str) for word in value):
            found.append(shlex.join(value))
    # Which of several would be run, the tool alone knows.
    return "\n".join(found) if found else None


def path_of(arguments: Mapping[str, Any]) -> str:
    """Return the file that a call is about, as it is written; empty if it is about none."""
    return _first(arguments, _PATHS) or ""


def changes_of(tool: str, arguments: Mapping[str, Any], folder: Path) -> list[FileChange]:
    """Return what a call makes of files.

    Args:
        tool: The tool's name.
        arguments: What it is given.
        folder: The folder that paths are relative to.

    Raises:
        UnghostError: The tool is known to run or write something, and it is not known what.
    """
    command = command_of(arguments)
    if command is None and tool in _RUNNERS:
        raise UnghostError(f"the arguments of {tool} do not show what it would run")
    changes = _of_command(command, folder / (_first(arguments, _FOLDERS) or ""))
    written = path_of(arguments)
    if written:
        path = folder / written
        if "notebook_path" in arguments or "new_source" in arguments:
            changes += _of_notebook(path, arguments)
        elif (change := _of_texts(path, arguments)) is not None:
            changes.append(change)
    changes += [
        FileChange(Path(DIFF), "", text)
        for key in _PATCHES
        if isinstance(text := arguments.get(key), str) and _is_patch(text)
    ]
    if not changes and tool in _WRITERS and not _writes_nothing(written, arguments):
        raise UnghostError(f"the arguments of {tool} do not show what it would write")
    return changes


def _writes_nothing(written: str, arguments: Mapping[str, Any]) -> bool:
    if arguments.get("edit_mode") == "delete":
        return True
    return bool(written) and not is_of_interest(written)


def _of_command(command: str | None, folder: Path) -> list[FileChange]:
    befores: dict[Path, str] = {}
    parts: dict[Path, list[str]] = {}
    for one in written_files(command) if command else ():
        if any(mark in Path(one.path).name for mark in "$`*?"):
            continue  # only the shell knows what kind of file that is
        path = folder / one.folder / one.path
        if path not in befores:
            befores[path] = _present(path) or ""
            parts[path] = [befores[path]]
        if not one.added:
            parts[path] = []
        elif parts[path] and parts[path][-1][-1:] not in ("", "\n"):
            parts[path].append("\n")
        parts[path].append(one.text)
    return [FileChange(path, before, "".join(parts[path])) for path, before in befores.items()]


def _of_texts(path: Path, arguments: Mapping[str, Any]) -> FileChange | None:
    whole = _first(arguments, _WHOLE)
    if whole is not None:
        return FileChange(path, _present(path) or "", whole)
    listed = arguments.get("edits")
    tables = [*listed, arguments] if isinstance(listed, list) else [arguments]
    edits = [
        _Edit(_first(table, _OLD) or "", new, _is_every(table))
        for table in tables
        if isinstance(table, dict) and (new := _first(table, _NEW)) is not None
    ]
    return _edited(path, edits) if edits else None


@dataclass(frozen=True, slots=True)
class _Edit:
    """One replacement: of the first occurrence, or of every one."""

    old: str
    new: str
    every: bool

    def of(self, text: str) -> str | None:
        """Return a text with the part replaced, None if it is not there."""
        if not self.old:
            return None if text else self.new
        if not self.every:
            return text.replace(self.old, self.new, 1) if self.old in text else None
        # A short part that is everywhere, replaced by a long one, would fill the memory.
        count = text.count(self.old)
        fits = count and count * len(self.new) <= LARGEST
        return text.replace(self.old, self.new) if fits else None


def _edited(path: Path, edits: Sequence[_Edit]) -> FileChange:
    """Apply edits in turn; if one does not fit, look at what goes and what comes alone."""
    before = text = _present(path) or ""
    work = 0
    for edit in edits:
        work += len(text)
        changed = edit.of(text) if work < _MOST_WORK else None
        if changed is None:
            goes, comes = (edit.old for edit in edits), (edit.new for edit in edits)
            return FileChange(path, "\n".join(goes), "\n".join(comes))
        text = changed
    return FileChange(path, before, text)


def _is_every(edit: Mapping[str, Any]) -> bool:
    expected = edit.get("expected_replacements")
    many = isinstance(expected, int) and expected > 1
    return many or any(edit.get(key) is True for key in _EVERY)


def _of_notebook(path: Path, arguments: Mapping[str, Any]) -> list[FileChange]:
    """Treat the changed cell as a notebook of its own."""
    source = arguments.get("new_source")
    if not isinstance(source, str) or arguments.get("edit_mode") == "delete":
        return []
    notebook = _json(_present(path) or "")
    cell: dict[str, Any] = {"cell_type": "code"}
    if arguments.get("edit_mode") != "insert":
        cell = _cell(notebook, arguments)
    kind = arguments.get("cell_type")
    changed = {**cell, "source": source, **({"cell_type": kind} if isinstance(kind, str) else {})}
    before, after = (
        json.dumps({"metadata": notebook.get("metadata"), "nbformat": 4, "cells": [one]})
        for one in (cell, changed)
    )
    return [FileChange(path, before, after)]


def _cell(notebook: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cell that is meant, without its outputs; an empty one if there is none."""
    listed, wanted = notebook.get("cells"), arguments.get("cell_id")
    cells = listed if isinstance(listed, list) else []
    for at, cell in enumerate(cells):
        named = isinstance(wanted, str) and wanted in (f"cell-{at}", _get(cell, "id"))
        if named or arguments.get("cell_number") == at:
            return {key: _get(cell, key) for key in ("cell_type", "source")}
    return {"cell_type": "code"}


def _get(value: object, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _json(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _present(path: Path) -> str | None:
    """Return the text of a file as it is, None if there is none that can be read."""
    try:
        data = read_file(path, LARGEST + 1)
    except ValueError:  # no file can have such a name
        return None
    if isinstance(data, str) or len(data) > LARGEST:
        return None
    text = decode(data)
    # Agents write the ends of lines their own way, whatever the file has.
    return None if text is None else text.replace("\r\n", "\n")


def _is_patch(text: str) -> bool:
    return text.lstrip().startswith(_PATCH_HEADS) and "\n" in text


def _first(table: Mapping[str, Any], keys: Iterable[str]) -> str | None:
    return next((value for key in keys if isinstance(value := table.get(key), str)), None)


def label(path: Path, root: Path) -> str:
    """Return a file's path relative to the project, links resolved; absolute if it is outside."""
    try:
        real = Path(os.path.realpath(path))
        base = Path(os.path.realpath(root))
    except ValueError:  # no file can have such a name
        return path.as_posix()
    return (real.relative_to(base) if real.is_relative_to(base) else real).as_posix()
