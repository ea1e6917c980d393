"""Files that are either whole or not there.

Written under a temporary name, fsynced, then renamed.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from unghost.errors import UnghostError


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Return a temporary path beside ``path``.

    On success it is synced and takes the name, on failure it is removed.

    Raises:
        UnghostError: The file could not be written (a full disk, no permission); no
            temporary file remains.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
        os.close(handle)
        mode = path.stat().st_mode & 0o7777 if path.is_file() else 0o644
    except OSError as error:
        raise write_error(path, error) from error
    temporary = Path(name)
    try:
        yield temporary
        _sync(temporary)
        os.chmod(temporary, mode)
        os.replace(temporary, path)
        _sync(path.parent)
    except OSError as error:
        raise write_error(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Like :func:`atomic_path` for a whole folder; an older folder of that name is replaced.

    A reader that finds ``path`` finds it whole. Between the removal of an older folder and the
    rename there is a moment without one, so a folder that must never be missing gets a new name
    instead.

    Raises:
        UnghostError: A file could not be written; no partial file remains.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent))
    except OSError as error:
        raise write_error(path, error) from error
    try:
        yield temporary
        for entry in sorted(temporary.rglob("*")):
            if entry.is_file():
                _sync(entry)
        os.chmod(temporary, 0o755)
        shutil.rmtree(path, ignore_errors=True)
        os.replace(temporary, path)
        _sync(path.parent)
    except OSError as error:
        raise write_error(path, error) from error
    except Exception as error:
        # Libraries that write in Rust or C++ have errors of their own for a full disk.
        if "I/O error" in str(error) or "IoError" in str(error):
            raise write_error(path, OSError(str(error))) from error
        raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically, as UTF-8."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file atomically; NaN and infinities are refused, because they are not JSON."""
    write_text(path, json.dumps(value, indent=2, sort_keys=True, allow_nan=False) + "\n")


def clear_leftovers(folder: Path, name: str = "*") -> None:
    """Remove the temporary files and folders that a killed writer left anywhere in ``folder``.

    Args:
        folder: Where to look; it must be a folder that only this program writes.
        name: Which file or folder was being written, as a glob.
    """
    for entry in sorted(folder.rglob(f".{name}.*.tmp")):
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)


def write_error(path: Path, error: OSError) -> UnghostError:
    """Return a one-line error for a failed write, with what to do."""
    return UnghostError(
        f"cannot write {path}: {error.strerror or error}; make room or mend the permissions,"
        " then run the same command again"
    )


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
