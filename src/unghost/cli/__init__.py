"""The command line: one file a command, no logic; heavy rooms are imported when a command runs."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from unghost import __version__
from unghost.cli.demo import demo
from unghost.cli.measure import measure
from unghost.cli.names import names_app
from unghost.cli.objectives import objectives
from unghost.cli.report import report
from unghost.cli.terminal import printable
from unghost.cli.unlearn import unlearn
from unghost.errors import UnghostError


class _Interrupted(Exception):
    """Ctrl-C, in a form that typer does not end the program on by itself and without our line."""


class _Commands(TyperGroup):
    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise _Interrupted from None


app = typer.Typer(
    name="unghost",
    cls=_Commands,
    help="Take the ghosts out of language models: package names that do not exist.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(demo)
app.command()(unlearn)
app.command()(measure)
app.command()(report)
app.command()(objectives)
app.add_typer(names_app, name="names")


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


def _fail(error: Exception, message: str) -> None:
    if os.environ.get("UNGHOST_DEBUG"):
        raise error
    print(f"unghost: {printable(' '.join(message.split()))}", file=sys.stderr)
    sys.exit(2)
