"""The files of a project, asked for modules: which imports mean the project's own code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from unghost.names.imports import prefixes

_ROOTS = ("", "src/", "lib/", "python/")
"""Folders below any folder above a file that Python finds modules in, by habit."""


class Tree:
    """The paths of a project's files, relative to its root, with ``/`` between folders."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.files = frozenset(paths)
        # A folder is known by every ending of its path, which is how Java and Ruby name code.
        self._folders: set[str] = set()
        self._endings: set[str] = set()
        self._python: set[str] = set()
        for path in self.files:
            self._add(path)

    def python_module(self, module: str, path: str) -> str | None:
        """Return the place of a Python module as seen from a file, None if it is not the tree's."""
        top = module.partition(".")[0]
        for folder in _above(path):
            for root in _ROOTS:
                place = f"{folder}{root}{top}"
                if not self.files.isdisjoint((f"{place}.py", f"{place}.pyi", f"{place}.pyx")):
                    return f"{place}.py"
                if place in self._python:
                    return place
        # A package anywhere is importable by its neighbours, once it is installed beside them, and
        # a module anywhere by what adds its folder to the path, as the settings of Sphinx do.
        endings = (f"{top}/__init__.py", f"{top}.py")
        return next((ending for ending in endings if ending in self._endings), None)

    def jvm_package(self, module: str) -> str | None:
        """Return the folder of a Java or Kotlin package that is the tree's."""
        return self._ending(path.replace(".", "/") for path in list(prefixes(module))[:-2])

    def ruby_file(self, module: str) -> str | None:
        """Return the file that a Ruby ``require`` means, if it is the tree's."""
        return self._ending([f"{module.removesuffix('.rb')}.rb"])

    def rust_module(self, name: str, path: str) -> str | None:
        """Return the file of a Rust module beside a file or at the root of its crate."""
        for folder in _above(path):
            for place in (f"{folder}{name}.rs", f"{folder}{name}/mod.rs", f"{folder}src/{name}.rs"):
                if place in self.files:
                    return place
        return None

    def has_below(self, folder: str, start: str) -> bool:
        """Return whether a folder holds a file or a folder of a name, whatever its suffix."""
        place = f"{folder}/{start}".strip("/")
        if place in self.files or place in self._folders:
            return True
        return any(f"{place}{suffix}" in self.files for suffix in (".ts", ".tsx", ".js", ".jsx"))

    def _add(self, path: str) -> None:
        parts = path.split("/")
        for count in range(1, len(parts)):
            self._folders.add("/".join(parts[:count]))
        # The last eight folders tell a package; more would make a deep tree quadratic.
        for count in range(1, min(len(parts), 9) + 1):
            self._endings.add("/".join(parts[-count:]))
            if count < len(parts):
                self._endings.add("/".join(parts[-count - 1 : -1]))
        if path.endswith((".py", ".pyi")):
            # A folder around packages is one too, as namespaces are.
            folder = path.rpartition("/")[0]
            while folder and folder not in self._python:
                self._python.add(folder)
                folder = folder.rpartition("/")[0]

    def _ending(self, wanted: Iterable[str]) -> str | None:
        return next((ending for ending in wanted if ending in self._endings), None)


def _above(path: str) -> Iterator[str]:
    """Return the folder of a file and all above it, as prefixes."""
    for folder in PurePosixPath(path).parents:
        text = folder.as_posix()
        yield "" if text == "." else f"{text}/"
