"""Calls as the agents send them, a world in which few packages exist, and the real command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from unghost.ecosystems.registry import Entry
from unghost.hook.decide import Rules
from unghost.hook.respond import Options, Output, respond
from unghost.names.building import build_snapshot

OLD = "2020-01-01"
REAL = ("flask", "requests", "numpy", "beautifulsoup4", "opencv-python", "flask-cors")


def build_world(folder: Path) -> Path:
    """Write a complete snapshot in which ``brand-new`` is a few days old; give its path."""
    path = folder / "pypi.names"
    lately = (date.today() - timedelta(days=3)).isoformat()
    entries = [*(Entry(name, OLD) for name in REAL), Entry("brand-new", lately)]
    day = date.today().isoformat()
    build_snapshot(entries, path, ecosystem="pypi", source="a test", date=day, complete=True)
    return path


def claude(tool: str, cwd: Path | str, **arguments: Any) -> dict[str, Any]:
    """Make a call as Claude Code sends it."""
    return {
        "session_id": "5e2d",
        "transcript_path": "/home/me/.claude/projects/shop/5e2d.jsonl",
        "cwd": str(cwd),
        "permission_mode": "default",
        "hook_event_name": "PreToolUse",
        "tool_name": tool,
        "tool_input": arguments,
        "tool_use_id": "toolu_01",
    }


def gemini(tool: str, cwd: Path | str, **arguments: Any) -> dict[str, Any]:
    """Make a call as Gemini CLI sends it."""
    return {
        "session_id": "5e2d",
        "transcript_path": "/home/me/.gemini/tmp/chat.json",
        "cwd": str(cwd),
        "hook_event_name": "BeforeTool",
        "timestamp": "2026-10-20T10:00:00.000Z",
        "tool_name": tool,
        "tool_input": arguments,
    }


def cursor(event: str, root: Path | str, **fields: Any) -> dict[str, Any]:
    """Make a call as Cursor sends it."""
    return {
        "conversation_id": "c0",
        "generation_id": "g0",
        "model": "default",
        "hook_event_name": event,
        "cursor_version": "3.14.7",
        "workspace_roots": [str(root)],
        "user_email": None,
        "transcript_path": None,
        **fields,
    }


def options(universe: Path, **changes: Any) -> Options:
    """Make options that ask nobody and know a universe."""
    unverified = changes.pop("unverified", "ask")
    config = changes.pop("config", None)
    given = {"universe": (str(universe),), "offline": True}
    return Options(rules=Rules(config, given, unverified), **changes)


def answered(call: object, universe: Path, **changes: Any) -> tuple[str, str]:
    """Answer a call in this process; give the decision and the reason."""
    return told(respond(json.dumps(call).encode(), options(universe, **changes)))


def told(response: Output) -> tuple[str, str]:
    """Return the decision and the reason of a response, in whatever words it is."""
    assert response.code == 0, response
    if not response.out:
        return "allow", ""
    table = json.loads(response.out)
    inner = table.get("hookSpecificOutput")
    if inner is not None:
        return inner["permissionDecision"], inner["permissionDecisionReason"]
    if "permission" in table:
        return table["permission"], table.get("agent_message", table.get("user_message", ""))
    return table.get("decision", "allow"), table.get("reason", table.get("systemMessage", ""))


def run_hook(
    data: bytes, home: Path, universe: Path | str, *arguments: str, cwd: Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run the real command as an agent does."""
    return subprocess.run(
        [str(Path(sys.executable).with_name("unghost")), "hook", *arguments],
        input=data,
        capture_output=True,
        check=False,
        cwd=cwd or home,
        env=environment(home, universe),
        timeout=120,
    )


def environment(home: Path, universe: Path | str) -> dict[str, str]:
    """Return an environment in which nothing of the machine's settings is seen."""
    kept = {key: os.environ[key] for key in ("PATH", "LANG", "TMPDIR") if key in os.environ}
    folders = {f"XDG_{name}_HOME": str(home / name) for name in ("CACHE", "CONFIG", "DATA")}
    return {
        **kept,
        **folders,
        "HOME": str(home),
        "PIP_CONFIG_FILE": os.devnull,
        "OMP_NUM_THREADS": "1",
        "UNGHOST_OFFLINE": "1",
        "UNGHOST_UNIVERSE": str(universe),
    }
