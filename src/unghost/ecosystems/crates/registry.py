"""The lists of crates.io's names: its database dump, and its sparse index.

Source: Cargo's reference on configuration and on registry indexes, and the dump's own README;
found. The index has no list; the dump has one with the day on which each crate was made.
"""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from unghost.ecosystems.feeds import whole_list
from unghost.ecosystems.registry import Entry, Page, RegistrySpec, Setup
from unghost.registries import files
from unghost.registries.address import Address, Credentials, slashed
from unghost.registries.streams import cut_off, damaged, gunzipped, lines
from unghost.registries.tar import member

if TYPE_CHECKING:
    import httpx

    from unghost.registries.client import Response

_DUMP = "https://static.crates.io/db-dump.tar.gz"
_INDEX = "https://index.crates.io/"
_MOST_REPLACEMENTS = 8
_MOST_SEPARATORS = 6
_LARGEST_FIELD = 1 << 26


def setup(environ: Mapping[str, str], project: Path, home: Path) -> Setup:
    """Read Cargo's settings; a source that replaces crates.io has the very same crates.

    Other registries are asked only for what a manifest says is theirs, so they are not here. A
    registry that is a git repository or a folder answers no single question.
    """
    known = Credentials(environ, home)
    cargo_home = Path(environ.get("CARGO_HOME") or home / ".cargo")
    read = [(path, files.read_toml(path)) for path in _files(project, cargo_home)]
    name, place = "crates-io", "Cargo's default"
    for _ in range(_MOST_REPLACEMENTS):
        replaced = next((p, t) for p, t in [*_with(read, name, "replace-with"), (place, "")])
        if not replaced[1]:
            break
        place, name = str(replaced[0]), replaced[1]
    bulk = known.address(_DUMP, "Cargo's default")
    if name == "crates-io":
        return Setup(bulk, known.address(_INDEX, place))
    url = next((text for _, text in _with(read, name, "registry")), "")
    url = url or _registry_index(environ, read, name)
    if not url.startswith("sparse+"):
        return Setup(bulk, None)
    token = _token(environ, cargo_home, name)
    headers = {"Authorization": token} if token else None
    return Setup(bulk, known.address(url.removeprefix("sparse+"), place, headers))


def _files(project: Path, cargo_home: Path) -> Iterator[Path]:
    """Return Cargo's files, the most important first; one without an ending hides the other."""
    for folder in [*(outer / ".cargo" for outer in files.upwards(project)), cargo_home]:
        old = folder / "config"
        yield old if old.is_file() else folder / "config.toml"


def _with(
    read: Sequence[tuple[Path, dict[str, object]]], name: str, key: str
) -> Iterator[tuple[Path, str]]:
    for path, values in read:
        text = files.text_of(files.table(values, "source", name).get(key))
        if text:
            yield path, text


def _registry_index(
    environ: Mapping[str, str], read: Sequence[tuple[Path, dict[str, object]]], name: str
) -> str:
    variable = f"CARGO_REGISTRIES_{name.upper().replace('-', '_')}_INDEX"
    tables = (files.table(values, "registries", name) for _, values in read)
    of_files = (files.text_of(table.get("index")) for table in tables)
    return environ.get(variable) or next(filter(None, of_files), "")


def _token(environ: Mapping[str, str], cargo_home: Path, name: str) -> str:
    variable = f"CARGO_REGISTRIES_{name.upper().replace('-', '_')}_TOKEN"
    stored = files.read_toml(cargo_home / "credentials.toml")
    return environ.get(variable) or files.text_of(
        files.table(stored, "registries", name).get("token")
    )


def lookup(base: str, name: str) -> str:
    """Return the URL of a crate's file in a sparse index: folders of its first letters."""
    lower = name.lower()
    folders = {1: "1", 2: "2", 3: f"3/{lower[:1]}"}.get(len(lower), f"{lower[:2]}/{lower[2:4]}")
    return f"{slashed(base)}{folders}/{quote(lower, safe='')}"


def spellings(name: str) -> tuple[str, ...]:
    """Return the spellings of a canonical name: each hyphen may be an underscore in the index."""
    parts = name.split("-")
    free = min(len(parts) - 1, _MOST_SEPARATORS)
    rest = "-".join(parts[free:])
    forms = ("".join(p + s for p, s in zip(parts, marks, strict=False)) for marks in _marks(free))
    return tuple(dict.fromkeys(form + rest for form in forms))


def _marks(count: int) -> list[tuple[str, ...]]:
    """Return all ways to write some separators; those of one kind only are the most frequent."""
    return sorted(product("-_", repeat=count), key=lambda marks: len(set(marks)))


async def feed(
    client: httpx.AsyncClient, address: Address, state: Mapping[str, object]
) -> AsyncIterator[Page]:
    """Read the table of crates out of the dump, as it comes."""
    async for page in whole_list(client, address, state, _read, marked=True):
        yield page


async def _read(answer: Response) -> AsyncIterator[list[Entry]]:
    unpacked = gunzipped(answer.chunks(), answer.url)
    table = member(unpacked, lambda path: path.endswith("/crates.csv"), answer.url)
    columns: dict[str, int] = {}
    async for rows in _rows((piece async for _, piece in table), answer.url):
        entries = []
        for row in rows:
            if not columns:
                columns = {name: place for place, name in enumerate(row)}
                if not {"name", "created_at"} <= columns.keys():
                    raise damaged(answer.url)
                continue
            if len(row) != len(columns):
                raise damaged(answer.url)
            entries.append(Entry(row[columns["name"]], row[columns["created_at"]][:10] or None))
        yield entries


async def _rows(pieces: AsyncIterator[bytes], url: str) -> AsyncIterator[list[list[str]]]:
    """Read rows of CSV; a field in quotes may hold ends of lines, and quotes twice."""
    csv.field_size_limit(_LARGEST_FIELD)
    row, quotes, size = list[str](), 0, 0
    async for some in lines(pieces, url):
        rows = []
        for line in some:
            row.append(line.decode("utf-8", "replace") + "\n")
            quotes, size = quotes + line.count(b'"'), size + len(line)
            if size > _LARGEST_FIELD:
                raise damaged(url)
            if quotes % 2 == 0:
                rows += [fields for fields in csv.reader(row) if fields]
                row, quotes, size = [], 0, 0
        yield rows
    if row:
        raise cut_off(url)


REGISTRY = RegistrySpec(setup=setup, feed=feed, lookup=lookup, spellings=spellings)
