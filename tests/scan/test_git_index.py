"""What git tracks, compared with git itself; and indexes that git never wrote."""

from __future__ import annotations

import hashlib
import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scan_world import write_tree
from unghost.scan.reading import git_index
from unghost.scan.reading.git_index import Tracked, read_tracked

FORMATS = [(kind, version) for kind in ("sha1", "sha256") for version in (2, 3, 4)]
FILES = ["a", "b.py", "lib/a.py", "lib/b/c.py", "lib.py", "ä ö.py", "x\ny", "lib/" + "n" * 250]
AUTHOR = ("-c", "user.name=a", "-c", "user.email=a@example.com")


def git(folder: Path, *words: str | bytes) -> bytes:
    outside = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(
        ["git", *words], cwd=folder, env={**os.environ, **outside}, capture_output=True, check=True
    )
    return done.stdout


def tracked_by_git(folder: Path) -> set[str]:
    return {name for name in os.fsdecode(git(folder, "ls-files", "-z")).split("\0") if name}


def repository(folder: Path, files: Sequence[str] = FILES, kind: str = "sha1") -> Path:
    write_tree(folder, dict.fromkeys(files, "x\n"))
    git(folder, "init", "-q", f"--object-format={kind}")
    git(folder, "add", "-f", ".")
    return folder


def paths_of(folder: Path) -> set[str]:
    tracked = read_tracked(folder)
    assert tracked is not None
    return set(tracked.paths)


def entry(name: bytes, kind: str = "sha1", flags: int = 0) -> bytes:
    fixed = bytes(40 + hashlib.new(kind).digest_size)
    start = fixed + (flags | min(len(name), 0xFFF)).to_bytes(2, "big") + name
    return start + bytes(8 - len(start) % 8)


def summed(content: bytes, kind: str = "sha1") -> bytes:
    return content + hashlib.new(kind, content).digest()


def index_of(entries: Sequence[bytes], version: int = 2, extensions: bytes = b"") -> bytes:
    header = b"DIRC" + version.to_bytes(4, "big") + len(entries).to_bytes(4, "big")
    return summed(header + b"".join(entries) + extensions)


def with_index(folder: Path, data: bytes) -> Path:
    return write_tree(folder, {".git/index": data})


@pytest.mark.parametrize(("kind", "version"), FORMATS)
def test_every_format_is_read_as_git_reads_it(tmp_path: Path, kind: str, version: int) -> None:
    folder = repository(tmp_path, kind=kind)
    odd = os.fsencode(tmp_path) + b"/odd\xff.py"
    Path(os.fsdecode(odd)).write_text("")
    git(folder, "add", "-A")
    if version == 3:
        # Git takes this version by itself as soon as an entry has one of the later flags.
        git(folder, "update-index", "--skip-worktree", "b.py")
    else:
        git(folder, "update-index", "--index-version", str(version))
    assert (folder / ".git/index").read_bytes()[7] == version
    assert paths_of(folder) == tracked_by_git(folder)
    assert "odd\udcff.py" in paths_of(folder)


@pytest.mark.parametrize(("kind", "version"), FORMATS)
def test_an_index_without_extensions_is_read_to_its_end(
    tmp_path: Path, kind: str, version: int
) -> None:
    folder = repository(tmp_path, ["a", "b"], kind)
    git(folder, "update-index", "--index-version", str(version))
    assert paths_of(folder) == {"a", "b"}


@pytest.mark.parametrize("kind", ["sha1", "sha256"])
def test_an_index_that_was_not_summed_up_is_read(tmp_path: Path, kind: str) -> None:
    folder = repository(tmp_path, kind=kind)
    git(folder, *AUTHOR, "commit", "-qm", "x")
    place = folder / ".git/index"
    size = hashlib.new(kind).digest_size
    place.write_bytes(place.read_bytes()[:-size] + bytes(size))
    assert paths_of(folder) == set(FILES)


def test_what_is_not_merged_and_what_is_only_meant_to_be_added_count(tmp_path: Path) -> None:
    folder = repository(tmp_path, ["a"])
    write_tree(folder, {"new.py": ""})
    git(folder, "add", "-N", "new.py")
    blob = git(folder, "rev-parse", ":a").decode().strip()
    lines = "".join(f"100644 {blob} {stage}\tsame.py\n" for stage in (1, 2, 3))
    subprocess.run(
        ["git", "update-index", "--index-info"], cwd=folder, input=lines.encode(), check=True
    )
    for version in ("3", "4"):
        git(folder, "update-index", "--index-version", version)
        assert paths_of(folder) == {"a", "new.py", "same.py"}


def test_a_worktree_and_a_submodule_have_an_index_elsewhere(tmp_path: Path) -> None:
    repository(tmp_path / "other", ["in.py"])
    git(tmp_path / "other", *AUTHOR, "commit", "-qm", "x")
    folder = repository(tmp_path / "p", ["a.py"])
    git(
        folder,
        *("-c", "protocol.file.allow=always", "submodule", "--quiet", "add"),
        *(str(tmp_path / "other"), "vendor/sub"),
    )
    git(folder, *AUTHOR, "commit", "-qm", "x")
    git(folder, "worktree", "add", "-q", "-f", str(tmp_path / "tree"))
    assert (tmp_path / "tree/.git").is_file()
    assert paths_of(tmp_path / "tree") == {"a.py", ".gitmodules", "vendor/sub"}
    assert (folder / "vendor/sub/.git").is_file()
    assert paths_of(folder / "vendor/sub") == {"in.py"}
    tracked = read_tracked(folder)
    assert tracked is not None
    assert tracked.holds_below("vendor/sub/")
    assert tracked.holds_below("vendor/")


def test_below_the_top_paths_are_relative_to_the_root(tmp_path: Path) -> None:
    folder = repository(tmp_path / "p")
    (tmp_path / "link").symlink_to(folder / "lib")
    expected = {"a.py", "b/c.py", "n" * 250}
    assert paths_of(folder / "lib") == expected
    assert paths_of(tmp_path / "link") == expected


def test_nothing_is_tracked_without_a_repository_or_before_the_first_addition(
    tmp_path: Path,
) -> None:
    assert read_tracked(tmp_path) == Tracked()
    git(tmp_path, "init", "-q")
    assert read_tracked(tmp_path) == Tracked()
    write_tree(tmp_path, {"a": ""})
    git(tmp_path, "add", "a")
    git(tmp_path, "rm", "-q", "--cached", "a")
    assert read_tracked(tmp_path) == Tracked()


def test_an_index_that_only_holds_changes_is_not_known(tmp_path: Path) -> None:
    folder = repository(tmp_path)
    git(folder, "update-index", "--split-index")
    assert list((folder / ".git").glob("sharedindex.*"))
    assert read_tracked(folder) is None
    git(folder, "update-index", "--no-split-index")
    assert paths_of(folder) == set(FILES)


def test_what_a_sparse_index_names_by_its_folder_is_tracked(tmp_path: Path) -> None:
    folder = repository(tmp_path, ["a.py", "in/b.py", "out/c.py", "out/deep/d.py"])
    git(folder, *AUTHOR, "commit", "-qm", "x")
    git(folder, "sparse-checkout", "init", "--cone", "--sparse-index")
    git(folder, "sparse-checkout", "set", "in")
    tracked = read_tracked(folder)
    assert tracked is not None
    assert tracked.whole == {"out/"}
    assert all(map(tracked.holds, ["a.py", "in/b.py", "out/c.py", "out/deep/d.py"]))
    assert all(map(tracked.holds_below, ["", "in/", "out/", "out/deep/"]))
    assert not any(map(tracked.holds, ["b.py", "in/c.py", "outer.py"]))
    assert not tracked.holds_below("outer/")
    write_tree(folder, {"out/deep/e.py": ""})
    (folder / ".git/index").write_bytes((folder / ".git/index").read_bytes())
    inner = read_tracked(folder / "out/deep")
    assert inner is not None
    assert inner.holds("d.py")


def test_a_pointer_that_leads_nowhere_is_not_known(tmp_path: Path) -> None:
    other = repository(tmp_path / "other", ["a"])
    place = write_tree(tmp_path / "p", {"x": ""}) / ".git"
    for said in (b"gitdir: ../none", b"gitdir: ", b"../other/.git", b"\xff" * 100, b"gitdir: a\0b"):
        place.write_bytes(said)
        assert read_tracked(place.parent) is None
    place.write_bytes(b"gitdir: ../other/.git\r\n")
    assert paths_of(place.parent) == {"a"}
    # Elsewhere than here these name another machine, which would be asked for the file.
    for start in ("/", "/\\", "\\\\", "\\/"):
        place.write_text(f"gitdir: {start}{other}/.git")
        assert read_tracked(place.parent) is None


def test_what_can_be_read_for_ever_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".git")
    assert read_tracked(tmp_path) is None
    (tmp_path / "p/.git").mkdir(parents=True)
    os.mkfifo(tmp_path / "p/.git/index")
    assert read_tracked(tmp_path / "p") is None
    write_tree(tmp_path, {"q/.git/HEAD": ""})
    (tmp_path / "q/.git/index").symlink_to("/dev/zero")
    assert read_tracked(tmp_path / "q") is None
    (tmp_path / "q/.git/index").unlink()
    (tmp_path / "q/.git/index").symlink_to("nothing")
    assert read_tracked(tmp_path / "q") is None


def test_there_are_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = index_of([entry(name) for name in (b"a", b"b", b"c")])
    folder = with_index(tmp_path, data)
    monkeypatch.setattr(git_index, "LARGEST", len(data))
    monkeypatch.setattr(git_index, "MOST_ENTRIES", 3)
    assert paths_of(folder) == {"a", "b", "c"}
    monkeypatch.setattr(git_index, "LARGEST", len(data) - 1)
    assert read_tracked(folder) is None
    monkeypatch.setattr(git_index, "LARGEST", len(data))
    monkeypatch.setattr(git_index, "MOST_ENTRIES", 2)
    assert read_tracked(folder) is None


def test_names_that_unfold_to_very_much_are_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = bytes(60) + b"\0\1"
    grown = [start + b"\0" + b"n\0" for _ in range(4096)]
    folder = with_index(tmp_path, index_of(grown, 4))
    assert len(paths_of(folder)) == 4096
    monkeypatch.setattr(git_index, "MOST_OF_NAMES", 4096 * 4097 // 2 - 1)
    assert read_tracked(folder) is None
    monkeypatch.undo()
    with_index(tmp_path, index_of([*grown, grown[0]], 4))
    assert read_tracked(folder) is None


@pytest.mark.parametrize(
    ("version", "entries", "extensions"),
    [
        (1, [], b""),
        (5, [], b""),
        (2, [entry(b"")], b""),
        (2, [entry(b"n" * 5000)], b""),
        (2, [entry(b"a")[:-1] + b"x"], b""),
        (2, [entry(b"ab")[:62] + bytes(2)], b""),
        (2, [entry(b"ab", flags=1)], b""),
        (2, [entry(b"a")], b"link" + bytes(4)),
        (2, [entry(b"a")], b"more" + bytes(4)),
        (2, [entry(b"a")], b"TREE" + bytes(3)),
        (2, [entry(b"a")], b"TREE\xff\xff\xff\xff"),
        (4, [bytes(62) + b"\1a\0"], b""),
        (4, [bytes(62) + b"\xff\xff\xff\xff\xff\xff\xff\xff"], b""),
        (4, [bytes(62) + b"\0\0"], b""),
        (4, [bytes(62) + b"\0a"], b""),
        # Behind an end that is not found the index would be read again from its beginning.
        (4, [b"TREE\0\0\0\x38" + bytes(54) + b"\0a"], b""),
    ],
)
def test_what_git_would_not_write_is_not_known(
    tmp_path: Path, version: int, entries: list[bytes], extensions: bytes
) -> None:
    assert read_tracked(with_index(tmp_path, index_of(entries, version, extensions))) is None


def test_extensions_of_no_matter_are_passed_over(tmp_path: Path) -> None:
    folder = with_index(tmp_path, index_of([entry(b"a")], 2, b"ZZZZ\0\0\0\1xTREE\0\0\0\0"))
    assert paths_of(folder) == {"a"}


def test_an_index_in_disorder_hides_nothing(tmp_path: Path) -> None:
    names = ["z", "b/c", "a", "b/a", "b"]
    with_index(tmp_path, index_of([entry(name.encode()) for name in names]))
    tracked = read_tracked(tmp_path)
    assert tracked is not None
    assert all(map(tracked.holds, names))
    assert tracked.holds_below("b/")


@pytest.mark.parametrize("version", [2, 4])
def test_no_part_of_an_index_is_taken_for_it_all(tmp_path: Path, version: int) -> None:
    folder = repository(tmp_path, ["a", "lib/b.py", "lib/c.py"])
    git(folder, *AUTHOR, "commit", "-qm", "x")
    git(folder, "update-index", "--index-version", str(version))
    place = folder / ".git/index"
    data = place.read_bytes()
    for end in range(len(data)):
        place.write_bytes(data[:end])
        assert read_tracked(folder) is None
    for at in range(len(data)):
        place.write_bytes(data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :])
        assert read_tracked(folder) is None


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=4),
    cut=st.integers(0, 60),
    version=st.sampled_from([2, 3, 4]),
    kind=st.sampled_from(["sha1", "sha256", ""]),
    more=st.binary(max_size=12),
)
def test_no_index_however_damaged_raises(
    changes: list[tuple[int, int]],
    cut: int,
    version: int,
    kind: str,
    more: bytes,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    names = (b"a", b"a/b.py", b"\xff\xfe", b"n" * 300)
    if version == 4:
        entries = [bytes(60) + b"\0\1\0" + name + b"\0" for name in names]
    else:
        entries = [entry(name) for name in names]
    content = bytearray(index_of(entries, version, b"TREE\0\0\0\3abc")[:-20])
    for at, value in changes:
        content[at % len(content)] = value
    content = content[: len(content) - cut] + more
    # A fitting checksum, so that what is damaged is looked at at all.
    data = summed(bytes(content), kind) if kind else bytes(content) + bytes(20)
    folder = with_index(tmp_path_factory.mktemp("fuzz"), data)
    tracked = read_tracked(folder)
    if tracked is not None:
        assert all(map(tracked.holds, tracked.paths))


def test_a_large_index_is_read_in_linear_time(tmp_path: Path) -> None:
    names = [f"some/folder{n // 100:04}/file{n:06}.py".encode() for n in range(200_000)]
    data = index_of([entry(name) for name in names])
    folder = with_index(tmp_path, data)
    start = time.monotonic()
    tracked = read_tracked(folder)
    assert tracked is not None
    assert len(tracked.paths) == 200_000
    assert all(tracked.holds_below(f"some/folder{n:04}/") for n in range(2_000))
    assert time.monotonic() - start < 10


def test_where_case_makes_no_difference_names_are_compared_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = with_index(tmp_path, index_of([entry("Lib/BUILD/Äß.py".encode())]))
    (folder / "LIB").mkdir()
    tracked = read_tracked(folder)
    assert tracked is not None
    assert not tracked.holds("lib/build/äß.py")
    monkeypatch.setattr(git_index, "FOLDED", True)
    for root, start in ((folder, "liB/"), (folder / "LIB", "")):
        tracked = read_tracked(root)
        assert tracked is not None
        assert tracked.holds(f"{start}build/a\u0308ß.py")
        assert tracked.holds_below(f"{start}Build/")


parts = st.lists(st.sampled_from(["a", "b", "a!", "a.b", "é"]), min_size=1, max_size=3)
some_paths = st.lists(parts.map("/".join), max_size=8)


@given(found=some_paths, asked=parts.map("/".join))
def test_questions_are_answered_as_by_looking_at_all(found: list[str], asked: str) -> None:
    tracked = Tracked(tuple(sorted(found)))
    assert tracked.holds(asked) == (asked in found)
    below = any(path == asked or path.startswith(f"{asked}/") for path in found)
    assert tracked.holds_below(f"{asked}/") == below
    assert tracked.holds_below("") == bool(found)
