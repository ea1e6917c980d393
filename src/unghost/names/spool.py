"""What was read of a list so far, on disk, so that a pull that was killed goes on.

Lines are only ever added: names with their days, and behind each page the state to go on from. What
stands behind the last whole state is cut off when the file is opened again. A state that is empty
says that nothing can be gone on from, so that the reading begins anew. The format is our own.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from unghost.ecosystems.base import Entry, Page
from unghost.errors import UnghostError
from unghost.runs.atomic import write_error

_VERSION = 1
_GIVEN, _REMOVED, _STATE, _END = b"+", b"-", b"=", b"!"
_BREAKS = str.maketrans("\t\n\r", "   ")


class Spool:
    """An open spool, which no other process can open.

    Args:
        path: The file.
        about: What it is of; a file that is of something else is begun anew.
        state: The state that a new reading begins with.

    Raises:
        UnghostError: Another process has it, or it cannot be written.
    """

    def __init__(self, path: Path, about: Mapping[str, str], state: Mapping[str, object]) -> None:
        self._path, self.about, self.state = path, dict(about), dict(state)
        self.day = ""
        self.partial = self.finished = self._has_state = False
        try:
            self._file = _locked(path)
        except OSError as error:
            raise write_error(path, error) from error
        if not self._recover():
            self.begin(self.about, self.state)

    def begin(self, about: Mapping[str, str], state: Mapping[str, object]) -> None:
        """Throw away what was read and begin anew."""
        self.about, self.state = dict(about), dict(state)
        self.day, self.partial, self.finished, self._has_state = "", False, False, False
        self._cut(0)
        self._write(_line(b"", {"spool": _VERSION, **self.about}))

    def add(self, page: Page) -> None:
        """Store a page; if its state can be gone on from, nothing of it is lost by a kill."""
        self.partial = self.partial or page.partial
        self.day, self.state = page.day or self.day, dict(page.state)
        said = {"state": self.state, "day": self.day, "partial": self.partial}
        self._write(b"".join(map(_entry_line, page.entries)) + _line(_STATE, said))
        if self.state:
            self._has_state = True
            self._sync()

    def finish(self, day: str) -> None:
        """Say that all was read; ``day`` is that of the list if the list itself says none."""
        self.day, self.finished = self.day or day, True
        said = {"state": self.state, "day": self.day, "partial": self.partial}
        self._write(_line(_STATE, said) + _END + b"\n")
        self._sync()

    def entries(self) -> Iterator[Entry]:
        """Return all that was read, in its order."""
        with self._path.open("rb") as file:
            for line in file:
                kind, text = line[:1], line[1:].rstrip(b"\n").decode("utf-8")
                if kind == _GIVEN:
                    name, _, day = text.partition("\t")
                    yield Entry(name, day or None)
                elif kind == _REMOVED:
                    yield Entry(text, removed=True)

    def remove(self) -> None:
        """Remove the file: what was read is elsewhere, or worth nothing."""
        self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the file; it stays if there is something to go on from."""
        if not (self._has_state or self.finished):
            self.remove()
        self._file.close()

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _recover(self) -> bool:
        """Find the last whole state; False if there is none to go on from."""
        self._file.seek(0)
        if _parsed(self._file.readline(), b"") != {"spool": _VERSION, **self.about}:
            return False
        end, last = 0, dict[str, Any]()
        while line := self._file.readline():
            kind = line[:1]
            if kind == _END and line.endswith(b"\n") and last:
                self.finished, end = True, self._file.tell()
            elif kind == _STATE:
                found = _parsed(line, _STATE)
                if found is None:
                    break
                last, end = found, self._file.tell()
        if not last or not (last.get("state") or self.finished):
            return False
        self.state, self.day = dict(last["state"]), last["day"]
        self.partial, self._has_state = last["partial"], True
        self._cut(end)
        return True

    def _cut(self, size: int) -> None:
        try:
            self._file.truncate(size)
            self._file.seek(size)
        except OSError as error:
            raise write_error(self._path, error) from error

    def _write(self, data: bytes) -> None:
        try:
            self._file.write(data)
            self._file.flush()
        except OSError as error:
            raise write_error(self._path, error) from error

    def _sync(self) -> None:
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            raise write_error(self._path, error) from error


def _locked(path: Path) -> BinaryIO:
    """Open a file for this process alone; the one it waited for may be gone by then."""
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise UnghostError(
                f"another process is pulling into {path.parent}: wait for it, or choose another"
                " --output"
            ) from None
        try:
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                return file
        except FileNotFoundError:
            pass
        file.close()


def _entry_line(entry: Entry) -> bytes:
    # Names with breaks of lines are none, and are counted as such when the snapshot is built.
    name = entry.name.translate(_BREAKS).encode("utf-8", "replace")
    if entry.removed:
        return _REMOVED + name + b"\n"
    return _GIVEN + name + (f"\t{entry.first_seen}" if entry.first_seen else "").encode() + b"\n"


def _line(kind: bytes, value: Mapping[str, object]) -> bytes:
    return kind + json.dumps(value, sort_keys=True).encode() + b"\n"


def _parsed(line: bytes, kind: bytes) -> dict[str, Any] | None:
    if not line.endswith(b"\n"):
        return None
    try:
        value = json.loads(line[len(kind) :])
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
