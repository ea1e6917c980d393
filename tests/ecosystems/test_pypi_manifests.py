"""PyPI: its readers on broken and hostile text, and against packaging as a second opinion."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from reader_laws import assert_is_linear, assert_reads_anything, broken_texts

from unghost.ecosystems import ecosystem
from unghost.ecosystems.base import Manifest
from unghost.ecosystems.pypi import sources
from unghost.ecosystems.pypi.requirements import find_script_requirements, read_requirements
from unghost.ecosystems.spot import Spot

PYPI = ecosystem("pypi")
READERS = {pattern: m.read for m in PYPI.manifests for pattern in m.patterns}
FILES = (
    ".whl",
    ".zip",
    ".tar.gz",
    ".txt",
    ".toml",
    ".cfg",
    ".in",
    ".yml",
    ".yaml",
    ".lock",
    ".egg",
)

NAMES = st.from_regex(r"[A-Za-z]([A-Za-z0-9._-]{0,10}[A-Za-z0-9])?", fullmatch=True)
BLANKS = st.text(" \t", max_size=2)
VERSIONS = st.lists(
    st.builds(
        "{}{}{}".format,
        st.sampled_from(["==", ">=", "<=", "!=", "~=", ">", "<"]),
        BLANKS,
        st.sampled_from(["1.0", "2.3.4", "0.1b2", "1!3.0", "2024.1", "1.0.post1"]),
    ),
    max_size=3,
).map(",".join)
EXTRAS = st.lists(NAMES, max_size=2).map(lambda names: f"[{', '.join(names)}]" if names else "")
MARKERS = st.sampled_from(
    ["", '; python_version < "3.12"', ";extra=='a'", " ; os_name=='nt' and (sys_platform!='x')"]
)


def said(spots: list[Spot], text: str) -> list[str]:
    for spot in spots:
        assert text[spot.start : spot.end] == spot.name
    return [s.name if s.origin == "registry" else f"{s.name}@{s.origin}" for s in spots]


def is_file(text: str) -> bool:
    return text.partition(";")[0].strip().lower().endswith(FILES)


@given(NAMES, EXTRAS, BLANKS, VERSIONS, MARKERS, BLANKS)
def test_a_requirement_is_read_as_packaging_reads_it(
    name: str, extras: str, gap: str, versions: str, marker: str, indent: str
) -> None:
    line = f"{indent}{name}{gap}{extras}{gap}{versions}{gap}{marker}"
    assume(not is_file(line))
    text = f"# one\nother-one==1\n{line}  # why\nlast"
    expected = Requirement(line.strip())
    _, spot, last = read_requirements(text)
    assert (spot.name, text[spot.start : spot.end]) == (expected.name, expected.name)
    assert SpecifierSet(spot.version or "") == expected.specifier
    assert last.name == "last"


@given(st.text("ab1-_.[],;<>=~!@()'\" \t#:/$", max_size=20))
@example("a@b")
@example("a @ git+https://x/y")
@example("a (>1)")
def test_what_packaging_accepts_is_found_and_what_is_found_is_a_name(line: str) -> None:
    spots = read_requirements(line)
    assert all(PYPI.is_valid(name.partition("@")[0]) for name in said(spots, line))
    bare = line.strip()
    try:
        expected = Requirement(bare)
    except InvalidRequirement:
        # What only pip, a template or a tool can read still begins with the name, or is `#egg=`.
        assert all(bare.startswith(spot.name) or "egg=" in line for spot in spots)
        return
    assume(any(char.isalpha() for char in expected.name) and not is_file(line) and " #" not in line)
    assert [spot.name for spot in spots] == [expected.name]


@given(broken_texts("pypi"))
def test_broken_text_is_read_as_far_as_it_goes(text: str) -> None:
    assert_reads_anything(PYPI, text)
    for spot in find_script_requirements(f"# /// script\n{text}\n# ///\n"):
        assert PYPI.is_valid(spot.name)


@given(st.lists(st.sampled_from([*"ab[]{}()'\"=,+*.;:#@-\\\n\t ", "setup(", "install_requires="])))
def test_any_mix_of_marks_is_read(pieces: list[str]) -> None:
    assert_reads_anything(PYPI, "".join(pieces))


@pytest.mark.parametrize(
    ("pattern", "unit"),
    [
        ("requirements*.txt", "a==1\n"),
        ("requirements*.txt", "a==1 \\\n"),
        ("requirements*.txt", "# a\\\n"),
        ("requirements*.txt", "-i x -e y#egg=z\n"),
        ("requirements*.txt", "-"),
        ("requirements*.txt", " #"),
        ("requirements*.txt", "a#"),
        ("requirements*.txt", "#egg=a"),
        ("requirements*.txt", "a["),
        ("pyproject.toml", "[tool.poetry.group.a.dependencies]\nb='*'\n"),
        ("pyproject.toml", "[dependency-groups]\na=['b','c']\n"),
        ("pyproject.toml", "[[tool.uv.index]]\nname='a'\nurl='b'\n"),
        ("poetry.lock", "[[package]]\nname='a'\n[package.source]\ntype='b'\n"),
        ("uv.lock", "[[package]]\nname='a'\nsource={registry='b'}\n"),
        ("pylock.toml", "[[packages]]\nname='a'\nindex='b'\n"),
        ("Pipfile", "[[source]]\nname='a'\n[packages]\nb={index='a'}\n"),
        ("Pipfile.lock", '{"default": {"a": {"index": "b"}}}, '),
        ("setup.py", "setup(install_requires=['a', b], **c)\n"),
        ("setup.py", "a = b = a + [*b, 'c']\n"),
        ("setup.py", "a['b'] = ['c']\n"),
        ("setup.py", "'\\x61\\n' "),
        ("noxfile.py", "session.install('a', *b)\n"),
        ("setup.cfg", "[options]\ninstall_requires = a; b\n"),
        ("setup.cfg", "   a\n"),
        ("tox.ini", "deps=\n a: b\n"),
        ("environment*.yml", "- pip:\n  - a\n"),
    ],
)
def test_time_is_linear(pattern: str, unit: str) -> None:
    readers = tuple(m for m in PYPI.manifests if pattern in m.patterns)
    assert_is_linear(replace(PYPI, manifests=readers), unit, 500)


@pytest.mark.parametrize("unit", ["(", "{", "[", "a.", "'", '"', "\\\n", "=", ":\n"])
def test_every_reader_takes_linear_time_for_marks(unit: str) -> None:
    assert_is_linear(PYPI, unit, 500)


def test_a_string_of_many_lines_is_looked_for_once() -> None:
    text = "setup(install_requires='{}')"
    assert_is_linear(
        replace(PYPI, manifests=tuple(m for m in PYPI.manifests if "setup.py" in m.patterns)),
        text.format("\\x61\\n" * 20_000 + "b"),
        1,
    )


@pytest.mark.parametrize("unit", ["# /// script\n", "# a\n", "# dependencies = ['a']\n", "#\n"])
def test_headers_are_read_in_linear_time(unit: str) -> None:
    reader = Manifest(("*.py",), lambda text: find_script_requirements(f"# /// script\n{text}"))
    assert_is_linear(replace(PYPI, manifests=(reader,)), unit, 2000)


def test_names_that_stand_for_each_other_are_followed_once() -> None:
    chain = "".join(f"a{n} = a{n - 1} + a{n - 1}\n" for n in range(1, 200))
    text = f"a0 = ['x', *a199]\n{chain}setup(install_requires=a199)\n"
    assert said(list(READERS["setup.py"](text)), text) == ["x"]


def test_many_targets_of_one_list_are_read_once() -> None:
    text = " = ".join(f"a{n}" for n in range(300)) + " = ['x']\nsetup(install_requires=["
    text += ", ".join(f"*a{n}" for n in range(300)) + "])"
    assert said(list(READERS["setup.py"](text)), text) == ["x"]


def test_places_behind_other_letters_and_line_ends() -> None:
    text = "# 💥 ü\r\nrequests==2 \\\r\n  --hash=x\r\n\r\nname = 'ü'; setup(install_requires=['a'])"
    assert said(read_requirements(text), text) == ["requests"]
    code = "\ufeff# 💥\r\nü = '💥'; setup(install_requires=[ü, 'a', '💥', \"b\" '>1'])\r"
    assert said(list(READERS["setup.py"](code)), code) == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('# /// script\n# dependencies = ["a>1", "b[x]"]\n# ///\nimport c', ["a", "b"]),
        (
            "#!/usr/bin/x\n\n# /// script\n# dependencies = [\n#   'a',\n#\n# 'b',]\n# ///",
            ["a", "b"],
        ),
        ("# /// script\r\n# dependencies = ['a']\r\n# ///\r\n", ["a"]),
        ('# /// script\n# dependencies = [\n# # "no",\n# "a"]\n# ///', ["a"]),
        ("# /// script\n# dependencies = ['a']\n", []),
        ("# /// script\n# dependencies = ['a']\n\n# ///\n", []),
        ("# /// other\n# dependencies = ['a']\n# ///\n", []),
        ("#/// script\n#dependencies = ['a']\n#///\n", []),
        ("# dependencies = ['a']\nx = 1  # /// script\n", []),
        ("# /// script\n# x = 1\n# ///\n# dependencies = ['a']\n# ///\n", ["a"]),
        ("# /// script\n# dependencies = 'a'\n# requires-python = '>3'\n# ///\n", ["a"]),
        (
            "# /// script\n# dependencies = ['a', 'b']\n# [tool.uv]\n# dev-dependencies=['c']\n"
            "# [tool.uv.sources]\n# b = { git = 'x' }\n# ///\n",
            ["a", "b@git", "c"],
        ),
        ("# /// script\n# dependencies = ['\\u0061bc', 'ü', 'd @ ../d']\n# ///", ["d@path"]),
        ("", []),
    ],
)
def test_requirements_in_the_header_of_a_script(text: str, names: list[str]) -> None:
    spots = [s for s in find_script_requirements(text) if "\\" not in text[s.start : s.end]]
    assert said(spots, text) == names


PUBLIC, OTHER = "https://public.example/simple", "https://index.example/simple"


@pytest.mark.parametrize(
    ("path", "text", "names"),
    [
        ("requirements*.txt", f"-i {PUBLIC}\na", ["a"]),
        ("requirements*.txt", f"-i {OTHER}\n--extra-index-url {PUBLIC}\na", ["a"]),
        ("requirements*.txt", f"-i {OTHER}\n--extra-index-url {OTHER}\na", ["a@index"]),
        ("requirements*.txt", f"-i {PUBLIC}\n--index-url={OTHER}\na", ["a@index"]),
        ("requirements*.txt", "-i ${INDEX}\na", ["a@index"]),
        ("requirements*.txt", f"# -i {OTHER}\na", ["a"]),
        ("environment*.yml", f"dependencies: [pip: [a, '-i {PUBLIC}']]", ["a"]),
        ("environment*.yml", f"dependencies: [pip: [a, '-i {OTHER}']]", ["a@index"]),
        (
            "Pipfile",
            f"[[source]]\nurl='{OTHER}'\nname='o'\n[[source]]\nurl='{PUBLIC}'\nname='p'\n"
            "[packages]\na={index='p'}\nb={index='o'}\nc={index='q'}",
            ["a", "b", "c@index"],
        ),
        (
            "uv.lock",
            f"[[package]]\nname='a'\nsource={{registry='{OTHER}'}}\n"
            f"[[package]]\nname='b'\nsource={{registry='{OTHER}'}}\n"
            f"[[package]]\nname='c'\nsource={{registry='{PUBLIC}'}}\n",
            ["a@index", "b@index", "c"],
        ),
        (
            "poetry.lock",
            f"[[package]]\nname='a'\nsource={{type='legacy', url='{PUBLIC}'}}\n"
            f"[[package]]\nname='b'\nsource={{type='legacy', url='{OTHER}'}}\n",
            ["a", "b@index"],
        ),
        (
            "pyproject.toml",
            "[project]\ndependencies=['a', 'b']\n[tool.uv.sources]\na={index='P'}\nb={index='o'}\n"
            f"[[tool.uv.index]]\nname='p'\nurl='{PUBLIC}'\ndefault=true\n"
            f"[[tool.uv.index]]\nname='o'\nurl='{OTHER}'\n",
            ["a", "b@index"],
        ),
        (
            "pyproject.toml",
            f"[[tool.poetry.source]]\nname='pypi'\nurl='{OTHER}'\n"
            "[tool.poetry.dependencies]\na={source='pypi'}",
            ["a@index"],
        ),
    ],
)
def test_an_index_is_known_by_its_host(
    monkeypatch: pytest.MonkeyPatch, path: str, text: str, names: list[str]
) -> None:
    monkeypatch.setattr(sources, "public_hosts", lambda: {"public.example"})
    assert said(list(READERS[path](text)), text) == names


def test_candidates_of_an_endless_path_are_few() -> None:
    assert len(PYPI.candidates("a_b." * 100_000, "python").names) < 20
    assert PYPI.candidates("..._", "python").names == ()
