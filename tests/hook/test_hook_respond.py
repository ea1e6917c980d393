"""An answer comes whatever happens on the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hook_cases import claude, cursor, gemini, options, told
from unghost.hook import respond as room
from unghost.hook.decide import decide
from unghost.hook.formats import AGENTS, Agent, ToolCall
from unghost.hook.respond import Options, Output, respond

BROKEN = {"claude": claude, "gemini": gemini}
FAILS: dict[Any, str] = {"ask": "ask", "closed": "deny", "open": "allow"}


def broken(agent: Agent, shop: Path) -> bytes:
    """Make a call of which nobody knows what it runs."""
    if agent == "cursor":
        call = cursor("beforeShellExecution", shop, command=7, cwd=str(shop))
    else:
        tool = {"claude": "Bash", "gemini": "run_shell_command"}[agent]
        call = BROKEN[agent](tool, shop, command=7)
    return json.dumps(call).encode()


@pytest.mark.parametrize("agent", AGENTS)
@pytest.mark.parametrize("fail", list(FAILS))
def test_what_cannot_be_checked_is_said_and_never_silent(
    shop: Path, world: Path, agent: Agent, fail: Any
) -> None:
    response = respond(broken(agent, shop), options(world, fail=fail))

    decision, reason = told(response)
    assert decision == FAILS[fail]
    assert "could not check this call: the arguments of" in reason
    assert "do not show what it would run" in response.err


@pytest.mark.parametrize(("fail", "code"), [("ask", 2), ("closed", 2), ("open", 1)])
def test_where_not_even_the_agent_is_known_the_exit_code_answers(fail: Any, code: int) -> None:
    response = respond(b'{"hook_event_name": "New\x1b[2J"}', Options(fail=fail))

    assert response.code == code
    assert response.out == ""
    assert response.err.startswith("unghost: ")
    assert response.err.isprintable()


@pytest.mark.parametrize("agent", AGENTS)
def test_where_the_agent_is_said_it_is_answered(agent: Agent) -> None:
    decision, reason = told(respond(b"", Options(agent=agent)))

    # Of a call of Cursor's it is not known whether it may be asked about.
    assert decision == ("deny" if agent == "cursor" else "ask")
    assert "not a JSON object" in reason


def test_a_hook_at_the_wrong_place_blocks_nothing() -> None:
    response = respond(b'{"hook_event_name": "Stop"}', Options())

    assert (response.out, response.code) == ("", 1)
    assert "register it there" in response.err


@pytest.mark.parametrize(
    "error", [ValueError("a\x1bb"), RecursionError(), MemoryError(), KeyError(1)]
)
def test_a_fault_of_unghost_is_an_answer(
    shop: Path, world: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(room, "decide", fail)
    response = respond(json.dumps(claude("Bash", shop, command="ls")).encode(), options(world))

    decision, reason = told(response)
    assert decision == "ask"
    assert f"{type(error).__name__} in unghost itself" in reason
    assert response.err.isprintable()


def test_a_snapshot_that_is_gone_is_no_yes(shop: Path, tmp_path: Path) -> None:
    call = json.dumps(claude("Bash", shop, command="pip install flask")).encode()

    decision, reason = told(respond(call, options(tmp_path / "gone.names")))

    assert decision == "ask"
    assert "gone.names" in reason


def test_where_nobody_is_there_to_be_asked_a_question_is_a_no(shop: Path, world: Path) -> None:
    def answer(command: str, **changes: Any) -> tuple[str, str]:
        call = json.dumps(claude("Bash", shop, command=command)).encode()
        return told(respond(call, options(world, unattended=True, **changes)))

    decision, reason = answer("pip install brand-new")
    assert decision == "deny"
    assert reason.endswith("Nobody is there to ask, so it is denied.")
    assert answer("pip install flask") == ("allow", "")


def test_what_the_call_is_is_told_before_it_is_judged(shop: Path, world: Path) -> None:
    calls: list[ToolCall] = []
    data = json.dumps(claude("Bash", shop, command="ls")).encode()

    assert respond(data, options(world), calls.append) == Output()
    (call,) = calls
    assert call.agent == "claude"
    assert decide(call, options(world).rules).decision == "allow"


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=20)
    | st.sampled_from(
        ["pip install flask-zorp", "requirements.txt", "unghost.toml", "a.ipynb", "\0", "\ud800"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYS = (
    "command", "cmd", "file_path", "path", "notebook_path", "content", "old_string", "new_string",
    "replace_all", "edits", "patch", "input", "new_source", "edit_mode", "cell_id", "cell_number",
    "cell_type", "expected_replacements", "working_directory",
)  # fmt: skip
TOOLS = (
    "Bash",
    "Write",
    "Edit",
    "MultiEdit",
    "NotebookEdit",
    "replace",
    "ApplyPatch",
    "Delete",
    "x",
)
EVENTS = ("PreToolUse", "BeforeTool", "preToolUse", "beforeShellExecution", "beforeMCPExecution")
CALLS = st.fixed_dictionaries(
    {
        "hook_event_name": st.sampled_from(EVENTS) | JUNK,
        "tool_name": st.sampled_from(TOOLS) | JUNK,
        "tool_input": st.dictionaries(st.sampled_from(KEYS), JUNK, max_size=6) | JUNK,
    },
    optional={"cwd": JUNK, "workspace_roots": JUNK, "command": JUNK, "cursor_version": JUNK},
)


@given(call=CALLS, agent=st.sampled_from([None, *AGENTS]))
@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_sent_an_answer_comes(
    shop: Path, world: Path, monkeypatch: pytest.MonkeyPatch, call: Any, agent: Agent | None
) -> None:
    monkeypatch.chdir(shop)
    response = respond(json.dumps(call).encode(), options(world, agent=agent))

    assert response.out.isascii()
    assert "in unghost itself" not in response.err
    assert response.err == "" or response.err.isprintable()
    assert response.code in (0, 1, 2)
    assert response.code == 0 or response.out == ""
    if response.out:
        json.loads(response.out)


@given(
    data=st.binary(max_size=200)
    | st.text(max_size=100).map(lambda text: text.encode("utf-8", "replace"))
)
def test_any_bytes_get_an_answer(data: bytes) -> None:
    response = respond(data, Options())

    assert response.out == ""
    assert response.code == 2
    assert response.err.isprintable()
