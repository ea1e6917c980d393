"""Who may know of packages: the domain itself, and the jobs that are about packages alone."""

from __future__ import annotations

import ast
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src/unghost"
ABOUT_PACKAGES = ("domains", "scan", "hook")
"""Rooms and modules that may import ``domains.packages``; ``domains.registry`` names it by text."""


def importers(wanted: str) -> list[str]:
    """Return the modules that import a module or a part of it, anywhere in their code."""
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = [
            name
            for node in ast.walk(tree)
            for name in (
                [f"{node.module}.{alias.name}" for alias in node.names]
                if isinstance(node, ast.ImportFrom)
                else [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else []
            )
        ]
        if any(name == wanted or name.startswith(f"{wanted}.") for name in names):
            found.append(path.relative_to(SOURCE).as_posix())
    return found


def test_only_what_is_about_packages_imports_their_domain() -> None:
    everybody = importers("unghost.domains.packages")
    assert "domains/packages/domain.py" in everybody
    strangers = [
        path
        for path in everybody
        if not any(path == room or path.startswith(f"{room}/") for room in ABOUT_PACKAGES)
    ]
    assert strangers == []
