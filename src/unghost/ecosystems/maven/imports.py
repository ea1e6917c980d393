"""Java and Kotlin: imported classes and packages."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from unghost.ecosystems.maven.languages import GRAMMARS
from unghost.ecosystems.source import Found, find, spots, text_of, words
from unghost.ecosystems.spot import Spot

if TYPE_CHECKING:
    from tree_sitter import Node

_NAMES = ("scoped_identifier", "identifier", "qualified_identifier")
_SEGMENTS = 3
"""So many segments of a package tell whose it is: ``org.apache`` is of many, ``org.apache.kafka``
of one. Inferred from how packages are named."""


def find_imports(text: str, language: str) -> list[Spot]:
    """Find what a source imports, as written up to the class; its own package's parts are none.

    Args:
        text: The source.
        language: ``java`` or ``kotlin``.
    """
    return spots(find(text, GRAMMARS[language], places, partial(read, own={})), "maven", language)


def places(data: bytes) -> list[int]:
    """Return where imports may be, and before them where the package is declared."""
    imports = list(words(data, b"import"))
    if not imports:
        return []
    packages = (place for place in words(data, b"package") if place < imports[-1])
    return sorted([*imports, *packages])


def read(path: list[Node], data: bytes, own: dict[str, list[str]]) -> Iterator[Found]:
    """Read the nodes around a place; ``own`` keeps the declared package from one to the next."""
    holder = path[-2] if len(path) > 1 else path[-1]
    if holder.type not in ("import_declaration", "import", "package_declaration", "package_header"):
        return
    named = next((node for node in holder.named_children if node.type in _NAMES), None)
    if named is None:
        return
    parts = [part.strip().strip("`") for part in text_of(named, data).split(".")]
    if holder.type.startswith("package"):
        own["package"] = parts[:_SEGMENTS]
    elif not _is_own(parts, own.get("package", [])) and all(part.isidentifier() for part in parts):
        yield Found(named.start_byte, named.end_byte, ".".join(parts))


def _is_own(parts: list[str], package: list[str]) -> bool:
    return len(parts) == 1 or (package != [] and parts[: len(package)] == package)
