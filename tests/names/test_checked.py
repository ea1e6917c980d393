from __future__ import annotations

import os
from pathlib import Path

import pytest

from unghost import UnghostError
from unghost.names.building import build_snapshot
from unghost.names.checked import is_checked, remember
from unghost.names.layout import read_front
from unghost.names.snapshot import Snapshot, verify_snapshot

REMEMBERED = "checked_snapshots.json"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's cache of this test alone, and snapshots large enough to be worth remembering."""
    folder = tmp_path / "cache"
    monkeypatch.setattr("unghost.names.checked.user_cache_path", lambda name: folder / name)
    monkeypatch.setattr("unghost.names.snapshot.SMALL", 0)
    return folder / "unghost"


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    path = tmp_path / "s.names"
    names = [f"name-{number}" for number in range(500)]
    build_snapshot(names, path, ecosystem="pypi", source="a test", date="2026-01-01", complete=True)
    return path


def rot(path: Path) -> None:
    """Alter a byte near the end and put the times back, as a failing disk would leave them."""
    before, content = path.stat(), bytearray(path.read_bytes())
    content[-1] ^= 1
    with path.open("r+b") as file:
        file.write(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_a_file_is_read_through_once(
    cache: Path, snapshot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Snapshot.open(snapshot)
    assert (cache / REMEMBERED).is_file()
    monkeypatch.delattr("unghost.names.snapshot.hashlib.sha256")
    assert "name-7" in Snapshot.open(snapshot)
    with pytest.raises(AttributeError):
        Snapshot.open(snapshot, thorough=True)
    os.utime(snapshot)
    with pytest.raises(AttributeError):
        Snapshot.open(snapshot)


def test_damage_after_a_check_is_found_by_the_changed_times(cache: Path, snapshot: Path) -> None:
    Snapshot.open(snapshot)
    rot(snapshot)
    with pytest.raises(UnghostError, match="is damaged"):
        Snapshot.open(snapshot)


def test_damage_that_changes_no_times_is_found_by_verify(cache: Path, snapshot: Path) -> None:
    rot(snapshot)
    header, _ = read_front(snapshot, memoryview(snapshot.read_bytes()))
    remember(snapshot, snapshot.stat(), header.sha256)
    Snapshot.open(snapshot)
    with pytest.raises(UnghostError, match="is damaged"):
        verify_snapshot(snapshot)


def test_a_damaged_header_is_found_whatever_is_remembered(cache: Path, snapshot: Path) -> None:
    Snapshot.open(snapshot)
    content = snapshot.read_bytes().replace(b"a test", b"a tess")
    snapshot.write_bytes(content)
    with pytest.raises(UnghostError, match="is damaged"):
        Snapshot.open(snapshot)


@pytest.mark.parametrize("content", ["", "[]", "{", "[" * 100_000, '{"a": 1}'])
def test_a_strange_memory_is_no_memory(cache: Path, snapshot: Path, content: str) -> None:
    cache.mkdir(parents=True)
    (cache / REMEMBERED).write_text(content)
    stat = snapshot.stat()
    assert not is_checked(snapshot, stat, "x")
    remember(snapshot, stat, "x")
    assert is_checked(snapshot, stat, "x")
    assert not is_checked(snapshot, stat, "y")
    assert [entry.name for entry in cache.iterdir()] == [REMEMBERED]


def test_where_nothing_can_be_remembered_each_opening_checks(cache: Path, snapshot: Path) -> None:
    cache.parent.mkdir(parents=True)
    cache.write_text("a file where a folder should be")
    Snapshot.open(snapshot)
    rot(snapshot)
    with pytest.raises(UnghostError, match="is damaged"):
        Snapshot.open(snapshot)


def test_only_so_many_files_are_remembered(cache: Path, tmp_path: Path, snapshot: Path) -> None:
    stat = snapshot.stat()
    for number in range(100):
        remember(tmp_path / str(number), stat, "x")
    remember(tmp_path / "99", stat, "x")
    kept = [number for number in range(100) if is_checked(tmp_path / str(number), stat, "x")]
    assert kept == list(range(36, 100))


def test_a_small_file_leaves_no_trace(
    cache: Path, snapshot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unghost.names.snapshot.SMALL", 1 << 20)
    Snapshot.open(snapshot)
    assert not cache.exists()
