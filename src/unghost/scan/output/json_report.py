"""The format ``json``: all that a scan found, for programs.

What it holds is laid down in ``data/schemas/scan-report-1.json``. A change that a reader of version
1 would not understand makes it version 2.
"""

from __future__ import annotations

import json
from typing import Any

from unghost.scan.finding import RULES, SKIPPED, FailOn, Finding, Report, Suppression
from unghost.scan.output.wording import SUPPRESSORS, end_of
from unghost.syntax.printable import well_formed
from unghost.version import __version__

SCHEMA = 1
"""Version of what the format holds."""


def render_json(report: Report, *, fail_on: FailOn = "error") -> str:
    """Write a report as JSON in ASCII.

    Args:
        report: The report.
        fail_on: From which level on findings count in ``summary.exit_code``.
    """
    return json.dumps(as_json(report, fail_on=fail_on), indent=2) + "\n"


def as_json(report: Report, *, fail_on: FailOn = "error") -> dict[str, Any]:
    """Return a report as what JSON can hold; lone surrogates in it become U+FFFD.

    Args:
        report: The report.
        fail_on: From which level on findings count in ``summary.exit_code``.
    """
    problems = [{"path": one.path, "reason": one.reason} for one in report.problems]
    sources = [
        {
            "ecosystem": source.ecosystem,
            "snapshot": source.snapshot,
            "as_of": source.as_of,
            "label": source.label,
        }
        for source in report.sources
    ]
    whole = {
        "schema": SCHEMA,
        "tool": {"name": "unghost", "version": __version__},
        "root": report.root,
        "summary": _summary(report, fail_on),
        "truths": sources,
        "findings": [_finding(finding) for finding in report.findings],
        "problems": problems,
    }
    cleaned: dict[str, Any] = _well_formed(whole)
    return cleaned


def _summary(report: Report, fail_on: FailOn) -> dict[str, Any]:
    reasons = [one.suppressed.by for one in report.findings if one.suppressed is not None]
    return {
        "errors": sum(finding.level == "error" for finding in report.active),
        "warnings": sum(finding.level == "warning" for finding in report.active),
        "unverified": len(report.unverified),
        "suppressed": {by: reasons.count(by) for by in SUPPRESSORS},
        "files": report.files,
        "names": report.names,
        "left_out": report.left_out,
        "skipped": {why: report.skipped.get(why, 0) for why in SKIPPED},
        "problems": len(report.problems),
        "exit_code": report.exit_code(fail_on),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "level": finding.level,
        "name": finding.name,
        "raw": finding.raw,
        "canonical": finding.canonical,
        "ecosystem": finding.ecosystem,
        "kind": finding.kind,
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "end_column": end_of(finding)[1],
        "start": finding.start,
        "end": finding.end,
        "text": finding.text,
        "why": finding.why,
        "help": RULES[finding.rule].help,
        "suggestions": list(finding.suggestions),
        "replacement": finding.replacement,
        "first_seen": finding.first_seen,
        "snapshot": finding.snapshot,
        "fingerprint": finding.fingerprint,
        "suppressed": _suppression(finding.suppressed),
    }


def _suppression(said: Suppression | None) -> dict[str, Any] | None:
    if said is None:
        return None
    return {"by": said.by, "reason": said.reason, "until": said.until}


def _well_formed(value: Any) -> Any:
    if isinstance(value, str):
        return well_formed(value)
    if isinstance(value, list):
        return [_well_formed(item) for item in value]
    if isinstance(value, dict):
        return {key: _well_formed(item) for key, item in value.items()}
    return value
