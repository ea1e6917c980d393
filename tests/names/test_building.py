from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from unghost import UnghostError
from unghost.ecosystems.pypi.names import is_valid
from unghost.ecosystems.registry import Entry
from unghost.names.building import build_snapshot
from unghost.names.layout import LONGEST_HEADER, SnapshotHeader
from unghost.names.snapshot import Snapshot


def build(path: Path, entries: list[str] | list[Entry], **kwargs: object) -> SnapshotHeader:
    facts = {"ecosystem": "pypi", "source": "a test", "date": "2026-01-01", "complete": True}
    return build_snapshot(entries, path, **(facts | kwargs))  # type: ignore[arg-type]


def test_the_same_names_make_the_same_bytes(tmp_path: Path) -> None:
    names = [f"{word}-{i}" for i in range(300) for word in ("Flask", "torch", "a")]
    mixed = [*names, *names[:50], " ", *(name.upper() for name in names[:9])]
    random.Random(1).shuffle(mixed)
    build(tmp_path / "1", names, popular=names[:7])
    build(tmp_path / "2", mixed, popular=[*reversed(names[:7]), "not-there", "-no name-"])
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


@pytest.mark.parametrize("entries", [[], [" ", ""], [Entry("a"), Entry("A", removed=True)]])
def test_nothing_to_write_is_refused(tmp_path: Path, entries: list[str]) -> None:
    with pytest.raises(UnghostError, match="no names"):
        build(tmp_path / "s", entries)
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize("name", ["-x", "a b", "é", "x\x00", "../etc", "\ud800"])
def test_what_is_no_name_is_refused_with_its_line_or_counted(tmp_path: Path, name: str) -> None:
    assert not is_valid(name)
    with pytest.raises(UnghostError, match=r"line 3: .* is not a pypi name"):
        build(tmp_path / "s", ["requests", "", name])
    assert list(tmp_path.iterdir()) == []
    header = build(tmp_path / "s", ["requests", name, "flask", name], skip_invalid=True)
    assert (header.count, header.skipped) == (2, 2)
    assert name not in Snapshot.open(tmp_path / "s")


def test_of_several_days_the_earliest_counts(tmp_path: Path) -> None:
    entries = [
        Entry("a"),
        Entry("a", "2020-05-05"),
        Entry("A", "2019-01-01"),
        Entry("a", "2024-01-01"),
        Entry("a"),
        Entry("b", "1970-01-01"),
        Entry("c", "2500-01-01"),
    ]
    build(tmp_path / "s", entries)
    snapshot = Snapshot.open(tmp_path / "s")
    assert [snapshot.first_seen(name) for name in "abc"] == ["2019-01-01", None, None]


def test_a_refresh_goes_on_from_the_entries_before(tmp_path: Path) -> None:
    build(tmp_path / "1", [Entry("old", "2010-01-01"), Entry("gone"), Entry("again", "2011-01-01")])
    news = [
        Entry("Gone", removed=True),
        Entry("never-there", removed=True),
        Entry("again", removed=True),
        Entry("again", "2025-01-01"),
        Entry("new"),
    ]
    build(tmp_path / "2", [*Snapshot.open(tmp_path / "1").entries(), *news])
    found = {entry.name: entry.first_seen for entry in Snapshot.open(tmp_path / "2").entries()}
    assert found == {"again": "2025-01-01", "new": None, "old": "2010-01-01"}


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"date": "yesterday"}, "not a day"),
        ({"ecosystem": "nowhere"}, "not known"),
        ({"state": {"files": "x" * LONGEST_HEADER}}, "too long"),
    ],
)
def test_what_the_header_cannot_say_is_refused(
    tmp_path: Path, facts: dict[str, object], message: str
) -> None:
    with pytest.raises(UnghostError, match=message):
        build(tmp_path / "s", ["requests"], **facts)
    assert list(tmp_path.iterdir()) == []


def test_a_day_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnghostError, match="'soon' is not a day"):
        build(tmp_path / "s", [Entry("requests", "soon")])


STREAM = """
import sys
from pathlib import Path
from unghost.ecosystems.registry import Entry
from unghost.names.building import build_snapshot

def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))

def entries():
    for i in range(300_000):
        number = i * 7919 % 300_000
        yield Entry(f"package-{number:x}-of-{number % 977}", f"20{number % 20:02}-01-15")

before = peak()
build_snapshot(
    entries(), Path(sys.argv[1]), ecosystem="pypi", source="a test", date="2026-01-01",
    complete=True, popular=(entry.name for entry in entries()),
)
print(peak() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_a_million_names_are_built_in_less_than_500_megabytes(tmp_path: Path) -> None:
    # Three tenths of a million in three tenths of the memory: it grows with the names alone.
    done = subprocess.run(
        [sys.executable, "-c", STREAM, str(tmp_path / "s")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(Snapshot.open(tmp_path / "s", thorough=True)) == 300_000
    assert 0 < int(done.stdout) * 1024 < 0.3 * 500e6
