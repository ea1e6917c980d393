"""Names without a text around them: what an agent or a person asks about one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from unghost.ecosystems import ecosystem as ecosystem_of
from unghost.ecosystems.base import Ecosystem
from unghost.errors import UnghostError
from unghost.names.imports import bundled_imports
from unghost.records import Mention, Verdict
from unghost.scan.files import find_root
from unghost.scan.finding import Finding, RuleId
from unghost.scan.settings import ScanSettings
from unghost.scan.steps import Steps
from unghost.scan.weigh import LONGEST_WAIT


@dataclass(frozen=True, slots=True)
class Checked:
    """What is known of a name.

    Attributes:
        name: The name as asked for.
        ecosystem: Such as ``pypi``.
        status: ``ok``, or which of :data:`~unghost.scan.finding.RULES` it breaks.
        why: What that rests on, in words.
        suggestions: Real names that may be meant, the likeliest first.
        first_seen: The day (ISO 8601) on which it was first seen, if known.
        snapshot: The snapshot that said so, ``live`` for a registry, empty for none.
    """

    name: str
    ecosystem: str
    status: Literal["ok"] | RuleId
    why: str
    suggestions: tuple[str, ...] = ()
    first_seen: str | None = None
    snapshot: str = ""


def check(
    names: Sequence[str],
    ecosystem: str,
    settings: ScanSettings,
    *,
    root: Path | None = None,
    within: float = LONGEST_WAIT,
) -> list[Checked]:
    """Say of each name whether it is that of a package that can be trusted to exist.

    Args:
        names: Names of packages, as one would install them.
        ecosystem: Such as ``pypi``.
        settings: What to go by.
        root: The project's folder, whose own packages are no ghosts; None for the current one's.
        within: Seconds that registries may take in all.

    Raises:
        UnghostError: The ecosystem is not known, or a universe cannot be read.
    """
    eco = ecosystem_of(ecosystem)
    root = find_root([Path.cwd()]) if root is None else root
    steps = Steps(root, settings, within=within)
    suspects = steps.examine(
        Mention(name, name, 0, len(name), 1, 1, name, name, ecosystem, "install")
        for name in dict.fromkeys(names)
        if eco.is_valid(name)
    )
    doubtful = steps.weigh([one for one in suspects if steps.is_doubtful(one)])
    weighed = {one.mention.name: verdict for one, verdict in doubtful}
    pairs = [(one, weighed.get(one.mention.name, one.verdict)) for one in suspects]
    findings = steps.judge(pairs)
    # That an ignore is over is said beside what is wrong with the name itself.
    found = {finding.name: finding for finding in findings if finding.rule != "ignore"}
    known = {
        suspect.mention.name: _checked(suspect.mention, verdict, found.get(suspect.mention.name))
        for suspect, verdict in pairs
    }
    return [known.get(name) or _no_name(name, eco) for name in names]


def _checked(mention: Mention, verdict: Verdict, finding: Finding | None) -> Checked:
    if finding is None or finding.suppressed is not None:
        why = finding.suppressed.reason if finding and finding.suppressed else verdict.evidence
        said = why or f"it is {verdict.status}"
        return Checked(
            mention.name,
            mention.ecosystem,
            "ok",
            said,
            (),
            verdict.first_seen,
            verdict.snapshot_id,
        )
    return Checked(
        mention.name,
        mention.ecosystem,
        finding.rule,
        finding.why,
        finding.suggestions,
        finding.first_seen,
        finding.snapshot,
    )


def _no_name(name: str, eco: Ecosystem) -> Checked:
    return Checked(name, eco.name, "ghost", f"{eco.title} allows no package of such a name")


def suggest(
    name: str, ecosystem: str, settings: ScanSettings, *, root: Path | None = None, limit: int = 5
) -> tuple[str, ...]:
    """Return real names that may be meant by one: the provider of a module first, then near names.

    Args:
        name: A name, of a package or of a module.
        ecosystem: Such as ``pypi``.
        settings: What to go by.
        root: The project's folder; None for the current one's.
        limit: How many at most.

    Raises:
        UnghostError: No snapshot lists the ecosystem's names.
    """
    eco = ecosystem_of(ecosystem)
    steps = Steps(find_root([Path.cwd()]) if root is None else root, settings)
    known = [p.distribution for p in bundled_imports(ecosystem).distributions(name)]
    for universe in steps.universes:
        if universe.ecosystem.name == ecosystem:
            providers = [distribution for distribution in known if universe.has(distribution)]
            near = universe.nearest(eco.canonical(name), limit)
            return tuple(dict.fromkeys((*providers, *near)))[:limit]
    raise UnghostError(
        f"no snapshot lists the names of {eco.title}: run 'unghost names pull {ecosystem}'"
    )
