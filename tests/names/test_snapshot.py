from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unghost import UnghostError
from unghost.names.normalise import canonical, is_valid
from unghost.names.snapshot import Snapshot, SnapshotHeader, build_snapshot

names = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,8}[A-Za-z0-9])?", fullmatch=True)


def build(path: Path, entries: list[str], **kwargs: object) -> SnapshotHeader:
    facts = {"ecosystem": "pypi", "source": "a test", "date": "2026-01-01", "complete": True}
    return build_snapshot(entries, path, **(facts | kwargs))  # type: ignore[arg-type]


@given(entries=st.lists(names, min_size=1, max_size=30), popular=st.lists(names, max_size=5))
@settings(max_examples=40)
def test_a_snapshot_gives_back_its_names(
    tmp_path_factory: pytest.TempPathFactory, entries: list[str], popular: list[str]
) -> None:
    path = tmp_path_factory.mktemp("names") / "s.names"
    header = build(path, entries, popular=popular)
    snapshot = Snapshot.open(path)
    expected = {canonical(name) for name in entries}
    assert list(snapshot) == sorted(expected)
    assert len(snapshot) == header.count == len(expected)
    assert all(name in snapshot for name in expected)
    assert {n for n in expected if snapshot.is_popular(n)} == expected & set(
        map(canonical, popular)
    )
    assert "surely-not-in-there" not in snapshot


def test_the_id_names_date_and_content(tmp_path: Path) -> None:
    one, two = tmp_path / "1", tmp_path / "2"
    build(one, ["a"])
    build(two, ["b"])
    assert Snapshot.open(one).id.startswith("pypi:2026-01-01:")
    assert Snapshot.open(one).id != Snapshot.open(two).id


def test_the_same_names_make_the_same_bytes(tmp_path: Path) -> None:
    build(tmp_path / "1", ["Flask", "requests"])
    build(tmp_path / "2", ["requests", "flask", "requests", " "])
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


@pytest.mark.parametrize("entries", [[], [" ", ""]])
def test_nothing_to_write_is_refused(tmp_path: Path, entries: list[str]) -> None:
    with pytest.raises(UnghostError, match="no names"):
        build(tmp_path / "s", entries)
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize("name", ["-x", "a b", "é", "x\x00", "../etc"])
def test_what_is_no_name_is_refused(tmp_path: Path, name: str) -> None:
    assert not is_valid(name)
    with pytest.raises(UnghostError, match="is not a pypi name"):
        build(tmp_path / "s", ["requests", name])


def test_every_truncation_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "s"
    build(path, ["requests", "flask", "numpy"])
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(UnghostError) as caught:
            Snapshot.open(path)
        assert "\n" not in str(caught.value)


def test_every_flipped_byte_is_refused_or_harmless(tmp_path: Path) -> None:
    path = tmp_path / "s"
    build(path, ["requests", "flask", "numpy"])
    whole = path.read_bytes()
    refused = 0
    for position in range(0, len(whole), 3):
        flipped = bytearray(whole)
        flipped[position] ^= 0x15
        path.write_bytes(bytes(flipped))
        try:
            opened = Snapshot.open(path)
        except UnghostError:
            refused += 1
        else:  # a word of the header that says nothing of the names, such as the source
            assert list(opened) == ["flask", "numpy", "requests"]
    assert refused > len(whole) // 6


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"hello", "is not a snapshot"),
        (b"unghost names 9\n........", "another version"),
    ],
)
def test_strange_files_are_named(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "s").write_bytes(content)
    with pytest.raises(UnghostError, match=message):
        Snapshot.open(tmp_path / "s")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnghostError, match="cannot read the snapshot"):
        Snapshot.open(tmp_path / "none")
