"""The packages domain: questions, tasks, finding and judging put together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from unghost.domains.base import BLANKS, Domain, Facts, Words
from unghost.domains.packages.answers import find_in_answer, is_abstention
from unghost.domains.packages.questions import HEDGES, READINGS, TEST_BED, modes_of
from unghost.domains.packages.seeds import SEEDS
from unghost.domains.packages.tasks import OPEN_TASKS, load_tasks
from unghost.domains.packages.tasks import TEST_BED as TEST_BED_TASKS
from unghost.domains.packages.verify import Judge
from unghost.domains.tasks import Task
from unghost.ecosystems import ecosystem_names
from unghost.names.universe import DEMO, Universe, default_path, load_universe
from unghost.names.walk import TrieWalk, Walk
from unghost.records import Completion, Mention, MentionKind, Prompt, Verdict

STATUSES = {
    "stdlib": "standard library",
    "local": "local",
    "private": "private",
    "reserved": "reserved",
}
RESOLVED = {"submodule-of": "as a sub-module", "import-map": "by the import map"}


class PackagesDomain(Domain):
    """The packages of one ecosystem.

    A closed world is the test bed's: there the questions and tasks are those that the embedded
    model was trained on.

    Args:
        universe: What exists.
        suggest: Whether verdicts on absent names carry the nearest real ones; a search each, which
            training and measuring do without.
    """

    name = "packages"
    hedges = HEDGES
    seeds = SEEDS

    def __init__(self, universe: Universe, *, suggest: bool = False) -> None:
        eco, head = universe.ecosystem, universe.snapshot.header
        self.words = Words(
            title=eco.asking.packages[:1].upper() + eco.asking.packages[1:],
            noun="package",
            plural="packages",
            statuses=STATUSES,
            resolved=RESOLVED,
            uncounted="Name no package, only modules",
        )
        self.modes = TEST_BED if universe.closed_world else modes_of(eco.asking)
        self.facts = Facts(
            universe.id,
            universe.label,
            universe.as_of,
            head.count,
            head.complete,
            universe.closed_world,
        )
        self._universe, self._judge = universe, Judge(universe, suggest=suggest)
        self._tasks = TEST_BED_TASKS if universe.closed_world else OPEN_TASKS
        self._walks: dict[str, Walk] = {}

    def tasks_path(self, given: str | None) -> Path:
        """See :class:`~unghost.domains.base.Domain`."""
        return self._tasks if given is None else Path(given)

    def load_tasks(self, path: Path) -> list[Task]:
        """See :class:`~unghost.domains.base.Domain`."""
        return load_tasks(path, self._universe.ecosystem.name)

    def find(self, prompt: Prompt, completion: Completion) -> list[Mention]:
        """See :class:`~unghost.domains.base.Domain`."""
        asks = READINGS.get(prompt.asks)
        if asks is None:
            return []
        return find_in_answer(
            completion.text,
            completion.id,
            asks=asks,
            ecosystem=self._universe.ecosystem.name,
            truncated=completion.finish_reason == "length",
        )

    def verify(self, mentions: Sequence[Mention]) -> list[Verdict]:
        """See :class:`~unghost.domains.base.Domain`."""
        return [self._judge(mention) for mention in mentions]

    def is_abstention(self, text: str) -> bool:
        """See :class:`~unghost.domains.base.Domain`."""
        return is_abstention(text)

    def walk(self, kind: MentionKind) -> Walk:
        """Walk modules where something is imported, else packages."""
        key = "import" if kind == "import" else "package"
        if key not in self._walks:
            modules = key == "import"
            self._walks[key] = TrieWalk(self._modules()) if modules else self._universe.walk()
        return self._walks[key]

    def terminators(self, kind: MentionKind) -> tuple[bytes, ...]:
        """See :class:`~unghost.domains.base.Domain`."""
        return (*BLANKS, *self._universe.ecosystem.terminators.get(kind, ()))

    def joiners(self, kind: MentionKind) -> bytes:
        """Return the dot after a module, which begins a sub-module."""
        return b"." if kind == "import" else b""

    def trusted(self, mention: Mention, verdict: Verdict) -> bool:
        """Return whether a name is a package's own and there is evidence that the package is known.

        A module's name given for a package (``pip install cv2``) resolves to a real one, but is
        itself a name that anybody may register.
        """
        as_written = mention.kind == "import" or verdict.resolved_by == "name"
        return as_written and self._universe.trusted(verdict.canonical)

    def popularity(self, canonical: str) -> str | None:
        """See :class:`~unghost.domains.base.Domain`."""
        return self._universe.popularity(canonical)

    def distances(self, names: Sequence[str]) -> list[int | None] | None:
        """See :class:`~unghost.domains.base.Domain`."""
        return [self._universe.distance(name) for name in names]

    def elsewhere(self, names: Sequence[str]) -> list[tuple[str, ...]] | None:
        """Return for each name the ecosystems that have it, of those whose snapshot was pulled."""
        own = self._universe.ecosystem.name
        pulled = [
            load_universe(name)
            for name in ecosystem_names()
            if name != own and default_path(name).is_file()
        ]
        if not pulled:
            return None
        return [
            tuple(
                other.ecosystem.name
                for other in pulled
                if other.ecosystem.is_valid(name)
                and other.ecosystem.canonical(name) in other.snapshot
            )
            for name in names
        ]

    def _modules(self) -> Iterator[str]:
        """Return modules: known ones, the language's, and each package under its own name."""
        yield from self._universe.imports.modules()
        yield from self._universe.ecosystem.importable(self._universe.snapshot)


def open_packages(universe: str | None) -> PackagesDomain:
    """Open the packages domain on a snapshot file, a pulled snapshot, or the demo universe."""
    return PackagesDomain(load_universe(universe or DEMO))
