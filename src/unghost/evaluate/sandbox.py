"""A process of its own for code that a model wrote: limited, and without a network where possible.

This is no security boundary. It keeps careless code from doing harm: code that never ends, eats
the memory, starts processes, fills the disk, looks for secrets in the environment or calls a
server. Code that was written to break out can. Whoever does not trust a model runs the whole
command in a container or a virtual machine.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from unghost.errors import UnghostError

_BOOT = Path(__file__).with_name("sandbox_boot.py")
_NOBODY = 65534
_OWN_SYSTEM = [
    "--map-root-user",
    "--net",
    "--pid",
    "--ipc",
    "--fork",
    "--kill-child",
    "--mount-proc",
]
_OWN_NETWORK = ["--map-root-user", "--net"]
_SHOWN = 400
_PROBE = """
import os

def main(data):
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)
    return [path for path in data["path"] if not os.access(path, os.R_OK | os.X_OK)]
"""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a program may use.

    Attributes:
        seconds: Wall-clock time.
        cpu_seconds: Processor time of each process.
        memory: Bytes of address space of each process.
        file_bytes: Size of each file that is written.
        files: Open files.
        processes: Processes beside those that the user has.
    """

    seconds: float = 60.0
    cpu_seconds: int = 60
    memory: int = 4 << 30
    file_bytes: int = 16 << 20
    files: int = 128
    processes: int = 32


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a program ended.

    Attributes:
        result: What its ``main`` returned; None if it did not return.
        timed_out: Whether it was ended by the clock.
        error: The end of what it wrote to stderr.
    """

    result: Any
    timed_out: bool
    error: str


@dataclass(frozen=True, slots=True)
class Walls:
    """What this system lets stand between a program and the rest.

    Attributes:
        prefix: The command that opens namespaces, empty if none can be opened.
        user: The user that root gives its rights up for; None leaves the user as it is.
        own_network: Whether it has a network of its own, in which there is nothing; if not, sockets
            are refused by Python alone.
        own_processes: Whether it sees no other processes, and none of its own outlives it.
        counts_processes: Whether the number of its processes is limited; root's is not.
    """

    prefix: tuple[str, ...]
    user: int | None
    own_network: bool
    own_processes: bool
    counts_processes: bool

    def in_words(self) -> str:
        """Return what stands and what is missing, for the report."""
        return "; ".join(
            (
                "no network" if self.own_network else "network refused by Python alone",
                "other processes hidden" if self.own_processes else "other processes visible",
                "processes limited" if self.counts_processes else "number of processes not limited",
                "no security boundary",
            )
        )


def run_code(program: str, data: Any, limits: Limits | None = None) -> Outcome:
    """Run a program in a fresh interpreter with nothing of ours but the installed packages.

    The environment is scrubbed, the working folder is empty and goes with the program, and so does
    every process of its group.

    Args:
        program: Python source that defines ``main(data)``, whose result is JSON.
        data: JSON for ``main``.
        limits: What it may use; None for the defaults.

    Raises:
        UnghostError: This system cannot limit processes.
    """
    return _run(walls(), program, data, limits or Limits())


@cache
def walls() -> Walls:
    """Find what this system allows, the strongest first, by trying it.

    Raises:
        UnghostError: This system cannot limit processes.
    """
    if os.name != "posix":
        raise UnghostError(
            "code of a model is run only where its process can be limited, which this system"
            " cannot: run the command on Linux or macOS"
        )
    for candidate in _candidates():
        outcome = _run(candidate, _PROBE, {"path": _packages()}, Limits(seconds=30))
        if outcome.result == []:
            return candidate
    raise UnghostError(f"no process can be limited on this system: {outcome.error[-200:]}")


def _candidates() -> Iterator[Walls]:
    root = os.geteuid() == 0
    unshare = shutil.which("unshare")
    for user in (_NOBODY, None) if root else (None,):
        counts = not root or user is not None
        if unshare is not None:
            yield Walls((unshare, *_OWN_SYSTEM), user, True, True, counts)
            yield Walls((unshare, *_OWN_NETWORK), user, True, False, counts)
        yield Walls((), user, False, False, counts)


def _run(walls: Walls, program: str, data: Any, limits: Limits) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="unghost-", ignore_cleanup_errors=True) as folder:
        place = Path(folder, "work")
        place.mkdir(mode=0o700)
        if walls.user is not None:
            os.chmod(folder, 0o711)
            os.chown(place, walls.user, walls.user)
        given = {
            "program": program,
            "data": data,
            "path": _packages(),
            "limits": asdict(limits) | {"processes": limits.processes + _tasks(walls.user)},
            "refuse_sockets": not walls.own_network,
        }
        command = [*walls.prefix, sys.executable, "-I", "-S", "-c", _BOOT.read_text("utf-8")]
        return _wait(command, json.dumps(given).encode(), place, walls.user, limits.seconds)


def _wait(
    command: Sequence[str], given: bytes, place: Path, user: int | None, seconds: float
) -> Outcome:
    """Start a command and wait for it; what it writes goes to files, whose size is limited."""
    as_user: dict[str, Any] = {}
    if user is not None:
        as_user = {"user": user, "group": user, "extra_groups": []}
    timed_out = False
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=errors,
                cwd=place,
                env=_environment(place),
                start_new_session=True,
                **as_user,
            )
        except OSError as error:
            return Outcome(None, False, str(error))
        try:
            process.communicate(given, timeout=seconds)
        except subprocess.TimeoutExpired:
            timed_out = True
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        return Outcome(None if timed_out else _result(out), timed_out, _end_of(errors))


def _environment(place: Path) -> dict[str, str]:
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(place),
        "TMPDIR": str(place),
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


def _result(out: Any) -> Any:
    out.seek(0)
    try:
        return json.loads(out.read())
    except ValueError:
        return None


def _end_of(errors: Any) -> str:
    size = errors.seek(0, os.SEEK_END)
    errors.seek(max(0, size - _SHOWN))
    text: str = errors.read().decode("utf-8", "replace")
    return text.strip()


def _packages() -> list[str]:
    """Return the folders of installed packages, which ``-S`` leaves out."""
    return [path for path in sys.path if path.endswith("-packages") and Path(path).is_dir()]


def _tasks(user: int | None) -> int:
    """Count the processes and threads of a user, for the limit of processes counts them all."""
    owner, found = os.getuid() if user is None else user, 0
    for entry in Path("/proc").glob("[0-9]*/task"):
        with contextlib.suppress(OSError):
            if entry.stat().st_uid == owner:
                found += sum(1 for _ in entry.iterdir())
    return found
