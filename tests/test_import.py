from __future__ import annotations

import subprocess
import sys

import pytest

import unghost

LIGHT = ["unghost", "unghost.cli", "unghost.cli.names", "unghost.names.universe"]
LIGHT += ["unghost.domains.packages.answers", "unghost.domains.packages.domain"]
LIGHT += ["unghost.mentions.reader", "unghost.domains.packages.project"]
LIGHT += ["unghost.names.live", "unghost.names.pull", "unghost.domains.packages.confirm"]
LIGHT += ["unghost.config", "unghost.objectives", "unghost.generate.base"]
HEAVY = ["torch", "transformers", "pyarrow", "scipy", "accelerate", "peft"]
SCANNING = ["unghost.mentions.reader", "unghost.names.universe"]
SCANNING += ["unghost.domains.packages.verify", "unghost.domains.packages.project"]
SLOW = ["httpx", "asyncio", "rich", "typer", "pydantic", "ijson", "sqlite3", "yaml", "rapidfuzz"]
SLOW += ["multiprocessing", "tree_sitter", "packaging", "importlib.metadata", "importlib.resources"]
POSIX = ["fcntl", "grp", "pwd", "resource", "termios"]
OF_AGENTS = ["unghost.cli.hook", "unghost.hook.watch", "unghost.scan.scanner", "unghost.api"]
OF_AGENTS += ["unghost.scan.reading.pool", "unghost.mcp_server.questions", "unghost.names.pull"]


@pytest.mark.parametrize("module", LIGHT)
def test_the_light_rooms_import_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_finds_and_judges_imports_nothing_slow() -> None:
    code = f"import sys, {', '.join(SCANNING)}; unghost.ecosystems.all_ecosystems();"
    code += "print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    slow = tuple(name for top in SLOW for name in (f"{top}.", f"{top}_"))
    assert [m for m in done.stdout.split() if m in SLOW or m.startswith(slow)] == []


def test_a_command_imports_neither_the_others_nor_what_it_does_not_use() -> None:
    run = "app(['check', 'requests', '--universe', 'demo'], standalone_mode=False)"
    code = f"import sys; from unghost.cli import app; {run}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules = set(done.stdout.split())
    assert "unghost.cli.check" in modules
    assert (
        modules & {"rich", "pydantic", "httpx", "unghost.cli.unlearn", "unghost.cli.demo"} == set()
    )


def test_what_windows_lacks_is_not_needed_to_import_what_agents_run() -> None:
    code = "import os, signal, sys; sys.modules.update(dict.fromkeys(" + repr(POSIX) + "))\n"
    code += "del os.fork, os.O_NONBLOCK, signal.SIGKILL, signal.SIGALRM, signal.setitimer\n"
    code += f"import {', '.join(OF_AGENTS)}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_public_surface_is_sorted_and_there() -> None:
    assert unghost.__all__ == sorted(unghost.__all__)
    assert all(hasattr(unghost, name) for name in unghost.__all__)
