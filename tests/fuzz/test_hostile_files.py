"""Huge, binary, deep and harmful files: bounded memory, no crash, and nothing but reading."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fuzz_targets import matching
from hostile_texts import STATEMENTS

from unghost.mentions.imports import find_imports
from unghost.mentions.reader import find_in_file

_WORKER = Path(__file__).with_name("hostile_worker.py")
_LINUX = sys.platform == "linux"
"""Elsewhere the unit of a process's peak of memory is another one."""


def _worked(folder: Path, *arguments: str) -> Any:
    done = subprocess.run(
        [sys.executable, str(_WORKER), *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    assert done.returncode == 0, (arguments, done.returncode, done.stderr[-2000:])
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("kind", "path", "megabytes"),
    [
        ("zeros", "package-lock.json", 64),
        ("noise", "x.py", 64),
        ("letters", "x.js", 64),
        ("letters", "run.sh", 64),
        ("letters", "package-lock.json", 64),
        ("newlines", "requirements.txt", 64),
        ("utf-16", "x.py", 1),
        ("json", "composer.lock", 64),
    ],
)
def test_memory_is_bounded(kind: str, path: str, megabytes: int, tmp_path: Path) -> None:
    said = _worked(tmp_path, "content", kind, path, str(megabytes))
    assert (said["found"] > 0) == (kind == "utf-16")
    assert not _LINUX or said["peak"] < 1500


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("json", "[" + "1," * 200),
        ("json", "{" + '"a":1,' * 200),
        ("toml", "a=1\n" * 200),
        ("toml", "a=[" + "1," * 200),
        ("xml", "<a>" + "<b/>" * 200),
        ("yaml", "- a\n" * 200),
    ],
)
def test_of_a_document_so_many_values_are_read(
    form: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"unghost.syntax.{form}_text.MOST", 50)
    (target,) = matching(f"document:{form}")
    assert 40 < len(target.read(text)) < 120
    monkeypatch.setattr(f"unghost.syntax.{form}_text.MOST", 500)
    assert len(target.read(text)) > 200


def test_what_people_write_is_cut_and_lock_files_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unghost.mentions.documents.manifests.LONGEST", 1000)
    blank = "\n" * 1000
    assert find_in_file(f"{blank}numpy\n".encode(), "requirements.txt") == []
    assert len(find_in_file(f"{blank}[[package]]\nname='a1'\n".encode(), "Cargo.lock")) == 1


def test_a_large_lock_file_is_read_whole(tmp_path: Path) -> None:
    said = _worked(tmp_path, "lock", "150000")
    assert said["size"] > 45
    assert said["found"] == 150_001
    assert not _LINUX or said["peak"] < 1500


@pytest.mark.parametrize("name", [*(f"imports:{language}" for language in STATEMENTS), "text:any"])
def test_deep_nesting_crashes_nothing(name: str, tmp_path: Path) -> None:
    assert _worked(tmp_path, "nest", name)


@pytest.mark.parametrize("form", ["json", "toml", "xml", "yaml"])
def test_deep_documents_crash_nothing(form: str, tmp_path: Path) -> None:
    assert _worked(tmp_path, "nest", f"document:{form}")


def test_nothing_is_run_imported_or_opened(tmp_path: Path) -> None:
    for name in ("<unknown>", "<string>", "pip.py", "yaml.py", "this.py"):
        (tmp_path / name).write_text("raise SystemExit('run')\n", encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    assert _worked(tmp_path, "deeds") == []
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("data", "path", "raw", "start"),
    [
        (b"\xef\xbb\xbfimport numpy\r\n", "x.py", "numpy", 8),
        ("import numpy\n".encode("utf-16"), "x.py", "numpy", 7),
        (b"\xfe\xff" + "numpy\r\n".encode("utf-16-be"), "requirements.txt", "numpy", 0),
        (b"numpy\xff\xfe\n", "run.sh", None, 0),
        (b"pip install numpy \xff\n", "run.sh", "numpy", 12),
        (b"# \xed\xa0\x80\nnumpy==1\n", "requirements.txt", "numpy", 6),
        (b'{"dependencies": {"numpy": "1"}}\0', "package.json", None, 0),
        (b"\x1b[31mpip install numpy\x1b[0m\n", "run.sh", None, 0),
    ],
)
def test_bytes_of_any_encoding(data: bytes, path: str, raw: str | None, start: int) -> None:
    found = [(mention.raw, mention.start) for mention in find_in_file(data, path)]
    assert found == ([] if raw is None else [(raw, start)])


@pytest.mark.parametrize("mark", ["\u202e", "\u200b", "\u2066", "\x00", "\x07", "\x7f", "\u00ad"])
def test_marks_that_cannot_be_seen_are_in_no_name(mark: str) -> None:
    name = f"nu{mark}mpy"
    texts = {
        "requirements.txt": f"{name}==1\n",
        "package.json": json.dumps({"dependencies": {name: "1"}}),
        "Cargo.toml": f'[dependencies]\n"{name}" = "1"\n',
        "run.sh": f"pip install {name}\nnpm install {name}\n",
        "go.mod": f"require a.b/{name} v1\n",
        "Gemfile": f"gem '{name}'\n",
    }
    for path, text in texts.items():
        for mention in find_in_file(text.encode("utf-8", "surrogatepass"), path):
            assert mark not in mention.name, path


def test_so_many_imports_in_one_line_are_placed() -> None:
    text = "import " + ", ".join(f"a{number}" for number in range(20_000))
    spots = find_imports(text, "python")
    assert [text[spot.start : spot.end] for spot in spots] == [f"a{n}" for n in range(20_000)]


@pytest.mark.parametrize(
    ("language", "mark"),
    [("go", "//"), ("java", "//"), ("kotlin", "//"), ("php", "#"), ("ruby", "#"), ("rust", "//")],
)
def test_a_banner_is_no_nesting(language: str, mark: str) -> None:
    banner = f"{mark}{'=' * 78}\n" * 20
    text = banner.join(["<?php\n" if language == "php" else "", STATEMENTS[language]])
    assert len(find_imports(text, language)) == 1


@pytest.mark.parametrize("unit", ["(", "%w(", "a<", "%w(//)\n", "%w(]"])
@pytest.mark.parametrize("language", sorted(STATEMENTS))
def test_what_stands_before_nesting_is_read(language: str, unit: str) -> None:
    text = STATEMENTS[language] + unit * 5000
    assert len(find_imports(text, language)) == 1
