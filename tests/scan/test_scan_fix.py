"""Mending: what is replaced, what is commented out, and what is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scan_world import offline, write_tree
from unghost.records import Mention
from unghost.scan.finding import Report
from unghost.scan.output import fix as fix_module
from unghost.scan.output.fix import apply, plan
from unghost.scan.scanner import scan_files

CASES = [
    ("requirements.txt", "numpy\nyaml>=1\n", "numpy\npyyaml>=1\n"),
    (
        "requirements.txt",
        "numpy\n  ghost-1==2 ; python_version > '3'\r\nflask\n",
        "numpy\n  # unghost: no such package: ghost-1==2 ; python_version > '3'\r\nflask\n",
    ),
    (
        "pyproject.toml",
        '[project]\ndependencies = [\n  "numpy",\n  "ghost-1>1",\n]\n',
        '[project]\ndependencies = [\n  "numpy",\n  # unghost: no such package: "ghost-1>1",\n]\n',
    ),
    (
        "environment.yml",
        "dependencies:\n- pip:\n  - numpy\n  - ghost-1\n",
        "dependencies:\n- pip:\n  - numpy\n  # unghost: no such package: - ghost-1\n",
    ),
    (
        "Pipfile",
        '[packages]\nsqlite3 = "*"\n',
        '[packages]\n# unghost: no such package: sqlite3 = "*"\n',
    ),
    ("README.md", "Run `pip install cv2`.\n", "Run `pip install opencv-python`.\n"),
    (
        "Dockerfile",
        "FROM x\nRUN pip install \\\n  cv2\n",
        "FROM x\nRUN pip install \\\n  opencv-python\n",
    ),
]
LEFT = [
    ("pyproject.toml", '[project]\ndependencies = ["numpy", "ghost-1>1"]\n', "more than the name"),
    (
        "pyproject.toml",
        '[project]\ndependencies = ["ghost-1",\n]\n',
        "more than the name",
    ),
    (
        "pyproject.toml",
        '[tool.poetry.dependencies]\nnumpy = "1"\n'
        '[tool.poetry.dependencies.ghost-1]\nversion = "9"\n',
        "more than the name",
    ),
    ("a.py", "import ghost_1\n", "no line"),
    ("a.sh", "pip install ghost-1 && make\n", "no line"),
    ("poetry.lock", '[[package]]\nname = "ghost-1"\nversion = "1"\n', "lock file"),
    ("setup.py", "setup(install_requires=['ghost-1'])\n", "no line"),
]


def scanned(folder: Path, universe: Path) -> Report:
    return scan_files([folder], offline(universe), root=folder)


@pytest.mark.parametrize(("name", "before", "after"), CASES)
def test_what_is_understood_is_mended(
    tmp_path: Path, universe: Path, name: str, before: str, after: str
) -> None:
    folder = write_tree(tmp_path / "p", {name: before})
    (folder / name).chmod(0o640)
    edits = plan(scanned(folder, universe))
    assert (folder / name).read_bytes().decode() == before
    apply(edits, folder)
    assert (folder / name).read_bytes().decode() == after
    assert (folder / name).stat().st_mode & 0o777 == 0o640
    assert scanned(folder, universe).active == ()


@pytest.mark.parametrize(("name", "text", "why"), LEFT)
def test_what_is_not_understood_is_left_with_the_reason(
    tmp_path: Path, universe: Path, name: str, text: str, why: str
) -> None:
    folder = write_tree(tmp_path / "p", {name: text})
    (edit,) = plan(scanned(folder, universe))
    assert (edit.before, edit.fixed) == (edit.after, ())
    ((_, reason),) = edit.left
    assert why in reason
    apply([edit], folder)
    assert (folder / name).read_text() == text


def test_several_in_one_file_are_mended_together(tmp_path: Path, universe: Path) -> None:
    text = "yaml\nghost-1\ncv2\nnumpy\nghost-2\n"
    folder = write_tree(tmp_path / "p", {"requirements.txt": text})
    (edit,) = plan(scanned(folder, universe))
    assert [one.name for one in edit.fixed] == ["yaml", "ghost-1", "cv2", "ghost-2"]
    assert edit.after.splitlines() == [
        "pyyaml",
        "# unghost: no such package: ghost-1",
        "opencv-python",
        "numpy",
        "# unghost: no such package: ghost-2",
    ]
    assert "-ghost-1\n" in edit.diff()


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path, universe: Path) -> None:
    folder = write_tree(tmp_path / "p", {"requirements.txt": "ghost-1\n"})
    edits = plan(scanned(folder, universe))
    write_tree(folder, {"requirements.txt": "numpy\nghost-1\n"})
    apply(edits, folder)
    assert (folder / "requirements.txt").read_text() == "numpy\nghost-1\n"


def test_a_file_in_another_encoding_is_left_alone(tmp_path: Path, universe: Path) -> None:
    data = "# caf\xe9\nghost-1\n".encode("latin-1")
    folder = write_tree(tmp_path / "p", {"requirements.txt": data})
    (edit,) = plan(scanned(folder, universe))
    assert edit.left[0][1] == "the file is not in UTF-8"
    apply([edit], folder)
    assert (folder / "requirements.txt").read_bytes() == data


def test_a_mark_of_byte_order_stays(tmp_path: Path, universe: Path) -> None:
    folder = write_tree(tmp_path / "p", {"requirements.txt": "\ufeffnumpy\nyaml\n"})
    apply(plan(scanned(folder, universe)), folder)
    assert (folder / "requirements.txt").read_bytes() == "\ufeffnumpy\npyyaml\n".encode()


def test_what_is_suppressed_is_not_mended(tmp_path: Path, universe: Path) -> None:
    text = "ghost-1 # unghost: ignore[ghost-1]: ours\n"
    folder = write_tree(tmp_path / "p", {"requirements.txt": text})
    assert plan(scanned(folder, universe)) == []


lines = st.sampled_from(
    ["numpy", "ghost-1", "yaml", "# x", "", "-r more.txt", "ghost-2[a]>1", "sqlite3 \\", "  cv2"]
)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.lists(lines, max_size=8))
def test_mending_takes_findings_away_and_nothing_else(
    text: list[str], universe: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = write_tree(tmp_path_factory.mktemp("p"), {"requirements.txt": "\n".join(text) + "\n"})
    before = scanned(folder, universe)
    edits = plan(before)
    apply(edits, folder)
    after = scanned(folder, universe)
    left = [finding.name for edit in edits for finding, _ in edit.left]
    assert sorted(one.name for one in after.active) == sorted(left)
    gone = sum(len(edit.fixed) for edit in edits)
    replaced = sum(one.replacement is not None for edit in edits for one in edit.fixed)
    assert after.names == before.names - gone + replaced


def test_a_link_stays_one_and_what_it_leads_to_is_mended(tmp_path: Path, universe: Path) -> None:
    folder = write_tree(tmp_path / "p", {"real.txt": "ghost-1\n"})
    (folder / "requirements.txt").symlink_to("real.txt")
    apply(plan(scanned(folder, universe)), folder)
    assert (folder / "requirements.txt").is_symlink()
    assert (folder / "real.txt").read_text() == "# unghost: no such package: ghost-1\n"


def test_hundreds_of_findings_are_mended_with_a_few_readings(
    tmp_path: Path, universe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "".join(f"ghost-{number}\n" for number in range(400)) + "numpy\n"
    folder = write_tree(tmp_path / "p", {"requirements.txt": text})
    report = scanned(folder, universe)
    readings = []
    find = fix_module.find_in_file

    def counted(data: bytes, path: str) -> list[Mention]:
        readings.append(path)
        return find(data, path)

    monkeypatch.setattr(fix_module, "find_in_file", counted)
    (edit,) = plan(report)
    assert (len(edit.fixed), edit.left) == (400, ())
    assert len(readings) < 10
