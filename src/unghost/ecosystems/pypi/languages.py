"""Python: its modules by version, and which of them are a project's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from unghost.ecosystems.base import Cells, Language
from unghost.ecosystems.project import Claim
from unghost.ecosystems.pypi.broken import typed
from unghost.ecosystems.pypi.imports import find_imports, is_python, parses
from unghost.ecosystems.pypi.requirements import find_script_requirements
from unghost.ecosystems.pypi.stdlib import OLD_MODULES, stdlib_modules
from unghost.ecosystems.tree import Tree, above
from unghost.syntax.document import as_table
from unghost.syntax.toml_text import read_toml

_ROOTS = ("", "src/", "lib/", "python/")
"""Folders below any folder above a file in which modules are found, by habit."""


def of_version(version: str) -> Callable[[str, str], bool]:
    """Return what tells the modules of one version's standard library.

    Raises:
        UnghostError: The version is unknown.
    """
    known = stdlib_modules(version)
    return lambda module, language: module.partition(".")[0] in known


def was_builtin(module: str) -> bool:
    """Return whether a module came with an older Python, or comes with another one."""
    return module.partition(".")[0] in OLD_MODULES


def importable(names: Iterable[str]) -> Iterator[str]:
    """Return the standard library's modules, and each distribution as a module of its name."""
    yield from stdlib_modules()
    for name in names:
        yield name.replace("-", "_")


def own_module(module: str, path: str, tree: Tree) -> str | None:
    """Return the place of a module as seen from a file."""
    top = module.partition(".")[0]
    # A folder around packages is one too, as namespaces are.
    packages = tree.around((".py", ".pyi"))
    for folder in above(path):
        for root in _ROOTS:
            place = f"{folder}{root}{top}"
            if not tree.files.isdisjoint((f"{place}.py", f"{place}.pyi", f"{place}.pyx")):
                return f"{place}.py"
            if place in packages:
                return place
    # A package anywhere is importable by its neighbours, once it is installed beside them, and
    # a module anywhere by what adds its folder to the path, as the settings of Sphinx do.
    return tree.ending((f"{top}/__init__.py", f"{top}.py"))


def _claims(text: str, path: str) -> Iterator[Claim]:
    table = as_table(read_toml(text))
    for place in (("project", "name"), ("tool", "poetry", "name")):
        yield Claim("package", table.text(*place) or "", f"it is {path}")


LANGUAGES = (
    Language(
        name="python",
        find=find_imports,
        suffixes="py pyi pyw pyx",
        tags="python py python3 py3 pycon ipython ipython3 jupyter python-repl",
        interpreters="python pypy uv",
        turn=1,
        is_code=is_python,
        declared=find_script_requirements,
        cells=Cells(parses, lambda text: ">>>" in text and bool(typed(text)[0])),
    ),
)
CLAIMS = {"pyproject.toml": _claims}
