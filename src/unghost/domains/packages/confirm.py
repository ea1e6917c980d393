"""Verdicts that a snapshot could not give, asked of the registries."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date

from unghost.ecosystems import ecosystem
from unghost.mentions.answers import TRUNCATED
from unghost.names.live import Answer, LiveCheck, Name
from unghost.records import Mention, Status, Verdict

UNDECIDED: tuple[Status, ...] = ("unknown",)
"""What a snapshot leaves open."""


def confirm(
    mentions: Sequence[Mention],
    verdicts: Sequence[Verdict],
    live: LiveCheck,
    *,
    statuses: Collection[Status] = UNDECIDED,
    progress: Callable[[int, int], None] | None = None,
) -> list[Verdict]:
    """Ask the registries for the names of some verdicts.

    Args:
        mentions: The mentions.
        verdicts: Theirs, in the same order.
        live: What asks.
        statuses: Which verdicts are asked again; with ``absent`` a name that was registered since
            the snapshot was taken is no ghost.
        progress: Told how many of how many names are answered.

    Returns:
        The verdicts in the same order. One that the registry could not decide stays as it was, with
        the reason in its evidence.
    """
    asked = [
        _names(mention) if verdict.status in statuses else ()
        for mention, verdict in zip(mentions, verdicts, strict=True)
    ]
    answers = live.ask([name for names in asked for name in names], progress)
    today = date.today().isoformat()
    return [
        _confirmed(verdict, names, answers, today) if names else verdict
        for verdict, names in zip(verdicts, asked, strict=True)
    ]


def _names(mention: Mention) -> tuple[Name, ...]:
    """Give the names to ask for; a module may come from several distributions."""
    if mention.origin != "registry" or mention.evidence == TRUNCATED:
        return ()
    eco = ecosystem(mention.ecosystem)
    if mention.kind == "import":
        names = eco.candidates(mention.name, mention.language or "").names
    else:
        names = (eco.canonical(mention.name),)
    return tuple((eco.name, name) for name in names)


def _confirmed(
    verdict: Verdict, names: Sequence[Name], answers: dict[Name, Answer], today: str
) -> Verdict:
    found = [(name, answers[name]) for name in names]
    for status in ("exists", "private"):
        for (_, name), answer in found:
            if answer.status == status:
                return _new(verdict, name, answer, today)
    undecided = next((answer for _, answer in found if answer.status == "unknown"), None)
    if undecided is not None:
        return replace(verdict, evidence=undecided.evidence)
    return _new(verdict, verdict.canonical, found[0][1], today)


def _new(verdict: Verdict, canonical: str, answer: Answer, today: str) -> Verdict:
    kept = verdict.suggestions if answer.status == "absent" else ()
    return replace(
        verdict,
        canonical=canonical,
        status=answer.status,
        snapshot_id="live",
        as_of=today,
        evidence=answer.evidence,
        suggestions=kept,
    )
