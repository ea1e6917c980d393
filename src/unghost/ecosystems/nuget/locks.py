"""NuGet's lock file.

Source: the documentation of ``packages.lock.json``, found.
"""

from __future__ import annotations

from collections.abc import Iterator

from unghost.ecosystems.nuget.names import is_valid
from unghost.ecosystems.spot import Spot
from unghost.syntax.document import Table
from unghost.syntax.json_text import read_json


def read_lock(text: str) -> list[Spot]:
    """Read ``packages.lock.json``: the packages of each framework; projects are of the solution."""
    document = read_json(text)
    return list(_entries(document)) if isinstance(document, Table) else []


def _entries(document: Table) -> Iterator[Spot]:
    for _, framework in document.table("dependencies").entries:
        for key, entry in framework.entries if isinstance(framework, Table) else []:
            if not is_valid(key.text) or not isinstance(entry, Table):
                continue
            yield Spot(
                key.start,
                key.end,
                key.text,
                "manifest",
                "nuget",
                version=entry.text("resolved"),
                origin="workspace" if entry.text("type") == "Project" else "registry",
            )
