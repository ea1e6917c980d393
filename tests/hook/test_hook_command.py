"""The real command, as the agents run it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from hook_cases import claude, cursor, environment, gemini, run_hook


def asked(call: object, home: Path, world: Path | str, *arguments: str) -> dict[str, Any]:
    """Run the command; give what it answers, an empty table for silence."""
    done = run_hook(json.dumps(call).encode(), home, world, *arguments)
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()
    assert done.stdout.count(b"\n") <= 1
    return dict(json.loads(done.stdout)) if done.stdout else {}


def test_claude_code_is_answered(shop: Path, world: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"

    denied = asked(claude("Bash", shop, command="pip install flask-zorp"), home, world)
    output = denied["hookSpecificOutput"]
    assert list(denied) == ["hookSpecificOutput"]
    assert output["hookEventName"] == "PreToolUse"
    assert output["permissionDecision"] == "deny"
    assert "flask-cors" in output["permissionDecisionReason"]
    new = asked(claude("Bash", shop, command="pip install brand-new"), home, world)
    assert new["hookSpecificOutput"]["permissionDecision"] == "ask"
    fine = claude("Write", shop, file_path=str(shop / "a.py"), content="import flask\n")
    assert asked(fine, home, world) == {}
    assert asked(claude("Read", shop, file_path="a.py"), home, world) == {}


def test_gemini_cli_is_answered(shop: Path, world: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    arguments = {"file_path": "requirements.txt", "old_string": "", "new_string": "flask-zorp\n"}

    denied = asked(gemini("replace", shop, **arguments), home, world)
    assert set(denied) == {"decision", "reason", "systemMessage"}
    assert denied["decision"] == "deny"
    new = asked(gemini("run_shell_command", shop, command="pip install brand-new"), home, world)
    assert new["decision"] == "ask"
    assert asked(gemini("run_shell_command", shop, command="ls"), home, world) == {}


def test_cursor_is_answered(shop: Path, world: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"

    def shell(command: str) -> dict[str, Any]:
        return asked(cursor("beforeShellExecution", shop, command=command, cwd=""), home, world)

    assert shell("ls") == {"permission": "allow"}
    assert shell("pip install flask-zorp")["permission"] == "deny"
    assert shell("pip install brand-new")["permission"] == "ask"
    written = {"file_path": str(shop / "requirements.txt"), "content": "brand-new\n"}
    before = cursor("preToolUse", shop, tool_name="Write", tool_input=written, cwd=str(shop))
    assert asked(before, home, world)["permission"] == "deny"


def test_options_are_obeyed(shop: Path, world: Path, tmp_path: Path) -> None:
    home, call = tmp_path / "home", claude("Bash", shop, command="npm i left-pad")

    def decision(*arguments: str) -> str:
        table = asked(call, home, world, *arguments)
        return str(table.get("hookSpecificOutput", {}).get("permissionDecision"))

    assert decision() == "ask"
    assert decision("--unverified", "deny") == "deny"
    assert decision("--unverified", "allow") == "None"
    assert decision("--unattended") == "deny"
    broken = run_hook(b"{", home, world, "--agent", "gemini", "--fail", "closed")
    assert json.loads(broken.stdout)["decision"] == "deny"


@pytest.mark.parametrize(
    ("data", "arguments", "code"),
    [
        (b"", (), 2),
        (b"{}", (), 2),
        (b"[" * 1_000_000, (), 2),
        (b"\0" * 100, (), 2),
        (b" " * (17 << 20), (), 2),
        (b"{}", ("--fail", "open"), 1),
        (b"{}", ("--fail", "sometimes"), 2),
        (b"{}", ("--agent", "other"), 2),
        (b'{"hook_event_name": "Stop"}', (), 1),
    ],
)
def test_what_is_not_understood_is_one_line(
    tmp_path: Path, world: Path, data: bytes, arguments: tuple[str, ...], code: int
) -> None:
    done = run_hook(data, tmp_path, world, *arguments)

    assert (done.returncode, done.stdout) == (code, b"")
    assert done.stderr.startswith(b"unghost: ")
    assert done.stderr.count(b"\n") == 1


def test_a_registry_that_does_not_answer_takes_no_longer_than_an_agent_waits(
    shop: Path, tmp_path: Path, world: Path
) -> None:
    """A server that takes a connection and says nothing must not hold an agent up."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        env = environment(tmp_path, world)
        del env["UNGHOST_OFFLINE"]
        env["PIP_INDEX_URL"] = f"http://127.0.0.1:{port}/simple"
        begun = time.monotonic()
        done = subprocess.run(
            [str(Path(sys.executable).with_name("unghost")), "hook"],
            input=json.dumps(claude("Bash", shop, command="pip install flask-zorp")).encode(),
            capture_output=True,
            check=False,
            timeout=60,
            env=env,
        )
    took = time.monotonic() - begun

    # What a complete snapshot does not have is taken for absent where nobody can say otherwise.
    assert json.loads(done.stdout)["hookSpecificOutput"]["permissionDecision"] in ("ask", "deny")
    assert took < 30


LIGHT = """
import json, sys
from unghost.hook.respond import Options, Rules, respond
rules = Rules(given={"universe": (sys.argv[2],), "offline": True})
respond(open(sys.argv[1], "rb").read(), Options(rules=rules))
print(json.dumps(sorted(sys.modules)))
"""


@pytest.mark.parametrize("command", ["ls", "pip install flask", "pip install flask-zorp"])
def test_nothing_heavy_is_imported(shop: Path, world: Path, tmp_path: Path, command: str) -> None:
    path = tmp_path / "call.json"
    path.write_text(json.dumps(claude("Bash", shop, command=command)))

    done = subprocess.run(
        [sys.executable, "-c", LIGHT, str(path), str(world)],
        capture_output=True,
        check=True,
        env=environment(tmp_path, world),
    )

    loaded = set(json.loads(done.stdout))
    assert loaded.isdisjoint({"rich", "pydantic", "httpx", "torch", "transformers", "pyarrow"})
    if command != "pip install flask-zorp":
        assert loaded.isdisjoint({"tree_sitter", "asyncio", "sqlite3"})
