"""The common model of JSON, TOML, YAML and XML: values that know their positions.

The readers are in modules of their own (``json_text``, ``toml_text``, ``yaml_text``, ``xml_text``);
each gives one of these, or None where a text cannot be read at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

MOST = 2_500_000
"""Values of a text that are read, for each takes some hundred bytes of memory."""


@dataclass(slots=True)
class Scalar:
    """A single value: ``text`` is its content, unescaped; [start, end) is without quotes.

    ``is_string`` tells ``"1"`` from ``1``. Where nothing is escaped, the source holds ``text`` at
    ``start``.
    """

    start: int
    end: int
    text: str
    is_string: bool = True


@dataclass(slots=True)
class Array:
    """A sequence of values."""

    start: int
    end: int
    items: list[Value] = field(default_factory=list)


@dataclass(slots=True)
class Table:
    """Keys with values, in the order of the text; a key may come twice."""

    start: int
    end: int
    entries: list[tuple[Scalar, Value]] = field(default_factory=list)

    def get(self, *path: str) -> Value | None:
        """Return the value at a path of keys; the last one where a key comes twice."""
        value: Value | None = self
        for key in path:
            if not isinstance(value, Table):
                return None
            value = next((v for k, v in reversed(value.entries) if k.text == key), None)
        return value

    def table(self, *path: str) -> Table:
        """Return the table at a path, an empty one if none is there."""
        value = self.get(*path)
        return value if isinstance(value, Table) else Table(0, 0)

    def array(self, *path: str) -> Array:
        """Return the array at a path, an empty one if none is there."""
        value = self.get(*path)
        return value if isinstance(value, Array) else Array(0, 0)

    def text(self, *path: str) -> str | None:
        """Return the content of the scalar at a path."""
        value = self.get(*path)
        return value.text if isinstance(value, Scalar) else None


Value = Scalar | Array | Table


def strings(value: Value | None) -> Iterator[Scalar]:
    """Return the strings of an array, or a lone string."""
    if isinstance(value, Scalar):
        yield value
    elif isinstance(value, Array):
        yield from (item for item in value.items if isinstance(item, Scalar))


def tables(value: Value | None) -> Iterator[Table]:
    """Return the tables of an array, or a lone table."""
    if isinstance(value, Table):
        yield value
    elif isinstance(value, Array):
        yield from (item for item in value.items if isinstance(item, Table))


def held(root: Table) -> set[str]:
    """Return the keys of a table that hold tables."""
    return {key.text for key, value in root.entries if isinstance(value, Table)}


def as_table(value: Value | None) -> Table:
    """Return a value that is a table, an empty one for anything else."""
    return value if isinstance(value, Table) else Table(0, 0)
