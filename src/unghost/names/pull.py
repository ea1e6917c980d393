"""Pulling a snapshot: an ecosystem's list, read from where its client is set to, into one file."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from unghost.ecosystems import ecosystem
from unghost.ecosystems.base import Ecosystem
from unghost.ecosystems.feeds import Outdated, Unchanged
from unghost.ecosystems.registry import Entry, Setup
from unghost.errors import UnghostError
from unghost.names.building import build_snapshot
from unghost.names.clients import user_setup
from unghost.names.snapshot import Snapshot, SnapshotHeader
from unghost.names.spool import Spool
from unghost.registries.address import Address, Credentials, same_origin, shown

Progress = Callable[[int, int | None], None]
"""Told how many entries are read, and how many there will be if that is known."""

_MAY_LOSE = 0.1
_FAMILY = b"unghost names "


@dataclass(frozen=True, slots=True)
class Pulled:
    """A pulled snapshot.

    Attributes:
        header: What it says of itself.
        address: Where it was pulled from.
        before: How many names the snapshot had before, None if there was none.
        unchanged: Whether the list was the one of the snapshot, which then is left as it was.
    """

    header: SnapshotHeader
    address: Address
    before: int | None
    unchanged: bool = False


def list_address(
    eco: Ecosystem,
    source: str | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    home: Path | None = None,
) -> Address:
    """Return the address of an ecosystem's list: the one given, else that of the user's settings.

    A given address gets the credentials that the client has for its host.

    Args:
        eco: The ecosystem.
        source: A URL or a file; None takes what the client is set to.
        environ: Environment variables; None for this process's.
        home: The user's folder; None for the user's own.

    Raises:
        UnghostError: Nothing names an address, or what is given is none.
    """
    environ = os.environ if environ is None else environ
    home = home or Path.home()
    setup = user_setup(eco.name, environ, home)
    if source is None:
        if setup.bulk is None:
            raise UnghostError(
                f"nothing names an address of {eco.title}'s list of names: set it in the client's"
                " configuration, or give one with --from"
            )
        return setup.bulk
    url = Path(source).absolute().as_uri() if Path(source).is_file() else source
    address = Credentials(environ, home).address(url, "--from", _headers(setup, url))
    if address is None:
        raise UnghostError(f"{shown(source)!r} is not the address of a list: give a URL or a file")
    return address


def pull(
    name: str,
    output: Path,
    address: Address,
    *,
    popular: Iterable[str] | None = None,
    allow_shrink: bool = False,
    progress: Progress | None = None,
) -> Pulled:
    """Read an ecosystem's list into a snapshot, or refresh the one that is there.

    A pull that was broken off goes on from the last state that its reader can go on from. A list
    that is cut off never becomes a snapshot, and an older one stays until the new one is whole.

    Args:
        name: The ecosystem.
        output: The snapshot; a file beside it holds what was read until it is whole.
        address: See :func:`list_address`.
        popular: Names with evidence of popularity; None keeps those of the older snapshot.
        allow_shrink: Whether more than a tenth of the older snapshot's names may be lost.
        progress: See :data:`Progress`.

    Raises:
        UnghostError: The list cannot be reached, understood or trusted, or nothing can be written.
    """
    eco = ecosystem(name)
    older = _older(output, name)
    known = older if older is not None and _is_of(older, address) else None
    base = known if known is not None and eco.registry.incremental else None
    about = _about(name, address, base)
    state = {} if known is None else known.header.state
    with Spool(output.with_name(f".{output.name}.pull"), about, state) as spool:
        if not spool.finished:
            try:
                _read(eco, address, spool, progress)
            except Unchanged:
                if known is None:
                    raise UnghostError(
                        f"{shown(address.url)} says that its list is unchanged, and we have none"
                    ) from None
                return Pulled(known.header, address, known.header.count, unchanged=True)
            except Outdated:
                base = None
                spool.begin(_about(name, address, None), {})
                _read(eco, address, spool, progress)
        header = _build(spool, output, address, older, base, popular, allow_shrink)
        return Pulled(header, address, None if older is None else older.header.count)


def _read(eco: Ecosystem, address: Address, spool: Spool, progress: Progress | None) -> None:
    from unghost.registries.client import make_client

    today = datetime.now(UTC).date().isoformat()

    async def read() -> None:
        async with make_client() as client:
            async for page in eco.registry.feed(client, address, dict(spool.state)):
                spool.add(page)
                if progress is not None:
                    progress(page.done, page.total)

    asyncio.run(read())
    spool.finish(today)


def _build(
    spool: Spool,
    output: Path,
    address: Address,
    older: Snapshot | None,
    base: Snapshot | None,
    popular: Iterable[str] | None,
    allow_shrink: bool,
) -> SnapshotHeader:
    entries: Iterable[Entry] = spool.entries()
    if base is not None:
        entries = chain(base.entries(), entries)
    if popular is None:
        popular = () if older is None else _popular(older)
    candidate = output.with_name(f".{output.name}.new")
    try:
        header = build_snapshot(
            entries,
            candidate,
            ecosystem=spool.about["ecosystem"],
            source=shown(address.url),
            date=spool.day,
            complete=not spool.partial,
            popular=popular,
            skip_invalid=True,
            state=spool.state,
        )
        if older is not None and not allow_shrink:
            _check_size(header, older, output)
        os.replace(candidate, output)
    except UnghostError as error:
        # If only writing failed, keep it; an invalid list would be invalid next time too.
        if not isinstance(error.__cause__, OSError):
            spool.remove()
        raise
    finally:
        candidate.unlink(missing_ok=True)
    spool.remove()
    return header


def _check_size(header: SnapshotHeader, older: Snapshot, output: Path) -> None:
    had = older.header.count
    if header.count < had * (1 - _MAY_LOSE):
        raise UnghostError(
            f"the list has {header.count} names, and {output} had {had}: it is left as it was; if"
            " that many are really gone, pull again with --allow-shrink"
        )


def _popular(snapshot: Snapshot) -> Iterator[str]:
    return (name for name in snapshot if snapshot.is_popular(name))


def _older(output: Path, name: str) -> Snapshot | None:
    """Open the snapshot that is there; a damaged one, or one of an older version, is replaced.

    Raises:
        UnghostError: There is a file that is something else.
    """
    try:
        with output.open("rb") as file:
            is_ours = file.read(len(_FAMILY)) == _FAMILY
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UnghostError(f"cannot read {output}: {error.strerror}") from error
    if not is_ours:
        raise UnghostError(f"{output} exists and is not a snapshot: choose another --output")
    try:
        snapshot = Snapshot.open(output)
    except UnghostError:
        return None
    if snapshot.header.ecosystem != name:
        raise UnghostError(
            f"{output} has names of {snapshot.header.ecosystem}: choose another --output"
        )
    return snapshot


def _is_of(snapshot: Snapshot, address: Address) -> bool:
    """Return whether a snapshot was pulled from this very list, as a whole."""
    return snapshot.header.complete and snapshot.header.source == shown(address.url)


def _about(name: str, address: Address, base: Snapshot | None) -> dict[str, str]:
    of = "" if base is None else base.header.sha256
    return {"ecosystem": name, "source": shown(address.url), "base": of}


def _headers(setup: Setup, url: str) -> Mapping[str, str] | None:
    for address in (setup.bulk, setup.lookup, *setup.others):
        if address is not None and address.headers and same_origin(address.url, url):
            return address.headers
    return None
