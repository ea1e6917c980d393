"""The hook for pre-commit: which files it is given, and what it does to a commit.

pre-commit itself is run, with the project's own file of hooks. Only the language is another, for
``python`` would install the project from an index.
"""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from identify import identify

from unghost.ecosystems import all_ecosystems
from unghost.mentions.kinds import by_name as kinds
from unghost.mentions.reader import is_of_interest
from unghost.names.building import build_snapshot

ROOT = Path(__file__).parents[2]
HOOKS = ROOT / ".pre-commit-hooks.yaml"
GUIDE = (ROOT / "docs" / "guides" / "ci.md").read_text("utf-8")
GHOST = "flask-zorpify"
DAY = "2026-10-01"


def _hook() -> dict[str, Any]:
    (hook,) = yaml.safe_load(HOOKS.read_text("utf-8"))
    return dict(hook)


FILES = re.compile(_hook()["files"])


PATTERNS = sorted({p for eco in all_ecosystems() for m in eco.manifests for p in m.patterns})
SUFFIXES, NAMES = sorted(kinds.suffixes()), sorted(kinds.NAMES)


def _examples() -> Iterator[str]:
    for pattern in PATTERNS:
        for middle in ("", "a", "a.b", "Ab"):
            yield pattern.replace("*", middle)
    for suffix in SUFFIXES:
        yield from (f"a.{suffix}", f"a.b.{suffix}", f".{suffix}", f".a.{suffix}")
    for name in NAMES:
        yield from (name, f"{name}.x", f"{name}.", f"x.{name}", f".{name}", f"x-{name}")
    yield from ("a", ".a", "a.", "a.x", "LICENSE", "a.svg", "a.png", "a.lock", "a.toml", "a.xml")


def _variants(name: str) -> Iterator[str]:
    yield from (name, f"d/{name}", f"d.d/e f/{name}", f"requirements/{name}", f"é/{name}")
    yield from (name.upper(), name.title(), f"{name}.bak", f"{name}~", f"{name}/x.svg")
    yield name.replace("a", "a/a")


def _differ(paths: Iterable[str]) -> list[str]:
    return [path for path in paths if bool(FILES.search(path)) != is_of_interest(path)]


def test_the_filter_is_what_the_scanner_reads() -> None:
    assert _differ(path for name in _examples() for path in _variants(name)) == []


_PIECES = {
    piece for name in (*PATTERNS, *SUFFIXES, *NAMES) for piece in re.split(r"([./*-])", name)
}
_PATHS = st.lists(
    st.sampled_from(sorted(_PIECES - {"*", ""} | set("/.-_ aZ\u00e9"))), min_size=1, max_size=6
).map(lambda pieces: "/".join(filter(None, "".join(pieces).split("/"))))


@given(_PATHS.filter(lambda path: path and not path.startswith("-")))
@settings(max_examples=500)
def test_the_filter_is_what_the_scanner_reads_whatever_the_path(path: str) -> None:
    assert _differ([path]) == []


def test_what_is_written_from_declarations_is_not_stale() -> None:
    """If it is, run ``python tools/declared.py``."""
    done = subprocess.run([sys.executable, ROOT / "tools/declared.py", "--check"], text=True,
                          capture_output=True, check=False)  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "")


def test_nothing_that_could_be_an_option_is_passed() -> None:
    for name in ("--fix", "-o", "--output=a.py", "-", "--write-baseline"):
        assert not FILES.search(name)
        assert FILES.search(f"d/{name}")


def test_what_the_scanner_reads_is_text_to_pre_commit() -> None:
    """pre-commit tells by the name where it can, and ``types`` must not take such a file away."""
    wrong = [
        (path, tags)
        for path in _examples()
        if is_of_interest(path)
        and (tags := identify.tags_from_filename(path))
        and "text" not in tags
    ]
    assert wrong == []


def test_the_hook_installs_the_command_and_runs_once() -> None:
    hook = _hook()
    assert (hook["id"], hook["entry"], hook["language"]) == ("unghost", "unghost scan", "python")
    assert hook["require_serial"] is True
    assert hook["types"] == ["text"]
    # A commit's message has a name that the filter lets through.
    assert FILES.search(".git/COMMIT_EDITMSG")
    assert not {"commit-msg", "prepare-commit-msg"} & set(hook["stages"])


@dataclass(frozen=True)
class Project:
    """A git repository with the hook, whose calls of unghost are written down."""

    folder: Path
    env: dict[str, str]
    calls: Path

    def run(self, *words: str, ok: bool = True) -> str:
        done = subprocess.run(
            words, cwd=self.folder, env=self.env, capture_output=True, text=True, check=False
        )
        said = done.stdout + done.stderr
        assert (done.returncode == 0) is ok, said
        return said

    def put(self, path: str, text: str | bytes) -> None:
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text if isinstance(text, bytes) else text.encode())

    def commit(self, *, ok: bool) -> str:
        self.run("git", "add", "--all")
        return self.run("git", "commit", "--quiet", "-m", "a change", ok=ok)

    def commits(self) -> int:
        return int(self.run("git", "rev-list", "--all", "--count"))

    def passed(self) -> list[str]:
        """Return what unghost was last called with, behind its own words."""
        return self.calls.read_text("utf-8").splitlines()[-1].split("\t")[1:]


def _isolated(tmp_path: Path, tools: Path) -> dict[str, str]:
    home = tmp_path / "home"
    home.mkdir()
    folders = ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")
    return {
        "PATH": os.pathsep.join([str(tools), str(Path(sys.executable).parent), os.defpath]),
        "HOME": str(home),
        **{name: str(tmp_path / name) for name in folders},
        "PRE_COMMIT_HOME": str(tmp_path / "pre-commit"),
        "PRE_COMMIT_COLOR": "never",
        "PIP_CONFIG_FILE": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CEILING_DIRECTORIES": str(tmp_path),
        **{f"GIT_{who}_NAME": "A" for who in ("AUTHOR", "COMMITTER")},
        **{f"GIT_{who}_EMAIL": "a@example.org" for who in ("AUTHOR", "COMMITTER")},
        "LC_ALL": "C.UTF-8",
        "OMP_NUM_THREADS": "1",
        "UNGHOST_OFFLINE": "1",
    }


def _recorder(tools: Path, calls: Path) -> None:
    """Put an unghost before the real one that writes down what it is called with."""
    tools.mkdir()
    shim = tools / "unghost"
    real = Path(sys.executable).parent / "unghost"
    shim.write_text(f'#!/bin/sh\n(IFS="\t"; printf "%s\\n" "$*") >>"{calls}"\nexec "{real}" "$@"\n')
    shim.chmod(shim.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    tools, calls = tmp_path / "tools", tmp_path / "calls"
    _recorder(tools, calls)
    env = _isolated(tmp_path, tools)
    for eco, names in {"pypi": ["flask", "requests"], "npm": ["left-pad"]}.items():
        path = tmp_path / f"{eco}.names"
        build_snapshot(names, path, ecosystem=eco, source="a test", date=DAY, complete=True)
        env["UNGHOST_UNIVERSE"] = f"{env.get('UNGHOST_UNIVERSE', '')} {path}".strip()
    hooks = Project(tmp_path / "hooks", env, calls)
    hooks.put(HOOKS.name, HOOKS.read_bytes())
    hooks.run("git", "init", "--quiet", "--initial-branch=main")
    hooks.commit(ok=True)
    made = Project(tmp_path / "shop", env, calls)
    config = {
        "repos": [
            {
                "repo": str(hooks.folder),
                "rev": hooks.run("git", "rev-parse", "HEAD").strip(),
                "hooks": [{"id": "unghost", "language": "system"}],
            }
        ]
    }
    made.put(".pre-commit-config.yaml", yaml.safe_dump(config))
    made.run("git", "init", "--quiet", "--initial-branch=main")
    made.run(sys.executable, "-m", "pre_commit", "install")
    return made


def test_pre_commit_takes_the_file_of_hooks() -> None:
    subprocess.run(
        [sys.executable, "-m", "pre_commit", "validate-manifest", str(HOOKS)], check=True
    )


def test_a_commit_with_a_ghost_is_blocked_until_it_is_gone(project: Project) -> None:
    project.put("requirements.txt", f"flask==3.0\n{GHOST}==1.2\n")
    project.put("docs/use.md", "    pip install requests\n")
    said = project.commit(ok=False)
    assert project.commits() == 0
    assert "unghost" in said
    assert "Failed" in said
    assert "- exit code: 1" in said
    # The place, the line, a mark below the name, and why.
    assert "requirements.txt\n" in said
    assert f"2 | {GHOST}==1.2" in said
    assert "^" * len(GHOST) in said
    assert "ghost: " in said
    assert "1 error" in said
    assert "Traceback" not in said
    project.put("requirements.txt", "flask==3.0\n")
    said = project.commit(ok=True)
    assert "Passed" in said
    assert project.commits() == 1


def test_only_files_that_the_scanner_reads_are_passed(project: Project) -> None:
    project.put("pyproject.toml", '[project]\nname = "shop"\ndependencies = ["flask"]\n')
    project.put("shop/views.py", "import flask\n")
    project.put("run me", "#!/bin/sh\npip install requests\n")
    project.put("--output=x.py", f"import {GHOST.replace('-', '_')}\n")
    project.put("--fix", f"#!/bin/sh\npip install {GHOST}\n")
    project.put("logo.svg", f"<svg>pip install {GHOST}</svg>\n")
    project.put("notes.log", f"pip install {GHOST}\n")
    project.put("program", b"\x7fELF\x00\x01pip install " + GHOST.encode())
    (project.folder / "link.py").symlink_to("shop/views.py")
    said = project.commit(ok=True)
    assert "Passed" in said
    assert project.calls.read_text("utf-8").count("\n") == 1
    assert project.passed() == [
        ".pre-commit-config.yaml", "pyproject.toml", "run me", "shop/views.py"
    ]  # fmt: skip
    project.put("logo.svg", "<svg></svg>\n")
    said = project.commit(ok=True)
    assert "no files to check" in said
    assert project.calls.read_text("utf-8").count("\n") == 1


def test_a_name_that_nothing_can_verify_is_no_clean_commit(project: Project) -> None:
    project.put("Cargo.toml", '[package]\nname = "shop"\n[dependencies]\nserde = "1"\n')
    said = project.commit(ok=False)
    assert "- exit code: 3" in said
    assert "serde" in said
    assert "unghost names pull" in said


def test_modules_of_files_that_are_not_in_the_commit_are_known(project: Project) -> None:
    project.put("shop/prices.py", "TAX = 1\n")
    project.put("shop/__init__.py", "")
    project.commit(ok=True)
    project.put("tests/test_prices.py", "from shop.prices import TAX\nimport shop\n")
    project.commit(ok=True)
    assert project.passed() == ["tests/test_prices.py"]


def test_the_guide_shows_what_a_commit_says(project: Project) -> None:
    found = re.search(r"\n((?:    repos:\n)(?:    .*\n)+)", GUIDE)
    assert found is not None
    shown = yaml.safe_load(textwrap.dedent(found[1]))
    path = project.folder / ".pre-commit-config.yaml"
    config = yaml.safe_load(path.read_text("utf-8"))
    config["repos"][0]["hooks"][0] |= shown["repos"][0]["hooks"][0]
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    project.put("requirements.txt", "flask==3.0.3\nflask-zorpify==1.2\n")
    project.put("docs/install.md", "# Install\n\n```sh\npip install requests zorpify-client\n```\n")
    said = project.commit(ok=False)
    lines = [line for line in said.splitlines() if not line.startswith("[INFO]")]
    assert textwrap.indent("\n".join(lines).strip(), "    ") in GUIDE


def test_ignores_and_arguments_hold_in_the_hook(project: Project) -> None:
    project.put("unghost.toml", f'[[scan.ignore]]\nname = "{GHOST}"\nreason = "ours, soon"\n')
    project.put("requirements.txt", f"{GHOST}\n")
    assert "Passed" in project.commit(ok=True)
    project.put("unghost.toml", "")
    path = project.folder / ".pre-commit-config.yaml"
    config = yaml.safe_load(path.read_text("utf-8"))
    config["repos"][0]["hooks"][0]["args"] = ["--fail-on=never"]
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    project.put("requirements.txt", f"flask\n{GHOST}\n")
    assert "Passed" in project.commit(ok=True)
    assert project.passed()[0] == "--fail-on=never"
