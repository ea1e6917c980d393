"""Fuzz parsers for as long as you like, guided by coverage.

The first argument is a target or a glob of targets, the others are options of libFuzzer:

    python tests/fuzz/fuzz_run.py "manifest:npm:*" -max_total_time=600

The first byte of an input chooses the target, the rest is the text.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import atheris

if TYPE_CHECKING:
    from fuzz_targets import Target

_LIMITS = ("-timeout=60", "-rss_limit_mb=4096", "-max_len=8192")


def _runner(chosen: Sequence[Target]) -> Callable[[bytes], None]:
    def run(data: bytes) -> None:
        target = chosen[data[0] % len(chosen)] if data else chosen[0]
        text = data[1:].decode("utf-8", "surrogateescape")
        try:
            target.check(text)
        except BaseException:
            print(f"{target.name} fails on {text!r}", file=sys.stderr)
            raise

    return run


def _chosen(pattern: str) -> list[Target]:
    """Return targets whose code is measured, that which is imported at the first call too."""
    with atheris.instrument_imports(include=["unghost"]):
        from fuzz_targets import matching, targets

        chosen = matching(pattern)
        for target in chosen:
            target.check("import a")
    if not chosen:
        names = "\n".join(target.name for target in targets())
        raise SystemExit(f"no target is called {pattern}; there are:\n{names}")
    return chosen


def _main(pattern: str, options: Sequence[str]) -> None:
    chosen = _chosen(pattern)

    from fuzz_targets import seeds, to_bytes

    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        for at, target in enumerate(chosen):
            for number, seed in enumerate(seeds(target)):
                (corpus / f"{at}-{number}").write_bytes(bytes([at]) + to_bytes(seed))
        flags = (f"-artifact_prefix={folder}/", *_LIMITS, *options)
        atheris.Setup([sys.argv[0], *flags, str(corpus)], _runner(chosen))
        atheris.Fuzz()


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2:])
