"""Formats of a report: for people, for programs, and for tools that show findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unghost.errors import UnghostError

if TYPE_CHECKING:
    from unghost.scan.finding import FailOn, Report

FORMATS: tuple[str, ...] = ("text", "json", "sarif", "github", "junit")
"""The names of all formats."""


def render(report: Report, name: str, *, color: bool = False, fail_on: FailOn = "error") -> str:
    """Write a report in a format; only the module of that format is imported.

    Args:
        report: The report.
        name: One of :data:`FORMATS`.
        color: Whether the format ``text`` may use colours.
        fail_on: From which level on findings count as failures, for ``json`` and ``junit``.

    Returns:
        The text, which ends with a line feed. All but ``text`` and ``github`` are plain ASCII.

    Raises:
        UnghostError: The format does not exist.
    """
    if name == "text":
        from unghost.scan.output.text import render_text

        return render_text(report, color=color)
    if name == "json":
        from unghost.scan.output.json_report import render_json

        return render_json(report, fail_on=fail_on)
    if name == "sarif":
        from unghost.scan.output.sarif import render_sarif

        return render_sarif(report)
    if name == "github":
        from unghost.scan.output.github import render_github

        return render_github(report)
    if name == "junit":
        from unghost.scan.output.junit import render_junit

        return render_junit(report, fail_on=fail_on)
    raise UnghostError(f"there is no format {name!r}: use one of {', '.join(FORMATS)}")
