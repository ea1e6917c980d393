"""Findings that do not count: by a comment beside them, by the settings, or by a baseline."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from unghost.errors import UnghostError
from unghost.scan.finding import Finding, Report, Suppression
from unghost.scan.settings import Ignore
from unghost.storage.atomic import write_text

BASELINE_SCHEMA = 1
_LARGEST = 64 << 20
_COMMENT = re.compile(
    r"unghost:\s*ignore\s*(?:\[(?P<names>[^\]\n]{0,400})\])?"
    r"\s*(?:until\s+(?P<until>\S{1,40}?))?\s*(?::|--)\s*(?P<reason>[^\n]{0,400})"
)
_BEGUN = re.compile(r"unghost:\s*ignore\b")
_CLOSERS = " \t\r*/-#>}%"
"""What may close a comment after a reason."""


@dataclass(frozen=True, slots=True)
class IgnoreMatch:
    """The comments next to a finding that apply to it.

    Attributes:
        suppression: Why it does not count, None if it does.
        fault: In words, what is wrong with an ignore that would have been for it.
    """

    suppression: Suppression | None = None
    fault: str | None = None


def by_comments(finding: Finding, comments: Iterable[str], today: str) -> IgnoreMatch:
    """Read the comments beside a finding: ``unghost: ignore[NAME] until DAY: reason``.

    Args:
        finding: The finding.
        comments: Its line and the line before.
        today: The day (ISO 8601).
    """
    fault: str | None = None
    for comment in comments:
        found = list(_COMMENT.finditer(comment))
        if not found and _BEGUN.search(comment):
            fault = "an ignore needs a name and a reason: 'unghost: ignore[NAME]: why'"
        for match in found:
            said = _of_comment(finding, match, today)
            if said.suppression is not None:
                return said
            fault = said.fault or fault
    return IgnoreMatch(fault=fault)


def _of_comment(finding: Finding, match: re.Match[str], today: str) -> IgnoreMatch:
    names = [name.strip() for name in (match["names"] or "").split(",") if name.strip()]
    if not names:
        return IgnoreMatch(fault="an ignore needs a name: 'unghost: ignore[NAME]: why'")
    if not any(_fits(name, finding) for name in names):
        return IgnoreMatch()
    reason, until = match["reason"].strip(_CLOSERS), match["until"]
    if not reason:
        return IgnoreMatch(fault=f"the ignore of {finding.name} gives no reason")
    if until is not None and not re.fullmatch(r"\d{4}-\d\d-\d\d", until):
        return IgnoreMatch(fault=f"the ignore of {finding.name} needs a date such as 2027-01-31")
    if until is not None and until < today:
        return IgnoreMatch(fault=f"the ignore of {finding.name} ended on {until}")
    return IgnoreMatch(Suppression("comment", reason, until))


def by_settings(finding: Finding, ignores: Iterable[Ignore], today: str) -> IgnoreMatch:
    """Find the ignore of the settings that matches a finding."""
    fault: str | None = None
    for ignore in ignores:
        if not (
            _fits(ignore.name, finding)
            and ignore.ecosystem in (None, finding.ecosystem)
            and (ignore.path is None or fnmatchcase(finding.path, ignore.path))
        ):
            continue
        if ignore.until is None or ignore.until >= today:
            return IgnoreMatch(Suppression("settings", ignore.reason, ignore.until))
        fault = f"the ignore of {ignore.name} ended on {ignore.until}"
    return IgnoreMatch(fault=fault)


def _fits(glob: str, finding: Finding) -> bool:
    return any(fnmatchcase(name, glob) for name in (finding.name, finding.canonical, finding.raw))


def read_baseline(path: Path) -> frozenset[str]:
    """Read the fingerprints in a baseline.

    Raises:
        UnghostError: It is not there, or is not a baseline.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise ValueError("it is too large")
        table = json.loads(path.read_text(encoding="utf-8"))
        if table["schema"] != BASELINE_SCHEMA:
            raise ValueError(f"its schema is {str(table['schema'])[:20]}")
        return frozenset(str(finding["fingerprint"]) for finding in table["findings"])
    except OSError as error:
        raise UnghostError(
            f"cannot read the baseline {path}: {error.strerror}; write one with --write-baseline"
        ) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnghostError(
            f"{path} is not a baseline of this version of unghost ({str(error)[:80]}): write it"
            " again with --write-baseline"
        ) from None


def write_baseline(path: Path, report: Report) -> int:
    """Write the findings of a report that count or that the baseline had; give how many."""
    kept = [
        finding
        for finding in report.findings
        if finding.suppressed is None or finding.suppressed.by == "baseline"
    ]
    rows = [
        {
            "fingerprint": finding.fingerprint,
            "rule": finding.rule,
            "ecosystem": finding.ecosystem,
            "name": finding.name,
            "path": finding.path,
        }
        for finding in kept
    ]
    table: Mapping[str, object] = {"schema": BASELINE_SCHEMA, "findings": rows}
    write_text(path, json.dumps(table, indent=2) + "\n")
    return len(rows)


def by_baseline(finding: Finding) -> Finding:
    """Suppress a finding that the baseline has, if nothing else does."""
    if finding.suppressed is not None:
        return finding
    return replace(finding, suppressed=Suppression("baseline", "it is in the baseline"))
