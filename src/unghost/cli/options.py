"""Options that several commands have, and the command class that reads them quickly."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

ScanUniverse = Annotated[
    list[str] | None,
    typer.Option(
        help="What exists: demo, a snapshot file, or an ecosystem whose snapshot was pulled;"
        " may be repeated. Default: every pulled snapshot.",
        envvar="UNGHOST_UNIVERSE",
    ),
]
ScanOffline = Annotated[
    bool | None, typer.Option("--offline", help="Ask no registry.", envvar="UNGHOST_OFFLINE")
]
AsOf = Annotated[
    str | None,
    typer.Option(
        help="Day, such as 2026-01-31: names first seen later do not exist; names without a date"
        " count as existing."
    ),
]
FailOnLevel = Annotated[
    str | None,
    typer.Option(help="Lowest level that gives exit code 1: error, warning or never."),
]
ScanConfig = Annotated[
    Path | None,
    typer.Option(
        help="Settings file to read instead of the project's, best where no agent can write.",
        envvar="UNGHOST_CONFIG",
    ),
]

_KINDS: dict[Any, Callable[[Any], Any]] = {
    str: str,
    Path: Path,
    list[str]: list,
    list[Path]: lambda words: [Path(word) for word in words],
}
_CHECKS = ("parser", "exists", "writable", "resolve_path", "path_type")
_ALLOWED = ("file_okay", "dir_okay")


class Quick:
    """Converts texts and paths of a command without pydantic, whose import takes 0.1 s.

    Typer asks pydantic for every parameter, given or not. All but plain texts and paths, and all of
    a version of typer that describes parameters otherwise, is left to typer.
    """

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters, including ``--help``, each with quick conversion."""
        parameters: list[Any] = super().get_params(ctx)  # type: ignore[misc]
        for parameter in parameters:
            usual = parameter.process_value
            if not isinstance(usual, partial):
                make = _KINDS.get(_annotation(parameter))
                parameter.process_value = partial(_processed, parameter, make, usual)
        return parameters


class QuickCommand(Quick, TyperCommand):
    """A command with quick conversion of its parameters."""


def _annotation(parameter: Any) -> Any:
    """Return the type of a parameter that takes any word, None for all others."""
    descriptor: Any = getattr(parameter, "type_descriptor", None)
    info = getattr(descriptor, "parameter_info", None)
    if info is None or parameter.callback is not None:
        return None
    checked = any(getattr(info, name, None) for name in _CHECKS)
    plain = not checked and all(getattr(info, name, True) for name in _ALLOWED)
    return descriptor.annotation if plain else None


def _processed(
    parameter: Any, make: Callable[[Any], Any] | None, usual: Any, context: Any, value: Any
) -> Any:
    if value is None and not parameter.required:
        nothing = () if parameter.multiple or parameter.nargs == -1 else None
        return parameter.callback(context, parameter, nothing) if parameter.callback else nothing
    if make is None or parameter.value_is_missing(value):
        return usual(context, value)
    return make(value)
