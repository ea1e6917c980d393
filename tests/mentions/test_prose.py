from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unghost.mentions.prose.named import find_in_prose

DEBRIS = [
    line
    for line in Path(__file__).with_name("debris.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


def found(text: str, *named: str) -> list[tuple[str, str]]:
    spots = find_in_prose(text, frozenset(named))
    for spot in spots:
        assert text[spot.start : spot.end] == spot.name
        assert (spot.kind, spot.confidence) == ("prose", 0.5)
    return [(spot.ecosystem, spot.name) for spot in spots]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("For this, use the `abq-def` package from PyPI.", [("pypi", "abq-def")]),
        ("Use the numpy library for Python arrays.", [("pypi", "numpy")]),
        ("You could use the Python numpy library.", [("pypi", "numpy")]),
        ("Install abq-def from PyPI.", [("pypi", "abq-def")]),
        ("Install **abq-def** from npm.", [("npm", "abq-def")]),
        ("Install `abq` with pip or `def` via npm.", [("pypi", "abq"), ("npm", "def")]),
        ("Add `abq_def` to your `Cargo.toml`.", [("crates", "abq_def")]),
        ("The `abq-def` crate does that.", [("crates", "abq-def")]),
        ("The abc_def gem is not marked.", []),
        ("You need the `abq-def` gem.", [("rubygems", "abq-def")]),
        ("In Node you can use the `@abq/def` npm package.", [("npm", "@abq/def")]),
        ("In Node you can use the `abq` npm module.", [("npm", "abq")]),
        ("Try the NuGet package `Abc.Def`.", [("nuget", "Abc.Def")]),
        ("Use the PHP library `abq/def` for that.", [("packagist", "abq/def")]),
        ("Use the Java library `org.abq:def` for that.", [("maven", "org.abq:def")]),
        ("On Debian, install the `libabc-dev` package.", [("apt", "libabc-dev")]),
        ("`abq-def` is available on PyPI.", [("pypi", "abq-def")]),
        ("Use the packages `abq` and `def` in Python.", [("pypi", "abq"), ("pypi", "def")]),
        (
            "Use the Python libraries `abq`, `def`, and `ghi`.",
            [("pypi", "abq"), ("pypi", "def"), ("pypi", "ghi")],
        ),
        ("Use the package called `abq` in Python.", [("pypi", "abq")]),
        ("Use the [`abq`](https://abq.example/) library in Python.", [("pypi", "abq")]),
        ("Use the\n`abq`\nlibrary\nin Python.", [("pypi", "abq")]),
        ("Python can do it.\nUse the `abq` library.", [("pypi", "abq")]),
        ("Use the `abq==1.0` package from PyPI.", [("pypi", "abq")]),
    ],
)
def test_sentences_that_name_packages(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Then use the same library as before in Python, and the standard package manager.",
        "A software library is a package of functions; the main module of the whole project.",
        "The `UserService` class and the `run` method need no package in Python.",
        "Use the machine-learning library of Python.",
        "Use the third-party library from Python.",
        "Use the appropriate library for Python.",
        "Use the Redis library for Python.",
        "Install it from PyPI.",
        "Install directly from PyPI.",
        "Install dependencies from npm.",
        "Use the following Python packages for it.",
        "Use the `utils` package in Python.",
        "Use the `json` package in Python.",
        "Use the `your-package` package from PyPI.",
        "Use the `<package>` package from PyPI.",
        "Use the `abq` package directory in Python.",
        "Add a `type` field to `package.json`.",
        "With `package`, `score` and `searchScore` in npm.",
        "Use the `abq.py` library in Python.",
        "Use the `a b c` library in Python.",
        "Use the `abq.def.ghi` package in Python.",
        "Use the `abq` option of the Python library.",
        "The `abq` package contains the parser.",
        "Use the `abq` package.",
        "I use \"abq' library from Python.",
        "Use the `pip` package from PyPI.",
        "Use the `42` package from PyPI.",
        "Do not use the `fs` package of Node: it is built in.",
    ],
)
def test_sentences_that_name_none(text: str) -> None:
    assert found(text) == []


def test_the_ecosystem_is_that_of_the_rest_of_the_text() -> None:
    text = "Use the `abq-def` package."
    assert found(text, "npm") == [("npm", "abq-def")]
    assert found(text, "npm", "pypi") == []
    assert found(f"{text} It is a Python package.", "npm") == [("npm", "abq-def")]


def test_what_is_found_already_is_not_found_again() -> None:
    text = "Install `abq` with pip."
    spots = find_in_prose(text, ())
    assert len(spots) == 1
    assert find_in_prose(text, (), spots) == []


def test_lists_below_an_introduction() -> None:
    text = """You need these Python packages:

- `abq`: for letters
- `def` (optional)
- **`ghi`** - for more
* jkl
1. `mno`
- `pqr` is a function of it
- Testing

It has the following parts:

- `stu`
"""
    assert [name for _, name in found(text)] == ["abq", "def", "ghi", "jkl", "mno"]
    assert found("This repository has these packages:\n\n- `core-abq`\n", "npm") == []


@pytest.mark.parametrize(
    "shape",
    ["{}", "- {}", "You could do {} in Python.", "Use {} with npm, or the package {} of Node."],
)
def test_debris_is_no_name(shape: str) -> None:
    texts = [shape.replace("{}", item) for item in DEBRIS]
    assert [text for text in texts if found(text)] == []


@given(st.text("ab `*[](),.:-\n#|>é\ud800", max_size=60), st.sets(st.sampled_from(["pypi", "npm"])))
def test_any_text_is_read(text: str, named: Collection[str]) -> None:
    for spot in find_in_prose(f"Use the Python package {text}", named):
        assert spot.start < spot.end


@given(
    st.lists(
        st.sampled_from(
            ["use", "the", "install", "`abq`", "`d-e`", "package", "library", "packages", "Python",
             "npm", "from", "pip", "with", "and", ",", "is", "available", "on", "PyPI", "crate",
             "-", ":", ".", "\n", "add", "to"]
        ),
        max_size=30,
    )
)  # fmt: skip
def test_any_sentence_is_read(words: list[str]) -> None:
    text = " ".join(words)
    for spot in find_in_prose(text, {"pypi"}):
        assert text[spot.start : spot.end] == spot.name in ("abq", "d-e")


def growth(make: Callable[[int], str], size: int) -> float:
    import time

    def seconds(text: str) -> float:
        best = float("inf")
        for _ in range(3):
            start = time.process_time()
            find_in_prose(text, {"pypi"})
            best = min(best, time.process_time() - start)
        return best

    return seconds(make(8 * size)) / max(seconds(make(size)), 1e-4)


@pytest.mark.slow
@pytest.mark.parametrize(
    "make",
    [
        lambda n: "use the `abq` package " * n,
        lambda n: "use the `abq`, " * n + "package",
        lambda n: "packages " + "`abq`, " * n,
        lambda n: "package " * n,
        lambda n: "package `" * n,
        lambda n: "`" * n + " package",
        lambda n: "package:\n- `a`\n" * n,
        lambda n: "use Python packages:\n\n" + "- `abq`\n\n" * n,
        lambda n: "use the Python package\n" * n,
        lambda n: "[](" * n + " package",
        lambda n: "package" + " " * n,
        lambda n: "package" + "*" * n,
    ],
)
def test_time_is_linear(make: Callable[[int], str]) -> None:
    assert growth(make, 1000) < 24
