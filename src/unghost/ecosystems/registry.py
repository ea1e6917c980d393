"""An ecosystem's declaration of its registry: which one clients use, and how it lists names."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from unghost.registries.address import Address

if TYPE_CHECKING:
    import httpx


class Setup(NamedTuple):
    """A client's configuration.

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
        state: What to give to the next reading to go on after this part; JSON values. After a
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


class RegistrySpec(NamedTuple):
    """The registry that lists an ecosystem's names.

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
            others from it, with no code after it.
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
