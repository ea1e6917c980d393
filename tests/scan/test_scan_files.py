"""What is scanned: compared with what git itself would list."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scan_world import write_tree
from unghost.errors import UnghostError
from unghost.scan.reading import git_index
from unghost.scan.reading import listing as files
from unghost.scan.reading.listing import find_root, is_project, list_files, project_files
from unghost.syntax.text import read_file

PARTS = ["a", "b", "build", "src", "x.py", "y.py", "keep.py", "ä.py", "log.txt", "a b.py"]
RULES = ["*.py", "!keep.py", "build/", "/src", "a/**/x.py", "**/b", "b/*", "!b/y.py", "# no", ""]
RULES += ["\\#x", "*.txt", "a/", "[ab].py", "x?py", "!/src/", "a b.py", "ä.py", "src/*/", "*"]
RULES += ["/*", "!*/", "trailing \\ ", "[", "a\\", "**", "!", "/"]
paths = st.lists(
    st.lists(st.sampled_from(PARTS), min_size=1, max_size=3), min_size=1, max_size=8
).map(lambda found: sorted({"/".join(parts) for parts in found}))
rules = st.dictionaries(
    st.sampled_from(["", "a/", "src/", "b/"]),
    st.lists(st.sampled_from(RULES), min_size=1, max_size=4),
    max_size=3,
)


def repository(folder: Path, contents: Mapping[str, str | bytes], tracked: Sequence[str]) -> Path:
    write_tree(folder, contents)
    subprocess.run(["git", "init", "-q", folder], check=True)
    if tracked:
        subprocess.run(["git", "add", "-f", "--", *tracked], cwd=folder, check=True)
    return folder


def git_lists(folder: Path) -> set[str]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=True)
    return {name for name in os.fsdecode(done.stdout).split("\0") if name}


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=paths, ignored=rules, every=st.sampled_from([0, 1, 2, 3]))
def test_what_git_leaves_out_is_left_out(
    found: list[str],
    ignored: dict[str, list[str]],
    every: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("tree")
    subprocess.run(["git", "init", "-q", folder], check=True)
    for path in found:
        place = folder / path
        if any(part.is_file() for part in place.parents) or place.is_dir():
            continue
        write_tree(folder, {path: "import os\n"})
    for below, lines in ignored.items():
        if (folder / below).is_dir():
            write_tree(folder, {f"{below}.gitignore": "\n".join(lines) + "\n"})
    tracked = [path for path in found[::every] if (folder / path).is_file()] if every else []
    if tracked:
        subprocess.run(["git", "add", "-f", "--", *tracked], cwd=folder, check=True)
    ours = set(list_files(folder, [folder]).wanted)
    theirs = {path for path in git_lists(folder) if path.endswith((".py", ".txt"))}
    assert {path for path in ours if path.endswith((".py", ".txt"))} == theirs


def test_a_tracked_file_is_scanned_though_rules_cover_it(tmp_path: Path) -> None:
    contents = {
        ".gitignore": "x.py\nout/\n*.dat\n",
        "x.py": "",
        "y.py": "",
        "sub/x.py": "",
        "out/.gitignore": "!*\n",
        "out/a.py": "",
        "out/b.py": "",
        "out/c.dat": "",
        "out/deep/er/d.py": "",
        "out/other/e.py": "",
        "out/f.dat": "",
    }
    tracked = ["x.py", "out/a.py", "out/deep/er/d.py", "out/c.dat"]
    listing = list_files(repository(tmp_path, contents, tracked), [tmp_path])
    assert listing.wanted == ["out/a.py", "out/deep/er/d.py", "x.py", "y.py"]
    assert {"out/c.dat", "sub/x.py"} <= {*listing.files}
    assert not {"out/b.py", "out/f.dat", "out/other/e.py"} & {*listing.files}
    # These are sub/x.py, out/b.py and out/other/.
    assert listing.skipped == {"ignored": 3}
    assert listing.problems == []
    assert list_files(tmp_path, [tmp_path / "sub"]).skipped == {"ignored": 1}


def test_a_tracked_file_is_scanned_from_below_the_top_too(tmp_path: Path) -> None:
    contents = {
        "app/.gitignore": "*.py\nout/\n",
        "app/x.py": "",
        "app/out/y.py": "",
        "app/z.py": "",
    }
    folder = repository(tmp_path, contents, ["app/x.py", "app/out/y.py"])
    assert list_files(folder / "app", [folder / "app"]).wanted == ["out/y.py", "x.py"]
    assert list_files(folder, [folder / "app"]).wanted == ["app/out/y.py", "app/x.py"]


def test_what_tools_keep_is_scanned_as_far_as_it_is_tracked(tmp_path: Path) -> None:
    names = ["__pycache__/x.py", ".svn/setup.py", "a/__pycache__/y.py", "a/.jj/z.py"]
    folder = repository(tmp_path, dict.fromkeys(names, ""), names[:2])
    listing = list_files(folder, [folder])
    assert listing.wanted == [".svn/setup.py", "__pycache__/x.py"]
    assert listing.skipped == {}
    # What lies beside a tracked file is told of like what git is told to leave out.
    write_tree(folder, {".svn/sub/z.py": "", "__pycache__/y.py": ""})
    listing = list_files(folder, [folder])
    assert listing.wanted == [".svn/setup.py", "__pycache__/x.py"]
    assert listing.skipped == {"ignored": 2}


def test_what_others_wrote_is_counted_though_it_is_tracked(tmp_path: Path) -> None:
    contents = {
        ".gitignore": "env/\n",
        "a.py": "",
        "node_modules/x/index.js": "",
        "lib/site-packages/x.py": "",
        "env/pyvenv.cfg": "",
        "env/bin/x.py": "",
        "venv/pyvenv.cfg": "",
        "venv/Scripts/x.py": "",
    }
    folder = repository(tmp_path, contents, [*contents])
    listing = list_files(folder, [folder])
    assert listing.wanted == ["a.py"]
    assert listing.skipped == {"installed": 2, "environments": 2}


def test_rules_around_a_repository_say_nothing_of_its_files(tmp_path: Path) -> None:
    repository(
        tmp_path / "other",
        {".gitignore": "no.py\n", "in.py": "", "no.py": "", "yes.py": ""},
        ["in.py", "yes.py", ".gitignore"],
    )
    author = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run(["git", *author, "commit", "-qm", "x"], cwd=tmp_path / "other", check=True)
    folder = repository(tmp_path / "p", {".gitignore": "*.py\n/sub/\n/clone/\n", "a.py": ""}, [])
    allowed = ["-c", "protocol.file.allow=always"]
    added = ["submodule", "--quiet", "add", "--force", str(tmp_path / "other")]
    for place in ("sub", "open"):
        subprocess.run(["git", *allowed, *added, place], cwd=folder, check=True)
        write_tree(folder / place, {"no.py": "", "new.py": ""})
    subprocess.run(["git", "clone", "-q", tmp_path / "other", folder / "clone"], check=True)
    expected = [f"{place}/{name}.py" for place in ("open", "sub") for name in ("in", "new", "yes")]
    listing = list_files(folder, [folder])
    assert [path for path in listing.wanted if path.endswith(".py")] == expected
    assert listing.skipped == {"ignored": 4}
    below = list_files(folder, [folder / "open"])
    assert [path for path in below.wanted if path.endswith(".py")] == expected[:3]


def test_a_repository_that_is_put_around_tracked_files_hides_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    names = ["in/x.py", "in/sub/y.py"]
    folder = repository(tmp_path / "p", dict.fromkeys(names, ""), names)
    write_tree(tmp_path, {"settings/git/ignore": "/w.py\n"})
    inner = {".gitignore": "x.py\nsub/\n", ".git/HEAD": "", ".git/info/exclude": "/z.py\n"}
    write_tree(folder / "in", {**inner, "w.py": "", "z.py": "", "a/w.py": "", "a/z.py": ""})
    listing = list_files(folder, [folder])
    assert listing.wanted == ["in/a/w.py", "in/a/z.py", "in/sub/y.py", "in/x.py"]
    assert listing.skipped == {"ignored": 2}


def test_what_is_covered_by_a_rule_is_doubtful_while_the_index_is(tmp_path: Path) -> None:
    folder = repository(tmp_path, {".gitignore": "*.txt\n", "a.py": "", "b.dat": ""}, ["a.py"])
    index = folder / ".git/index"
    index.write_bytes(index.read_bytes()[:-1])
    # It is not even read while nothing depends on it.
    assert list_files(folder, [folder]).problems == []
    write_tree(folder, {"x.txt": "", "y.txt": ""})
    listing = list_files(folder, [folder])
    assert listing.wanted == ["a.py"]
    assert listing.skipped == {"ignored": 2}
    assert [problem.path for problem in listing.problems] == [".git"]
    assert "split" in listing.problems[0].reason


def test_an_index_is_read_once_and_only_if_something_depends_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = repository(tmp_path, {".gitignore": "*.dat\n", "a.py": "", "b.dat": ""}, ["a.py"])
    read: list[Path] = []

    def reading(root: Path) -> git_index.Tracked:
        read.append(root)
        return git_index.Tracked()

    monkeypatch.setattr(git_index, "read_tracked", reading)
    list_files(folder, [folder])
    assert read == []
    write_tree(folder, {".gitignore": "*.py\nsub/\n", "sub/c.py": ""})
    list_files(folder, [folder, folder / "sub"])
    assert read == [folder]


def test_rules_of_the_repository_and_the_user_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_tree(
        tmp_path / "p",
        {"a.py": "", "b.py": "", "c.py": "", ".git/info/exclude": "a.py\n"},
    )
    write_tree(tmp_path, {"settings/git/ignore": "b.py\n"})
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    assert list_files(folder, [folder]).wanted == ["c.py"]


def test_what_is_named_is_scanned_though_git_would_leave_it_out(tmp_path: Path) -> None:
    folder = write_tree(
        tmp_path, {".gitignore": "out/\nx.py\n", "out/y.py": "", "x.py": "", "z.py": ""}
    )
    assert list_files(folder, [folder / "x.py", folder / "out"]).wanted == ["out/y.py", "x.py"]


def test_rules_above_a_named_folder_count(tmp_path: Path) -> None:
    folder = write_tree(tmp_path, {".gitignore": "x.py\n", "a/x.py": "", "a/y.py": ""})
    assert list_files(folder, [folder / "a"]).wanted == ["a/y.py"]


def test_what_tools_keep_or_install_is_not_scanned(tmp_path: Path) -> None:
    folder = write_tree(
        tmp_path,
        {
            "a.py": "",
            "node_modules/x/index.js": "",
            ".git/hooks/x.py": "",
            "env/pyvenv.cfg": "",
            "env/bin/python": "",
            "env/lib/python3/x.py": "",
            "lib/site-packages/x.py": "",
            "__pycache__/x.py": "",
        },
    )
    assert list_files(folder, [folder]).wanted == ["a.py"]


def test_links_are_counted_and_not_followed(tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "p", {"a.py": "", "sub/b.py": ""})
    (folder / "loop").symlink_to(folder)
    (folder / "sub/up").symlink_to(folder / "sub")
    (folder / "out.py").symlink_to(tmp_path / "nowhere")
    (folder / "data.bin").symlink_to(folder / "nothing")
    (folder / "requirements.txt").symlink_to(folder / "a.py")
    listing = list_files(folder, [folder])
    assert listing.wanted == ["a.py", "requirements.txt", "sub/b.py"]
    assert listing.skipped == {"links": 3}
    assert listing.problems == []


def test_a_link_that_rules_cover_is_ignored_unless_it_is_tracked(tmp_path: Path) -> None:
    folder = repository(
        tmp_path, {".gitignore": "*.txt\nout\n", "deps.dat": "", "sub/x.py": ""}, []
    )
    for name in ("requirements.txt", "requirements-dev.txt"):
        (folder / name).symlink_to("deps.dat")
    (folder / "out").symlink_to("sub")
    subprocess.run(["git", "add", "-f", "requirements-dev.txt"], cwd=folder, check=True)
    listing = list_files(folder, [folder])
    assert listing.wanted == ["requirements-dev.txt", "sub/x.py"]
    assert listing.skipped == {"ignored": 2}


def test_a_link_that_is_named_is_followed_within_the_project_only(tmp_path: Path) -> None:
    write_tree(tmp_path, {"secret.txt": "", "p/a.py": "", "p/sub/b.py": "", "out/c.py": ""})
    folder = tmp_path / "p"
    (folder / "in.py").symlink_to("a.py")
    (folder / "leak.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "away").symlink_to(tmp_path / "out")
    named = [folder / name for name in ("in.py", "leak.txt", "away", "away/c.py")]
    listing = list_files(folder, named)
    assert listing.wanted == ["in.py"]
    assert [one.path for one in listing.problems] == ["leak.txt", "away", "away/c.py"]


def test_an_excluded_file_is_not_scanned_though_it_is_named(tmp_path: Path) -> None:
    folder = write_tree(tmp_path, {"gen/a.py": "", "b.py": ""})
    named = [folder / "gen/a.py", folder / "b.py"]
    listing = list_files(folder, named, exclude=("gen",))
    assert listing.wanted == ["b.py"]
    assert listing.skipped == {"excluded": 1}


def test_excluded_files_and_folders_are_no_targets_but_are_known(tmp_path: Path) -> None:
    folder = write_tree(tmp_path, {"a.py": "", "gen/b.py": "", "c_pb2.py": "", "gen/d.dat": ""})
    listing = list_files(folder, [folder], exclude=("gen", "*_pb2.py"))
    assert listing.wanted == ["a.py"]
    assert "gen/b.py" in listing.files
    assert listing.skipped == {"excluded": 2}


def test_what_is_named_beside_a_folder_that_leaves_it_out_is_not_counted(tmp_path: Path) -> None:
    names = ["out/y.py", "x.py", "z.py", "env/bin/w.py", "env/pyvenv.cfg"]
    folder = write_tree(tmp_path, {".gitignore": "out/\nx.py\n", **dict.fromkeys(names, "")})
    assert list_files(folder, [folder]).skipped == {"ignored": 2, "environments": 1}
    named = [folder, folder / "x.py", folder / "out", folder / "env"]
    assert list_files(folder, named).skipped == {}


def test_a_listing_ends_somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = {f"{folder}/{name}.py": "" for folder in "abc" for name in "123"}
    folder = write_tree(tmp_path / "p", {**tree, "top.py": ""})
    monkeypatch.setattr(files, "MOST_ENTRIES", 13)
    assert len(list_files(folder, [folder]).wanted) == 10
    assert list_files(folder, [folder]).problems == []
    for most, seen in ((12, 9), (5, 2), (4, 1), (2, None)):
        monkeypatch.setattr(files, "MOST_ENTRIES", most)
        listing = list_files(folder, [folder, folder / "a"])
        assert seen is None or len(listing.wanted) == seen
        assert [problem.reason.partition(":")[2] for problem in listing.problems] == [
            " name smaller folders"
        ]
        assert f"{most} files" in listing.problems[0].reason


def test_a_deep_tree_is_said_to_be_cut(tmp_path: Path) -> None:
    place = tmp_path
    for _ in range(220):
        place = place / "d"
    # The path is longer than a system call takes, so it is made step by step.
    os.makedirs(place)
    (tmp_path / "x.py").write_text("")
    listing = list_files(tmp_path, [tmp_path])
    assert listing.wanted == ["x.py"]
    assert len(listing.problems) == 1
    assert "deeper" in listing.problems[0].reason


def test_a_folder_that_may_not_be_read_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_tree(tmp_path, {"shut/a.py": "", "b.py": ""})
    listed = os.scandir

    def scandir(path: Path) -> os._ScandirIterator[str]:
        if path.name == "shut":
            raise PermissionError(13, "Permission denied")
        return listed(str(path))

    # The tests may run as root, who may read everything.
    monkeypatch.setattr(os, "scandir", scandir)
    listing = list_files(folder, [folder])
    assert listing.wanted == ["b.py"]
    assert [(one.path, one.reason) for one in listing.problems] == [("shut/", "Permission denied")]


def test_the_root_is_the_repository_or_has_a_manifest(tmp_path: Path) -> None:
    folder = write_tree(
        tmp_path / "p",
        {".git/HEAD": "", "app/pyproject.toml": "", "app/src/a.py": "", "app/src/b/c.py": ""},
    )
    assert find_root([folder / "app/src/a.py"]) == folder
    assert find_root([folder / "app/src/a.py", folder / "app/src/b/c.py"]) == folder
    lone = write_tree(tmp_path / "q", {"x/package.json": "", "x/y/a.js": "", "z/b.js": ""})
    assert find_root([lone / "x/y/a.js"]) == lone / "x"
    assert find_root([lone / "z/b.js"]) == lone / "z"


def test_a_path_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnghostError, match="does not exist"):
        find_root([tmp_path / "nothing"])


def test_reading_is_bounded_and_waits_for_nothing(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(b"a" * 100)
    os.mkfifo(tmp_path / "pipe")
    assert read_file(tmp_path / "big", 10) == b"a" * 10
    assert read_file(tmp_path / "pipe", 10) == "it is not a regular file"
    assert read_file(Path("/dev/zero"), 10) == "it is not a regular file"
    assert read_file(tmp_path / "nothing", 10) == "No such file or directory"
    assert read_file(tmp_path, 10) == "it is not a regular file"


def test_rules_that_take_for_ever_are_no_rules(tmp_path: Path) -> None:
    name = "a" * 200 + ".py"
    folder = write_tree(tmp_path, {".gitignore": "a*" * 30 + "b\n*.txt\n", name: "", "b.txt": ""})
    assert list_files(folder, [folder]).wanted == [name, "b.txt"]
    write_tree(folder, {".gitignore": "x\n" * 5000 + "*.txt\n"})
    assert list_files(folder, [folder]).wanted == [name, "b.txt"]


def test_lines_of_rules_end_where_git_ends_them(tmp_path: Path) -> None:
    rules = "# note\x0c*a*\n# note\u2028*b*\r\nc.py\r\n"
    folder = write_tree(tmp_path, {".gitignore": rules, "a.py": "", "b.py": "", "c.py": ""})
    assert list_files(folder, [folder]).wanted == ["a.py", "b.py"]


def test_rules_behind_a_link_do_not_count(tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "p", {"a.py": ""})
    write_tree(tmp_path, {"rules": "*.py\n"})
    (folder / ".gitignore").symlink_to(tmp_path / "rules")
    assert list_files(folder, [folder]).wanted == ["a.py"]


def test_a_manifest_that_is_a_link_is_read(tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "p", {"deps.dat": "numpy\n"})
    write_tree(tmp_path, {"out.txt": ""})
    (folder / "requirements.txt").symlink_to("deps.dat")
    (folder / "requirements-dev.txt").symlink_to(tmp_path / "out.txt")
    assert list_files(folder, [folder]).wanted == ["requirements.txt"]


def test_only_what_looks_like_an_environment_is_one(tmp_path: Path) -> None:
    folder = write_tree(tmp_path, {"app/pyvenv.cfg": "", "app/requirements.txt": ""})
    write_tree(folder, {"env/pyvenv.cfg": "", "env/bin/x.py": "", "env/y.py": ""})
    assert list_files(folder, [folder]).wanted == ["app/requirements.txt"]
    assert list_files(folder, [folder / "env"]).wanted == ["env/bin/x.py", "env/y.py"]


def test_a_home_is_no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = write_tree(tmp_path / "home", {"a.py": "", "p/b.py": ""})
    monkeypatch.setenv("HOME", str(home))
    assert project_files(home) == []
    assert project_files(tmp_path) == []
    assert project_files(home / "p") == ["b.py"]
    assert [is_project(place) for place in (home, tmp_path, home / "p")] == [False, False, True]


def test_a_home_is_known_by_another_path_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tree(tmp_path, {"disk/user/a.py": ""})
    (tmp_path / "user").symlink_to(tmp_path / "disk/user")
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    assert not is_project(tmp_path / "disk/user")
    assert not is_project(tmp_path / "user")
    assert project_files(tmp_path / "user") == []


def test_without_a_home_a_disk_is_no_project_still(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", home)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    assert not is_project(Path("/"))
    assert is_project(tmp_path)
    assert list_files(write_tree(tmp_path, {"a.py": ""}), [tmp_path]).wanted == ["a.py"]


def test_of_a_large_folder_that_nothing_calls_a_project_only_the_top_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = {"a/b.py": "", "c.py": "", "d.py": "", "e/f.py": ""}
    folder = write_tree(tmp_path / "p", tree)
    monkeypatch.setattr(files, "MOST_UNMARKED", 6)
    assert project_files(folder) == ["a/b.py", "c.py", "d.py", "e/f.py"]
    monkeypatch.setattr(files, "MOST_UNMARKED", 5)
    assert project_files(folder) == ["c.py", "d.py"]
    write_tree(folder, {"requirements.txt": ""})
    assert "e/f.py" in project_files(folder)
