"""The packages that a call would add to what is there, and what is wrong with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from unghost.mentions.reader import find_in_file, is_of_interest, unread_part
from unghost.records import Mention
from unghost.scan.reading.listing import project_files

if TYPE_CHECKING:
    from unghost.records import Verdict
    from unghost.scan.finding import Finding
    from unghost.scan.judging.classify import Classifier
    from unghost.scan.reading.examine import Candidate
    from unghost.scan.settings import ScanSettings

COMMAND = "<command>.sh"
"""The path of a shell command."""
SHOWN = 12
"""Findings that are worked out in full; nobody reads more of them."""


@dataclass(frozen=True, slots=True)
class Addition:
    """A text that a call adds.

    Attributes:
        path: What it is read as, relative to the project.
        text: The text.
        mentions: What it names that the text before did not name as often.
        problem: In words, what was not read of it; None if all was.
    """

    path: str
    text: str
    mentions: tuple[Mention, ...]
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Delta:
    """Findings in what a call adds.

    Attributes:
        findings: Errors, warnings and notes that count.
        more: How many more names are as wrong as the errors.
    """

    findings: tuple[Finding, ...] = ()
    more: int = 0


def addition(path: str, before: str, after: str) -> Addition | None:
    """Find what a file names after a change and did not name before.

    Args:
        path: The file, relative to the project; :data:`COMMAND` for a command.
        before: The text before.
        after: The text after.

    Returns:
        None if the change adds nothing that could name a package.
    """
    if before == after or not is_of_interest(path):
        return None
    data = _bytes(after)
    named = find_in_file(data, path)
    known = Counter(map(_key, find_in_file(_bytes(before), path) if named and before else ()))
    new = []
    for mention in named:
        if known[_key(mention)] > 0:
            known[_key(mention)] -= 1
        else:
            new.append(mention)
    return Addition(path, after, tuple(new), unread_part(data, path))


def _bytes(text: str) -> bytes:
    # A null would make a binary file of it, in which nothing is looked for.
    return text.replace("\0", "\ufffd").encode("utf-8", "surrogatepass")


def _key(mention: Mention) -> tuple[str, ...]:
    return mention.ecosystem, mention.name, mention.kind, mention.origin


def assess(
    additions: Sequence[Addition], settings: ScanSettings, root: Path, within: float
) -> Delta:
    """Find what is wrong with what a call would add.

    Args:
        additions: The texts.
        settings: The settings of the scan.
        root: The project's folder.
        within: Seconds that registries may take in all.

    Raises:
        UnghostError: A universe or the baseline cannot be read.
    """
    wanted = frozenset(settings.ecosystems)
    mentions = [
        mention
        for one in additions
        for mention in one.mentions
        if not wanted or mention.ecosystem in wanted
    ]
    return _judged(mentions, additions, settings, root, within) if mentions else Delta()


def _judged(
    mentions: Sequence[Mention],
    additions: Sequence[Addition],
    settings: ScanSettings,
    root: Path,
    within: float,
) -> Delta:
    from unghost.scan.pipeline import Pipeline

    texts = {one.path: one.text for one in additions if one.path != COMMAND}

    def files() -> list[str]:
        # What a file says that is about to change is known already.
        return [path for path in project_files(root) if path not in texts]

    pipeline = Pipeline(root, settings, files=files, within=within)
    candidates = [one for one in pipeline.examine(mentions) if pipeline.is_doubtful(one)]
    if not candidates:
        return Delta()
    return _found(pipeline.classify, pipeline.resolve(_without_own(candidates, texts)))


def _without_own(candidates: Sequence[Candidate], texts: Mapping[str, str]) -> list[Candidate]:
    """Return the candidates that are not the project's own once the files are written."""
    from unghost.domains.packages.project import Project

    project = Project(texts, texts.get)
    return [one for one in candidates if project.claims(one.mention) is None]


def _found(classify: Classifier, pairs: Sequence[tuple[Candidate, Verdict]]) -> Delta:
    """Build findings; similar names take time, so only a few absent names get them."""
    absent = [pair for pair in pairs if pair[1].status == "absent"]
    found = _active(classify([pair for pair in pairs if pair[1].status != "absent"]))
    errors, begin = 0, 0
    while begin < len(absent) and errors < SHOWN:
        more = _active(classify(absent[begin : begin + SHOWN]))
        found, errors, begin = found + more, errors + len(more), begin + SHOWN
    return Delta(tuple(found), max(len(absent) - begin, 0))


def _active(findings: Iterable[Finding]) -> list[Finding]:
    # An ignore that is over stands beside the finding that it no longer covers.
    return [one for one in findings if one.suppressed is None and one.rule != "ignore"]
