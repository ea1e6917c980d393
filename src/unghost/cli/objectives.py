"""``unghost objectives``: which objectives there are."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table


def objectives() -> None:
    """List the objectives that ``unlearn`` can train with, and their settings under ``terms``."""
    from unghost.errors import UnghostError
    from unghost.objectives import OBJECTIVES
    from unghost.plugins.settings import setting_values

    table = Table("objective", "what it does", "settings", "from", box=None, pad_edge=False)
    for name in OBJECTIVES.names():
        place = OBJECTIVES.place(name)
        source = "unghost" if place.startswith("unghost.objectives.") else place
        try:
            found = OBJECTIVES.get(name)
        except UnghostError as error:
            table.add_row(name, str(error), "", source)
            continue
        values = setting_values(found.settings()).items()
        defaults = ", ".join(f"{setting}={value}" for setting, value in values)
        table.add_row(name, found.summary.replace("``", ""), defaults, source)
    Console().print(table)
