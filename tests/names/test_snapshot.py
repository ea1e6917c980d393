from __future__ import annotations

import gc
import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unghost import UnghostError
from unghost.ecosystems import ecosystem
from unghost.ecosystems.pypi.names import canonical
from unghost.ecosystems.registry import Entry
from unghost.names.building import build_snapshot
from unghost.names.layout import MAGIC, SnapshotHeader, read_front
from unghost.names.snapshot import Snapshot, verify_snapshot

GRAMMARS = {
    "pypi": r"[A-Za-z0-9]([A-Za-z0-9._-]{0,8}[A-Za-z0-9])?",
    "npm": r"(@[a-z0-9~][a-z0-9._-]{0,4}/)?[a-z0-9~][a-z0-9._-]{0,6}",
    "maven": r"[a-z]{1,3}(\.[a-z]{1,3}){0,2}:[A-Za-z0-9][A-Za-z0-9._-]{0,5}",
    "go": r"[a-z]{1,3}\.[a-z]{2,3}(/[A-Za-z0-9~_-][A-Za-z0-9._~-]{0,3}[a-z0-9]){1,3}",
}
names = st.from_regex(GRAMMARS["pypi"], fullmatch=True)
days = st.none() | st.dates(date(1995, 1, 1), date(2026, 1, 1)).map(date.isoformat)
WORDS = ["requests", "flask", "numpy"]


def build(path: Path, entries: list[str] | list[Entry], **kwargs: object) -> SnapshotHeader:
    facts = {"ecosystem": "pypi", "source": "a test", "date": "2026-01-01", "complete": True}
    return build_snapshot(entries, path, **(facts | kwargs))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", list(GRAMMARS))
@given(data=st.data())
@settings(max_examples=40)
def test_a_snapshot_is_a_dict_of_days_and_a_set_of_popular_names(
    tmp_path_factory: pytest.TempPathFactory, kind: str, data: st.DataObject
) -> None:
    eco = ecosystem(kind)
    texts = st.from_regex(GRAMMARS[kind], fullmatch=True).filter(eco.is_valid)
    reference = data.draw(st.dictionaries(texts.map(eco.canonical), days, min_size=1, max_size=30))
    popular = set(data.draw(st.lists(texts.map(eco.canonical), max_size=5)))
    popular |= set(data.draw(st.lists(st.sampled_from(sorted(reference)), max_size=5)))
    probes = [*data.draw(st.lists(texts, max_size=9)), "", "\0", "\ud800", "é", *reference]
    path = tmp_path_factory.mktemp("names") / "s.names"
    entries = [Entry(name, day) for name, day in reference.items()]

    header = build(path, data.draw(st.permutations(entries)), ecosystem=kind, popular=popular)
    snapshot = Snapshot.open(path)

    assert verify_snapshot(path) == header == snapshot.header
    assert list(snapshot) == sorted(reference)
    assert len(snapshot) == header.count == len(reference)
    assert header.dated == any(reference.values())
    assert header.popular == len(popular & set(reference))
    assert {e.name: e.first_seen for e in snapshot.entries()} == reference
    for probe in probes:
        assert (probe in snapshot) == (probe in reference)
        assert snapshot.first_seen(probe) == reference.get(probe)
        assert snapshot.is_popular(probe) == (probe in popular and probe in reference)
        for end in range(len(probe) + 1):
            begins = any(name.startswith(probe[:end]) for name in reference)
            assert snapshot.has_prefix(probe[:end]) == begins


@given(
    reference=st.dictionaries(names.map(canonical), days, min_size=1, max_size=20),
    day=st.dates(date(1995, 1, 1), date(2026, 1, 1)).map(date.isoformat),
)
@settings(max_examples=40)
def test_an_earlier_day_has_what_was_not_first_seen_later(
    tmp_path_factory: pytest.TempPathFactory, reference: dict[str, str | None], day: str
) -> None:
    path = tmp_path_factory.mktemp("names") / "s.names"
    reference["always"] = "1995-01-01"
    build(path, [Entry(name, seen) for name, seen in reference.items()], popular=list(reference))
    kept = {name: seen for name, seen in reference.items() if seen is None or seen <= day}

    view = Snapshot.open(path).seen_by(day)

    assert list(view) == sorted(kept)
    assert len(view) == len(kept)
    assert {e.name: e.first_seen for e in view.entries()} == kept
    assert view.id.endswith(f":as-of-{day}")
    walk = view.walk()
    for name in reference:
        assert (name in view) == view.is_popular(name) == (name in kept)
        assert view.first_seen(name) == kept.get(name)
        assert walk.is_name(name.encode()) == (name in kept)
        for end in range(1, len(name) + 1):
            begins = any(other.startswith(name[:end]) for other in kept)
            assert view.has_prefix(name[:end]) == begins
            assert (walk.step(name[: end - 1].encode(), ord(name[end - 1])) is not None) == begins


@pytest.mark.parametrize("day", ["1994-12-31", "2026-01-02", "2999-01-01", "soon", "2020-13-01"])
def test_a_day_that_cannot_be_told_is_refused(tmp_path: Path, day: str) -> None:
    build(tmp_path / "s", [Entry("requests", "2011-02-14")])
    with pytest.raises(UnghostError, match=day):
        Snapshot.open(tmp_path / "s").seen_by(day)


def test_without_days_no_earlier_day_can_be_told(tmp_path: Path) -> None:
    build(tmp_path / "s", WORDS)
    with pytest.raises(UnghostError, match="no first-seen dates"):
        Snapshot.open(tmp_path / "s").seen_by("2020-01-01")


def test_what_comes_of_a_snapshot_outlives_it(tmp_path: Path) -> None:
    # They point into a mapped file: if that were let go of, this would crash.
    many = sorted(f"n{number}" for number in range(9000))
    build(tmp_path / "s", [Entry(name, "2020-01-01") for name in many])
    every, walk = iter(Snapshot.open(tmp_path / "s")), Snapshot.open(tmp_path / "s").walk()
    entries = Snapshot.open(tmp_path / "s").seen_by("2021-01-01").entries()
    gc.collect()
    assert list(every) == many == [entry.name for entry in entries]
    assert all(walk.is_name(name.encode()) for name in many)


def test_the_id_names_date_and_content(tmp_path: Path) -> None:
    one, two = tmp_path / "1", tmp_path / "2"
    build(one, ["a"])
    build(two, ["b"])
    assert Snapshot.open(one).id.startswith("pypi:2026-01-01:")
    assert Snapshot.open(one).id != Snapshot.open(two).id


def test_the_state_of_a_list_comes_back(tmp_path: Path) -> None:
    state = {"serial": 7, "files": {"a": "b"}}
    build(tmp_path / "s", WORDS, state=state)
    assert Snapshot.open(tmp_path / "s").header.state == state


def test_days_cost_two_bytes_a_name(tmp_path: Path) -> None:
    plain = build(tmp_path / "1", WORDS * 9)
    dated = build(tmp_path / "2", [Entry(word, "2020-01-01") for word in WORDS])
    assert plain.sizes[2] == 0
    assert dated.sizes[:2] == plain.sizes[:2]
    assert dated.sizes[2] == 16


def test_a_name_costs_less_than_eight_bytes(repo_root: Path) -> None:
    demo = repo_root / "src/unghost/data/demo_universe.names"
    assert demo.stat().st_size < 8 * verify_snapshot(demo).count


def test_every_truncation_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "s"
    build(path, WORDS)
    whole = path.read_bytes()
    for length in reversed(range(len(whole))):
        os.truncate(path, length)
        with pytest.raises(UnghostError) as caught:
            Snapshot.open(path)
        assert "\n" not in str(caught.value)
    path.write_bytes(whole + b"\0")
    with pytest.raises(UnghostError, match="is damaged"):
        Snapshot.open(path)


@pytest.mark.parametrize("read", [Snapshot.open, verify_snapshot])
def test_every_altered_byte_is_refused(tmp_path: Path, read: object) -> None:
    path = tmp_path / "s"
    build(path, [Entry(word, "2020-01-01") for word in WORDS], popular=["flask"])
    whole = path.read_bytes()
    for position in range(len(whole)):
        altered = bytearray(whole)
        altered[position] ^= 1 << position % 8
        path.write_bytes(bytes(altered))
        with pytest.raises(UnghostError):
            read(path)  # type: ignore[operator]


@given(content=st.binary(max_size=200))
def test_any_bytes_behind_the_first_line_are_refused(content: bytes) -> None:
    with pytest.raises(UnghostError, match="is damaged"):
        read_front(Path("x"), memoryview(MAGIC + content))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"hello", "is not a snapshot"),
        (b"unghost names 1\n........", "another version than 2: build or pull"),
        (b"unghost names 9\n........", "another version than 2"),
    ],
)
def test_strange_files_are_named(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "s").write_bytes(content)
    with pytest.raises(UnghostError, match=message) as caught:
        Snapshot.open(tmp_path / "s")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("place", ["none", "."])
def test_what_is_no_file_is_named(tmp_path: Path, place: str) -> None:
    with pytest.raises(UnghostError, match="cannot read the snapshot"):
        Snapshot.open(tmp_path / place)


def test_names_that_are_none_are_found_by_verify(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A list of another program may be whole and yet hold what its ecosystem does not allow.
    with monkeypatch.context() as patch:
        patch.setattr("unghost.names.building.ecosystems.ecosystem", _anything)
        build(tmp_path / "s", ["Not_Canonical"])
    assert "Not_Canonical" in Snapshot.open(tmp_path / "s")
    with pytest.raises(UnghostError, match="'Not_Canonical', which is no name"):
        verify_snapshot(tmp_path / "s")


def _anything(name: str) -> object:
    return replace(ecosystem(name), canonical=str, is_valid=bool)
