"""The format ``junit``: XML that the test pages of CI systems take.

Each finding is a test of its own with one outcome, for many readers look at the first outcome of a
test only; the file is its class. One more test stands for the scan itself, so that a clean report
is a test that passed and not a report without tests.
"""

from __future__ import annotations

from collections import Counter
from html import escape

from unghost.scan.finding import FAILING, FailOn, Finding, Problem, Report
from unghost.scan.output.wording import advice, compared, statement, summary
from unghost.syntax.printable import printable


def render_junit(report: Report, *, fail_on: FailOn = "error") -> str:
    """Write a report as JUnit XML in ASCII.

    Errors and warnings are failures from the level ``fail_on`` on; below it they are tests that
    passed, with what was found as their output. What was not verified or does not count is skipped,
    and what was not read is an error.

    Args:
        report: The report.
        fail_on: From which level on findings are failures.
    """
    kinds = [_kind(finding, fail_on) for finding in report.findings]
    cases = [_finding(one, kind) for one, kind in zip(report.findings, kinds, strict=True)]
    cases += [_problem(problem) for problem in report.problems]
    cases.append(_scan(report))
    number = Counter(kinds)
    counts = (
        f'name="unghost" tests="{len(cases)}" failures="{number["failure"]}"'
        f' errors="{len(report.problems)}" skipped="{number["skipped"]}" time="0"'
    )
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<testsuites {counts}>",
        f"  <testsuite {counts}>",
        *cases,
        "  </testsuite>",
        "</testsuites>",
    ]
    text = "".join(f"{line}\n" for line in lines)
    return text.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _kind(finding: Finding, fail_on: FailOn) -> str:
    if finding.suppressed is not None or finding.level == "note":
        return "skipped"
    return "failure" if finding.level in FAILING[fail_on] else "system-out"


def _finding(finding: Finding, kind: str) -> str:
    said = finding.suppressed
    message = statement(finding)
    if said is not None:
        end = f" until {said.until}" if said.until is not None else ""
        message = f"suppressed by {said.by}{end} ({said.reason}): {message}"
    name = f"{finding.rule}: {finding.name} (line {finding.line}, column {finding.column})"
    place = f"{finding.path}:{finding.line}:{finding.column}"
    body = "\n".join(_text(line) for line in (place, finding.text, message, advice(finding)))
    attributes = {
        "failure": f' message="{_text(message)}" type="{finding.rule}"',
        "skipped": f' message="{_text(message)}"',
        "system-out": "",
    }
    return _case(finding.path, name, f"<{kind}{attributes[kind]}>{body}</{kind}>")


def _problem(problem: Problem) -> str:
    reason = _text(problem.reason)
    outcome = f'<error message="{reason}" type="not-read">{_text(problem.path)}: {reason}</error>'
    return _case(problem.path, "could not be read completely", outcome)


def _scan(report: Report) -> str:
    said = "\n".join(_text(line) for line in (summary(report), *compared(report)))
    return _case("unghost", "scan", f"<system-out>{said}</system-out>")


def _case(path: str, name: str, outcome: str) -> str:
    return (
        f'    <testcase classname="{_text(path)}" name="{_text(name)}" time="0">\n'
        f"      {outcome}\n"
        "    </testcase>"
    )


def _text(text: str) -> str:
    """Write a text for XML, which forbids most control characters even as references."""
    return escape(printable(text.expandtabs(4)))
