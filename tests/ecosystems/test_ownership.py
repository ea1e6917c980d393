"""Outside its folder nothing names an ecosystem, its clients, its languages or its files."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

from unghost.ecosystems import all_ecosystems, ecosystem_names

SOURCE = Path(__file__).parents[2] / "src" / "unghost"
WORD = re.compile(r"[a-z0-9.+#]+(?:-[a-z0-9.+#]+)*")
HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
HOMONYMS = {
    "go": "a verb",
    "node": "a part of a tree",
    "py": "the ending of a file",
}
OWN = "unghost is a program in Python itself: how it is installed, what runs it, where it is set"
EXAMPLE = "an example for whoever reads it"
CODING = "what coding problems are solved in, and what runs it"
PYDANTIC = "pydantic's word for plain objects"
PYTHON_DOMAIN = "what models are asked is about packages of Python"
ALLOWED = {
    "cli/pull.py": ("pypi npm", EXAMPLE),
    "cli/report.py": ("pypi", EXAMPLE),
    "domains/task_files.py": ("pypi", "what the prompts of others ask for"),
    "evaluate/coding.py": ("python", CODING),
    "evaluate/measurement.py": ("python", PYDANTIC),
    "evaluate/sandbox.py": ("python", CODING),
    "measure.py": ("python", PYDANTIC),
    "domains/packages/questions.py": ("pypi pip python", PYTHON_DOMAIN),
    "domains/packages/seeds.py": ("dotnet pip pip3 python python3 rust", PYTHON_DOMAIN),
    "ecosystems/__init__.py": ("pypi", "what names are of if nobody says it"),
    "generate/load.py": ("pip", OWN),
    "generate/encode.py": ("pip", "a text that tokenizers are tried with"),
    "hook/guarded.py": ("pyproject.toml", OWN),
    "mcp_server/shapes.py": ("package.json python requirements.txt typescript", EXAMPLE),
    "mentions/words.py": (
        "conda crate crates debian gem gems golang java javascript kotlin maven npm nuget php pip"
        " pnpm pypi python ruby rust typescript yarn",
        "words of English texts, whatever else they name",
    ),
    "runs/identity.py": ("python", OWN),
    "scan/settings.py": ("pyproject.toml python", OWN),
    "plugins/settings.py": ("python", OWN),
}
"""Words that may stand in a module, with the reason."""


@lru_cache(maxsize=1)
def owned() -> frozenset[str]:
    """Return the words that belong to an ecosystem, by what it declares."""
    said = []
    for eco in all_ecosystems():
        said += [eco.name, eco.title, eco.prose.hints, *eco.starters]
        said += [program for command in eco.commands for program in command.programs]
        said += [language.name for language in eco.languages]
        said += [name for kind in eco.manifests for name in kind.patterns if "*" not in name]
    return frozenset(" ".join(said).lower().split()) - HOMONYMS.keys()


def said(tree: ast.AST) -> Iterator[str]:
    """Return the identifiers and texts of code, docstrings left out."""
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in docs:
            text = node.value
            yield text.decode("latin-1") if isinstance(text, bytes) else str(text)
        for field in ("id", "attr", "arg", "name", "module", "asname"):
            text = getattr(node, field, None)
            if isinstance(text, str):
                yield re.sub("[._]", " ", HUMP.sub(" ", text))


def named(source: str) -> set[str]:
    """Return the words of ecosystems that code names."""
    found = {
        word.strip(".") for text in said(ast.parse(source)) for word in WORD.findall(text.lower())
    }
    return found & owned()


def outside() -> list[str]:
    folders = tuple(f"ecosystems/{name}/" for name in ecosystem_names())
    paths = (path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py"))
    return sorted(path for path in paths if not path.startswith(folders))


@pytest.mark.parametrize("path", outside())
def test_only_its_folder_names_an_ecosystem(path: str) -> None:
    allowed, _ = ALLOWED.get(path, ("", ""))
    # What is allowed and not there any more is taken off the list.
    assert named((SOURCE / path).read_text("utf-8")) == set(allowed.split())


def test_what_is_allowed_is_a_module() -> None:
    assert ALLOWED.keys() <= set(outside())


def test_names_are_found_wherever_they_stand() -> None:
    assert named('"""Of pip."""\nx = 1  # pip\n') == set()
    for code in (
        "read_pip = 1",
        "def f(npm_name): ...",
        "a.cargo",
        "x = f'use {y} pip'",
        "b = b'gem'",
    ):
        assert len(named(code)) == 1, code
    assert named("import unghost.ecosystems.pypi\nclass PipReader: ...") == {"pypi", "pip"}
