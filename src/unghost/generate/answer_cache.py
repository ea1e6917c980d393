"""Answers of endpoints on disk, by a hash of all that was asked."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Callable
from dataclasses import astuple
from pathlib import Path
from typing import Any, cast

from unghost.generate.asking import Reply
from unghost.records import FinishReason

KEPT_SECONDS = 30 * 24 * 3600
_VERSION = 1
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS answers (key BLOB PRIMARY KEY, at REAL, text TEXT, finish TEXT,"
    " served TEXT, prompt_tokens INTEGER, answer_tokens INTEGER) WITHOUT ROWID"
)
_FIELDS = "text, finish, served, prompt_tokens, answer_tokens"


def answer_key(address: str, body: dict[str, Any], sample: int) -> bytes:
    """Return the hash of a question: where it is asked, all settings, seed and sample number.

    The seed in the body comes from the run's seed, the prompt's id, the sample number and the
    round, so the answers of one prompt that are sampled again are never one answer repeated.

    Args:
        address: Where it is asked, with the interface in its path.
        body: What is sent: model, messages, sampling, seed.
        sample: Number of the answer to its prompt.
    """
    asked = json.dumps([_VERSION, address, body, sample], sort_keys=True)
    return hashlib.sha256(asked.encode("utf-8", "surrogatepass")).digest()


class AnswerCache:
    """Replies by the hash of their question, for 30 days.

    A cache that cannot be opened or written is done without. Use it as a context manager.

    Args:
        path: The database.
        now: Gives the time in seconds since 1970.
    """

    def __init__(self, path: Path, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._database = _open(path)
        self._change("DELETE FROM answers WHERE at < ?", (now() - KEPT_SECONDS,))

    def get(self, key: bytes) -> Reply | None:
        """Return the reply to a question, None if there is none or a damaged one."""
        if self._database is None:
            return None
        try:
            row = self._database.execute(
                f"SELECT {_FIELDS} FROM answers WHERE key = ? AND at >= ?",
                (key, self._now() - KEPT_SECONDS),
            ).fetchone()
        except sqlite3.Error:
            return None
        if row is None or row[1] not in ("stop", "length") or not isinstance(row[0], str):
            return None
        return Reply(row[0], cast(FinishReason, row[1]), *row[2:])

    def put(self, key: bytes, reply: Reply) -> None:
        """Store a reply; one that ended in an error is not worth keeping."""
        if reply.finish != "error":
            self._change(
                f"INSERT OR REPLACE INTO answers (key, at, {_FIELDS}) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (key, self._now(), *astuple(reply)),
            )

    def _change(self, statement: str, values: tuple[Any, ...]) -> None:
        if self._database is None:
            return
        try:
            with self._database:
                self._database.execute(statement, values)
        except sqlite3.Error:
            self._database = None

    def __enter__(self) -> AnswerCache:
        return self

    def __exit__(self, *_: object) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None


def _open(path: Path) -> sqlite3.Connection | None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Asked by one thread and filled by another, never at once.
        database = sqlite3.connect(path, timeout=5, check_same_thread=False)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = OFF")
        database.execute(_SCHEMA)
    except (OSError, sqlite3.Error):
        return None
    return database
