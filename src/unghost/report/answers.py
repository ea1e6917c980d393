"""The answers as a report keeps them: each with its outcome, and its names with the evidence.

Invented names are masked here, before anything is written, so that report.json may be shared; the
answers as they came stay in the run's parquet files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from unghost.evaluate.answers import Answer
from unghost.evaluate.outcomes import outcome_of
from unghost.records import Mention, Verdict, by_source
from unghost.report.mask import Masker, mask_name

HAPPENED = (
    "invented → none",
    "invented → real",
    "still invented",
    "newly invented",
    "right → right",
    "right → lost",
    "other",
)
"""What training did to an answer."""


def shown_answers(
    before: Sequence[Answer],
    mentions: Sequence[Mention],
    after: Sequence[Answer] = (),
    mentions_after: Sequence[Mention] = (),
) -> list[dict[str, Any]]:
    """Return all questions with their answers, as the report's schema has them.

    Args:
        before: The answers of the model, or of the base.
        mentions: What they name.
        after: The tuned model's answers; a question without one has null there.
        mentions_after: What those name.
    """
    tuned = {answer.question: answer for answer in after}
    found, found_after = by_source(mentions), by_source(mentions_after)
    mask = Masker(_ghosts(before, found) | _ghosts(after, found_after))
    rows = []
    for answer in before:
        other = tuned.get(answer.question)
        rows.append(
            {
                "question": mask(answer.prompt.messages[-1].content),
                "asks": answer.prompt.asks,
                "level": answer.task.level if answer.task else None,
                "happened": None if other is None else happened(answer, other),
                "before": _shown(answer, found, mask),
                "after": None if other is None else _shown(other, found_after, mask),
            }
        )
    return rows


def happened(before: Answer, after: Answer) -> str:
    """Return which of :data:`HAPPENED` training did to an answer."""
    old, new = outcome_of(before), outcome_of(after)
    if old == "invented":
        changes = {"invented": "still invented", "real": "invented → real"}
        return changes.get(new, "invented → none")
    if new == "invented":
        return "newly invented"
    if before.is_right:
        return "right → right" if after.is_right else "right → lost"
    return "other"


def _ghosts(answers: Sequence[Answer], found: Mapping[str, list[Mention]]) -> set[str]:
    """Return the invented names, as judged and as written."""
    ghosts = set()
    for answer in answers:
        raw = {mention.id: mention.raw for mention in found.get(answer.completion.id, ())}
        for verdict in answer.verdicts:
            if verdict.status == "absent":
                ghosts |= {verdict.canonical, raw[verdict.mention_id]}
    return ghosts


def _shown(answer: Answer, found: Mapping[str, list[Mention]], mask: Masker) -> dict[str, Any]:
    verdicts = {verdict.mention_id: verdict for verdict in answer.verdicts}
    # A short ghost is masked in its own answer alone: in others it may be any word.
    own = Masker(_ghosts([answer], found), shortest=2)
    text, end = own(mask(answer.completion.text)), 0
    names: list[dict[str, Any]] = []
    for mention in sorted(found.get(answer.completion.id, ()), key=lambda m: (m.start, -m.end)):
        verdict = verdicts.get(mention.id)
        if verdict is None or mention.start < end:
            continue  # a repeat within a loop, or a name within a name
        end = mention.end
        if verdict.status == "absent":
            text = text[: mention.start] + mask_name(mention.raw) + text[end:]
        names.append(
            {
                "start": mention.start,
                "end": end,
                "status": verdict.status,
                "evidence": _evidence(verdict, mask),
            }
        )
    return {
        "text": text,
        "outcome": outcome_of(answer),
        "right": answer.is_right,
        "cut_off": answer.is_cut_off,
        "names": names,
    }


def _evidence(verdict: Verdict, mask: Masker) -> str:
    if verdict.status == "absent":
        parts = [mask_name(verdict.canonical), mask(verdict.evidence)]
    else:
        parts = [verdict.canonical, verdict.evidence]
    if verdict.first_seen:
        parts.append(f"first seen {verdict.first_seen}")
    return "; ".join(part for part in [*parts, f"as of {verdict.as_of}"] if part)
