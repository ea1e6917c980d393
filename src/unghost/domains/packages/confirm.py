"""Verdicts that a snapshot could not give, asked of the registries."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice
from time import monotonic

from unghost.ecosystems import ecosystem
from unghost.names.live import LiveCheck, LiveResult, Name
from unghost.records import TRUNCATED, Mention, Status, Verdict

UNDECIDED: tuple[Status, ...] = ("unknown",)
"""What a snapshot leaves open."""
_MOST_GUESSES = 8
"""Further names that are looked up if no package has the module's own name."""


def confirm(
    mentions: Sequence[Mention],
    verdicts: Sequence[Verdict],
    live: LiveCheck,
    *,
    statuses: Collection[Status] = UNDECIDED,
    likely: bool = False,
    progress: Callable[[int, int], None] | None = None,
    within: float | None = None,
) -> list[Verdict]:
    """Look up the names of some verdicts in the registries.

    Args:
        mentions: The mentions.
        verdicts: Theirs, in the same order.
        live: What asks.
        statuses: Which verdicts are asked again; with ``absent`` a name that was registered since
            the snapshot was taken is not a ghost.
        likely: Whether a module that no distribution is called after stays open where one with a
            likely name for it exists.
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
    begun = monotonic()
    answers = live.ask([name for names in asked for name in names], progress, within=within)
    today = date.today().isoformat()
    found = [
        _confirmed(mention, verdict, names, answers, today) if names else verdict
        for mention, verdict, names in zip(mentions, verdicts, asked, strict=True)
    ]
    left = None if within is None else max(within - (monotonic() - begun), 0.0)
    guesses = {
        at: tuple((m.ecosystem, name) for name in _guesses(m))
        for at, m in enumerate(mentions if likely else ())
        if m.kind == "import" and (verdicts[at].status, found[at].status) == ("unknown", "absent")
    }
    if any(guesses.values()):
        answers = live.ask([name for names in guesses.values() for name in names], within=left)
    for at, names in guesses.items():
        found[at] = _guessed(verdicts[at], found[at], [(name, answers[name]) for name in names])
    return found


def _guesses(mention: Mention) -> Iterator[str]:
    """Return the likeliest names of what may have a module that no distribution is called after."""
    return islice(ecosystem(mention.ecosystem).providers(mention.name), _MOST_GUESSES)


def _guessed(
    before: Verdict, verdict: Verdict, found: Sequence[tuple[Name, LiveResult]]
) -> Verdict:
    """Return unknown for a module that a distribution with a similar name may provide."""
    there = tuple(name for (_, name), answer in found if answer.status in ("exists", "private"))
    if not there:
        late = next((answer for _, answer in found if answer.status == "unknown"), None)
        return verdict if late is None else replace(before, evidence=late.evidence)
    said = f"{verdict.evidence} under its own name, but it may be of {there[0]}"
    return replace(before, evidence=said, suggestions=there)


def _names(mention: Mention, verdict: Verdict) -> tuple[Name, ...]:
    """Return the names to ask for; a module may come from several distributions."""
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
    answers: dict[Name, LiveResult],
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
    if verdict.status == "unknown" and (verdict.suggestions or _may_be_another(mention)):
        # A snapshot has named what it may be of.
        said = (verdict.evidence, f"no package has its name: {found[0][1].evidence}")
        return replace(verdict, evidence="; ".join(part for part in said if part))
    return _new(verdict, verdict.canonical, found[0][1], today)


def _may_be_another(mention: Mention) -> bool:
    """Return whether a module may come from a package that its name only begins to tell."""
    if mention.kind != "import":
        return False
    eco = ecosystem(mention.ecosystem)
    return bool(eco.candidates(mention.name, mention.language or "").roots)


def _new(verdict: Verdict, canonical: str, answer: LiveResult, today: str) -> Verdict:
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
