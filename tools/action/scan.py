"""One scan for a run of the action: annotations, files, a summary, outputs and an exit code.

The command line renders one format a run. Three runs would look at everything three times, and a
registry could answer otherwise in between; so one report is made here and rendered as often as it
takes. All that a workflow gives comes in variables ``INPUT_*`` and stays data.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from unghost.errors import UnghostError
from unghost.scan.finding import RULES, Finding, Report
from unghost.scan.output import render
from unghost.scan.output.wording import compared, counted, gravest_first, summary
from unghost.scan.reading.listing import find_root
from unghost.scan.scanner import scan_files
from unghost.scan.settings import ScanSettings, read_settings
from unghost.storage.atomic import write_text
from unghost.syntax.printable import printable

_ERROR = 2
_FILES = {"sarif": "SARIF_FILE", "junit": "JUNIT_FILE", "json": "JSON_FILE"}
_FLAGS = {"true": True, "false": False}
_MOST_ROWS = 100
_LONGEST_NAME = 100
_LONGEST_LINE = 400
"""Rows and characters of a summary, of which the runner takes a megabyte."""
_PLAIN = frozenset(" -/,()=+")
"""What means nothing in Markdown inside of a line, beside letters and digits."""


def main() -> int:
    """Scan, tell all who listen, and give the exit code of the step."""
    try:
        report, settings = _scanned()
        for name, variable in _FILES.items():
            if _text(variable):
                write_text(Path(_text(variable)), render(report, name, fail_on=settings.fail_on))
    except (UnghostError, OSError) as error:
        return _failed(" ".join(str(error).split()))
    except Exception as error:
        # Code 1 means findings, and with that Python would end.
        return _failed(f"unexpected {type(error).__name__}: {' '.join(str(error).split())}")
    _show(render(report, "github"))
    _summarise(summary_of(report))
    code = report.exit_code(settings.fail_on)
    set_output("findings", str(len(report.active)))
    set_output("unverified", str(len(report.unverified)))
    set_output("sarif-file", _text("SARIF_FILE"))
    set_output("exit-code", str(code))
    return 0 if settings.fail_on == "never" else code


def _scanned() -> tuple[Report, ScanSettings]:
    paths = [Path(line) for line in _lines("PATHS")] or [Path.cwd()]
    given = {
        "universe": _lines("UNIVERSE") or None,
        "ecosystems": _words("ECOSYSTEMS") or None,
        "offline": _flag("OFFLINE"),
        "fail_on": _text("FAIL_ON") or None,
        "baseline": _text("BASELINE") or None,
    }
    config = Path(_text("CONFIG")) if _text("CONFIG") else None
    root = find_root(paths)
    settings = read_settings(root, config, given)
    report = scan_files(paths, settings, root=root, processes=os.cpu_count() or 1)
    return _in_repository(report, Path.cwd()), settings


def _in_repository(report: Report, checkout: Path) -> Report:
    """Write paths relative to the repository, as the runner and code scanning want them.

    A folder that has settings of unghost is a root of its own, wherever in a repository it is.
    """
    root = Path(report.root)
    above = next((place for place in (root, *root.parents) if (place / ".git").exists()), None)
    if above is None:
        above = checkout if root.is_relative_to(checkout) else root
    if above == root:
        return report
    begin = root.relative_to(above).as_posix()
    return replace(
        report,
        root=str(above),
        findings=tuple(replace(one, path=f"{begin}/{one.path}") for one in report.findings),
        problems=tuple(replace(one, path=f"{begin}/{one.path}") for one in report.problems),
    )


def _text(name: str) -> str:
    return os.environ.get(f"INPUT_{name}", "").strip()


def _lines(name: str) -> tuple[str, ...]:
    """Return the lines of an input; what stands in a line may hold blanks."""
    return tuple(line.strip() for line in _text(name).split("\n") if line.strip())


def _words(name: str) -> tuple[str, ...]:
    return tuple(_text(name).replace(",", " ").split())


def _flag(name: str) -> bool | None:
    text = _text(name).lower()
    if text and text not in _FLAGS:
        raise UnghostError(f"{name.lower()}: use true or false, not {text[:40]!r}")
    return _FLAGS.get(text)


def _failed(message: str) -> int:
    shown = printable(message).replace("%", "%25")
    _show(f"::error title=unghost::{shown}\n")
    _summarise(f"### unghost could not scan\n\n{_code(message, _LONGEST_LINE)}\n")
    set_output("exit-code", str(_ERROR))
    return _ERROR


def _show(text: str) -> None:
    # A path may hold bytes that are no text; they must not stop a report.
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    sys.stdout.buffer.flush()


def set_output(name: str, value: str) -> None:
    """Set an output of the step; no value can end it early, for nobody can guess where it ends."""
    end = f"unghost_{secrets.token_hex(16)}"
    _append("GITHUB_OUTPUT", f"{name}<<{end}\n{value}\n{end}\n")


def _summarise(text: str) -> None:
    _append("GITHUB_STEP_SUMMARY", text)


def _append(variable: str, text: str) -> None:
    place = os.environ.get(variable)
    if place:
        with open(place, "a", encoding="utf-8", errors="replace", newline="\n") as file:
            file.write(text)


def summary_of(report: Report) -> str:
    """Return the summary of a step, in Markdown."""
    lines = [f"### unghost: {summary(report)}", ""]
    findings = gravest_first(report.active)
    if findings:
        lines += ["| Place | Name | What is wrong | Meant? |", "| --- | --- | --- | --- |"]
        lines += [_row(finding) for finding in findings[:_MOST_ROWS]]
        lines += _more(len(findings), "finding")
    if report.unverified:
        lines += [f"{RULES['unverified'].title}: {RULES['unverified'].help}", ""]
        seen = dict.fromkeys((one.ecosystem, one.name) for one in report.unverified)
        lines += [f"- {_code(eco)}: {_code(name)}" for eco, name in list(seen)[:_MOST_ROWS]]
        lines += _more(len(seen), "name")
    if report.problems:
        lines += ["Could not be read completely:", ""]
        lines += [
            f"- {_code(one.path)}: {_code(one.reason)}" for one in report.problems[:_MOST_ROWS]
        ]
        lines += _more(len(report.problems), "file")
    lines += [f"{_code(line, _LONGEST_LINE)}<br>" for line in compared(report)]
    return "\n".join(lines) + "\n"


def _row(finding: Finding) -> str:
    rule = RULES[finding.rule]
    names: Iterable[str] = finding.suggestions
    if finding.replacement is not None:
        names = dict.fromkeys((finding.replacement, *finding.suggestions))
    cells = (
        _code(f"{finding.path}:{finding.line}", keep_end=True),
        _code(finding.name),
        f"{rule.level}: {rule.title}",
        ", ".join(_code(name) for name in list(names)[:3]),
    )
    return f"| {' | '.join(cells)} |"


def _more(number: int, word: str) -> list[str]:
    left = number - _MOST_ROWS
    return ["", *([f"... and {counted(left, f'more {word}')}", ""] if left > 0 else [])]


def _code(text: str, longest: int = _LONGEST_NAME, *, keep_end: bool = False) -> str:
    """Show a text as it is written, whatever it would be in Markdown, HTML or to the code host.

    A character reference is never taken for markup, and within ``code`` no name becomes a mention.
    """
    plain = printable(text)
    if len(plain) > longest:
        cut = longest - 3
        plain = f"...{plain[-cut:]}" if keep_end else f"{plain[:cut]}..."
    safe = (char if char.isalnum() or char in _PLAIN else f"&#{ord(char)};" for char in plain)
    return f"<code>{''.join(safe)}</code>"


if __name__ == "__main__":
    sys.exit(main())
