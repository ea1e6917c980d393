"""The agents' words, in and out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hook_cases import claude, cursor, gemini
from unghost.hook.formats import (
    LARGEST,
    Agent,
    NotUnderstoodError,
    Reply,
    ToolCall,
    read_call,
    render,
)

HERE = Path("/srv/shop")


def read(table: object, agent: Agent | None = None) -> ToolCall:
    return read_call(json.dumps(table).encode(), agent)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (
            claude("Bash", HERE, command="ls"),
            ToolCall("claude", "PreToolUse", "Bash", "/srv/shop", {"command": "ls"}),
        ),
        (
            gemini("write_file", HERE, file_path="a", content="b"),
            ToolCall(
                "gemini",
                "BeforeTool",
                "write_file",
                "/srv/shop",
                {"file_path": "a", "content": "b"},
            ),
        ),
        (
            cursor("beforeShellExecution", HERE, command="ls", cwd="", sandbox=False),
            ToolCall("cursor", "beforeShellExecution", "Shell", "/srv/shop", {"command": "ls"}),
        ),
        (
            cursor("preToolUse", HERE, tool_name="Write", tool_input={"path": "a"}, cwd="/srv"),
            ToolCall("cursor", "preToolUse", "Write", "/srv", {"path": "a"}),
        ),
        (
            cursor("beforeMCPExecution", HERE, tool_name="put", tool_input='{"path": "a"}'),
            ToolCall("cursor", "beforeMCPExecution", "put", "/srv/shop", {"path": "a"}),
        ),
        (
            # Cursor runs hooks that are registered for Claude Code too.
            cursor("PreToolUse", HERE, tool_name="Shell", tool_input={"command": "ls"}),
            ToolCall("cursor", "preToolUse", "Shell", "/srv/shop", {"command": "ls"}),
        ),
        (
            cursor("preToolUse", HERE, tool_name="ApplyPatch", tool_input="*** Begin Patch\n"),
            ToolCall(
                "cursor", "preToolUse", "ApplyPatch", "/srv/shop", {"input": "*** Begin Patch\n"}
            ),
        ),
    ],
)
def test_a_call_is_read_whoever_sends_it(table: dict[str, Any], expected: ToolCall) -> None:
    assert read(table) == expected


def test_the_agent_may_be_said_where_the_input_does_not_tell() -> None:
    table = {"tool_name": "Bash", "tool_input": {"command": "ls"}}

    assert read(table, "gemini") == ToolCall("gemini", "BeforeTool", "Bash", "", {"command": "ls"})
    assert read({"command": "ls"}, "cursor").event == "beforeShellExecution"
    assert read({**table, "hook_event_name": "BeforeTool"}, "claude").event == "PreToolUse"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"PreToolUse"',
        b"{}",
        b'{"hook_event_name": 7}',
        b'{"hook_event_name": "SomethingNew"}',
        b"[" * 100_000,
        b'{"hook_event_name":' * 50_000,
        b"\xff\xfe\x00",
        b'{"hook_event_name": "PreTool\x00Use"}',
        b"9" * 100_000,
    ],
)
def test_what_is_no_call_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(NotUnderstoodError) as caught:
        read_call(data)

    assert caught.value.call is None
    assert not caught.value.other
    assert "PreToolUse, BeforeTool, beforeShellExecution" in str(caught.value)


@pytest.mark.parametrize("event", ["Stop", "UserPromptSubmit", "AfterTool", "afterFileEdit"])
def test_a_moment_at_which_nothing_is_to_be_judged_is_told_from_others(event: str) -> None:
    with pytest.raises(NotUnderstoodError, match=f"not {event}: register it there") as caught:
        read({"hook_event_name": event, "tool_name": "Bash", "tool_input": {}})

    assert caught.value.other


@pytest.mark.parametrize("arguments", [None, [], 3, True])
def test_arguments_that_are_no_object_are_not_understood(arguments: object) -> None:
    with pytest.raises(NotUnderstoodError) as caught:
        read({"hook_event_name": "BeforeTool", "tool_name": "x", "tool_input": arguments})

    assert caught.value.call == ToolCall("gemini", "BeforeTool", "x")


def test_an_input_that_is_too_large_is_refused_unread() -> None:
    with pytest.raises(NotUnderstoodError, match="over 16 MB") as caught:
        read_call(b" " * (LARGEST + 1), "claude")

    assert caught.value.call == ToolCall("claude", "PreToolUse")


def test_numbers_of_any_length_are_read() -> None:
    data = b'{"hook_event_name": "PreToolUse", "tool_input": {"n": ' + b"7" * 500_000 + b"}}"

    assert read_call(data).arguments == {"n": 0}


SILENT: dict[str, str] = {"claude": "", "gemini": "", "cursor": '{"permission": "allow"}'}


@pytest.mark.parametrize("agent", list(SILENT))
def test_nothing_wrong_leaves_all_to_the_agent(agent: Agent) -> None:
    """An "allow" would skip the user's own prompt in Claude Code; Cursor wants to hear one."""
    assert render(Reply(), ToolCall(agent, "PreToolUse")) == SILENT[agent]


@pytest.mark.parametrize("decision", ["ask", "deny"])
def test_answers_are_in_the_agents_own_words(decision: Any) -> None:
    answer = Reply(decision, "why", "for you")

    assert json.loads(render(answer, ToolCall("claude", "PreToolUse"))) == {
        "hookSpecificOutput": {
            "hookEventName": "PreToolUse",
            "permissionDecision": decision,
            "permissionDecisionReason": "why",
        }
    }
    assert json.loads(render(answer, ToolCall("gemini", "BeforeTool"))) == {
        "decision": decision,
        "reason": "why",
        "systemMessage": "for you",
    }
    assert json.loads(render(answer, ToolCall("cursor", "beforeShellExecution"))) == {
        "permission": decision,
        "user_message": "for you",
        "agent_message": "why",
    }


def test_an_agent_that_cannot_ask_is_told_no() -> None:
    table = json.loads(render(Reply("ask", "why"), ToolCall("cursor", "preToolUse")))

    assert table["permission"] == "deny"
    assert table["agent_message"].startswith("why\n")
    assert "let the user decide" in table["agent_message"]


@pytest.mark.parametrize("agent", ["claude", "gemini"])
def test_a_warning_without_a_decision_is_for_the_person(agent: Agent) -> None:
    said = render(Reply("allow", shown="not checked"), ToolCall(agent, "PreToolUse"))

    assert json.loads(said) == {"systemMessage": "not checked"}


def test_an_answer_is_one_line_of_ascii() -> None:
    said = render(Reply("deny", "a\nb\x1b[2J\u202e\ud800é"), ToolCall("claude", "PreToolUse"))

    assert said.isascii()
    assert said.isprintable()
