"""Recent answers of registries, on disk: presence for a day, absence for ten minutes."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

PRESENCE_SECONDS = 24 * 3600
ABSENCE_SECONDS = 600
"""Short, for a name that is absent now may be registered at any moment."""
Presence = Literal["exists", "absent", "reserved"]
"""What a registry says of a name: ``reserved`` is one that it holds itself, without code."""
_PRESENCES: dict[int, Presence] = {0: "absent", 1: "exists", 2: "reserved"}
_NUMBERS = {presence: number for number, presence in _PRESENCES.items()}
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS answers (registry TEXT, name TEXT, there INTEGER, at REAL,"
    " PRIMARY KEY (registry, name)) WITHOUT ROWID"
)


class LiveCache:
    """Answers by registry and name.

    A cache that cannot be opened or written is done without: each name is asked again.

    Args:
        path: The database; None keeps nothing.
        now: Gives the time in seconds since 1970.
    """

    def __init__(self, path: Path | None, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._database: sqlite3.Connection | None = None
        if path is not None:
            self._database = _open(path)

    def get(self, registry: str, name: str) -> Presence | None:
        """Return what a registry said of a name, None if that is not known or too long ago."""
        if self._database is None:
            return None
        try:
            row = self._database.execute(
                "SELECT there, at FROM answers WHERE registry = ? AND name = ?", (registry, name)
            ).fetchone()
        except sqlite3.Error:
            return None
        if row is None:
            return None
        # If the clock was set back, answers lie in the future; they count as old.
        age, lasts = self._now() - row[1], PRESENCE_SECONDS if row[0] else ABSENCE_SECONDS
        return _PRESENCES[row[0]] if 0 <= age < lasts and row[0] in _PRESENCES else None

    def put(self, registry: str, name: str, presence: Presence) -> None:
        """Store an answer."""
        if self._database is None:
            return
        try:
            with self._database:
                self._database.execute(
                    "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?)",
                    (registry, name, _NUMBERS[presence], self._now()),
                )
        except sqlite3.Error:
            self._database = None

    def close(self) -> None:
        """Close the database."""
        if self._database is not None:
            self._database.close()
            self._database = None


def _open(path: Path) -> sqlite3.Connection | None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(path, timeout=5)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = OFF")
        database.execute(_SCHEMA)
    except (OSError, sqlite3.Error):
        return None
    return database
