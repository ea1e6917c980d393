"""Verdicts to findings: which rule a name breaks, why, and what may have been meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from unghost.ecosystems import ecosystem
from unghost.names.imports import bundled_imports
from unghost.names.universe import Universe
from unghost.records import Mention, Verdict
from unghost.scan.finding import Finding, RuleId, fingerprint
from unghost.scan.judging.suppress import IgnoreMatch, by_baseline, by_comments, by_settings
from unghost.scan.reading.examine import Candidate, is_new
from unghost.scan.settings import ScanSettings

_NEAREST = 3
_MOST_NEAR = 500
"""Names for which near ones are looked for: it takes milliseconds each, and nobody reads more."""


class Classifier:
    """Makes findings of verdicts.

    Args:
        settings: The settings of the scan.
        universes: What exists, to look for near names in.
        youngest: Names first seen on this day (ISO 8601) or later are new; None tells none new.
        baseline: Fingerprints of findings that do not count.
        today: The day (ISO 8601).
    """

    def __init__(
        self,
        settings: ScanSettings,
        universes: Sequence[Universe],
        youngest: str | None,
        baseline: frozenset[str] = frozenset(),
        today: str | None = None,
    ) -> None:
        self._settings, self._youngest, self._baseline = settings, youngest, baseline
        self._today = today or date.today().isoformat()
        self._universes = {universe.ecosystem.name: universe for universe in universes}
        self._near: dict[tuple[str, str], tuple[str, ...]] = {}

    def __call__(self, pairs: Iterable[tuple[Candidate, Verdict]]) -> list[Finding]:
        """Return the findings of judged candidates, by path and place."""
        findings = []
        for candidate, verdict in pairs:
            rule = self._rule(candidate, verdict)
            if rule is not None:
                findings += self._with_ignores(self._finding(rule, candidate, verdict), candidate)
        findings.sort(key=lambda finding: (finding.path, finding.start, finding.end, finding.rule))
        return self._numbered(findings)

    def _rule(self, candidate: Candidate, verdict: Verdict) -> RuleId | None:
        mention = candidate.mention
        if verdict.status == "unknown":
            return "unverified"
        if verdict.status == "reserved":
            return "placeholder"
        if verdict.status in ("absent", "stdlib"):
            if _meant(mention, verdict):
                return "import-name"
            named = mention.kind in ("install", "manifest")
            if named and (verdict.status == "stdlib" or _is_builtin(mention)):
                return "builtin-name"
            return "ghost" if verdict.status == "absent" else None
        if verdict.status != "exists":
            return None
        if verdict.resolved_by == "import-map" and _meant(mention, verdict):
            return "import-name"
        came = candidate.verdict.status == "absent" and verdict.snapshot_id == "live"
        return "new" if came or is_new(verdict, self._youngest) else None

    def _finding(self, rule: RuleId, candidate: Candidate, verdict: Verdict) -> Finding:
        mention = candidate.mention
        return Finding(
            rule=rule,
            name=mention.name,
            raw=mention.raw,
            canonical=verdict.canonical,
            ecosystem=mention.ecosystem,
            kind=mention.kind,
            path=mention.source_id,
            line=mention.line,
            column=mention.column,
            start=mention.start,
            end=mention.end,
            text=candidate.line,
            text_column=candidate.column,
            why=self._why(rule, candidate, verdict),
            suggestions=self._suggestions(rule, mention, verdict),
            replacement=self._replacement(rule, mention, verdict),
            first_seen=verdict.first_seen,
            snapshot=verdict.snapshot_id,
        )

    def _why(self, rule: RuleId, candidate: Candidate, verdict: Verdict) -> str:
        mention = candidate.mention
        name, title = mention.name, ecosystem(mention.ecosystem).title
        if rule == "ghost":
            of = "for the module" if mention.kind == "import" else "called"
            return f"{title} has no package {of} {name} ({verdict.evidence})"
        if rule == "import-name":
            packages = " or ".join(_meant(mention, verdict))
            return f"{name} is a module of {packages} and not a package on {title}"
        if rule == "builtin-name":
            return f"{name} is part of the language and not a package on {title}"
        if rule == "placeholder":
            return f"{name} is not a package to install ({verdict.evidence})"
        if rule == "new" and is_new(verdict, self._youngest):
            return f"{verdict.canonical} was first seen on {verdict.first_seen}"
        if rule == "new":
            day = candidate.verdict.as_of
            return f"{verdict.canonical} was registered after {day}, the day of the snapshot"
        return f"{name}: {verdict.evidence}"

    def _suggestions(self, rule: RuleId, mention: Mention, verdict: Verdict) -> tuple[str, ...]:
        if rule == "import-name":
            return _meant(mention, verdict)
        universe = self._universes.get(mention.ecosystem)
        if rule != "ghost" or universe is None:
            return ()
        key = (mention.ecosystem, verdict.canonical)
        if key not in self._near and len(self._near) < _MOST_NEAR:
            self._near[key] = universe.nearest(verdict.canonical, _NEAREST)
        return self._near.get(key, ())

    def _replacement(self, rule: RuleId, mention: Mention, verdict: Verdict) -> str | None:
        """Return what belongs there where that is known, and not where it is only likely."""
        if rule != "import-name" or mention.raw != mention.name:
            return None
        packages = _meant(mention, verdict)
        return packages[0] if len(packages) == 1 else None

    def _with_ignores(self, finding: Finding, candidate: Candidate) -> list[Finding]:
        said = by_settings(finding, self._settings.ignore, self._today)
        if said.suppression is None and self._settings.comments:
            beside = by_comments(finding, candidate.comments, self._today)
            said = IgnoreMatch(beside.suppression, beside.fault or said.fault)
        if said.suppression is not None:
            return [replace(finding, suppressed=said.suppression)]
        if said.fault is None:
            return [finding]
        fault = replace(finding, rule="ignore", why=said.fault, suggestions=(), replacement=None)
        return [finding, fault]

    def _numbered(self, findings: Iterable[Finding]) -> list[Finding]:
        """Return the findings their fingerprints, and suppress those of the baseline."""
        seen: Counter[str] = Counter()
        done = []
        for finding in findings:
            key = fingerprint(finding, 0)
            named = replace(finding, fingerprint=fingerprint(finding, seen[key]))
            prints = [named.fingerprint]
            if finding.rule == "unverified":
                # A ghost of the baseline is not new where the registries are not asked.
                prints.append(fingerprint(replace(finding, rule="ghost"), seen[key]))
            seen[key] += 1
            known = not self._baseline.isdisjoint(prints)
            done.append(by_baseline(named) if known else named)
        return done


def _meant(mention: Mention, verdict: Verdict) -> tuple[str, ...]:
    """Return the packages that a module's name stands for, where it was given for a package."""
    if mention.kind not in ("install", "manifest"):
        return ()
    if verdict.status == "exists" and verdict.resolved_by == "import-map":
        return (verdict.canonical,)
    known = bundled_imports(mention.ecosystem).distributions(mention.name)
    return tuple(dict.fromkeys(provider.distribution for provider in known))


def _is_builtin(mention: Mention) -> bool:
    """Return whether the name is that of a part of the language."""
    eco = ecosystem(mention.ecosystem)
    return eco.lists_builtins and any(
        eco.is_builtin(mention.name, language) for language in eco.language_names
    )
