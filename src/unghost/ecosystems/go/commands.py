"""Commands of Go that fetch modules.

Source: ``go help get``, ``install``, ``run``, ``mod`` and ``build``; found. A command names
packages, whose module is one of :func:`~unghost.ecosystems.go.paths.candidates`.
"""

from __future__ import annotations

from unghost.ecosystems.base import Command, Reference
from unghost.ecosystems.go.paths import is_package

_VALUED = frozenset({
    "-C", "-asmflags", "-buildmode", "-compiler", "-covermode", "-coverpkg", "-exec", "-gccgoflags",
    "-gcflags", "-installsuffix", "-ldflags", "-mod", "-modfile", "-o", "-overlay", "-p", "-pgo",
    "-pkgdir", "-reuse", "-tags", "-toolexec",
})  # fmt: skip
_REQUIRE = frozenset({"-require", "--require"})
_FILES = frozenset({"go", "mod", "sum", "work"})


def read_package(word: str) -> Reference | None:
    """Read ``path``, ``path@version`` or ``path/...``; None for folders, files and ``all``."""
    path, _, version = word.partition("@")
    path = path.removesuffix("/...")
    ending = path.rpartition(".")[2]
    if not is_package(path) or ending in _FILES or ending.isdigit():
        return None
    return Reference(0, len(path), path, version or None)


COMMANDS = (
    Command(("go",), (("get",), ("install",)), read_package, valued=_VALUED),
    Command(("go",), (("run",),), read_package, valued=_VALUED, once=True),
    Command(("go",), (("mod", "download"),), read_package, valued=_VALUED),
    Command(("go",), (("mod", "edit"),), read_package, naming=_REQUIRE, arguments=False),
)
