"""The environments whose installed packages say where a project's modules come from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from unghost.ecosystems import ecosystem
from unghost.ecosystems.project import Installed
from unghost.scan.reading.git_index import read_tracked


def installed_for(
    root: Path, environ: Mapping[str, str], ecosystems: Iterable[str]
) -> dict[str, Installed]:
    """Read what is installed for a project, by ecosystem.

    An environment that came with the project, as far as one can tell, may be anybody's work and is
    not read.

    Args:
        root: The project's folder.
        environ: Environment variables.
        ecosystems: The ecosystems that are asked about.
    """

    def is_made_here(folder: str) -> bool:
        # Only git can tell what came with the project.
        tracked = read_tracked(root)
        if tracked is None or not (tracked.paths or tracked.whole):
            return False
        return not tracked.holds_below(f"{folder}/")

    found = {
        name: ecosystem(name).environments.read(root, environ, is_made_here) for name in ecosystems
    }
    return {name: installed for name, installed in found.items() if installed is not None}
