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

from unghost.cli.options import AsOf, FailOnLevel, ScanConfig, ScanOffline, ScanUniverse
from unghost.cli.terminal import say
from unghost.syntax.printable import printable

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
        Path | None,
        typer.Option("--output", "-o", help="Write to this file instead of standard output."),
    ] = None,
    universe: ScanUniverse = None,
    ecosystem: Annotated[
        list[str] | None, typer.Option(help="Scan this ecosystem only; may be repeated.")
    ] = None,
    offline: ScanOffline = None,
    fail_on: FailOnLevel = None,
    baseline: Annotated[Path | None, typer.Option(help="File of findings to ignore.")] = None,
    write_baseline: Annotated[
        bool, typer.Option("--write-baseline", help="Write all findings to --baseline.")
    ] = False,
    config: ScanConfig = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Replace or comment out wrong names in manifests.")
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Show what --fix would change, and change nothing.")
    ] = False,
    language: Annotated[
        str | None,
        typer.Option("--as", help="What the text on standard input is: a language or a file name."),
    ] = None,
    as_of: AsOf = None,
    explain: Annotated[
        str | None, typer.Option(help="Explain the verdict on NAME or ECOSYSTEM:NAME.")
    ] = None,
) -> None:
    """Find package names that do not exist.

    Exit codes: 0 clean, 1 findings, 2 error, 3 something could not be verified, 4 nothing to scan.
    """
    from unghost.errors import UnghostError
    from unghost.scan.output import FORMATS, render

    # What a scan makes it keeps until it ends, so that looking for garbage finds little and takes a
    # tenth of the time of a small one.
    gc.set_threshold(100_000)
    if output_format not in FORMATS:
        raise UnghostError(f"--format {output_format[:40]!r}: use one of {', '.join(FORMATS)}")
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
        # Everything is written anew, so an old one, or a missing one, does not matter.
        settings = replace(settings, baseline=None)
    if (fix or diff) and [str(path) for path in paths or []] == ["-"]:
        raise UnghostError("--fix and --diff need files: a text on standard input cannot be fixed")
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
    from unghost.scan.reading.listing import find_root
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
    from unghost.scan.checking import explain

    report, lines = explain(name, settings, root=root)
    for line in lines:
        typer.echo(printable(line))
    return report.exit_code(settings.fail_on)


def _fix(report: Report, settings: ScanSettings, *, only_show: bool) -> int:
    """Fix files, or show the fixes; the remaining findings decide the exit code."""
    from unghost.scan.output.fix import apply, plan
    from unghost.scan.output.wording import counted

    edits = plan(report)
    for edit in edits:
        if only_show:
            typer.echo(edit.diff(), nl=False)
        for finding, why in edit.left:
            say(f"not fixed: {finding.name} ({edit.path}:{finding.line}): {why}")
    if only_show:
        return report.exit_code(settings.fail_on)
    apply(edits, Path(report.root))
    gone = {finding.fingerprint for edit in edits for finding in edit.fixed}
    files = sum(bool(edit.fixed) for edit in edits)
    say(f"fixed {counted(len(gone), 'finding')} in {counted(files, 'file')}")
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
        raise UnghostError("standard input is not a text: give a text, or paths")
    return text


def _write(text: str, output: Path | None) -> None:
    if output is not None:
        from unghost.storage.atomic import write_text

        write_text(output, text)
        return
    # A path may hold bytes that are not text; they must not stop a report.
    sys.stdout.flush()
    try:
        sys.stdout.buffer.write(text.encode("utf-8", "replace"))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Whoever reads has seen enough; the exit code still says how it is.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _write_baseline(report: Report, path: Path | None) -> int:
    from unghost.errors import UnghostError
    from unghost.scan.judging.suppress import write_baseline
    from unghost.scan.output.wording import counted

    if path is None:
        raise UnghostError("--write-baseline needs a file: add --baseline FILE")
    number = counted(write_baseline(path, report), "finding")
    say(f"wrote {number} to {path}: they no longer fail the scan")
    for problem in report.problems:
        say(f"{problem.path}: {problem.reason}")
    return 3 if report.problems else 0


class _Progress:
    """Progress bars, shown only after a delay; most scans finish before that."""

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
