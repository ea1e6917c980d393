from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from unghost import UnghostError
from unghost.storage.atomic import (
    atomic_folder,
    atomic_path,
    clear_leftovers,
    write_json,
    write_text,
)


def _write_half(target: Path) -> None:
    with atomic_path(target) as temporary:
        temporary.write_text("half")
        raise RuntimeError


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "file"
    write_text(target, "old")
    with pytest.raises(RuntimeError):
        _write_half(target)
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["file"]


def test_a_folder_is_replaced_whole(tmp_path: Path) -> None:
    target = tmp_path / "folder"
    for content in ("one", "two"):
        with atomic_folder(target) as temporary:
            (temporary / content).write_text(content)
    assert os.listdir(target) == ["two"]
    assert os.listdir(tmp_path) == ["folder"]


def test_nan_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "x.json", float("nan"))
    assert os.listdir(tmp_path) == []


def test_a_full_disk_is_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    # RLIMIT_FSIZE stands for a full disk: writes beyond it fail in a process of its own.
    script = textwrap.dedent(
        f"""
        import resource, signal
        from pathlib import Path
        from unghost import UnghostError
        from unghost.storage.atomic import write_text
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        try:
            write_text(Path({str(tmp_path / "big")!r}), "x" * 100_000)
        except UnghostError as error:
            print(error)
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.count("\n") == 1
    assert "cannot write" in done.stdout
    assert os.listdir(tmp_path) == []


def test_no_permission_is_an_unghost_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file, not a folder")
    with pytest.raises(UnghostError, match="cannot write"):
        write_text(tmp_path / "file" / "below", "x")


def test_leftovers_of_a_killed_writer_are_cleared(tmp_path: Path) -> None:
    (tmp_path / ".x.abc.tmp").write_text("half")
    (tmp_path / ".y.abc.tmp").mkdir()
    (tmp_path / "kept").write_text("whole")
    clear_leftovers(tmp_path)
    assert os.listdir(tmp_path) == ["kept"]
