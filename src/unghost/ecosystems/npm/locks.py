"""Lock files of npm, pnpm, Bun and Deno.

Source: npm's documentation of ``package-lock.json`` and pnpm's of its lock file, found; the keys of
pnpm's older versions, ``bun.lock`` and ``deno.lock`` as the tools write them, inferred.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from unghost.ecosystems.npm.cursor import Cursor, Fields
from unghost.ecosystems.npm.specs import Spec, declared, last_name, name_end, read_spec, spot_at
from unghost.ecosystems.spot import Spot
from unghost.records import Origin
from unghost.syntax.document import Array, Scalar, Table, Value
from unghost.syntax.json_text import read_json
from unghost.syntax.lines import lines

_MODULES = "node_modules/"
_PART = 1 << 18


def read_npm(text: str) -> list[Spot]:
    """Read ``package-lock.json`` or ``npm-shrinkwrap.json`` of any version.

    Version 2 lists the packages twice; its ``dependencies`` are for older clients and are passed
    over.
    """
    cursor, old = Cursor(text), list[Spot]()
    if not cursor.enter():
        return []
    while (key := cursor.key()) is not None:
        if key.text == "packages" and cursor.enter():
            return list(_installed(cursor, text))
        if key.text == "dependencies" and cursor.enter():
            old = sorted(_nested(cursor), key=lambda spot: spot.start)
        else:
            cursor.skip()
    return old


def _installed(cursor: Cursor, text: str) -> Iterator[Spot]:
    """Read ``packages``: folders with what is in them, of which those of the project are none."""
    while (key := cursor.key()) is not None:
        start = cursor.at
        entry = cursor.fields()
        begin = key.text.rfind(_MODULES) + len(_MODULES)
        if begin < len(_MODULES):
            continue
        origin, version = _resolved(entry), entry.get("version")
        name = entry.get("name")
        if name is None or name == key.text[begin:]:
            yield from spot_at(key, begin, len(key.text), version, origin)
        else:
            # The folder is named by an alias.
            written = read_json(text[start : cursor.at])
            real = written.get("name") if isinstance(written, Table) else None
            if isinstance(real, Scalar):
                found = spot_at(real, 0, len(real.text), version, origin)
                yield from (spot.moved(start) for spot in found)


def _resolved(entry: Fields) -> Origin:
    """Return where an entry comes from; a tarball's address is what a registry gives too."""
    target = entry.get("resolved", "")
    if target.startswith(("http:", "https:")) or not target:
        return "registry"
    if ":" in target:
        return read_spec(target).origin
    # A link to a folder; one outside the project is not of its workspace.
    return "path" if target.startswith(("..", "/")) else "workspace"


def _nested(cursor: Cursor) -> list[Spot]:
    """Read ``dependencies`` of version 1, in which packages hold packages."""
    spots: list[Spot] = []
    # The keys of the packages that are open, each with its version once that is read.
    opened: list[tuple[Scalar, list[Scalar]]] = []
    inside_package = [False]
    while inside_package:
        key = cursor.key()
        if key is None:
            if inside_package.pop():
                spots += _locked(*opened.pop())
        elif not inside_package[-1]:
            if cursor.enter():
                inside_package.append(True)
                opened.append((key, []))
            else:
                cursor.skip()
        elif key.text == "dependencies" and cursor.enter():
            inside_package.append(False)
        elif key.text == "version" and (version := cursor.string()) is not None:
            opened[-1][1].append(version)
        elif key.text != "version":
            cursor.skip()
    return spots


def _locked(name: Scalar, versions: list[Scalar]) -> list[Spot]:
    return declared(name, 0, len(name.text), versions[-1] if versions else None)


def read_pnpm(text: str) -> list[Spot]:
    """Read ``pnpm-lock.yaml``, whose packages are keyed by name and version.

    ``/name/1.0.0_peer`` up to version 5, ``/name@1.0.0(peer)`` in 6, without the slash from 9 on;
    an address or a folder is the key of what is from elsewhere, with the name inside the entry.
    """
    from unghost.syntax.yaml_text import read_yaml

    spots = []
    for start, end in _package_entries(text):
        packages = read_yaml(text[start:end])
        for key, entry in packages.entries if isinstance(packages, Table) else ():
            spots += [spot.moved(start) for spot in _keyed(key, entry)]
    return spots


def _package_entries(text: str) -> Iterator[tuple[int, int]]:
    """Cut what stands below ``packages:`` into parts of whole entries.

    Each part is a document of its own, so that only one at a time is a tree in memory.
    """
    start = -1
    for line in lines(text):
        is_inner = line.text[:1] in ("", " ", "#")
        begins_entry = line.text.startswith("  ") and line.text[2:3] not in ("", " ", "#")
        if start >= 0 and (not is_inner or (begins_entry and line.start - start > _PART)):
            yield start, line.start
            start = line.start if is_inner else -1
        if line.text.rstrip() == "packages:":
            start = line.end
    if start >= 0:
        yield start, len(text)


def _keyed(key: Scalar, entry: Value) -> list[Spot]:
    begin, text = int(key.text.startswith("/")), key.text
    scope = text.find("/", begin) + 1 if text.startswith("@", begin) else begin
    marks = (at for mark in ("@/" if begin else "@") if (at := text.find(mark, scope)) > begin)
    end = min(marks, default=len(text))
    found = spot_at(key, begin, end)
    if found and end < len(text):
        said = read_spec(_without_peers(text[end + 1 :]))
        return [replace(spot, version=said.version, origin=said.origin) for spot in found]
    name = entry.get("name") if isinstance(entry, Table) else None
    if not isinstance(name, Scalar):
        return []
    return spot_at(name, 0, len(name.text), None, _address(text))


def _without_peers(version: str) -> str:
    version = version.partition("(")[0]
    return version if ":" in version else version.partition("_")[0]


def _address(key: str) -> Origin:
    if key.startswith(("file:", "link:")):
        return "path"
    return "git" if key.startswith(("git", "bitbucket", "ssh")) else "url"


def read_bun(text: str) -> list[Spot]:
    """Read ``bun.lock``: each package is a list that begins with its name and version."""
    root = read_json(text)
    if not isinstance(root, Table):
        return []
    spots = []
    for key, entry in root.table("packages").entries:
        first = entry.items[0] if isinstance(entry, Array) and entry.items else None
        end = name_end(first.text) if isinstance(first, Scalar) else 0
        if isinstance(first, Scalar) and end < len(first.text):
            said = read_spec(first.text[end + 1 :])
            spots += spot_at(first, 0, end, said.version, said.origin)
        else:
            # Keys are paths of names; of an entry that says nothing more they are all there is.
            spots += spot_at(key, *last_name(key.text))
    return spots


def read_deno_lock(text: str) -> list[Spot]:
    """Read ``deno.lock``, whose packages of npm stood at another place in each version."""
    root = read_json(text)
    if not isinstance(root, Table):
        return []
    spots = []
    for path in (("npm",), ("npm", "packages"), ("packages", "npm")):
        for key, _ in root.table(*path).entries:
            end = name_end(key.text)
            said = Spec(key.text[end + 1 :].partition("_")[0] or None)
            spots += spot_at(key, 0, end, said.version) if end < len(key.text) else []
    return spots
