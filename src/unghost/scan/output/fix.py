"""Fixing what a scan found: a name replaced where there is evidence, else its line commented out.

Nothing is changed that is not understood: the changed text is read again, and if it names anything
else than before, without the names that were to go, it is left as it was.
"""

from __future__ import annotations

import difflib
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from unghost.mentions.documents.manifests import is_lock, known
from unghost.mentions.reader import find_in_file
from unghost.records import MentionKind
from unghost.scan.finding import Finding, Report
from unghost.storage.atomic import atomic_path
from unghost.syntax.printable import printable
from unghost.syntax.text import LONGEST, read_file

_Name = tuple[str, str, MentionKind]
_FIXED = ("ghost", "import-name", "builtin-name")
_COMMENTS = dict.fromkeys((".txt", ".in", ".toml", ".cfg", ".ini", ".yml", ".yaml"), "# ")
_SAID = "unghost: no such package: "
_LEADS = ("", '"', "'", "- ", '- "', "- '")
"""What may stand before a name on a line that is commented out, whatever declares it."""


@dataclass(frozen=True, slots=True)
class Edit:
    """The change of one file.

    Attributes:
        path: The file, relative to the report's root.
        before: Its text.
        after: Its text with the names fixed.
        fixed: The findings that are gone.
        left: Findings that could not be fixed, each with the reason.
    """

    path: str
    before: str
    after: str
    fixed: tuple[Finding, ...]
    left: tuple[tuple[Finding, str], ...]

    def diff(self) -> str:
        """Return the change as a unified diff, with nothing that steers a terminal."""
        lines = difflib.unified_diff(
            self.before.splitlines(),
            self.after.splitlines(),
            f"a/{self.path}",
            f"b/{self.path}",
            lineterm="",
        )
        return "".join(f"{printable(line)}\n" for line in lines)


def plan(report: Report) -> list[Edit]:
    """Return the edits that fix a report's findings; nothing is written."""
    by_path: dict[str, list[Finding]] = {}
    for finding in report.active:
        if finding.rule in _FIXED:
            by_path.setdefault(finding.path, []).append(finding)
    return [_planned(Path(report.root), path, found) for path, found in by_path.items()]


def apply(edits: Iterable[Edit], root: Path) -> None:
    """Write what was planned; each file is whole at any moment.

    Raises:
        UnghostError: A file cannot be written.
    """
    for edit in edits:
        # A link stays one; what it leads to lies in the project.
        place = (root / edit.path).resolve()
        if edit.after == edit.before or _text(place) != edit.before:
            continue
        with atomic_path(place) as temporary:
            temporary.write_bytes(edit.after.encode("utf-8"))


def _planned(root: Path, path: str, findings: Sequence[Finding]) -> Edit:
    before = _text(root / path)
    if before is None:
        why = "the file is not in UTF-8"
        return Edit(path, "", "", (), tuple((finding, why) for finding in findings))
    changes, left = list[_Change](), list[tuple[Finding, str]]()
    for finding in sorted(findings, key=lambda finding: finding.start):
        change = _change(before, finding, path)
        if isinstance(change, str):
            left.append((finding, change))
        else:
            changes.append(change)
    sound = _sound(before, path, [], changes)
    why = "changing its line would change more than the name"
    left += [(change.finding, why) for change in changes if change not in sound]
    left.sort(key=lambda pair: pair[0].start)
    after = _changed(before, sound)
    return Edit(path, before, after, tuple(change.finding for change in sound), tuple(left))


class _Change(NamedTuple):
    """Text in place of ``before[start:end]``."""

    start: int
    end: int
    text: str
    finding: Finding


def _change(before: str, finding: Finding, path: str) -> _Change | str:
    """Return how a finding would be fixed, or in words why it is not."""
    begin, end = finding.start, finding.end
    if before[begin:end] != finding.raw:
        return "the file has changed since it was read"
    if is_lock(path):
        return "a lock file is written by its tool: fix the manifest and lock again"
    if finding.replacement is not None:
        return _Change(begin, end, finding.replacement, finding)
    mark = _comment_mark(path)
    if finding.kind != "manifest" or mark is None:
        return "it has no line of its own to comment out"
    lead = before[before.rfind("\n", 0, begin) + 1 : begin].lstrip(" \t")
    if lead not in (*_LEADS, *(lead for kind in known().matching(path) for lead in kind.leads)):
        return "its line holds more than the name"
    at = begin - len(lead)
    return _Change(at, at, f"{mark}{_SAID}", finding)


def _sound(
    before: str, path: str, kept: list[_Change], changes: Sequence[_Change]
) -> list[_Change]:
    """Return the changes that do what they should; all are tried at once, then half of them."""
    together = [*kept, *changes]
    if not changes or _does(before, path, together):
        return together
    if len(changes) == 1:
        return kept
    middle = len(changes) // 2
    return _sound(before, path, _sound(before, path, kept, changes[:middle]), changes[middle:])


def _changed(before: str, changes: Sequence[_Change]) -> str:
    parts, at = [], 0
    for change in sorted(changes):
        parts += [before[at : change.start], change.text]
        at = change.end
    return "".join(parts) + before[at:]


def _does(before: str, path: str, changes: Sequence[_Change]) -> bool:
    """Return whether changes take the findings' names away, and nothing else comes or goes."""
    after = _changed(before, changes)
    gone, come = Counter[_Name](), Counter[_Name]()
    for finding in (change.finding for change in changes):
        gone[finding.ecosystem, finding.name, finding.kind] += 1
        if finding.replacement is not None:
            come[finding.ecosystem, finding.replacement, finding.kind] += 1
    return _names(before, path) - gone + come == _names(after, path) and _is_sound(
        before, after, path
    )


def _is_sound(before: str, after: str, path: str) -> bool:
    """Return whether a change leaves TOML what it is; our own reader is lenient, others are not."""
    if PurePosixPath(path).suffix not in (".toml", ""):
        return True
    try:
        tomllib.loads(before)
    except (ValueError, RecursionError):
        return True
    try:
        tomllib.loads(after)
    except (ValueError, RecursionError):
        return False
    return True


@lru_cache(maxsize=2)
def _names(text: str, path: str) -> Counter[_Name]:
    found = find_in_file(text.encode("utf-8"), path)
    return Counter((mention.ecosystem, mention.name, mention.kind) for mention in found)


def _comment_mark(path: str) -> str | None:
    kinds = known().matching(path)
    mark = next((kind.comment for kind in kinds if kind.comment), None)
    return mark or (_COMMENTS.get(PurePosixPath(path).suffix) if kinds else None)


def _text(path: Path) -> str | None:
    data = read_file(path, LONGEST)
    if isinstance(data, str):
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None
