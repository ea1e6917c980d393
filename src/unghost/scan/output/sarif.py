"""The format ``sarif``: SARIF 2.1.0, which code hosts and editors take.

Columns count characters (``columnKind`` says so). Findings that are suppressed are in it, with who
suppressed them and why; what was not read is a notification of the run.
"""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from unghost.scan.finding import RULES, STDIN, Finding, Problem, Report, Rule, Suppression
from unghost.scan.output.wording import advice, end_of, statement
from unghost.syntax.printable import well_formed
from unghost.version import __version__

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_ROOT = "ROOT"
"""What paths are relative to."""
_FINGERPRINT = "unghost/v1"
_INDEX = {rule: index for index, rule in enumerate(RULES)}


def render_sarif(report: Report) -> str:
    """Write a report as a SARIF log in ASCII.

    Args:
        report: The report.
    """
    run = {
        "tool": {
            "driver": {
                "name": "unghost",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_rule(rule) for rule in RULES.values()],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: _root(report.root)},
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [_notification(one) for one in report.problems],
            }
        ],
        "results": [_result(finding) for finding in report.findings],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": f"{rule.title}."},
        "fullDescription": {"text": f"{rule.title}."},
        "help": {"text": rule.help},
        "defaultConfiguration": {"level": rule.level},
    }


def _result(finding: Finding) -> dict[str, Any]:
    said = finding.suppressed
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": _INDEX[finding.rule],
        "level": finding.level,
        "message": _message(f"{statement(finding)}. {_sentence(advice(finding))}"),
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": _place(finding.path),
                    "region": _region(finding),
                }
            }
        ],
        "partialFingerprints": {_FINGERPRINT: finding.fingerprint},
        "suppressions": [] if said is None else [_suppression(said)],
    }
    if finding.replacement is not None:
        result["fixes"] = [_fix(finding, finding.replacement)]
    return result


def _region(finding: Finding) -> dict[str, int]:
    end_line, end_column = end_of(finding)
    return {
        "startLine": finding.line,
        "startColumn": finding.column,
        "endLine": end_line,
        "endColumn": end_column,
    }


def _fix(finding: Finding, replacement: str) -> dict[str, Any]:
    change = {
        "deletedRegion": _region(finding),
        "insertedContent": {"text": well_formed(replacement)},
    }
    return {
        "description": _message(f"Write {replacement}."),
        "artifactChanges": [
            {"artifactLocation": _place(finding.path), "replacements": [change]},
        ],
    }


def _suppression(said: Suppression) -> dict[str, Any]:
    end = f" (until {said.until})" if said.until is not None else ""
    return {
        "kind": "inSource" if said.by == "comment" else "external",
        "status": "accepted",
        "justification": well_formed(f"{said.reason}{end}"),
    }


def _notification(problem: Problem) -> dict[str, Any]:
    return {
        "level": "warning",
        "message": _message(f"{problem.path} could not be read completely: {problem.reason}"),
        "locations": [{"physicalLocation": {"artifactLocation": _place(problem.path)}}],
    }


def _place(path: str) -> dict[str, str]:
    # A text without a file is not below the root.
    return {"uri": _quoted(path)} if path == STDIN else {"uri": _quoted(path), "uriBaseId": _ROOT}


def _root(root: str) -> dict[str, Any]:
    """Return where the root is; of a relative one only what it is, for nobody could resolve it."""
    place: dict[str, Any] = {"description": {"text": "The folder that was scanned."}}
    path = PurePath(root)
    if path.is_absolute():
        whole = path.as_posix().strip("/")
        place["uri"] = f"file:///{_quoted(whole)}/" if whole else "file:///"
    return place


def _quoted(path: str) -> str:
    """Write a path as a relative URI; bytes of file names that are not UTF-8 stay unchanged."""
    try:
        data = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        data = well_formed(path).encode("utf-8")
    return quote(data, safe="/")


def _message(text: str) -> dict[str, str]:
    """Return a message in which nothing is taken for a placeholder or a link."""
    plain = well_formed(text).replace("{", "{{").replace("}", "}}")
    return {"text": plain.replace("](", "] (")}


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
