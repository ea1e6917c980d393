"""The format ``github``: commands to a runner of GitHub Actions, which shows them beside the code.

Of each level the runner shows ten a step: the most severe come first, and the last line counts all.
"""

from __future__ import annotations

from unghost.scan.finding import STDIN, Finding, Report
from unghost.scan.output.wording import (
    advice,
    compared,
    end_of,
    gravest_first,
    statement,
    summary,
)
from unghost.syntax.printable import printable

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def render_github(report: Report) -> str:
    """Write a report as workflow commands, a line each, and a last line that sums up.

    Args:
        report: The report.
    """
    lines = [_finding(one) for one in gravest_first((*report.active, *report.unverified))]
    for problem in report.problems:
        place = {"file": problem.path, "title": "unghost: could not be read completely"}
        lines.append(_command("warning", place, f"{problem.path}: {problem.reason}"))
    said = printable("; ".join([summary(report), *compared(report)]))
    # A runner takes this for a command anywhere in a line.
    lines.append("unghost: " + said.replace("##[", "#?["))
    return "".join(f"{line}\n" for line in lines)


def _finding(finding: Finding) -> str:
    end_line, end_column = end_of(finding)
    place = {"file": finding.path, "line": str(finding.line)}
    if end_line == finding.line:
        place |= {"col": str(finding.column), "endColumn": str(end_column)}
    else:
        place["endLine"] = str(end_line)
    if finding.path == STDIN:
        place = {}
    place["title"] = f"unghost: {finding.rule}"
    return _command(_COMMANDS[finding.level], place, f"{statement(finding)}\n{advice(finding)}")


def _command(name: str, properties: dict[str, str], message: str) -> str:
    written = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {written}::{_data(message)}"


def _data(text: str) -> str:
    """Write a message: what ends a line is escaped, what steers a terminal is taken out."""
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return printable(escaped)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
