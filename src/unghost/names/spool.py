"""The part of a list read so far, in a database, so that a killed pull can resume.

What a page brings is committed together with the state to go on from; a kill or a full disk takes
away only what came after the last such state. A state that is empty says that nothing can be gone
on from, so that the reading begins anew.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from unghost.ecosystems.registry import Entry, Page
from unghost.errors import UnghostError
from unghost.storage.atomic import write_error

_SCHEMA = (
    "CREATE TABLE state (about TEXT, state TEXT, day TEXT, partial INTEGER, finished INTEGER)",
    "CREATE TABLE entries (name TEXT, day TEXT, removed INTEGER)",
)


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
        self.day, self.partial, self.finished, self._resumable = "", False, False, False
        with self._writing():
            self._database = _locked(path)
        if not self._recover():
            self.begin(self.about, self.state)

    def begin(self, about: Mapping[str, str], state: Mapping[str, object]) -> None:
        """Throw away what was read and begin anew."""
        self.about, self.state = dict(about), dict(state)
        self.day, self.partial, self.finished, self._resumable = "", False, False, False
        with self._writing():
            for table in ("state", "entries"):
                self._database.execute(f"DROP TABLE IF EXISTS {table}")
            for statement in _SCHEMA:
                self._database.execute(statement)

    def add(self, page: Page) -> None:
        """Store a page; if its state can be gone on from, nothing of it is lost by a kill."""
        self.partial = self.partial or page.partial
        self.day, self.state = page.day or self.day, dict(page.state)
        with self._writing():
            self._database.executemany(
                "INSERT INTO entries VALUES (?, ?, ?)", map(_row, page.entries)
            )
        if self.state or self._resumable:
            self._commit()

    def finish(self, day: str) -> None:
        """Record that all was read; ``day`` is that of the list if the list itself has none."""
        self.day, self.finished = self.day or day, True
        self._commit()

    def entries(self) -> Iterator[Entry]:
        """Return all that was read, in its order."""
        rows = self._database.execute("SELECT name, day, removed FROM entries ORDER BY rowid")
        return (Entry(name, day, bool(removed)) for name, day, removed in rows)

    def remove(self) -> None:
        """Remove the file: what was read is elsewhere, or worth nothing."""
        if os.name == "nt":  # where a file that is open cannot be removed
            self._database.close()
        self._path.unlink(missing_ok=True)
        self._database.close()

    def close(self) -> None:
        """Close the file; it stays if there is something to resume from."""
        if not (self._resumable or self.finished):
            self.remove()
        self._database.close()

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _recover(self) -> bool:
        """Load the last committed state; False if there is none to resume from."""
        try:
            row = self._database.execute("SELECT * FROM state").fetchone()
        except sqlite3.OperationalError:
            return False
        if row is None or row[0] != _text(self.about):
            return False
        _, state, day, partial, finished = row
        self._resumable, self.finished = state != "{}", bool(finished)
        if not (self._resumable or self.finished):
            return False
        self.state, self.day, self.partial = json.loads(state), day, bool(partial)
        return True

    def _commit(self) -> None:
        """Commit what was read so far, and its state, so that both survive a kill."""
        said = (_text(self.about), _text(self.state), self.day, self.partial, self.finished)
        with self._writing():
            self._database.execute("DELETE FROM state")
            self._database.execute("INSERT INTO state VALUES (?, ?, ?, ?, ?)", said)
            self._database.execute("COMMIT")
            self._database.execute("BEGIN")
        self._resumable = bool(self.state)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            cause = error if isinstance(error, OSError) else OSError(str(error))
            raise write_error(self._path, cause) from cause


def _locked(path: Path) -> sqlite3.Connection:
    """Open a database for this process alone, in a transaction.

    A file that is damaged, or is not a database, is replaced, and one that another process removed
    before it was locked is made again.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        before = path.stat()
        database = sqlite3.connect(path, timeout=0, isolation_level=None)
        try:
            database.execute("PRAGMA locking_mode = EXCLUSIVE")
            database.execute("BEGIN EXCLUSIVE")
            is_sound = database.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
        except sqlite3.OperationalError as error:
            database.close()
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            raise UnghostError(
                f"another process is pulling into {path.parent}: wait for it, or choose another"
                " --output"
            ) from None
        except sqlite3.DatabaseError:
            is_sound = False
        if is_sound and path.exists() and os.path.samestat(before, path.stat()):
            return database
        database.close()
        if not is_sound:
            path.unlink(missing_ok=True)


def _row(entry: Entry) -> tuple[str, str | None, bool]:
    name = entry.name.encode("utf-8", "replace").decode()
    return name, entry.first_seen, entry.removed


def _text(value: Mapping[str, object]) -> str:
    return json.dumps(value, sort_keys=True)
