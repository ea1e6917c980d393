"""Names in Markdown tables whose first column is headed as one of packages."""

from __future__ import annotations

from unghost.mentions.items import find_item
from unghost.syntax.spot import Spot

_HEADERS = frozenset({"package", "packages", "library", "libraries", "module", "modules"})
_Row = tuple[int, str]


def find_in_tables(text: str) -> list[Spot]:
    """Find the names in the first columns of tables; a column with anything else in it has none."""
    spots: list[Spot] = []
    rows: list[_Row] = []
    position = 0
    for line in text.splitlines(keepends=True):
        if line.lstrip().startswith("|"):
            rows.append((position, line))
        else:
            spots += _of_table(rows)
            rows = []
        position += len(line)
    return spots + _of_table(rows)


def _of_table(rows: list[_Row]) -> list[Spot]:
    if len(rows) < 3 or not _heads(rows[0][1]) or set(rows[1][1].strip()) - set("|-: \t"):
        return []
    found: list[Spot] = []
    for start, line in rows[2:]:
        item = find_item(line, *_first_cell(line))
        if item is None:
            return []
        found.append(item[0].moved(start))
    return found


def _heads(line: str) -> bool:
    begin, end = _first_cell(line)
    return not _HEADERS.isdisjoint(line[begin:end].lower().strip(" \t*`").split())


def _first_cell(line: str) -> tuple[int, int]:
    begin = line.index("|") + 1
    end = line.find("|", begin)
    return begin, len(line.rstrip()) if end < 0 else end
