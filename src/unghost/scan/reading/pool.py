"""Examining many files at once, in processes of their own.

A process that dies over a file (a parser is C code, and memory is finite) costs that file alone:
the others of its batch are examined again, one by one.
"""

from __future__ import annotations

import os
import signal
import sys
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from pathlib import Path

from unghost.scan.context import ScanContext
from unghost.scan.reading.examine import Examined, examine_file

_BATCH_BYTES = 1_000_000
_BATCH_FILES = 200
_AHEAD = 4
"""Batches that wait for each process; more would only hold their results in memory."""


def examine_all(paths: Sequence[str], context: ScanContext, processes: int) -> Iterator[Examined]:
    """Examine files in processes; the results come in the order of the files."""
    batches, at = _batches(paths, Path(context.root)), 0
    while at < len(batches):
        done = yield from _until_broken(batches[at:], context, processes)
        at += done
        if at < len(batches):
            # The processes are gone, and nobody knows which file it was.
            for path in batches[at]:
                yield _alone(path, context)
            at += 1


def _until_broken(
    batches: Sequence[Sequence[str]], context: ScanContext, processes: int
) -> Generator[Examined, None, int]:
    """Return results until a process dies; returns how many batches are done."""
    done = 0
    with _executed(processes) as executor:
        waiting = deque(
            executor.submit(_examine, batch, context) for batch in batches[: processes * _AHEAD]
        )
        following = iter(batches[processes * _AHEAD :])
        while waiting:
            try:
                found = waiting.popleft().result()
            except BrokenProcessPool:
                return done
            yield from found
            done += 1
            batch = next(following, None)
            if batch is not None:
                with suppress(BrokenProcessPool):
                    waiting.append(executor.submit(_examine, batch, context))
    return done


def _alone(path: str, context: ScanContext) -> Examined:
    with _executed(1) as executor:
        try:
            return executor.submit(examine_file, path, context).result()
        except BrokenProcessPool:
            return Examined(path, problem="reading it ended the process that read it", read=False)


@contextmanager
def _executed(processes: int) -> Iterator[ProcessPoolExecutor]:
    # A copy of this process starts at once; it is made before there are any threads.
    method = "fork" if sys.platform == "linux" else "spawn"
    executor = ProcessPoolExecutor(
        processes, mp_context=get_context(method), initializer=_leave_interrupts
    )
    try:
        yield executor
    finally:
        executor.shutdown(cancel_futures=True)


def _leave_interrupts() -> None:
    """Leave Ctrl-C to the parent, which ends its processes itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _examine(paths: Sequence[str], context: ScanContext) -> list[Examined]:
    return [examine_file(path, context) for path in paths]


def _batches(paths: Sequence[str], root: Path) -> list[list[str]]:
    """Group files into batches of about equal work."""
    batches: list[list[str]] = [[]]
    weight = 0
    for path in paths:
        if weight >= _BATCH_BYTES or len(batches[-1]) >= _BATCH_FILES:
            batches.append([])
            weight = 0
        batches[-1].append(path)
        with suppress(OSError):
            weight += os.lstat(root / path).st_size
    return batches
