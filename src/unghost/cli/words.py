"""Words of the command line to texts and paths without pydantic, whose import takes 0.1 s.

Typer asks it for every parameter, given or not. What is replaced here is no part of typer's public
interface: a version that does not have it is left as it is, and then only time is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import typer.core

_BUILD = "build_runtime_param"
_KINDS: dict[Any, Callable[[Any], Any]] = {
    str: str,
    Path: Path,
    list[str]: list,
    list[Path]: lambda words: [Path(word) for word in words],
}
_ASKED_OF_WORDS = ("parser", "exists", "writable", "resolve_path", "path_type")
_ALLOWED = ("file_okay", "dir_okay")


class _Words:
    """Makes of words what typer makes of them; all but plain texts and paths is left to typer."""

    def __init__(self, build: Callable[[Any], Any], descriptor: Any) -> None:
        self._build, self._descriptor = build, descriptor

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        make = _KINDS.get(self._descriptor.annotation)
        if make is None or not _is_plain(self._descriptor.parameter_info):
            return self._build(self._descriptor).coerce(value, param=param, ctx=ctx)
        return make(value)


def _is_plain(info: Any) -> bool:
    """Return whether a parameter takes any word."""
    asks = any(getattr(info, name, None) for name in _ASKED_OF_WORDS)
    return not asks and all(getattr(info, name, True) for name in _ALLOWED)


def spare_pydantic() -> None:
    """Let typer read texts and paths without pydantic."""
    build = getattr(typer.core, _BUILD, None)
    if build is not None:
        setattr(typer.core, _BUILD, partial(_Words, build))
