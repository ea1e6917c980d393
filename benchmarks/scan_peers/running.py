"""Runs of one command: cold, in its own home, cut off after a time; and the server beside it."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SHIM = HERE / "shim"


@dataclass(frozen=True)
class Call:
    """A command line, the folder it runs in and what it reads."""

    words: Sequence[str]
    folder: Path
    given: str = ""


@dataclass(frozen=True)
class Done:
    """What came of a call; ``code`` is None where it was cut off."""

    code: int | None
    out: str
    err: str
    seconds: float
    cpu: float

    @property
    def text(self) -> str:
        """All that was printed."""
        return self.out + "\n" + self.err


@dataclass
class Server:
    """The loopback server while it runs."""

    port: int
    latency: float = 0.0
    mode: str = "ok"

    def seen(self) -> dict[str, Any]:
        """Return what was asked since the last time: ``requests`` and ``missing`` names."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/-/seen", timeout=60) as answer:
            table: dict[str, Any] = json.load(answer)
        return table


@contextmanager
def serving(truth: Path, latency: float = 0.0, mode: str = "ok") -> Iterator[Server]:
    """Start the server in a process of its own, and end it."""
    command = [sys.executable, str(HERE / "server.py"), str(truth)]
    command += ["--latency", str(latency), "--mode", mode]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield Server(int(process.stdout.readline()), latency, mode)
    finally:
        process.terminate()
        process.wait()


@dataclass(frozen=True)
class Place:
    """Where a command is at home: a folder that is empty before each run.

    Attributes:
        home: That folder.
        programs: The folder of its programs.
        shim: Whether its requests are sent to the server whatever they ask for; only for peers.
        more: Further environment variables; ``PORT`` in a value stands for the server's port.
    """

    home: Path
    programs: Path
    shim: bool = True
    more: Mapping[str, str] = field(default_factory=dict)

    def environment(self, server: Server) -> dict[str, str]:
        """Return all environment variables; of this process's own none is handed on."""
        values = {
            "HOME": str(self.home),
            "XDG_CACHE_HOME": str(self.home / ".cache"),
            "XDG_CONFIG_HOME": str(self.home / ".config"),
            "XDG_DATA_HOME": str(self.home / ".local/share"),
            "TMPDIR": str(self.home / "tmp"),
            "PATH": f"{self.programs}:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "NO_COLOR": "1",
            "COLUMNS": "400",
            "OMP_NUM_THREADS": "1",
        }
        if self.shim:
            values |= {"PYTHONPATH": str(SHIM), "SCAN_PEERS_PORT": str(server.port)}
        return values | {key: v.replace("PORT", str(server.port)) for key, v in self.more.items()}

    def run(self, call: Call, server: Server, limit: float) -> Done:
        """Run a call as a process that knows nothing of an earlier one."""
        shutil.rmtree(self.home, ignore_errors=True)
        (self.home / "tmp").mkdir(parents=True)
        before, begin = cpu_of_children(), time.perf_counter()
        process = subprocess.Popen(
            [str(self.programs / call.words[0]), *call.words[1:]],
            cwd=call.folder,
            env=self.environment(server),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            encoding="utf-8",
            errors="replace",
        )
        code: int | None = None
        try:
            out, err = process.communicate(call.given, timeout=limit)
            code = process.returncode
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
        seconds = time.perf_counter() - begin
        return Done(code, out, err, seconds, cpu_of_children() - before)


def cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
