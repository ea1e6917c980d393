"""Lists of any name: what a file has pip read cannot hide by its name."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scan_world import offline, write_tree
from unghost.scan.reading.included import included_by
from unghost.scan.scanner import scan_files


def ghosts(folder: Path, universe: Path, *paths: str) -> set[tuple[str, str, int]]:
    report = scan_files([folder / one for one in paths] or [folder], offline(universe), root=folder)
    return {(one.path, one.name, one.line) for one in report.findings}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("requirements.txt", "requests\n-r deps.lst\n"),
        ("requirements.txt", "--requirement=deps.lst"),
        ("requirements.txt", "-rdeps.lst"),
        ("requirements.txt", "--requirement \\\n  deps.lst\n"),
        ("requirements.txt", "\ufeff-r deps.lst\n"),
        ("setup.cfg", "[options]\ninstall_requires = file: deps.lst\n"),
        ("setup.cfg", "[options.extras_require]\nall = file:\n  other.lst,\n  deps.lst\n"),
        ("pyproject.toml", "[tool.setuptools.dynamic]\ndependencies = {file = ['deps.lst']}"),
        (
            "pyproject.toml",
            "[tool.setuptools.dynamic.optional-dependencies]\na = {file = 'deps.lst'}",
        ),
        ("tox.ini", "[testenv]\ndeps =\n  requests\n  -r{toxinidir}/deps.lst\n"),
        ("tox.ini", "[testenv]\ndeps = -r deps.lst\n"),
        ("environment.yml", "dependencies:\n  - pip:\n    - -r file:deps.lst\n"),
        ("Dockerfile", "FROM python\nRUN pip install --no-cache-dir -r deps.lst && ls\n"),
        ("Dockerfile", 'FROM python\nRUN ["pip", "install", "-r", "deps.lst"]\n'),
        ("install.sh", "python3 -m pip install \\\n  -U -r 'deps.lst'\n"),
        ("install.sh", "uv pip install --requirements=deps.lst; ls"),
        ("install.sh", "uv run --with-requirements deps.lst app.py"),
        ("README.md", "Then run `pip install -r deps.lst`.\n"),
        (".github/workflows/a.yml", "jobs: {a: {steps: [{run: pip3 install -r deps.lst}]}}"),
        ("deep/run.sh", "cd .. && pip install -r deps.lst"),
        ("a.sh", "pip install -Ur deps.lst"),
        ("a.sh", "pip-sync deps.lst"),
        ("a.sh", "uv pip sync ./deps.lst"),
        ("a.sh", "uv add --requirements deps.lst"),
        ("a.sh", 'pip install -r "deps.lst"'),
        ("a.sh", "cd somewhere && pip install -r deps.lst"),
        ("Dockerfile", "FROM x\nCOPY deps.lst /tmp/deps.lst\nRUN pip install -r /tmp/deps.lst\n"),
    ],
)
def test_a_list_of_any_name_is_read(tmp_path: Path, universe: Path, path: str, text: str) -> None:
    folder = write_tree(tmp_path / "p", {path: text, "deps.lst": "numpy\nghost-1==1\n"})
    assert ghosts(folder, universe) == {("deps.lst", "ghost-1", 2)}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("install.sh", "sort -r deps.lst; cp -r deps.lst there\npip install requests\n"),
        ("README.md", "-r deps.lst\n\npip is nice; grep -r deps.lst\n"),
        ("setup.cfg", "[metadata]\nlong_description = file: deps.lst\n"),
        ("requirements.txt", "-c deps.lst\n"),
        ("install.sh", "uv run tool -r deps.lst\nuv run grep -r deps.lst x\n"),
        ("install.sh", "pip install --index-url https://index.example/ -r deps.lst\n"),
        ("poetry.lock", "content = '-r deps.lst'\n"),
    ],
)
def test_what_is_no_list_is_not_read(tmp_path: Path, universe: Path, path: str, text: str) -> None:
    folder = write_tree(tmp_path / "p", {path: text, "deps.lst": "ghost-1\n"})
    write_tree(tmp_path, {"other.lst": "ghost-2\n"})
    assert ghosts(folder, universe) == set()


def test_lists_include_lists_and_themselves(tmp_path: Path, universe: Path) -> None:
    files = {
        "requirements.txt": "-r a/one.lst\n",
        "a/one.lst": "-r two.lst\nghost-1\n",
        "a/two.lst": "-r one.lst\n-r ../requirements.txt\nghost-2\n",
    }
    folder = write_tree(tmp_path / "p", files)
    wanted = {("a/one.lst", "ghost-1", 2), ("a/two.lst", "ghost-2", 3)}
    assert ghosts(folder, universe) == wanted
    # A file alone brings what it includes, as it does when it is installed.
    assert ghosts(folder, universe, "requirements.txt") == wanted


def test_a_text_that_is_included_is_read_as_a_list_too(tmp_path: Path, universe: Path) -> None:
    files = {"a.sh": "pip install -r notes.txt", "notes.txt": "ghost-1\n`pip install ghost-2`\n"}
    folder = write_tree(tmp_path / "p", files)
    report = scan_files([folder], offline(universe))
    assert [(one.name, one.line) for one in report.findings] == [("ghost-1", 1), ("ghost-2", 2)]
    assert report.files == 2


def test_what_git_leaves_out_is_read_where_it_is_included(tmp_path: Path, universe: Path) -> None:
    files = {".gitignore": "*.lst\n", "requirements.txt": "-r a.lst\n", "a.lst": "ghost-1\n"}
    folder = write_tree(tmp_path / "p", files)
    assert ghosts(folder, universe) == {("a.lst", "ghost-1", 1)}
    excluded = scan_files([folder], offline(universe, exclude=("*.lst",)))
    assert excluded.findings == ()
    assert excluded.skipped == {"excluded": 1}


@pytest.mark.parametrize("name", ["Gemfile", "Cargo.lock", "setup.cfg", "package.json"])
def test_a_list_may_bear_the_name_of_another_manifest(
    tmp_path: Path, universe: Path, name: str
) -> None:
    folder = write_tree(tmp_path / "p", {"a.sh": f"pip install -r {name}", name: "ghost-1==1.0\n"})
    assert (name, "ghost-1", 1) in ghosts(folder, universe)


def test_a_name_with_a_blank_is_read(tmp_path: Path, universe: Path) -> None:
    files = {"a.sh": "pip install -r 'x y.lst'", "requirements.txt": '-r "x y.lst"\n'}
    folder = write_tree(tmp_path / "p", {**files, "x y.lst": "ghost-1\n"})
    assert ghosts(folder, universe) == {("x y.lst", "ghost-1", 1)}


def test_what_is_included_and_is_not_here_is_told(tmp_path: Path, universe: Path) -> None:
    write_tree(tmp_path, {"secret.lst": "ghost-1\n"})
    lines = "".join(f"-r {name}\n" for name in ("a.lst", "/etc/hosts", "../secret.lst", "gone.lst"))
    folder = write_tree(tmp_path / "p", {"requirements.txt": lines})
    (folder / "a.lst").symlink_to(tmp_path / "secret.lst")
    report = scan_files([folder], offline(universe))
    assert report.findings == ()
    assert [one.reason.split()[2] for one in report.problems] == [
        *("a.lst,", "/etc/hosts,", "../secret.lst,", "gone.lst,")
    ]
    assert report.exit_code() == 3
    spoken = write_tree(tmp_path / "q", {"README.md": "`pip install -r gone.lst`\n", "a.py": ""})
    quiet = scan_files([spoken], offline(universe))
    assert (quiet.exit_code(), quiet.skipped) == (0, {"lists": 1})


def test_a_list_at_an_address_is_told(tmp_path: Path, universe: Path) -> None:
    text = "requests\n-r https://lists.example/a.txt\n"
    folder = write_tree(tmp_path / "p", {"requirements.txt": text})
    report = scan_files([folder], offline(universe))
    assert [one.reason for one in report.problems] == [
        "it includes https://lists.example/a.txt, which is not read"
    ]
    assert report.exit_code() == 3


def test_a_list_that_is_no_text_is_told(tmp_path: Path, universe: Path) -> None:
    folder = write_tree(tmp_path / "p", {"requirements.txt": "-r a.lst", "a.lst": b"a\0\xff" * 99})
    assert [one.path for one in scan_files([folder], offline(universe)).problems] == ["a.lst"]


def test_a_list_of_two_bytes_a_character_is_read(tmp_path: Path, universe: Path) -> None:
    files = {"requirements.txt": "-r a.lst\n".encode("utf-16"), "a.lst": b"ghost-1\n"}
    assert ghosts(write_tree(tmp_path / "p", files), universe) == {("a.lst", "ghost-1", 1)}


PIECES = ["-r", "pip", " ", "\n", "\\", "install", "a.lst", "=", "'", "[", ";", "\0", "file:", "x"]


@given(
    text=st.lists(st.sampled_from(PIECES)).map("".join),
    path=st.sampled_from(["requirements.txt", "setup.cfg", "pyproject.toml", "a.sh", "tox.ini"]),
)
def test_any_text_is_taken(text: str, path: str) -> None:
    for name in included_by(text.encode(), text, path).names:
        assert name
