"""The Python environments whose installed packages say where a project's modules come from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from unghost.names.installed import Installed, read_installed
from unghost.scan.reading.git_index import read_tracked

_PLACES = (".venv", "venv")


def installed_for(root: Path, environ: Mapping[str, str]) -> Installed | None:
    """Read what is installed in a project's environments and in the one that is active.

    One that came with the project, as far as one can tell, may be anybody's work and is not read.

    Args:
        root: The project's folder.
        environ: Environment variables.

    Returns:
        None if there is no environment.
    """
    active = environ.get("VIRTUAL_ENV") or environ.get("CONDA_PREFIX")
    ours = [Path(active)] if active else []
    inside = [root / place for place in _PLACES if (root / place).is_dir()]
    made = [place for place in inside if place not in ours and _is_made_here(root, place)]
    folders = [folder for place in (*made, *ours) for folder in _site_packages(place)]
    return read_installed(folders) if folders else None


def _is_made_here(root: Path, place: Path) -> bool:
    """Return whether a folder is no part of what came with the project: only git can tell."""
    tracked = read_tracked(root)
    if tracked is None or not (tracked.paths or tracked.whole):
        return False
    return not tracked.holds_below(f"{place.name}/")


def _site_packages(environment: Path) -> list[Path]:
    try:
        found = [*environment.glob("lib/python3*/site-packages"), environment / "Lib/site-packages"]
        return [folder for folder in found if folder.is_dir()]
    except OSError:
        return []
