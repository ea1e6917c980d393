"""All that is known of one name, in lines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from unghost.ecosystems import DEFAULT, all_ecosystems, ecosystem_names
from unghost.ecosystems import ecosystem as ecosystem_of
from unghost.names.imports import bundled_imports
from unghost.names.universe import Universe
from unghost.scan.checking import Checked, check
from unghost.scan.finding import RULES
from unghost.scan.settings import ScanSettings
from unghost.scan.steps import Steps


def explain(name: str, settings: ScanSettings, *, root: Path) -> tuple[Checked, list[str]]:
    """Say all that is known of a name.

    Args:
        name: ``NAME``, of PyPI, or ``ECOSYSTEM:NAME``.
        settings: What to go by.
        root: The project's folder.

    Returns:
        The verdict, and lines to read.

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
    (checked,) = check([bare], eco, settings, root=root)
    universes = Steps(root, settings).universes
    return checked, list(_lines(checked, [u for u in universes if u.ecosystem.name == eco]))


def _lines(checked: Checked, universes: list[Universe]) -> Iterator[str]:
    eco = ecosystem_of(checked.ecosystem)
    yield f"{checked.name} ({eco.title}): {checked.status}"
    yield f"  why         {checked.why}"
    if eco.is_valid(checked.name):
        form = eco.canonical(checked.name)
        if form != checked.name:
            yield f"  canonical   {form}"
        for universe in universes:
            yield f"  snapshot    {'has it' if universe.has(form) else 'does not have it'}:" + (
                f" {universe.label}, {universe.as_of}"
            )
            seen = universe.first_seen(form)
            if universe.has(form):
                yield f"  first seen  {seen or 'the snapshot does not say'}"
    for provider in bundled_imports(checked.ecosystem).distributions(checked.name):
        yield f"  module of   {provider.distribution} ({provider.evidence})"
    if checked.suggestions:
        yield f"  near        {', '.join(checked.suggestions)}"
    if checked.status != "ok":
        yield f"  what to do  {RULES[checked.status].help}"
