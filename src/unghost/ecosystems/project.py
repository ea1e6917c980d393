"""An ecosystem's declaration of projects: own modules, environments and included files."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple


class Claim(NamedTuple):
    """A name that a file declares as the project's own.

    Attributes:
        kind: A ``package`` by its name; ``modules`` below a module or namespace, and it; all
            modules of a ``pattern`` with at most one star; what a ``folder`` holds.
        name: The name, pattern or folder.
        said: Where it is said, in words.
    """

    kind: Literal["package", "modules", "pattern", "folder"]
    name: str
    said: str


class Installed(NamedTuple):
    """The packages installed in a project's environments.

    Attributes:
        names: Canonical names of the packages.
        modules: For a module the names of those that provide it, down to parts of namespaces.
        elsewhere: Those that were installed from a folder, a repository or an address.
    """

    names: frozenset[str]
    modules: Mapping[str, Sequence[str]]
    elsewhere: frozenset[str]


class Environments(NamedTuple):
    """Environments that clients install into.

    Attributes:
        folders: Names of folders that hold what was installed.
        is_one: Returns whether a folder with files of these names is an environment.
        read: Reads what is installed for a project, None if nothing is: its folder, environment
            variables, and what tells which folders below it did not come with it.
    """

    folders: frozenset[str] = frozenset()
    is_one: Callable[[Container[str]], bool] = lambda names: False
    read: Callable[[Path, Mapping[str, str], Callable[[str], bool]], Installed | None] = (
        lambda root, environ, is_made_here: None
    )


class Included(NamedTuple):
    """The files that a file includes, whatever their names.

    Attributes:
        names: Files as they are named, relative to the file or to where a command is run.
        away: Addresses that are named.
        binding: Whether what installs the file needs them; else a text speaks of a command.
    """

    names: tuple[str, ...] = ()
    away: tuple[str, ...] = ()
    binding: bool = False
