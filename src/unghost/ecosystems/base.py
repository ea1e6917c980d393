"""What an ecosystem declares: its names, where a text names them, and where its names are listed.

An ecosystem is one module of this package (a folder where it is large) with one value
``ECOSYSTEM``, and what all of them have is asked through it. By name they are known only where
languages differ in more than can be declared: which of a project's own files a module is
(``domains/packages``), and how prose and hooks speak of packages (``mentions``).
"""

from __future__ import annotations

from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Iterable,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from unghost.records import Origin
from unghost.registries.address import Address as Address
from unghost.syntax.spot import Spot

if TYPE_CHECKING:
    import httpx

Reader = Callable[[str], Iterable[Spot]]
"""Reads a manifest or lock file: its text to spots with exact character offsets.

What cannot be read gives nothing or what could be read of it; no hostile text makes it raise.
"""


class Reference(NamedTuple):
    """A name inside one word of a command; ``start`` and ``end`` are offsets in the word's text."""

    start: int
    end: int
    name: str
    version: str | None = None
    origin: Origin = "registry"


class Command(NamedTuple):
    """A form of an install command.

    Attributes:
        programs: Names of the program, without path; a digit version behind it (``pip3.11``) is
            taken off before comparison.
        forms: Words that come behind the program, flags aside, such as ``("pip", "install")``; the
            empty form is the program alone, and the word ``*`` stands for any one word.
        valued: Flags whose value is the next word (``--flag=value`` needs no entry).
        naming: Flags whose value is itself a package (``--with``).
        instead: Flags that name the package of the first argument, which then is none itself
            (``uvx --from X tool``, ``npx --package X tool``).
        elsewhere: Flags that name another index: packages of such a command have the origin
            ``index``.
        once: Only the first argument is a package, the rest are arguments of what it runs.
        arguments: Whether arguments are packages at all; without it only the values of naming flags
            are (``uv run --with X script.py``).
        read: Reads one argument; None for paths and what is no name. Most ecosystems give
            a function of their own; an address, a repository or a folder gives None too.
    """

    programs: tuple[str, ...]
    forms: tuple[tuple[str, ...], ...]
    read: Callable[[str], Reference | None]
    valued: frozenset[str] = frozenset()
    naming: frozenset[str] = frozenset()
    instead: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()
    once: bool = False
    arguments: bool = True


class Manifest(NamedTuple):
    """A kind of file that declares packages.

    Attributes:
        patterns: Globs for the file's name; one with a slash is compared with the path's end.
        read: The reader.
        lock: Whether it is a lock file, which a tool wrote.
    """

    patterns: tuple[str, ...]
    read: Reader
    lock: bool = False


class Candidates(NamedTuple):
    """Which distributions an imported module may come from, by its name alone.

    Attributes:
        names: Canonical names, the most exact first; one of them in a snapshot means ``exists``.
        roots: Beginnings of canonical names (``org.apache.``, ``symfony/``). A name in a snapshot
            that begins so means that the module may be of it: ``unknown``, no ghost.
    """

    names: tuple[str, ...]
    roots: tuple[str, ...] = ()


class Setup(NamedTuple):
    """What a client's configuration says.

    Attributes:
        bulk: Where all names are listed, None if nothing names an address.
        lookup: Where a single name is asked for, None if nothing names an address.
        others: Private indexes that the client asks too; a name found there is ``private``.
        private: Patterns (globs over canonical names) of names that are never asked of ``lookup``,
            such as ``@acme/*`` with a registry of its own.
    """

    bulk: Address | None
    lookup: Address | None
    others: tuple[Address, ...] = ()
    private: tuple[str, ...] = ()


class Entry(NamedTuple):
    """A name of a bulk list; ``first_seen`` is a day (ISO 8601) where the source has one.

    ``removed`` says that the name was taken off since the state that the reading went on from.
    """

    name: str
    first_seen: str | None = None
    removed: bool = False


class Page(NamedTuple):
    """A part of a bulk list.

    Attributes:
        entries: The names of this part, in any form.
        state: What to give to the next reading to go on behind this part; JSON values. After a
            kill the reading goes on from the last state that was stored.
        done: Entries read so far, and how many there will be if the source says so.
        total: See ``done``.
        day: The day that the list is of (ISO 8601), if the source says so; else that of reading.
        partial: Whether the source has names that it does not list.
    """

    entries: Sequence[Entry]
    state: Mapping[str, object]
    done: int
    total: int | None = None
    day: str | None = None
    partial: bool = False


Feed = Callable[["httpx.AsyncClient", Address, Mapping[str, object]], AsyncIterator[Page]]
"""Reads a bulk list from a state on ({} reads everything) in bounded memory.

A feed raises UnghostError on what it cannot understand; the client retries and backs off by itself.
"""


class Registry(NamedTuple):
    """Where an ecosystem's names are listed.

    Attributes:
        setup: Reads the client's configuration: environment variables, the project's folder, the
            user's home. Adds the client's own default addresses.
        feed: Reads the bulk list.
        lookup: Gives the URL that answers 200 if a canonical name exists below a base URL, 404 or
            410 if it does not.
        base: Finds the base URL for lookups where it is not the address itself (NuGet's service
            index names it).
        spellings: Gives the forms of a canonical name that the registry tells apart; the name
            exists if one of them does.
        is_held: Says of what answers a look-up whether the registry itself holds the name, to keep
            others from it, with no code behind it.
        incremental: Whether a finished reading's state can be gone on from; without it a refresh
            reads everything anew and what is missing is removed.
    """

    setup: Callable[[Mapping[str, str], Path, Path], Setup]
    feed: Feed
    lookup: Callable[[str, str], str]
    base: Callable[[httpx.AsyncClient, Address], Awaitable[str]] | None = None
    spellings: Callable[[str], Sequence[str]] = lambda name: (name,)
    is_held: Callable[[bytes], bool] = lambda body: False
    incremental: bool = False


QUOTES = (b"'", b'"', b"`")
"""What closes a name that is written in quotes."""


def _nobodys(module: str) -> str | None:
    """Say of any module that no distribution that is there has it under another name."""
    return None


def no_candidates(module: str, language: str) -> Candidates:
    """Say of any module that its name tells no distribution."""
    return Candidates(())


@dataclass(frozen=True, slots=True)
class Ecosystem:
    """One ecosystem.

    Attributes:
        name: Its identifier, such as ``pypi``.
        title: Its name in texts, such as ``PyPI``.
        canonical: Gives a valid name's one form.
        is_valid: Says whether a text can be a name.
        load_registry: Gives where its names are listed; it is called only where that is asked for,
            so that finding names need not wait until what reads lists is imported.
        commands: Its install commands.
        manifests: Its manifests and lock files.
        languages: The languages whose imports name its packages.
        is_builtin: Says whether a module (as imported) is part of a language or its runtime.
        candidates: Gives the distributions that a module may come from.
        providers: Gives further names that a distribution with a module (as imported) may have,
            the likeliest first; that one of them exists does not say that it has the module.
        among: Makes of distributions that are known to be there what says which of them may have a
            module (as imported), if one may.
        nested: Whether a package may be named by a path inside of it, as Go's commands do.
        lists_builtins: Whether ``is_builtin`` knows each module by name, so that a package of such
            a name is a mix-up; a beginning such as ``System.`` tells nothing of a package.
        separators: Bytes that count as one in a name as written (PyPI's ``-_.``), the canonical one
            first.
        folds_case: Whether upper case counts as lower case.
        folds_runs: Whether a run of separators counts as one (PyPI: yes, crates.io: no).
        terminators: Bytes that may follow a finished name beside blanks, by the kind of place, for
            decoding that keeps to real names.
    """

    name: str
    title: str
    canonical: Callable[[str], str]
    is_valid: Callable[[str], bool]
    load_registry: Callable[[], Registry]
    commands: tuple[Command, ...] = ()
    manifests: tuple[Manifest, ...] = ()
    languages: tuple[str, ...] = ()
    is_builtin: Callable[[str, str], bool] = lambda module, language: False
    candidates: Callable[[str, str], Candidates] = no_candidates
    providers: Callable[[str], Iterable[str]] = lambda module: ()
    among: Callable[[Collection[str]], Callable[[str], str | None]] = lambda names: _nobodys
    nested: bool = False
    lists_builtins: bool = True
    separators: bytes = b""
    folds_case: bool = False
    folds_runs: bool = True
    terminators: Mapping[str, tuple[bytes, ...]] = field(default_factory=dict)

    @property
    def registry(self) -> Registry:
        """Return where its names are listed."""
        return self.load_registry()
