"""The command line: one file a command, no logic, and imported only when it is called."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from unghost.cli.options import Quick, QuickCommand
from unghost.errors import UnghostError, missing_extra
from unghost.syntax.printable import printable
from unghost.version import __version__

_COMMANDS = (
    "scan",
    "check",
    "hook",
    "mcp",
    "names",
    "demo",
    "measure",
    "unlearn",
    "evaluate",
    "report",
    "objectives",
)


class _Modules(Mapping[str, Any]):
    """The commands by name; each is a file of this folder with a function or group of that name."""

    def __getitem__(self, name: str) -> Any:
        if name not in _COMMANDS:
            raise KeyError(name)
        declared = getattr(import_module(f"{__name__}.{name}"), name)
        if isinstance(declared, typer.Typer):
            return get_command(declared)
        single = typer.Typer(add_completion=False)
        single.command(cls=QuickCommand)(declared)
        return get_command(single)

    def __iter__(self) -> Iterator[str]:
        return iter(_COMMANDS)

    def __len__(self) -> int:
        return len(_COMMANDS)


class _Interrupted(Exception):
    """Ctrl-C in a form that typer does not handle itself, so that our own message is printed."""


class _Commands(Quick, TyperGroup):
    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings | {"commands": _Modules()})

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise _Interrupted from None
        except ImportError as error:
            named = missing_extra(error, ctx.invoked_subcommand)
            if named is None:
                raise
            raise named from error


app = typer.Typer(
    name="unghost",
    cls=_Commands,
    help="Find and unlearn ghosts: package names that language models invent.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _options(
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks of errors.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    if debug:
        os.environ["UNGHOST_DEBUG"] = "1"


def main() -> None:
    """Run the command line; errors that the user can mend are one line and exit code 2."""
    # Threads that spin while they wait make everything several times slower beside other work.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        app()
    except UnghostError as error:
        _fail(error, str(error))
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        _fail(error, f"{place}{error.strerror or error}")
    except (_Interrupted, KeyboardInterrupt):
        print("interrupted; run the same command again to go on", file=sys.stderr)
        sys.exit(130)
    except Exception as error:
        # Exit code 1 means findings, so an error of ours must not end with it.
        _fail(error, f"unexpected {type(error).__name__}: {error}; --debug shows where")


def _fail(error: Exception, message: str) -> None:
    if os.environ.get("UNGHOST_DEBUG"):
        raise error
    print(f"unghost: {printable(' '.join(message.split()))}", file=sys.stderr)
    sys.exit(2)
