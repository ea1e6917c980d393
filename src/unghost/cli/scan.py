"""``unghost scan``: find names that do not exist, in files, folders and texts."""

from __future__ import annotations

import gc
import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from unghost.cli.options import Config, Offline, Universe
from unghost.cli.terminal import printable, say

if TYPE_CHECKING:
    from unghost.cli.progress import Bars
    from unghost.scan.finding import Report
    from unghost.scan.settings import ScanSettings

_LARGEST_TEXT = 64 << 20
_WORTH_BARS = 1.0
"""Seconds before progress is shown."""


def scan(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Files and folders; - reads a text from standard input.", metavar="[PATH...|-]"
        ),
    ] = None,
    output_format: Annotated[
        str, typer.Option("--format", help="text, json, sarif, github or junit.")
    ] = "text",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write there, not to standard output.")
    ] = None,
    universe: Universe = None,
    ecosystem: Annotated[
        list[str] | None, typer.Option(help="Look at this ecosystem only; may be repeated.")
    ] = None,
    offline: Offline = None,
    fail_on: Annotated[
        str | None,
        typer.Option(help="Exit with 1 from this level on: error, warning or never."),
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="File with the findings that do not count.")
    ] = None,
    write_baseline: Annotated[
        bool, typer.Option("--write-baseline", help="Write what is found to --baseline.")
    ] = False,
    config: Config = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Replace or comment out what is wrong in manifests.")
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Show what --fix would do, and do nothing.")
    ] = False,
    language: Annotated[
        str | None,
        typer.Option("--as", help="What the text on standard input is: a language or a file name."),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(help="Judge by what existed on this day, such as 2026-01-31.")
    ] = None,
    explain: Annotated[
        str | None, typer.Option(help="Say all that is known of a name (NAME or ECOSYSTEM:NAME).")
    ] = None,
) -> None:
    """Find package names that do not exist.

    Exit codes: 0 clean, 1 findings, 2 error, 3 something could not be verified, 4 nothing to do.
    """
    from unghost.errors import UnghostError
    from unghost.scan.formats import FORMATS, render

    # What a scan makes it keeps until it ends, so that looking for garbage finds little and takes a
    # tenth of the time of a small one.
    gc.set_threshold(100_000)
    if output_format not in FORMATS:
        raise UnghostError(f"--format knows {', '.join(FORMATS)}, not {output_format[:40]!r}")
    given = {
        "universe": tuple(universe) if universe else None,
        "ecosystems": tuple(ecosystem) if ecosystem else None,
        "offline": offline or None,
        "fail_on": fail_on,
        "as_of": as_of,
        "baseline": None if baseline is None or write_baseline else str(baseline),
    }
    root, settings = _settings(paths or [], config, given)
    if explain is not None:
        raise typer.Exit(_explain(explain, settings, root))
    if write_baseline:
        # Everything is written anew, so what an old one said, or that there is none, is no matter.
        settings = replace(settings, baseline=None)
    if (fix or diff) and [str(path) for path in paths or []] == ["-"]:
        raise UnghostError("a text on standard input cannot be mended: give files with --fix")
    report = _report(paths or [], settings, root, language)
    if fix or diff:
        raise typer.Exit(_fix(report, settings, only_show=diff))
    if write_baseline:
        raise typer.Exit(_write_baseline(report, baseline))
    color = output is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    text = render(report, output_format, color=color, fail_on=settings.fail_on)
    _write(text, output)
    raise typer.Exit(report.exit_code(settings.fail_on))


def _settings(
    paths: list[Path], config: Path | None, given: dict[str, Any]
) -> tuple[Path, ScanSettings]:
    """Read the settings, with those of the command line over them."""
    from unghost.errors import UnghostError
    from unghost.scan.files import find_root
    from unghost.scan.settings import read_settings

    named = [path for path in paths if str(path) != "-"]
    if len(named) < len(paths) and len(paths) > 1:
        raise UnghostError("- reads one text from standard input: give it alone, or give paths")
    root = find_root(named or [Path.cwd()])
    return root, read_settings(root, config, given)


def _report(paths: list[Path], settings: ScanSettings, root: Path, language: str | None) -> Report:
    from unghost.scan.scanner import scan_files, scan_text

    with _Progress() as progress:
        if [str(path) for path in paths] == ["-"]:
            text = _standard_input()
            return scan_text(text, settings, root=root, language=language, progress=progress)
        return scan_files(
            paths or [Path.cwd()],
            settings,
            root=root,
            processes=os.cpu_count() or 1,
            progress=progress,
        )


def _explain(name: str, settings: ScanSettings, root: Path) -> int:
    from unghost.scan.explain import explain

    checked, lines = explain(name, settings, root=root)
    for line in lines:
        typer.echo(printable(line))
    return {"ok": 0, "unverified": 3}.get(checked.status, 1)


def _fix(report: Report, settings: ScanSettings, *, only_show: bool) -> int:
    """Mend files, or show how; what is left decides the exit code."""
    from unghost.scan.fix import apply, plan

    edits = plan(report)
    for edit in edits:
        if only_show:
            typer.echo(edit.diff(), nl=False)
        for finding, why in edit.left:
            say(f"{edit.path}:{finding.line}: {finding.name} is left: {why}")
    if only_show:
        return report.exit_code(settings.fail_on)
    apply(edits, Path(report.root))
    gone = {finding.fingerprint for edit in edits for finding in edit.mended}
    say(f"{len(gone)} mended in {sum(bool(edit.mended) for edit in edits)} files")
    kept = tuple(finding for finding in report.findings if finding.fingerprint not in gone)
    return replace(report, findings=kept).exit_code(settings.fail_on)


def _standard_input() -> str:
    from unghost.errors import UnghostError
    from unghost.syntax.text import decode

    data = sys.stdin.buffer.read(_LARGEST_TEXT + 1)
    if len(data) > _LARGEST_TEXT:
        raise UnghostError("the text on standard input is over 64 MB: scan it as a file")
    text = decode(data)
    if text is None:
        raise UnghostError("what is on standard input is no text: give a text, or paths")
    return text


def _write(text: str, output: Path | None) -> None:
    if output is not None:
        from unghost.runs.atomic import write_text

        write_text(output, text)
        return
    # A path may hold bytes that are no text; they must not stop a report.
    sys.stdout.flush()
    try:
        sys.stdout.buffer.write(text.encode("utf-8", "replace"))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Whoever reads has seen enough; the exit code still says how it is.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _write_baseline(report: Report, path: Path | None) -> int:
    from unghost.errors import UnghostError
    from unghost.scan.suppress import write_baseline

    if path is None:
        raise UnghostError("--write-baseline wants to know where: give --baseline FILE too")
    say(f"{path}: {write_baseline(path, report)} findings that will not count any more")
    for problem in report.problems:
        say(f"{problem.path}: {problem.reason}")
    return 3 if report.problems else 0


class _Progress:
    """Bars, once it is sure that somebody has to wait; most scans are over before that."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._bars: Bars | None = None

    def __call__(self, stage: str, done: int, total: int) -> None:
        if self._bars is None:
            if time.monotonic() - self._begun < _WORTH_BARS or not sys.stderr.isatty():
                return
            from unghost.cli.progress import Bars

            self._bars = Bars()
            self._bars.__enter__()
        self._bars.update(stage, done, total)

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bars is not None:
            self._bars.__exit__()
