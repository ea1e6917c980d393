"""Questions and answers: the schemas that clients receive, and the limits."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from unghost.ecosystems import DEFAULT, ecosystem_names
from unghost.scan.finding import Level, RuleId

MOST_NAMES = 1000
LONGEST_NAME = 300
LONGEST_TEXT = 1_000_000
"""Characters."""


def _listed(value: object) -> object:
    """Parse a list that is written as a text, as some clients send it, or a single name."""
    if not isinstance(value, str):
        return value
    try:
        inner = json.loads(value)
    except (ValueError, RecursionError):
        return [value]
    return inner if isinstance(inner, list) else [value]


_Ecosystem = Annotated[
    str,
    Field(
        description="The registry that the name is of.",
        json_schema_extra={"enum": list(ecosystem_names())},
    ),
]
_Name = Annotated[str, Field(max_length=LONGEST_NAME)]


class _Arguments(BaseModel):
    # An argument of another name is a mistake that its sender wants to hear of.
    model_config = ConfigDict(extra="forbid")


class CheckNames(_Arguments):
    """The names to look up."""

    names: Annotated[
        list[_Name],
        BeforeValidator(_listed),
        Field(
            min_length=1,
            max_length=MOST_NAMES,
            description="Names as one would install them, without versions, extras or options.",
        ),
    ]
    ecosystem: _Ecosystem = DEFAULT


class ScanText(_Arguments):
    """The text to scan."""

    text: str = Field(
        max_length=LONGEST_TEXT, description="Code, commands, a manifest, or an answer in Markdown."
    )
    language: str | None = Field(
        default=None,
        max_length=LONGEST_NAME,
        description="What the text is: a language (python, bash, typescript) or the name of the"
        " file (requirements.txt, package.json); leave it out for an answer in Markdown.",
    )


class Suggest(_Arguments):
    """The name to find similar ones for."""

    name: _Name = Field(description="The name of a package or a module.")
    ecosystem: _Ecosystem


class CheckedName(BaseModel):
    """What is known of a name."""

    name: str = Field(description="The name as asked for.")
    ecosystem: str
    status: Literal["ok"] | RuleId = Field(
        description="ok, or what is wrong; unverified means that nothing could tell, and is not ok."
    )
    why: str = Field(description="What that rests on.")
    suggestions: list[str] = Field(description="Real names that may be meant, likeliest first.")
    first_seen: str | None = Field(description="The day on which it was first seen, if known.")
    snapshot: str = Field(description="The snapshot that said so, or live for the registry.")


class CheckedNames(BaseModel):
    """What is known of all names, in the order in which they were asked for."""

    names: list[CheckedName]
    counts: dict[str, int] = Field(description="How many names have which status.")


class FoundName(BaseModel):
    """A name in the text that is wrong, doubtful, or could not be verified."""

    rule: RuleId
    level: Level = Field(description="error, warning, or note for what could not be verified.")
    name: str
    ecosystem: str
    line: int = Field(description="The line of the text, from 1.")
    why: str
    suggestions: list[str] = Field(description="Real names that may be meant, likeliest first.")
    replacement: str | None = Field(description="What belongs there, where that is certain.")
    suppressed: str | None = Field(description="Why the project's settings let it pass, if so.")


class Compared(BaseModel):
    """What names were compared with."""

    ecosystem: str
    snapshot: str
    as_of: str
    label: str


class Counts(BaseModel):
    """How many there are of what."""

    names: int = Field(description="Places of the text that name a package.")
    errors: int
    warnings: int
    unverified: int = Field(description="Names that could not be verified: not ok.")
    suppressed: int
    not_told: int = Field(description="Findings that are counted but not listed.")


class ScannedText(BaseModel):
    """What is wrong with the names in the text."""

    findings: list[FoundName]
    counts: Counts
    compared_with: list[Compared] = Field(description="Empty if there was nothing to compare with.")
    problems: list[str] = Field(description="What was not read, so that names may be missing.")


class Suggested(BaseModel):
    """Existing names similar to a name."""

    name: str
    ecosystem: str
    suggestions: list[str] = Field(description="The likeliest first; empty if none is near.")


@dataclass(frozen=True, slots=True)
class Question:
    """A question that may be asked.

    Attributes:
        title: What it is called where people choose.
        description: What tells a model when to ask it.
        arguments: The model of its arguments.
        result: The model of its answer.
    """

    title: str
    description: str
    arguments: type[BaseModel]
    result: type[BaseModel]


QUESTIONS: dict[str, Question] = {
    "check_names": Question(
        "Check package names",
        "Check whether packages exist, by their names. Call this before you install a"
        " package, add one to a manifest or recommend one, for every name that this project does"
        " not use yet: names that sound right are often invented, and whoever registers such a"
        " name gets to run code on the machine. Use a name only if its status is ok. unverified is"
        " not ok: it means that nothing could tell. A module's name (cv2) is not ok where the"
        " package is called otherwise (opencv-python).",
        CheckNames,
        CheckedNames,
    ),
    "scan_text": Question(
        "Scan a text for package names",
        "Find the package names in a text and report those that do not exist. Call this on code"
        " with imports, install commands, Dockerfiles, CI files and manifests that you are about to"
        " write or run, and on an answer before you give it. No findings and counts.unverified 0"
        " mean that all names found exist; check counts.names to see that any were found.",
        ScanText,
        ScannedText,
    ),
    "suggest": Question(
        "Suggest real package names",
        "Find existing packages with similar names, and the package that provides a module."
        " Call this when a name turned out not to exist, or an import fails and you do not know"
        " what to install. A near name is not always what was meant: make sure before you install"
        " it. This does not say whether the name itself exists; check_names does.",
        Suggest,
        Suggested,
    ),
}
"""All questions, by the names of their tools."""
