"""Names without a text around them: what an agent or a person asks about one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from unghost.ecosystems import DEFAULT, all_ecosystems, ecosystem_names
from unghost.ecosystems import ecosystem as ecosystem_of
from unghost.ecosystems.base import Ecosystem
from unghost.errors import UnghostError
from unghost.names.imports import bundled_imports
from unghost.records import Mention, Verdict
from unghost.scan.finding import FAILING, RULES, FailOn, Finding, Problem, RuleId, Source
from unghost.scan.judging.resolve import LONGEST_WAIT
from unghost.scan.pipeline import Pipeline
from unghost.scan.reading.listing import find_root
from unghost.scan.settings import ScanSettings

"""The ecosystem of names for which nothing else is said."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The result for one name.

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


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The results for several names.

    Attributes:
        names: One for each name, in order.
        sources: What the names were compared with.
        problems: Settings of clients that could not be read.
    """

    names: tuple[Checked, ...]
    sources: tuple[Source, ...]
    problems: tuple[Problem, ...]

    def exit_code(self, fail_on: FailOn = "error") -> int:
        """Return the exit code, as a scan that found the same names would."""
        levels = {RULES[one.status].level for one in self.names if one.status != "ok"}
        if not levels.isdisjoint(FAILING[fail_on]):
            return 1
        return 3 if "note" in levels or self.problems else 0


def check(
    names: Sequence[str],
    ecosystem: str | None,
    settings: ScanSettings,
    *,
    root: Path | None = None,
    within: float = LONGEST_WAIT,
) -> CheckReport:
    """Check for each name whether it is that of a package that can be trusted to exist.

    Args:
        names: Names of packages, as one would install them.
        ecosystem: Such as ``pypi``; None for that of the settings' universe if they name just one,
            else PyPI.
        settings: The settings of the scan.
        root: The project's folder, whose own packages are not ghosts; None for the current one's.
        within: Seconds that registries may take in all.

    Raises:
        UnghostError: The ecosystem is not known, or a universe cannot be read.
    """
    return _checked(_pipeline(settings, root, within), names, ecosystem, settings)


def _pipeline(settings: ScanSettings, root: Path | None, within: float = LONGEST_WAIT) -> Pipeline:
    return Pipeline(find_root([Path.cwd()]) if root is None else root, settings, within=within)


def _checked(
    pipeline: Pipeline, names: Sequence[str], ecosystem: str | None, settings: ScanSettings
) -> CheckReport:
    if ecosystem is None:
        named = pipeline.universes if len(settings.universe) == 1 else ()
        ecosystem = named[0].ecosystem.name if named else DEFAULT
    eco = ecosystem_of(ecosystem)
    candidates = pipeline.examine(
        Mention(name, name, 0, len(name), 1, 1, name, name, eco.name, "install")
        for name in dict.fromkeys(names)
        if eco.is_valid(name)
    )
    doubtful = pipeline.resolve([one for one in candidates if pipeline.is_doubtful(one)])
    resolved = {one.mention.name: verdict for one, verdict in doubtful}
    pairs = [(one, resolved.get(one.mention.name, one.verdict)) for one in candidates]
    # An expired ignore is reported beside what is wrong with the name itself.
    found = {one.name: one for one in pipeline.classify(pairs) if one.rule != "ignore"}
    known = {
        one.mention.name: _one(one.mention, verdict, found.get(one.mention.name))
        for one, verdict in pairs
    }
    return CheckReport(
        tuple(known.get(name) or _invalid(name, eco) for name in names),
        pipeline.sources(),
        tuple(pipeline.resolve.problems),
    )


def _one(mention: Mention, verdict: Verdict, finding: Finding | None) -> Checked:
    name, eco = mention.name, mention.ecosystem
    if finding is None or finding.suppressed is not None:
        why = finding.suppressed.reason if finding and finding.suppressed else verdict.evidence
        said = why or f"it is {verdict.status}"
        return Checked(name, eco, "ok", said, (), verdict.first_seen, verdict.snapshot_id)
    rule, why, near = finding.rule, finding.why, finding.suggestions
    return Checked(name, eco, rule, why, near, finding.first_seen, finding.snapshot)


def _invalid(name: str, eco: Ecosystem) -> Checked:
    return Checked(name, eco.name, "ghost", f"{eco.title} allows no package of such a name")


def suggest(
    name: str, ecosystem: str, settings: ScanSettings, *, root: Path | None = None, limit: int = 5
) -> tuple[str, ...]:
    """Return real names that may be meant by one: the provider of a module first, then near names.

    Args:
        name: A name, of a package or of a module.
        ecosystem: Such as ``pypi``.
        settings: The settings of the scan.
        root: The project's folder; None for the current one's.
        limit: How many at most.

    Raises:
        UnghostError: No snapshot lists the ecosystem's names.
    """
    eco = ecosystem_of(ecosystem)
    known = [p.distribution for p in bundled_imports(ecosystem).distributions(name)]
    for universe in _pipeline(settings, root).universes:
        if universe.ecosystem.name == ecosystem:
            providers = [distribution for distribution in known if universe.has(distribution)]
            near = universe.nearest(eco.canonical(name), limit)
            return tuple(dict.fromkeys((*providers, *near)))[:limit]
    raise UnghostError(
        f"no snapshot lists the names of {eco.title}: run 'unghost names pull {ecosystem}'"
    )


def explain(name: str, settings: ScanSettings, *, root: Path) -> tuple[CheckReport, list[str]]:
    """Return all that is known of a name.

    Args:
        name: ``NAME``, of PyPI, or ``ECOSYSTEM:NAME``.
        settings: The settings of the scan.
        root: The project's folder.

    Returns:
        What the check says, and lines to read.

    Raises:
        UnghostError: The ecosystem is not known, or a universe cannot be read.
    """
    before, colon, after = name.partition(":")
    if colon and before in ecosystem_names():
        eco, bare = before, after
    else:
        # A name may have a colon of its own.
        having = (one.name for one in all_ecosystems() if colon and one.is_valid(name))
        eco, bare = next(having, DEFAULT), name
    pipeline = _pipeline(settings, root)
    report = _checked(pipeline, [bare], eco, settings)
    return report, list(_explained(report.names[0], pipeline))


def _explained(checked: Checked, pipeline: Pipeline) -> Iterator[str]:
    eco = ecosystem_of(checked.ecosystem)
    yield f"{checked.name} ({eco.title}): {checked.status}"
    yield f"  why         {checked.why}"
    if eco.is_valid(checked.name):
        form = eco.canonical(checked.name)
        if form != checked.name:
            yield f"  canonical   {form}"
        for universe in pipeline.universes:
            if universe.ecosystem.name != eco.name:
                continue
            said = "has it" if universe.has(form) else "does not have it"
            yield f"  snapshot    {said}: {universe.label}, {universe.as_of}"
            if universe.has(form):
                seen = universe.first_seen(form)
                yield f"  first seen  {seen or 'the snapshot does not say'}"
    for provider in bundled_imports(checked.ecosystem).distributions(checked.name):
        yield f"  module of   {provider.distribution} ({provider.evidence})"
    if checked.suggestions:
        yield f"  near        {', '.join(checked.suggestions)}"
    if checked.status != "ok":
        yield f"  what to do  {RULES[checked.status].help}"
