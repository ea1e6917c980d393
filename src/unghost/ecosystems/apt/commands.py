"""Commands of apt, and of the programs that take its words, which fetch packages.

Source: the manuals of apt, apt-get and aptitude, found; a name with a pattern of any kind is none.
"""

from __future__ import annotations

from unghost.ecosystems.apt.names import is_valid
from unghost.ecosystems.apt.relations import leading_relation
from unghost.ecosystems.base import Command, Reference

_VALUED = frozenset({
    "-t", "--target-release", "--default-release", "-o", "--option", "-c", "--config-file", "-a",
    "--host-architecture", "-P", "--build-profiles", "--solver", "--planner",
})  # fmt: skip
_OF_APTITUDE = frozenset({
    "-t", "--target-release", "--default-release", "-o", "-w", "--width", "-F", "--display-format",
    "-O", "--sort", "--group-by", "--log-file", "--log-level", "--user-tag", "--add-user-tag",
})  # fmt: skip
_INSTALL = (("install",), ("reinstall",), ("download",))


def read_package(word: str) -> Reference | None:
    """Read ``name``, ``name:arch``, ``name=version`` or ``name/release``.

    Returns:
        None for files, patterns and tasks, and for a name with a hyphen after it, which removes.
    """
    if word.endswith((".deb", "-", "^")):
        return None
    end = min((at for mark in ":=/" if (at := word.find(mark)) >= 0), default=len(word))
    name = word[:end]
    # A plus sign installs, but those of `g++` are its own.
    if end == len(word) and name.endswith("+") and name[-2:-1] != "+":
        name = name[:-1]
    if not is_valid(name):
        return None
    _, equals, version = word.partition("=")
    return Reference(0, len(name), name, version if equals else None)


COMMANDS = (
    Command(("apt", "apt-get", "apt-fast", "nala"), _INSTALL, read_package, valued=_VALUED),
    Command(("aptitude",), _INSTALL, read_package, valued=_OF_APTITUDE),
    Command(("apt", "apt-get"), (("satisfy",),), leading_relation, valued=_VALUED),
)
