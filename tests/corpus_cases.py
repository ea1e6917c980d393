"""The committed corpus, read: what each shape plants, and what unghost makes of it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unghost.domains.packages.project import Project
from unghost.domains.packages.verify import Judge
from unghost.mentions.reader import find_in_file
from unghost.names.building import build_snapshot
from unghost.names.imports import bundled_imports
from unghost.names.snapshot import Snapshot
from unghost.names.universe import Universe
from unghost.records import Mention, Verdict

CORPUS = Path(__file__).parent / "corpus"
SHAPES = sorted(path.parent.name for path in CORPUS.glob("*/expected.toml"))


@dataclass(frozen=True)
class Result:
    """What came out of one shape."""

    planted: int
    found: int
    missed: list[str]
    wrong: list[str]


def universes(folder: Path) -> list[Universe]:
    """Build complete snapshots of the names that exist in the corpus's closed world."""
    opened = []
    for source in sorted((CORPUS / "universe").glob("*.txt")):
        path = folder / f"{source.stem}.names"
        build_snapshot(
            source.read_text(encoding="utf-8").split(),
            path,
            ecosystem=source.stem,
            source="the corpus",
            date="2026-01-01",
            complete=True,
        )
        opened.append(Universe(Snapshot.open(path), bundled_imports(source.stem)))
    return opened


def files_of(shape: str) -> dict[str, bytes]:
    """Return a shape's files by their relative path."""
    folder = CORPUS / shape
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "expected.toml"
    }


def judge_shape(shape: str, known: Sequence[Universe]) -> Result:
    """Find and judge everything in a shape and compare it with what is expected."""
    table = tomllib.loads((CORPUS / shape / "expected.toml").read_text(encoding="utf-8"))
    files = files_of(shape)
    texts = {path: data.decode("utf-8") for path, data in files.items()}
    judge = Judge(*known, project=Project(files, texts.get), suggest=False)
    said = [
        (mention, judge(mention))
        for path, data in files.items()
        for mention in find_in_file(data, path)
    ]
    for mention, _ in said:
        assert texts[mention.source_id][mention.start : mention.end] == mention.raw
    missed = list(_missed(table, said))
    wrong = list(_wrong(table, said, texts))
    planted = len(table.get("ghost", []))
    ghosts_missed = sum(text.startswith("ghost") for text in missed)
    return Result(planted, planted - ghosts_missed, missed, wrong)


def _missed(table: dict[str, Any], said: list[tuple[Mention, Verdict]]) -> Iterator[str]:
    for kind, rows in (("ghost", table.get("ghost", [])), ("real", table.get("real", []))):
        for row in rows:
            status = row.get("status", "absent")
            if not any(_is_row(m, row) and v.status == status for m, v in said):
                got = [f"{m.name} {v.status} ({v.evidence})" for m, v in said if _is_row(m, row)]
                yield f"{kind} {row['file']}:{row['line']} {row['name']} {status}, got {got}"


def _wrong(
    table: dict[str, Any], said: list[tuple[Mention, Verdict]], texts: dict[str, str]
) -> Iterator[str]:
    rows = [*table.get("ghost", []), *table.get("real", [])]
    for mention, verdict in said:
        if not any(_is_row(mention, row) for row in rows):
            line = texts[mention.source_id].split("\n")[mention.line - 1].strip()
            yield (
                f"{mention.source_id}:{mention.line} {mention.kind} {mention.ecosystem}"
                f" {mention.name} {verdict.status} in {line[:100]!r}"
            )


def _is_row(mention: Mention, row: dict[str, Any]) -> bool:
    return (mention.source_id, mention.line, mention.name, mention.ecosystem) == (
        row["file"],
        row["line"],
        row["name"],
        row["ecosystem"],
    )
