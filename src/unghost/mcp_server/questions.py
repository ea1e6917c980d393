"""Questions of agents and their answers: in structure for programs, and in words for models.

Nothing here needs the protocol: a question is a name with arguments of any kind, and its answer is
never an exception.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from unghost.errors import UnghostError
from unghost.mcp_server.shapes import (
    QUESTIONS,
    CheckedName,
    CheckedNames,
    CheckNames,
    Compared,
    Counts,
    FoundName,
    ScannedText,
    ScanText,
    Suggest,
    Suggested,
)
from unghost.scan.checking import Checked, check, suggest
from unghost.scan.finding import RULES, Finding, Report
from unghost.scan.output.text import render_text
from unghost.scan.output.wording import counted, either, gravest_first
from unghost.scan.reading.listing import find_root, is_project
from unghost.scan.scanner import scan_text
from unghost.scan.settings import ScanSettings
from unghost.syntax.printable import printable, well_formed

MOST_FINDINGS = 1000
"""Findings of one text that are listed: an answer has to fit into a model's context."""
_LONGEST_ERROR = 500
_LONGEST_WAIT = 40.0
"""Seconds that registries may take; many clients give a tool a minute in all."""
_NO_PROJECT = Path(__file__).parents[1] / "data"
"""A folder with few files and no manifest, used if the server runs without a project."""


@dataclass(frozen=True, slots=True)
class ToolResult:
    """The answer to a question.

    Attributes:
        text: What a model reads; one line if it is an error.
        structure: What a program reads; None if it is an error.
    """

    text: str
    structure: dict[str, Any] | None = None


class Questions:
    """Answers questions; several threads may ask at once.

    Args:
        settings: What to go by. Comments and baselines do not count, for the text comes from the
            one who is to be checked.
        folder: A folder of the project, whose own packages are not ghosts.
    """

    def __init__(self, settings: ScanSettings, folder: Path) -> None:
        self._settings = replace(settings, comments=False, baseline=None)
        self._root = _project(folder)
        self._asked: dict[str, Callable[[Any], tuple[BaseModel, str]]] = {
            "check_names": self._check_names,
            "scan_text": self._scan_text,
            "suggest": self._suggest,
        }

    def ask(self, name: str, arguments: Mapping[str, object]) -> ToolResult:
        """Answer a question, whatever its arguments are; never raises."""
        try:
            if name not in QUESTIONS:
                raise UnghostError(f"there is no tool {name!r}; there are {', '.join(QUESTIONS)}")
            given = QUESTIONS[name].arguments.model_validate(dict(arguments))
            result, text = self._asked[name](given)
            return ToolResult(text, result.model_dump(mode="json"))
        except ValidationError as error:
            return ToolResult(_line(_mistake(error)))
        except UnghostError as error:
            return ToolResult(_line(str(error)))
        except Exception:
            logging.getLogger(__name__).exception("%s failed", printable(name[:80]))
            return ToolResult("unghost itself failed at this: its log (stderr) says how")

    def _check_names(self, given: CheckNames) -> tuple[CheckedNames, str]:
        checked = check(
            given.names, given.ecosystem, self._settings, root=self._root, within=_LONGEST_WAIT
        ).names
        counts = Counter(str(one.status) for one in checked)
        names = [
            CheckedName(
                name=well_formed(one.name),
                ecosystem=one.ecosystem,
                status=one.status,
                why=printable(one.why),
                suggestions=[printable(name) for name in one.suggestions],
                first_seen=one.first_seen,
                snapshot=one.snapshot,
            )
            for one in checked
        ]
        return CheckedNames(names=names, counts=dict(counts)), _lines(_of_names(checked, counts))

    def _scan_text(self, given: ScanText) -> tuple[ScannedText, str]:
        report = scan_text(
            given.text,
            self._settings,
            root=self._root,
            language=given.language,
            within=_LONGEST_WAIT,
        )
        ranked = (*gravest_first(report.active), *report.unverified, *report.suppressed)
        told = ranked[:MOST_FINDINGS]
        errors = sum(finding.level == "error" for finding in report.active)
        counts = Counts(
            names=report.names,
            errors=errors,
            warnings=len(report.active) - errors,
            unverified=len(report.unverified),
            suppressed=len(report.suppressed),
            not_told=len(report.findings) - len(told),
        )
        compared = [
            Compared(
                ecosystem=source.ecosystem,
                snapshot=source.snapshot,
                as_of=source.as_of,
                label=printable(source.label),
            )
            for source in report.sources
        ]
        scanned = ScannedText(
            findings=[_found(finding) for finding in told],
            counts=counts,
            compared_with=compared,
            problems=[printable(problem.reason) for problem in report.problems],
        )
        shown = replace(report, findings=tuple(sorted(told, key=lambda finding: finding.start)))
        return scanned, _lines(_of_text(shown, counts))

    def _suggest(self, given: Suggest) -> tuple[Suggested, str]:
        names = suggest(given.name, given.ecosystem, self._settings, root=self._root)
        shown = [printable(name) for name in names]
        asked = f"{given.name} in {given.ecosystem}"
        text = f"similar to {asked}: {either(shown)}" if shown else f"no name is similar to {asked}"
        suggested = Suggested(
            name=well_formed(given.name), ecosystem=given.ecosystem, suggestions=shown
        )
        return suggested, printable(text)


def _project(folder: Path) -> Path:
    """Return the project that a folder is in.

    Clients that know no project start servers in the user's folder or in that of the whole disk,
    and looking through these for manifests would take minutes.
    """
    root = find_root([folder])
    return root if is_project(root) else _NO_PROJECT


def _found(finding: Finding) -> FoundName:
    return FoundName(
        rule=finding.rule,
        level=finding.level,
        name=well_formed(finding.name),
        ecosystem=finding.ecosystem,
        line=finding.line,
        why=printable(finding.why),
        suggestions=[printable(name) for name in finding.suggestions],
        replacement=None if finding.replacement is None else printable(finding.replacement),
        suppressed=None if finding.suppressed is None else printable(finding.suppressed.reason),
    )


def _of_names(names: Sequence[Checked], counts: Mapping[str, int]) -> Iterable[str]:
    order = [status for status in ("ok", *RULES) if status in counts]
    parts = ", ".join(f"{counts[status]:,} {status}" for status in order)
    yield f"{counted(len(names), 'name')} of {names[0].ecosystem}: {parts}"
    for one in names:
        if one.status != "ok":
            meant = f"; did you mean {either(one.suggestions)}?" if one.suggestions else ""
            # A name that is none may look like more than a name.
            shown = one.name if one.name and " " not in one.name else repr(one.name)
            yield f"- {shown}: {one.status}: {one.why.removeprefix(f'{one.name}: ')}{meant}"
    for rule in RULES.values():
        if rule.id in counts:
            also = " (this is not ok)" if rule.id == "unverified" else ""
            yield f"{rule.id}: {rule.title}{also}. {rule.help}"
    good = [one.name for one in names if one.status == "ok"]
    if good:
        yield f"ok: {', '.join(good)}"


def _of_text(report: Report, counts: Counts) -> Iterable[str]:
    yield from render_text(report).rstrip("\n").split("\n")
    if counts.not_told:
        yield f"{counted(counts.not_told, 'further finding')} not listed"
    if not counts.names:
        yield "no package name was found: if there is one, say what the text is ('language')"
    if counts.unverified:
        yield "names that could not be verified are not ok: they may not exist"


def _mistake(error: ValidationError) -> str:
    """Return what is wrong with the first arguments that are."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(
        ": ".join((".".join(map(str, fault["loc"])), fault["msg"])) for fault in faults[:3]
    )


def _line(text: str) -> str:
    return printable(" ".join(text.split()))[:_LONGEST_ERROR]


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(map(printable, lines)).strip("\n")
