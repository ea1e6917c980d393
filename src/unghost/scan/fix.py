"""Mending what a scan found: a name replaced where there is evidence, else its line commented out.

Nothing is changed that is not understood: the changed text is read again, and if it names anything
else than before, without the names that were to go, it is left as it was.
"""

from __future__ import annotations

import difflib
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from unghost.atomic import atomic_path
from unghost.mentions.files import find_in_file
from unghost.mentions.manifests import is_lock, is_manifest
from unghost.printable import printable
from unghost.records import Mention
from unghost.scan.files import read_file
from unghost.scan.finding import Finding, Report
from unghost.syntax.text import LONGEST

_MENDED = ("ghost", "import-name", "builtin-name")
_COMMENTS = {
    ".txt": "# ", ".in": "# ", ".toml": "# ", ".cfg": "# ", ".ini": "# ", ".yml": "# ",
    ".yaml": "# ", ".gemspec": "# ", ".mod": "// ", ".gradle": "// ", ".kts": "// ",
}  # fmt: skip
_COMMENTS_BY_NAME = {"Gemfile": "# ", "Pipfile": "# "}
_SAID = "unghost: no such package: "
_LEADS = ("", '"', "'", "- ", '- "', "- '", "gem '", 'gem "', "require ")
"""What may stand before a name on a line that is commented out: nothing but how its like begin."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What becomes of one file.

    Attributes:
        path: The file, relative to the report's root.
        before: Its text.
        after: Its text with the names mended.
        mended: The findings that are gone.
        left: Findings that could not be mended, each with the reason.
    """

    path: str
    before: str
    after: str
    mended: tuple[Finding, ...]
    left: tuple[tuple[Finding, str], ...]

    def diff(self) -> str:
        """Give the change as a unified diff, with nothing that steers a terminal."""
        lines = difflib.unified_diff(
            self.before.splitlines(),
            self.after.splitlines(),
            f"a/{self.path}",
            f"b/{self.path}",
            lineterm="",
        )
        return "".join(f"{printable(line)}\n" for line in lines)


def plan(report: Report) -> list[Edit]:
    """Say what mending a report's findings comes to; nothing is written."""
    by_path: dict[str, list[Finding]] = {}
    for finding in report.active:
        if finding.rule in _MENDED:
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
    after, mended, left = before, list[Finding](), list[tuple[Finding, str]]()
    # From the end on, so that the places of the others stay right.
    for finding in sorted(findings, key=lambda finding: -finding.start):
        tried = _mended(before, after, finding, path)
        if isinstance(tried, str):
            left.append((finding, tried))
        else:
            after = tried[0]
            mended.append(finding)
    return Edit(path, before, after, tuple(mended[::-1]), tuple(left[::-1]))


def _mended(before: str, text: str, finding: Finding, path: str) -> tuple[str] | str:
    """Give the text without a finding, or in words why it stays."""
    begin, end = finding.start, finding.end
    if before[begin:end] != finding.raw:
        return "the file has changed since it was read"
    if is_lock(path):
        return "a lock file is written by its tool: mend the manifest and lock again"
    if finding.replacement is not None:
        new = text[:begin] + finding.replacement + text[end:]
        return (
            (new,) if _names_only(text, new, path, finding) else "a replacement is not understood"
        )
    mark = _comment_mark(path)
    if finding.kind != "manifest" or mark is None:
        return "it has no line that could be commented out"
    start = text.rfind("\n", 0, begin) + 1
    before_it = text[start:begin].lstrip(" \t")
    if before_it not in _LEADS:
        return "its line says more than the name"
    at = begin - len(before_it)
    new = f"{text[:at]}{mark}{_SAID}{text[at:]}"
    if not _names_only(text, new, path, finding) or not _is_sound(text, new, path):
        return "its line says more than the name"
    return (new,)


def _is_sound(before: str, after: str, path: str) -> bool:
    """Say whether a change leaves TOML what it is; our own reader is lenient, others are not."""
    if PurePosixPath(path).suffix != ".toml" and PurePosixPath(path).name != "Pipfile":
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


def _names_only(before: str, after: str, path: str, finding: Finding) -> bool:
    """Say whether a change takes away the finding's name, and nothing else comes or goes."""
    old, new = _names(before, path), _names(after, path)
    gone: Counter[tuple[str, str, str]] = Counter()
    gone[finding.ecosystem, finding.name, finding.kind] = 1
    come: Counter[tuple[str, str, str]] = Counter()
    if finding.replacement is not None:
        come[finding.ecosystem, finding.replacement, finding.kind] = 1
    return old - gone + come == new


def _names(text: str, path: str) -> Counter[tuple[str, str, str]]:
    return Counter(_key(mention) for mention in find_in_file(text.encode("utf-8"), path))


def _key(mention: Mention) -> tuple[str, str, str]:
    return mention.ecosystem, mention.name, mention.kind


def _comment_mark(path: str) -> str | None:
    if not is_manifest(path):
        return None
    name = PurePosixPath(path)
    return _COMMENTS_BY_NAME.get(name.name) or _COMMENTS.get(name.suffix)


def _text(path: Path) -> str | None:
    data = read_file(path, LONGEST)
    if isinstance(data, str):
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None
