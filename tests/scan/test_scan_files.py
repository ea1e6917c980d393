"""What is scanned: compared with what git itself would list."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scan_world import write_tree
from unghost.errors import UnghostError
from unghost.scan.files import find_root, list_files, project_files, read_file

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


def git_lists(folder: Path) -> set[str]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=True)
    return {name for name in os.fsdecode(done.stdout).split("\0") if name}


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=paths, ignored=rules)
def test_what_git_leaves_out_is_left_out(
    found: list[str], ignored: dict[str, list[str]], tmp_path_factory: pytest.TempPathFactory
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
    ours = set(list_files(folder, [folder]).wanted)
    theirs = {path for path in git_lists(folder) if path.endswith((".py", ".txt"))}
    assert {path for path in ours if path.endswith((".py", ".txt"))} == theirs


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
    listing = list_files(folder, [folder])
    assert listing.wanted == ["a.py", "sub/b.py"]
    assert listing.links == 3
    assert listing.problems == []


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
    assert list_files(folder, named, exclude=("gen",)).wanted == ["b.py"]


def test_excluded_files_and_folders_are_no_targets_but_are_known(tmp_path: Path) -> None:
    folder = write_tree(tmp_path, {"a.py": "", "gen/b.py": "", "c_pb2.py": ""})
    listing = list_files(folder, [folder], exclude=("gen", "*_pb2.py"))
    assert listing.wanted == ["a.py"]
    assert "gen/b.py" in listing.files


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
    assert read_file(tmp_path / "pipe", 10) == "it is no plain file"
    assert read_file(Path("/dev/zero"), 10) == "it is no plain file"
    assert read_file(tmp_path / "nothing", 10) == "No such file or directory"
    assert read_file(tmp_path, 10) == "it is no plain file"


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
