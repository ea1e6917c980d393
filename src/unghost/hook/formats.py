"""The JSON that agents send to a hook and expect from it; only this module knows its fields.

Sources: the hook references of Claude Code, Gemini CLI and Cursor (found). What differs is which
decisions they act on: see :data:`_CANNOT_ASK`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from unghost.errors import UnghostError
from unghost.syntax.printable import printable

Agent = Literal["claude", "gemini", "cursor"]
Decision = Literal["allow", "ask", "deny"]
AGENTS: tuple[Agent, ...] = get_args(Agent)
DECISIONS: tuple[Decision, ...] = get_args(Decision)
LARGEST = 16 << 20
"""Bytes of input that are read; no call of a tool is larger."""
_EVENTS: dict[str, Agent] = {
    "PreToolUse": "claude",
    "BeforeTool": "gemini",
    "beforeShellExecution": "cursor",
    "beforeMCPExecution": "cursor",
    "preToolUse": "cursor",
}
"""Events that come before a tool is used, each with the agent that calls it so."""
_USUAL: dict[Agent, str] = {"claude": "PreToolUse", "gemini": "BeforeTool", "cursor": "preToolUse"}
_LATE = (
    "PostToolUse PostToolUseFailure PostToolBatch PermissionRequest PermissionDenied Stop"
    " StopFailure SubagentStart SubagentStop UserPromptSubmit SessionStart SessionEnd Notification"
    " PreCompact PostCompact AfterTool BeforeAgent AfterAgent BeforeModel AfterModel"
    " BeforeToolSelection PreCompress sessionStart sessionEnd postToolUse postToolUseFailure"
    " subagentStart subagentStop afterShellExecution afterMCPExecution beforeReadFile afterFileEdit"
    " beforeSubmitPrompt preCompact stop afterAgentResponse afterAgentThought beforeTabFileRead"
    " afterTabFileEdit workspaceOpen"
)
_OTHERS = frozenset(_LATE.split())
"""Events of these agents that precede no tool; some of them must never be blocked."""
_CANNOT_ASK = frozenset({"preToolUse"})
"""Events whose agent takes "ask" and goes on without asking: there only "deny" stops a call."""
_NOT_ASKED = "Cursor asks nobody before this kind of call, so it is denied: let the user decide."
_DIGITS = 18
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The call that an agent is about to make.

    Attributes:
        agent: The agent.
        event: What the agent calls this moment.
        tool: The tool's name.
        cwd: The folder it works in, empty if it is not said.
        arguments: What the tool is given.
    """

    agent: Agent
    event: str
    tool: str = ""
    cwd: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to an agent.

    Attributes:
        decision: ``allow`` leaves all to the agent's own rules.
        reason: Why, in words that the model can act on.
        shown: The same for the person at the agent; ``reason`` if it is empty.
    """

    decision: Decision = "allow"
    reason: str = ""
    shown: str = ""


class NotUnderstoodError(UnghostError):
    """An input that is not a call of a tool.

    Args:
        problem: What is wrong, in words.
        call: The call as far as it is known, None if not even the agent is.
        other: Whether it is of a moment at which nothing is to be judged.
    """

    def __init__(self, problem: str, call: ToolCall | None = None, *, other: bool = False) -> None:
        super().__init__(problem)
        self.call, self.other = call, other


def read_call(data: bytes, agent: Agent | None = None) -> ToolCall:
    """Read what an agent sends.

    Args:
        data: Its JSON.
        agent: The agent if it is known; otherwise the input itself tells.

    Raises:
        NotUnderstoodError: It is of no form that is known.
    """
    known = None if agent is None else call_of(agent)
    if len(data) > LARGEST:
        raise NotUnderstoodError(f"the input is over {LARGEST >> 20} MB", known)
    table = _parsed(data)
    if not isinstance(table, dict):
        raise NotUnderstoodError(f"the input is not a JSON object; expected {_expected()}", known)
    event = _text(table.get("hook_event_name"))
    if event in _OTHERS:
        said = f"the hook answers {', '.join(_EVENTS)}, not {event}: register it there"
        raise NotUnderstoodError(said, other=True)
    agent = agent or ("cursor" if "cursor_version" in table else _EVENTS.get(event))
    if agent is None:
        shown = printable(event)[:_LONGEST] or "none"
        raise NotUnderstoodError(f"hook_event_name is {shown}; expected {_expected()}")
    return _call(table, agent, event if _EVENTS.get(event) == agent else "")


def call_of(agent: Agent) -> ToolCall:
    """Return a call of which nothing is known but the agent."""
    return ToolCall(agent, _USUAL[agent])


def _call(table: dict[str, Any], agent: Agent, event: str) -> ToolCall:
    tool, cwd = _text(table.get("tool_name")), _text(table.get("cwd"))
    if not cwd and isinstance(roots := table.get("workspace_roots"), list) and roots:
        cwd = _text(roots[0])
    arguments = table.get("tool_input")
    if event == "beforeShellExecution" or (
        agent == "cursor" and not event and arguments is None and "command" in table
    ):
        event, tool = "beforeShellExecution", "Shell"
        arguments = {"command": table.get("command")}
    event = event or _USUAL[agent]
    if isinstance(arguments, str):
        # Cursor hands the arguments of an MCP tool over as a text of JSON, and a patch as it is.
        told = _parsed(arguments.encode("utf-8", "surrogatepass"))
        arguments = told if isinstance(told, dict) else {"input": arguments}
    if not isinstance(arguments, dict):
        raise NotUnderstoodError("tool_input is not an object", ToolCall(agent, event, tool, cwd))
    return ToolCall(agent, event, tool, cwd, arguments)


def _expected() -> str:
    return f"a JSON object whose hook_event_name is one of {', '.join(_EVENTS)} (or give --agent)"


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-8-sig", "replace"), parse_int=_number)
    except (ValueError, RecursionError):
        return None


def _number(digits: str) -> int:
    """Read a number; one of thousands of digits would only cost time."""
    return int(digits) if len(digits) <= _DIGITS else 0


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def render(answer: Reply, call: ToolCall) -> str:
    """Render an answer in the agent's format; an empty text leaves the decision to the agent."""
    shown = answer.shown or answer.reason
    table: dict[str, Any] = {}
    if call.agent == "claude":
        if answer.decision != "allow":
            table["hookSpecificOutput"] = {
                "hookEventName": call.event,
                "permissionDecision": answer.decision,
                "permissionDecisionReason": answer.reason,
            }
        elif shown:
            table["systemMessage"] = shown
    elif call.agent == "gemini":
        if answer.decision != "allow":
            table |= {"decision": answer.decision, "reason": answer.reason}
        if shown:
            table["systemMessage"] = shown
    else:
        # Cursor takes silence for a hook that broke; its own approval comes after an "allow" too.
        table = _of_cursor(answer, shown, call.event)
    return json.dumps(table) if table else ""


def _of_cursor(answer: Reply, shown: str, event: str) -> dict[str, Any]:
    decision, reason = answer.decision, answer.reason
    if decision == "ask" and event in _CANNOT_ASK:
        decision, reason = "deny", f"{reason}\n{_NOT_ASKED}"
    said = {"user_message": shown, "agent_message": reason}
    return {"permission": decision, **{key: text for key, text in said.items() if text}}
