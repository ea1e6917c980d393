"""Wording that all formats share: of a finding, its remedy, and a whole report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from unghost.scan.finding import RULES, Finding, Report, RuleId, Skipped, Source

SUPPRESSORS: tuple[Literal["comment", "settings", "baseline"], ...] = (
    "comment",
    "settings",
    "baseline",
)
"""What may suppress a finding, in the order in which it is counted."""
_MOST_SUGGESTIONS = 5
_SKIPPED: dict[Skipped, str] = {
    "ignored": "git-ignored path",
    "excluded": "excluded file",
    "installed": "package folder",
    "environments": "environment",
    "links": "link",
    "lists": "missing list",
}


def statement(finding: Finding) -> str:
    """Return what is wrong, with the name even where the reason alone does not say it."""
    if finding.name in finding.why:
        return finding.why
    return f"{finding.name}: {finding.why}"


def advice(finding: Finding) -> str:
    """Return what to do: which name may be meant, or else what helps with findings of its rule."""
    first = () if finding.replacement is None else (finding.replacement,)
    return advice_on(finding.rule, (*first, *finding.suggestions))


def advice_on(rule: RuleId, suggestions: Iterable[str]) -> str:
    """Return what to do about a name that breaks a rule; see :func:`advice`."""
    names = tuple(dict.fromkeys(suggestions))[:_MOST_SUGGESTIONS]
    return f"did you mean {either(names)}?" if names else RULES[rule].help


def end_of(finding: Finding) -> tuple[int, int]:
    """Return the line and the column right after what is written, both from 1."""
    lines = finding.raw.split("\n")
    if len(lines) == 1:
        return finding.line, finding.column + len(finding.raw)
    return finding.line + len(lines) - 1, len(lines[-1]) + 1


def summary(report: Report) -> str:
    """Return one line: what was found, where, and how much is suppressed."""
    where = f"{counted(report.names, 'name')} in {counted(report.files, 'file')}"
    errors = sum(finding.level == "error" for finding in report.active)
    warnings = len(report.active) - errors
    parts = [suppressed(report)]
    if report.problems:
        parts.append(f"{len(report.problems)} could not be read completely")
    if report.active or report.unverified or report.problems:
        levels = f"{counted(errors, 'error')}, {counted(warnings, 'warning')}"
        head = f"{levels}, {len(report.unverified)} not verified in"
        where = f"{counted(report.files, 'file')}, {counted(report.names, 'name')}"
        return "; ".join([f"{head} {where}", *parts])
    if not report.files:
        return "; ".join(["nothing to scan: no file was read", *parts])
    return "; ".join([f"clean: {where}", *parts])


def suppressed(report: Report) -> str:
    """Return how many findings do not count, and what says so."""
    reasons = [one.suppressed.by for one in report.findings if one.suppressed is not None]
    parts = [f"{reasons.count(by)} by {by}" for by in SUPPRESSORS if by in reasons]
    return f"{len(reasons)} suppressed" + (f" ({', '.join(parts)})" if parts else "")


def compared(report: Report) -> list[str]:
    """Return what names were compared with, a line for each, and what was left out."""
    lines = compared_with(report.sources)
    if report.names and not report.sources:
        lines.append("compared with no snapshot")
    if report.left_out:
        names = counted(report.left_out, "name")
        lines.append(f"left out: {names} of ecosystems that are not scanned")
    skipped = [
        counted(report.skipped[why], word)
        for why, word in _SKIPPED.items()
        if report.skipped.get(why)
    ]
    if skipped:
        lines.append(f"not read: {', '.join(skipped)}")
    return lines


def compared_with(sources: Iterable[Source]) -> list[str]:
    """Return a line for each of the sources."""
    return [f"compared with {source.label}, {source.as_of}" for source in sources]


def counted(number: int, word: str) -> str:
    """Write a number with what it counts."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def either(names: Sequence[str]) -> str:
    """Write names with commas and a last ``or``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def gravest_first(findings: Iterable[Finding]) -> list[Finding]:
    """Sort errors before warnings before notes; the order is kept otherwise."""
    order = {"error": 0, "warning": 1, "note": 2}
    return sorted(findings, key=lambda finding: order[finding.level])
