"""A record of fully checked snapshot files, so that opening one again is quick.

A damaged trie can crash its reader, so a file is read through before its names are asked for; at
millions of names that takes longer than all questions. What was found sound is remembered in the
user's cache with everything the file system tells of a change: place, size, times, the file's
number, and the sha256 that the file claims. A change that leaves all of them alone, such as a
failing disk, is seen by ``unghost names verify`` alone, which never asks here.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from platformdirs import user_cache_path

_KEPT = 64
"""Files remembered; the longest forgotten goes first, and is only read once more."""

State = list[int | str]


def is_checked(path: Path, stat: os.stat_result, sha256: str) -> bool:
    """Return whether this very file was found sound before."""
    return _remembered().get(os.path.abspath(path)) == _state(stat, sha256)


def remember(path: Path, stat: os.stat_result, sha256: str) -> None:
    """Remember that a file is sound; where the cache cannot be written it is checked each time."""
    place = os.path.abspath(path)
    known = {other: state for other, state in _remembered().items() if other != place}
    known[place] = _state(stat, sha256)
    try:
        _write(json.dumps(dict(list(known.items())[-_KEPT:])))
    except OSError:
        return


def _state(stat: os.stat_result, sha256: str) -> State:
    return [
        stat.st_dev,
        stat.st_ino,
        stat.st_size,
        stat.st_mtime_ns,
        stat.st_ctime_ns,
        sha256,
    ]


def _file() -> Path:
    return user_cache_path("unghost") / "checked_snapshots.json"


def _remembered() -> dict[str, State]:
    try:
        known = json.loads(_file().read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return known if isinstance(known, dict) else {}


def _write(text: str) -> None:
    # Not synced: what a crash takes away is checked again.
    path = _file()
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(name, path)
    finally:
        Path(name).unlink(missing_ok=True)
