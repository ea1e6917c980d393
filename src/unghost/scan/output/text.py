"""The format ``text``: what people read in a terminal or a log.

Everything in it that a file, a registry or a path says may be made to harm: nothing in the output
steers the terminal, and no line can be taken for a command by a CI that reads its log.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from unghost.scan.finding import RULES, Finding, Report
from unghost.scan.output.wording import advice, compared, counted, statement, summary
from unghost.syntax.printable import printable

_TAB = 4
"""Columns between the stops of a tab."""
_MOST_NAMES = 10
"""Names of a group of notes that are shown in full."""
_MOST_LINES = 10
"""Further lines of an equal finding that are named."""
_COLOURS = {"error": "1;31", "warning": "1;33", "note": "1;36", "clean": "1;32"}
_BOLD, _FAINT = "1", "2"

Key = TypeVar("Key", bound=Hashable)
Paint = Callable[[str, str], str]
"""Gives a text in a colour, or as it is where colours are off."""


def render_text(report: Report, *, color: bool = False) -> str:
    """Write a report for people: findings by file, then what could not be verified or read.

    Args:
        report: The report.
        color: Whether to use ANSI colours.
    """
    paint = _painted if color else _plain
    blocks: list[list[str]] = []
    for path, findings in _grouped(report.active, lambda finding: finding.path):
        blocks += _file(path, findings, paint)
    for ecosystem, findings in _grouped(report.unverified, lambda finding: finding.ecosystem):
        blocks.append(_notes(ecosystem, findings, paint))
    if report.problems:
        blocks.append([paint("could not be read completely", _COLOURS["note"])])
        blocks[-1] += [f"  - {_safe(one.path)}: {_safe(one.reason)}" for one in report.problems]
    last = _safe(summary(report))
    blocks.append([paint(last, _COLOURS[_gravest(report)]), *map(_safe, compared(report))])
    return "\n".join(line.rstrip() for block in blocks for line in (*block, ""))


def _file(path: str, findings: Sequence[Finding], paint: Paint) -> list[list[str]]:
    """Write the findings of a file, equal ones together."""
    equal = _grouped(findings, lambda finding: (finding.rule, finding.ecosystem, finding.name))
    margin = max(len(str(group[0].line)) for _, group in equal)
    blocks = [_finding(group[0], group[1:], margin, paint) for _, group in equal]
    # A line that begins with colons is a command to some CI.
    shown = _safe(f"./{path}" if path.lstrip().startswith(":") else path)
    blocks[0].insert(0, paint(shown, _BOLD))
    return blocks


def _finding(finding: Finding, others: Sequence[Finding], margin: int, paint: Paint) -> list[str]:
    shown, before, width = _marked(finding)
    colour = _COLOURS[finding.level]
    blank = " " * margin
    lines = [
        f"  {paint(f'{finding.line:>{margin}} |', _FAINT)} {shown}",
        f"  {paint(f'{blank} |', _FAINT)} {' ' * before}{paint('^' * width, colour)}",
        f"  {blank}   {paint(f'{finding.rule}:', colour)} {_safe(finding.why)}",
        f"  {blank}   {_safe(advice(finding))}",
    ]
    if others:
        lines.append(f"  {blank}   {_also(others)}")
    return lines


def _also(others: Sequence[Finding]) -> str:
    numbers = sorted({finding.line for finding in others})
    named = ", ".join(str(number) for number in numbers[:_MOST_LINES])
    more = len(numbers) - _MOST_LINES
    end = f" and {counted(more, 'more line')}" if more > 0 else ""
    return f"also in {'line' if len(numbers) == 1 else 'lines'} {named}{end}"


def _notes(ecosystem: str, findings: Sequence[Finding], paint: Paint) -> list[str]:
    """Write what could not be verified in an ecosystem, a name once."""
    names = _grouped(findings, lambda finding: finding.name)
    lines = [paint(f"not verified in {_safe(ecosystem)}", _COLOURS["note"])]
    for _, group in names[:_MOST_NAMES]:
        first = group[0]
        more = f" and {counted(len(group) - 1, 'more place')}" if len(group) > 1 else ""
        lines.append(f"  - {_safe(statement(first))}")
        lines.append(f"    in {_safe(first.path)}:{first.line}{more}")
    if len(names) > _MOST_NAMES:
        lines.append(f"  and {counted(len(names) - _MOST_NAMES, 'more name')}")
    return [*lines, f"  {RULES['unverified'].help}"]


def _marked(finding: Finding) -> tuple[str, int, int]:
    """Return a finding's line as it can be shown, and where its name stands in it.

    Returns:
        The line; how many columns stand before the name; how many columns it takes, at least one.
    """
    start = finding.text_column - 1
    stop = start + len(finding.raw)
    pieces: list[str] = []
    column, begins, ends = 0, None, None
    for at, char in enumerate(finding.text):
        begins = column if at == start else begins
        ends = column if at == stop else ends
        blank = char == "\t"
        piece = " " * (_TAB - column % _TAB) if blank else printable(char)
        pieces.append(piece)
        column += len(piece) if blank else _columns(piece)
    begins = column if begins is None else begins
    ends = column if ends is None else ends
    return _without_commands("".join(pieces)), begins, max(ends - begins, 1)


def _columns(char: str) -> int:
    """Return how many columns of a terminal a character takes."""
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def _safe(text: str) -> str:
    return _without_commands(printable(text))


def _without_commands(text: str) -> str:
    """Break what a runner of GitHub Actions takes for a command anywhere in a line."""
    return text.replace("##[", "#?[")


def _gravest(report: Report) -> str:
    levels = {finding.level for finding in report.active}
    if "error" in levels:
        return "error"
    if levels or report.unverified or report.problems or not report.files:
        return "warning"
    return "clean"


def _painted(text: str, code: str) -> str:
    return f"\x1b[{code}m{text}\x1b[0m"


def _plain(text: str, code: str) -> str:
    return text


def _grouped(
    findings: Iterable[Finding], key: Callable[[Finding], Key]
) -> list[tuple[Key, list[Finding]]]:
    """Group findings by key, in the order in which keys first appear."""
    groups: dict[Key, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(key(finding), []).append(finding)
    return list(groups.items())
