from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unghost.mentions.documents.manifests import LONGEST
from unghost.mentions.kinds.by_name import kinds_of
from unghost.mentions.reader import Context, find_in_file, find_in_text, is_of_interest, unread_part

DEBRIS = [
    line
    for line in Path(__file__).with_name("debris.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


def names(data: bytes | str, path: str) -> list[str]:
    data = data.encode() if isinstance(data, str) else data
    return [mention.name for mention in find_in_file(data, path)]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a/b.py", "import qa\n", ["qa"]),
        ("b.pyi", "from qa import x\n", ["qa"]),
        ("setup.py", "import qa\nsetup(install_requires=['qb'])\n", ["qa", "qb"]),
        ("tool.py", "# /// script\n# dependencies = ['qa']\n# ///\nimport qb\n", ["qa", "qb"]),
        ("a.js", 'require("qa")', ["qa"]),
        ("a.mts", 'import x from "qa"', ["qa"]),
        ("a.sh", "pip install qa", ["qa"]),
        ("install.ps1", "Install-Package Qa", ["Qa"]),
        ("Dockerfile", "FROM x\nRUN pip install qa", ["qa"]),
        ("Dockerfile.dev", "FROM x\nRUN pip install qa", ["qa"]),
        ("web.Dockerfile", "FROM x\nRUN pip install qa", ["qa"]),
        ("Containerfile", "FROM x\nRUN pip install qa", ["qa"]),
        ("Makefile", "all:\n\tpip install qa", ["qa"]),
        ("rules.mk", "all:\n\tpip install qa", ["qa"]),
        (".github/workflows/ci.yml", "jobs:\n  a:\n    steps:\n    - run: npm i qa", ["qa"]),
        (".devcontainer/devcontainer.json", '{"postCreateCommand": "npm i qa"}', ["qa"]),
        ("requirements.txt", "qa\n", ["qa"]),
        ("package.json", '{"scripts": {"a": "npx qa"}, "dependencies": {"qb": "1"}}', ["qa", "qb"]),
        ("deno.json", '{"tasks": {"a": {"command": "npx qa"}}}', ["qa"]),
        ("AGENTS.md", "Run `pip install qa`.", ["qa"]),
        (".cursorrules", "Run `pip install qa`.", ["qa"]),
        (".cursor/rules/a.mdc", "Run `pip install qa`.", ["qa"]),
        ("answer.txt", "Run `pip install qa`.", ["qa"]),
        ("README", "Run `pip install qa`.", ["qa"]),
        ("README.rst", "Run ``pip install qa``.", ["qa"]),
        ("session.txt", "A session:\n\n>>> import qa\n", ["qa"]),
        ("run", "#!/usr/bin/env python3\nimport qa\n", ["qa"]),
        ("run", "#!/bin/sh\npip install qa\n", ["qa"]),
        ("run", "#!/usr/bin/env -S uv run --script\nimport qa\n", ["qa"]),
        ("run", "#!/usr/bin/perl\nimport qa\n", []),
        ("run", "pip install qa", []),
        ("LICENSE", "import qa", []),
        ("a.c", "import qa", []),
        ("a.py", "x = 'pip install qa'\n'''\npip install qb\n'''\n", []),
        ("b.txt", "import qa", []),
    ],
)
def test_a_file_is_read_by_its_name(path: str, text: str, expected: list[str]) -> None:
    assert names(text, path) == expected
    assert names(b"\xef\xbb\xbf" + text.encode(), path) == expected
    assert is_of_interest(path) == (path != "a.c")


def test_a_mention_says_where_it_stands() -> None:
    data = "\ufeff# ä😀\r\nimport qa\r\n".encode()
    (mention,) = find_in_file(data, "a.py")
    assert (mention.line, mention.column, mention.source_id) == (2, 8, "a.py")
    assert data.decode()[mention.start : mention.end] == mention.raw == "qa"
    (wide,) = find_in_file("import qa".encode("utf-16"), "a.py")
    assert wide.raw == "qa"


@pytest.mark.parametrize(
    "data", [b"", b"\0", b"\xff\xfe\0", b"import \0qa", b"\x80\x81import", b"\xef\xbb\xbf"]
)
@pytest.mark.parametrize("path", ["a.py", "a.md", "package.json", "a.yml", "pom.xml", "a.json"])
def test_binary_and_broken_files_name_nothing(data: bytes, path: str) -> None:
    assert names(data, path) == []


def test_bytes_of_no_encoding_spoil_no_name() -> None:
    assert names(b"# \xe4\xff\nimport qa\n", "a.py") == ["qa"]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("import qa\nqa.x()", None, ["qa"]),
        ("pip install qa", None, ["qa"]),
        ("You can run `pip install qa`.", None, ["qa"]),
        ("import qa", "python", ["qa"]),
        ("pip install qa", "bash", ["qa"]),
        ("qa\nqb", "requirements.txt", ["qa", "qb"]),
        ("qa\nqb", None, []),
        ("qa==1\nqb", None, ["qa", "qb"]),
        ('{"dependencies": {"qa": "1"}}', "json", ["qa"]),
        ('{"dependencies": {"qa": "1"}}', None, ["qa"]),
        ("FROM x\nRUN npm i qa", None, ["qa"]),
        ("jobs:\n  a:\n    steps:\n      - run: npm i qa\n", None, ["qa"]),
        ("Install:\n- `npm i qa`\n", None, ["qa"]),
        ("#!/bin/sh\nnpm i qa", None, ["qa"]),
        ("<project><dependencies/></project>", None, []),
        ("[tool.x]\ny = 1\n[project]\ndependencies = ['qa']", None, ["qa"]),
        ("<think>pip install qa</think>pip install qb", None, ["qb"]),
        ("pip install qa\n</think>\npip install qb", None, ["qa", "qb"]),
        ("import qa", "brainfuck", ["qa"]),
        ("", None, []),
    ],
)
def test_a_text_of_any_kind(text: str, language: str | None, expected: list[str]) -> None:
    mentions = find_in_text(text, "s", Context(language=language))
    assert [mention.name for mention in mentions] == expected
    assert all(text[m.start : m.end] == m.raw for m in mentions)


@pytest.mark.parametrize(
    "shape",
    ["{}", "- {}", "You could do it like this.\n{}\nThat is all of it.", "Take this:\n\n* {}\n"],
)
def test_debris_in_a_text_is_no_package(shape: str) -> None:
    texts = [shape.replace("{}", item) for item in DEBRIS]
    assert [text for text in texts if find_in_text(text, "s")] == []


def test_one_kind_is_told_by_a_path_alone() -> None:
    assert [kind.form for kind in kinds_of("x\\requirements.txt")] == ["manifest"]
    assert [kind.form for kind in kinds_of("setup.py")] == ["manifest", "code"]
    assert kinds_of("a/b.png") == ()
    assert kinds_of("") == kinds_of("a") != ()
    assert kinds_of(".py") == ()


_PATHS = [
    "a.py", "a.js", "a.tsx", "a.rs", "a.go", "a.rb", "a.java", "a.kt", "a.cs", "a.php", "a.sh",
    "Dockerfile", "Makefile", "a.yml", "a.md", "a.json", "a.ipynb", "a.diff", "a", "package.json",
    "requirements.txt", "pyproject.toml", "pom.xml", "go.mod", "Gemfile", "Cargo.lock",
]  # fmt: skip


@given(st.binary(max_size=80), st.sampled_from(_PATHS))
def test_any_bytes_are_read(data: bytes, path: str) -> None:
    find_in_file(data, path)


@given(
    st.lists(
        st.sampled_from(
            ["import qa\n", "pip install qa\n", "FROM x\n", "RUN ", "[", "{", '"', "'", "a: ", "- ",
             "#!", "\n", "\r\n", "\t", "qa==1\n", "<a>", "module x\n", "[project]\n", "= ", "```\n",
             "use x::y;\n", "+++ b/a.py\n", "@@\n", "\ufeff", "é", "\ud800", "\0", "package ", "]"]
        ),
        max_size=20,
    ),
    st.sampled_from([None, "json", "toml", "xml", "python", "diff", "yaml", "ini", "groovy"]),
)  # fmt: skip
def test_any_text_is_read(parts: list[str], language: str | None) -> None:
    text = "".join(parts)
    for mention in find_in_text(text, "s", Context(language=language)):
        assert text[mention.start : mention.end] == mention.raw


def _seconds(text: str) -> float:
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        find_in_text(text, "s")
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.slow
@pytest.mark.parametrize(
    "make",
    [
        lambda n: "import a\n" * n,
        lambda n: "a==1\n" * n,
        lambda n: "[a]\n" * n,
        lambda n: "[" * n,
        lambda n: "{" * n,
        lambda n: "<a>" * n,
        lambda n: "FROM a\nRUN npm i a\n" * n,
        lambda n: "use a::b;\n" * n,
        lambda n: 'import a from "a"\n' * n,
        lambda n: "on: a\n" * n,
        lambda n: json.dumps({"dependencies": {f"a{i}": "1" for i in range(n)}}),
        lambda n: "\n" * n,
        lambda n: "#" * n,
        lambda n: "(" * n,
    ],
)
def test_time_is_linear(make: Callable[[int], str]) -> None:
    assert _seconds(make(8000)) / max(_seconds(make(1000)), 1e-4) < 24


def test_a_closing_tag_hides_nothing_that_stands_before_it() -> None:
    text = "pip install qa # </think>\npip install qb\n"
    assert [mention.name for mention in find_in_text(text, "t", Context(language="sh"))] == [
        "qa",
        "qb",
    ]
    assert [mention.name for mention in find_in_text(text, "t")] == ["qa", "qb"]
    thought = "<think>pip install qa</think>\n`pip install qb`\n"
    assert [mention.name for mention in find_in_text(thought, "t")] == ["qb"]


def test_a_long_text_is_cut_between_lines() -> None:
    lines = f"# {'x' * 393}\nnumpy\n" * (LONGEST // 402 + 10)
    found = {mention.name for mention in find_in_file(lines.encode(), "requirements.txt")}
    assert found == {"numpy"}


@pytest.mark.parametrize(
    ("data", "path", "said"),
    [
        (b"numpy # \0\n", "requirements.txt", "binary"),
        (b"\0\1\2", "tool", None),
        (b"\0\1\2", "x.png", None),
        ("numpy\n".encode("utf-16"), "requirements.txt", None),
        (b"numpy\n", "requirements.txt", None),
        (b"#" * (LONGEST + 1), "a.py", "4 million"),
        (b"#" * (LONGEST + 1), "poetry.lock", None),
    ],
)
def test_what_is_not_read_is_said(data: bytes, path: str, said: str | None) -> None:
    told = unread_part(data, path)
    assert told is None if said is None else said in str(told)
