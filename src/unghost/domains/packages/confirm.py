"""Verdicts that a snapshot could not give, asked of the registries."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date

from unghost.ecosystems import ecosystem
from unghost.names.live import Answer, LiveCheck, Name
from unghost.records import TRUNCATED, Mention, Status, Verdict

UNDECIDED: tuple[Status, ...] = ("unknown",)
"""What a snapshot leaves open."""


def confirm(
    mentions: Sequence[Mention],
    verdicts: Sequence[Verdict],
    live: LiveCheck,
    *,
    statuses: Collection[Status] = UNDECIDED,
    progress: Callable[[int, int], None] | None = None,
    within: float | None = None,
) -> list[Verdict]:
    """Ask the registries for the names of some verdicts.

    Args:
        mentions: The mentions.
        verdicts: Theirs, in the same order.
        live: What asks.
        statuses: Which verdicts are asked again; with ``absent`` a name that was registered since
            the snapshot was taken is no ghost.
        progress: Told how many of how many names are answered.
        within: Seconds that all of it may take; None waits.

    Returns:
        The verdicts in the same order. One that the registry could not decide stays as it was, with
        the reason in its evidence.
    """
    asked = [
        _names(mention, verdict) if verdict.status in statuses else ()
        for mention, verdict in zip(mentions, verdicts, strict=True)
    ]
    answers = live.ask([name for names in asked for name in names], progress, within=within)
    today = date.today().isoformat()
    return [
        _confirmed(mention, verdict, names, answers, today) if names else verdict
        for mention, verdict, names in zip(mentions, verdicts, asked, strict=True)
    ]


def _names(mention: Mention, verdict: Verdict) -> tuple[Name, ...]:
    """Give the names to ask for; a module may come from several distributions."""
    if mention.origin != "registry" or mention.evidence == TRUNCATED:
        return ()
    eco = ecosystem(mention.ecosystem)
    if mention.kind != "import":
        return ((eco.name, eco.canonical(mention.name)),)
    if verdict.resolved_by == "import-map":
        return ((eco.name, verdict.canonical),)
    candidates = eco.candidates(mention.name, mention.language or "")
    return tuple((eco.name, name) for name in candidates.names)


def _confirmed(
    mention: Mention,
    verdict: Verdict,
    names: Sequence[Name],
    answers: dict[Name, Answer],
    today: str,
) -> Verdict:
    found = [(name, answers[name]) for name in names]
    for status in ("exists", "private", "reserved"):
        for (_, name), answer in found:
            if answer.status == status:
                return _new(verdict, name, answer, today)
    undecided = next((answer for _, answer in found if answer.status == "unknown"), None)
    if undecided is not None:
        said = (verdict.evidence, undecided.evidence)
        return replace(verdict, evidence="; ".join(part for part in said if part))
    if verdict.status == "unknown" and _may_be_another(mention):
        said = (verdict.evidence, f"no package has its name: {found[0][1].evidence}")
        return replace(verdict, evidence="; ".join(part for part in said if part))
    return _new(verdict, verdict.canonical, found[0][1], today)


def _may_be_another(mention: Mention) -> bool:
    """Say whether a module may come from a package that its name only begins to tell."""
    if mention.kind != "import":
        return False
    eco = ecosystem(mention.ecosystem)
    return bool(eco.candidates(mention.name, mention.language or "").roots)


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
