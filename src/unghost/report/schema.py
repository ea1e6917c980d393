"""report.json: what it holds, its version, and the check that a file is such a report.

Every figure is an object of :class:`Estimate`; a section that was not measured is null. The
page and the table are drawn from this object alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, NotRequired

from pydantic import ConfigDict, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from unghost.errors import UnghostError
from unghost.evaluate.compare import Fit, Recall
from unghost.evaluate.drift import Drift
from unghost.evaluate.estimates import Estimate
from unghost.evaluate.measurement import Measurement
from unghost.evaluate.outcomes import Outcome
from unghost.evaluate.rates import Rates
from unghost.evaluate.token_classes import TokenClass
from unghost.records import Status
from unghost.storage.atomic import write_json

REPORT_VERSION = 4
"""Version of report.json; a report of another version is refused."""


@dataclass(frozen=True, slots=True)
class RoundRates(Rates):
    """The rates of one round on ``validate``; ``known_right`` is the share of known tasks right."""

    known_right: Estimate | None


class UniverseFacts(TypedDict):
    """The names that the run treated as existing; ``label`` and ``as_of`` accompany each figure."""

    label: str
    as_of: str
    count: int
    complete: bool
    closed_world: bool


class DomainData(TypedDict):
    """The domain of a run: :class:`unghost.domains.base.Words` as JSON, and the domain's name."""

    name: str
    title: str
    noun: str
    plural: str
    statuses: dict[str, str]
    resolved: dict[str, str]
    uncounted: str


Arm = TypedDict("Arm", {"arm": str, "prompts": int, "new_ghosts": int, "yield": float})
"""One arm of discovery (seed family and operator) in one round; ``yield`` as in Discover.

A new ghost counts for the arm that met it first, so that the arms add up to the round.
"""

Discover = TypedDict(
    "Discover",
    {"prompts": int, "completions": int, "new_ghosts": int, "yield": float, "arms": list[Arm]},
)
"""What discovery brought in one round; ``yield`` is new ghosts per 1,000 generated tokens."""


class Train(TypedDict):
    """Training in one round: mean value of each term, tokens trained on, seconds."""

    terms: dict[str, float]
    tokens: int
    seconds: float


class Round(TypedDict):
    """One round; round 0 is the base. Parts that did not happen are null."""

    round: int
    validate: RoundRates | None
    discover: Discover | None
    train: Train | None


class BeforeAfter(TypedDict):
    """A figure of both models."""

    before: Estimate
    after: Estimate


class BeforeAfterChange(BeforeAfter):
    """A figure of both models and its change (a ratio for perplexity, else a difference)."""

    change: Estimate


class Prone(TypedDict):
    """Figures on the prompts where the base made a ghost; ``selection`` says what that means."""

    prompts: int
    selection: str
    before: Rates
    after: Rates
    cut: Estimate


class Heldout(TypedDict):
    """The held-out tasks, base and tuned; see :func:`unghost.evaluate.heldout.heldout_section`.

    A plain measurement has ``before`` and ``measured_before`` alone.
    """

    before: Rates
    after: Rates | None
    measured_before: Measurement | None
    measured_after: Measurement | None
    cut: Estimate | None
    difference: Estimate | None
    retention: Estimate | None
    recall: Recall | None
    fit: Fit | None
    names_ratio: Estimate | None
    names_ratio_answering: Estimate | None
    known_right: BeforeAfter | None
    perplexity: BeforeAfterChange | None
    exact_match: BeforeAfterChange | None
    drift: Drift | None
    prone: Prone | None


class ShownName(TypedDict):
    """A name in an answer: its place in characters, the verdict, and what that rests on."""

    start: int
    end: int
    status: Status
    evidence: str


class ShownAnswer(TypedDict):
    """One answer; invented names in ``text`` are masked. ``right``: it names a right name."""

    text: str
    outcome: Outcome
    right: bool
    cut_off: bool
    names: list[ShownName]


class ShownQuestion(TypedDict):
    """A question with its answers; ``happened``: one of :data:`unghost.report.answers.HAPPENED`."""

    question: str
    asks: str
    level: str | None
    happened: str | None
    before: ShownAnswer
    after: ShownAnswer | None


class EndpointFacts(TypedDict):
    """What was asked of a server; see :class:`unghost.generate.budget.Account`.

    ``cost`` is None where no prices were given.
    """

    api: str
    requests: int
    answers: int
    cached: int
    prompt_tokens: int
    answer_tokens: int
    uncounted: int
    served_model: str | None
    cost: float | None


class VerdictData(TypedDict):
    """The success of the run, and the reasons of :func:`unghost.evaluate.gates.judge`."""

    success: bool
    reasons: list[str]


class BeforeAfterTest(BeforeAfterChange):
    """The same with the p-value of :func:`unghost.evaluate.pairs.sign_flip`."""

    p: float | None


class NamedCount(TypedDict):
    """A name, and on how many questions it moved."""

    name: str
    questions: int


class MovedNames(TypedDict):
    """Names that one model gives and the other does not: pairs of question and name, names."""

    total: int
    distinct: int
    names: list[NamedCount]


class CodingChange(BeforeAfterChange):
    """pass@1 of both models, with the tasks that changed and how many of each ran out of time."""

    gained: list[str]
    lost: list[str]
    timeouts: list[int]


class Coding(TypedDict):
    """A file of coding problems; ``forms`` says how the two models were asked."""

    name: str
    file: str
    sha256: str
    problems: int
    forms: list[Literal["chat", "direct"]]
    figures: dict[str, CodingChange]


ChangedToken = TypedDict(
    "ChangedToken", {"text": str, "class": TokenClass, "count": int, "kl": float}
)
"""A token of the base's answers, how often it stands there, and its mean KL in nats."""


class TokenDrift(TypedDict):
    """KL(base || tuned) by class of token, on the base's answers."""

    answers: int
    classes: dict[TokenClass, Estimate]
    tokens: list[ChangedToken]


class HarnessTask(TypedDict):
    """A task of lm-eval; each metric before and after."""

    task: str
    metrics: dict[str, list[float]]


class GateResult(TypedDict):
    """A stated gate, the figure that it names, and whether it holds."""

    gate: str
    value: float | None
    holds: bool


class Comparison(TypedDict):
    """Two models on the same questions; see :func:`unghost.evaluate.pairs.pair_section`.

    Inventions (``cured``, ``new``) are masked. ``notes`` says what was not measured and what the
    sandbox of the coding problems could do.
    """

    base: str
    tuned: str
    tasks: int
    questions: int
    answers_with_ghost: BeforeAfterTest
    gained: MovedNames
    lost: MovedNames
    cured: MovedNames
    new: MovedNames
    coding: list[Coding]
    lm_eval: list[HarnessTask]
    drift: TokenDrift | None
    gates: list[GateResult]
    notes: list[str]


class RunReport(TypedDict):
    """A whole run; ``created`` is ISO 8601 in UTC, ``stopping`` says why the rounds ended."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]

    version: int
    created: str
    run: str
    model: str
    domain: DomainData
    universe: UniverseFacts
    config: dict[str, Any]
    versions: dict[str, str]
    seed: int
    rounds: list[Round]
    heldout: Heldout | None
    answers: list[ShownQuestion]
    verdict: VerdictData
    stopping: str
    endpoint: NotRequired[EndpointFacts]
    comparison: NotRequired[Comparison]


def validate(report: Any) -> RunReport:
    """Check that an object is a report of this version, and give it back unchanged.

    Raises:
        UnghostError: It is not; the message names the first place that is wrong.
    """
    version = report.get("version") if isinstance(report, dict) else None
    if version != REPORT_VERSION:
        raise UnghostError(
            f"this report has version {version}, but this unghost reads version {REPORT_VERSION}:"
            " show it with the unghost that wrote it, or run the same command in a new folder"
        )
    try:
        # As JSON, for only there an object may stand for a dataclass where all else is strict.
        text = json.dumps(report, ensure_ascii=False).encode("utf-8", "replace")
        _adapter().validate_json(text, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UnghostError(
            f"the report is wrong at {place}: {first['msg']}; write it again with `unghost report`"
        ) from None
    return report  # type: ignore[no-any-return]


def write_report(report: Any, path: Path) -> None:
    """Check a report and write it as JSON, whole or not at all.

    Raises:
        UnghostError: It is not a report, or the file cannot be written.
    """
    write_json(path, validate(report))


def read_report(path: Path) -> RunReport:
    """Read and check a report.

    Raises:
        UnghostError: The file cannot be read, is not JSON, or not a report of this version.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnghostError(f"cannot read the report {path}: {error}") from error
    return validate(data)


@cache
def _adapter() -> TypeAdapter[RunReport]:
    return TypeAdapter(RunReport)
