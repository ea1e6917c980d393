"""``unghost objectives``: which objectives there are."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table


def objectives() -> None:
    """List the objectives that ``unlearn`` can train with."""
    from unghost.objectives import get_objective, objective_names

    table = Table("objective", "what it does", box=None, pad_edge=False)
    for name in objective_names():
        table.add_row(name, get_objective(name).summary)
    Console().print(table)
