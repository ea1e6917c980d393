"""Files of tasks: JSON lines, JSON, CSV and parquet, and three collections of prompts as they lie.

A file is read row by row, so that its size does not matter, and every row comes with its place for
messages. A row that cannot be read comes as :class:`Broken`, so that whoever reads can count them.
docs/guides/tasks.md says what may stand in a file.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any, cast

from unghost.ecosystems import ecosystem, ecosystem_names
from unghost.errors import UnghostError

TEXTS = ("task", "prompt", "question", "instruction", "text")
"""Keys under which a row may have its text; the first that it has counts."""
_KEYS = {
    *TEXTS,
    *("keywords", "package", "name", "right", "taught", "level", "field", "ecosystem"),
    *("key", "twin", "group", "seed_id", "type"),
}
_BOM = b"\xef\xbb\xbf"
_HEAD = 1 << 20
_LONGEST_LINE = 1 << 24


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that cannot be read, and why."""

    why: str


def read_rows(path: Path) -> Iterator[tuple[str, Any]]:
    """Read the rows of a file of tasks, each with its place for messages.

    Raises:
        UnghostError: The file cannot be read, or is of no form that is known.
    """
    from ijson import JSONError

    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with cast(IO[bytes], gzip.open(path) if packed else path.open("rb")) as stream:
            for place, value in _values(path, stream):
                yield from ((f"{path} {place}", row) for row in _rows(value))
    except (OSError, EOFError, ValueError, zlib.error, csv.Error, JSONError) as error:
        said = str(error).removeprefix("b").strip("'\"").replace("\\n", "\n").splitlines()
        why = said[0] if said else "it is cut off"
        raise UnghostError(f"cannot read the tasks in {path}: {why}") from error


def _values(path: Path, stream: IO[bytes]) -> Iterator[tuple[str, Any]]:
    head = stream.read(_HEAD)
    start = len(_BOM) if head.startswith(_BOM) else 0
    stream.seek(start)
    suffix = Path(path.name.lower().removesuffix(".gz")).suffix
    if head.startswith(b"PAR1"):
        return _parquet(path)
    if suffix in (".csv", ".tsv"):
        return _table(path, stream, head[start:])
    if suffix in (".jsonl", ".ndjson") or _is_lines(head[start:]):
        return _lines(stream)
    if head[start:].lstrip()[:1] in (b"[", b"{"):
        return _document(path, stream, start)
    raise UnghostError(
        f"cannot tell what {path} holds: give JSON lines (.jsonl), JSON (.json), CSV (.csv, .tsv)"
        " or parquet"
    )


def _is_lines(head: bytes) -> bool:
    """Return whether a text begins with an object or a string that fills a line, and goes on."""
    first, _, rest = head.strip().partition(b"\n")
    try:
        return isinstance(json.loads(first), dict | str) and bool(rest.strip())
    except (ValueError, RecursionError):
        return False


def _lines(stream: IO[bytes]) -> Iterator[tuple[str, Any]]:
    number = 0
    while line := stream.readline(_LONGEST_LINE):
        number += 1
        if line.strip():
            yield f"line {number}", _parsed(line)


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        return Broken(f"it is not JSON ({error.msg} at character {error.pos + 1})")
    except (ValueError, RecursionError):
        return Broken("it is not JSON in UTF-8")


def _document(path: Path, stream: IO[bytes], start: int) -> Iterator[tuple[str, Any]]:
    """Read a list, an object with one list, an object of objects by id, or a single object."""
    import ijson

    kinds = _kinds(stream)
    stream.seek(start)
    lists = [key for key, kind in kinds.items() if kind == "start_array"]
    if kinds and not set(TEXTS).isdisjoint(kinds):
        yield "entry 1", next(ijson.items(stream, "", use_float=True))
    elif set(kinds.values()) == {"start_map"}:
        for key, row in ijson.kvitems(stream, "", use_float=True):
            yield f"entry {key[:60]!r}", row
    elif len(lists) == 1 or not kinds:
        prefix = f"{lists[0]}.item" if lists else "item"
        for number, row in enumerate(ijson.items(stream, prefix, use_float=True), 1):
            yield f"entry {number}", row
    else:
        raise UnghostError(f"{path} holds {len(lists)} lists: give one list of tasks")


def _kinds(stream: IO[bytes]) -> dict[str, str]:
    """Return by key with what event each value of an object begins; nothing of a list."""
    import ijson

    kinds: dict[str, str] = {}
    depth, key = 0, None
    for event, value in ijson.basic_parse(stream):
        if depth == 0 and event == "start_array":
            return {}
        if depth == 1 and event == "map_key":
            key = value
        elif depth == 1 and event != "end_map":
            kinds[str(key)] = event
        depth += event in ("start_map", "start_array")
        depth -= event in ("end_map", "end_array")
    return kinds


def _table(path: Path, stream: IO[bytes], head: bytes) -> Iterator[tuple[str, Any]]:
    first = head.partition(b"\n")[0]
    delimiter = max(b",;\t", key=first.count)
    with io.TextIOWrapper(stream, "utf-8", newline="") as text:
        reader = csv.reader(text, delimiter=chr(delimiter), strict=True)
        try:
            names = [name.strip().lower() for name in next(reader, [])]
            if set(names).isdisjoint({*TEXTS, "keywords"}):
                raise UnghostError(f"{path} has no column {', '.join(TEXTS)} or keywords")
            before = reader.line_num
            for cells in reader:
                place, before = f"line {before + 1}", reader.line_num
                if len(cells) == len(names):
                    yield place, _of_cells(dict(zip(names, cells, strict=True)))
                elif any(cells):
                    why = f"it has {len(cells)} cells and the header {len(names)}"
                    yield place, Broken(why)
        except csv.Error as error:
            raise UnghostError(f"cannot read {path} line {reader.line_num}: {error}") from error


def _of_cells(cells: dict[str, str]) -> dict[str, Any]:
    """Build a row of cells: empty ones say nothing, and some hold several words."""
    row: dict[str, Any] = {name: cell.strip() for name, cell in cells.items() if cell.strip()}
    for name, separators in (("keywords", r"[;,]"), ("right", r"[\s;,]")):
        if name in row:
            row[name] = [word.strip() for word in re.split(separators, row[name]) if word.strip()]
    return row


def _parquet(path: Path) -> Iterator[tuple[str, Any]]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise UnghostError(
            f"{path} is parquet: install the extra 'measure' of unghost (unghost[measure])"
        ) from None
    number = 0
    try:
        with pq.ParquetFile(path) as file:
            columns = [name for name in file.schema_arrow.names if name in _KEYS]
            if set(columns).isdisjoint({*TEXTS, "keywords"}):
                raise UnghostError(f"{path} has no column {', '.join(TEXTS)} or keywords")
            for batch in file.iter_batches(columns=columns):
                for row in batch.to_pylist():
                    number += 1
                    yield f"row {number}", row
    except pa.ArrowException as error:
        why = str(error).partition("\n")[0]
        raise UnghostError(f"cannot read the tasks in {path}: {why}") from error


# ---- what a value says ---------------------------------------------------------------------------


def _rows(value: Any) -> list[Any]:
    """Return the rows that a value of a file stands for."""
    if isinstance(value, str):
        return [{"task": text} for text in _prompts(value)]
    if not isinstance(value, dict):
        return [value]
    if isinstance(value.get("entry_type"), str) or {"attempt_id", "probe", "prompt"} <= set(value):
        return _of_garak(value)
    if {"seed_id", "type", "prompt"} <= set(value):
        return [_of_libhallubench(value)]
    text = next((value[key] for key in TEXTS if value.get(key) is not None), None)
    return [value if text is None else value | {"task": text}]


_NUMBER = re.compile(r"\n\s*[\"']?(\d{1,2})[.)](?:[ \t]+|(?=\n|$))")
_BARE_NUMBER = re.compile(r"\n\s*\d{1,2}\s*\Z")
_ENDS = tuple(".?!:)`\"'")


def _prompts(text: str) -> list[str]:
    """Return the prompts in a string.

    Those of "We Have a Package for You!" (Spracklen et al., one JSON string a line) were written by
    a model: some strings are a numbered list whose first number is gone, or one with words of
    introduction. Such a list is cut into its prompts; the last one is left out where it is cut off.
    Numbered steps within a prompt are part of it.
    """
    first, *rest = _NUMBER.split(text)
    numbers, items = rest[::2], rest[1::2]
    introduced = re.match(r"(sure|here)\b", first.strip(), re.IGNORECASE)
    begins = 1 if introduced else 2
    if not items or [int(number) for number in numbers] != [*range(begins, begins + len(items))]:
        return [_unquoted(text)]
    found = [*([] if introduced else [first]), *(item.partition("\n\n")[0] for item in items)]
    found[-1] = _BARE_NUMBER.sub("", found[-1])
    if not found[-1].rstrip().endswith(_ENDS):
        found.pop()
    return [text for text in map(_unquoted, found) if text]


def _unquoted(text: str) -> str:
    """Drop quotes around a text, and one at its end that nothing opens."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1].strip()
    return text[:-1].strip() if text.endswith('"') and text.count('"') % 2 else text


@cache
def _ecosystem_of(language: str) -> str:
    """Return the ecosystem of a language, or its name if there is none here."""
    spoken = {ecosystem(name).asking.language: name for name in ecosystem_names()}
    return spoken.get(language, language.lower())


def _of_garak(entry: dict[str, Any]) -> list[Any]:
    """Return the prompt of an attempt in a report or a hit log of garak.

    Only those of its package hallucination probes count. The prompt is a string, a message or a
    conversation, by garak's version. A report has each attempt twice: asked, and judged.
    """
    probe = str(entry.get("probe_classname") or entry.get("probe")).removeprefix("probes.")
    module, _, name = probe.partition(".")
    if entry.get("entry_type", "attempt") != "attempt" or module != "packagehallucination":
        return []
    prompt = entry.get("prompt")
    if isinstance(prompt, dict) and isinstance(prompt.get("turns"), list):
        turns = [turn for turn in prompt["turns"] if isinstance(turn, dict)]
        prompt = next((t.get("content") for t in turns if t.get("role") == "user"), None)
    text = prompt.get("text") if isinstance(prompt, dict) else prompt
    return [{"task": text, "ecosystem": _ecosystem_of(name)}]


def _of_libhallubench(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record of LibHalluBench: all that vary one task are a group."""
    return {
        "task": record["prompt"],
        "field": record["type"],
        "group": record["seed_id"],
        "ecosystem": "pypi",
    }
