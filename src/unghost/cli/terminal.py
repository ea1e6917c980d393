"""Text that is safe to write to a terminal: control characters are removed, whatever the source."""

from __future__ import annotations

from typing import Any

import typer

from unghost.syntax.printable import printable


def printable_values(value: Any) -> Any:
    """Remove the control characters from all texts in a JSON value."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list):
        return [printable_values(item) for item in value]
    if isinstance(value, dict):
        return {key: printable_values(item) for key, item in value.items()}
    return value


def say(line: str) -> None:
    """Write a line to stderr."""
    typer.echo(printable(line), err=True)
