"""The questions as tools of the Model Context Protocol, over standard input and output."""

from __future__ import annotations

import re
import signal
from functools import partial

import anyio
import anyio.to_thread
from anyio.abc import ObjectReceiveStream, ObjectSendStream
from mcp import types
from mcp.server import Server, ServerRequestContext
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage
from pydantic import ValidationError

from unghost.mcp_server.questions import Questions
from unghost.mcp_server.shapes import QUESTIONS, Question
from unghost.version import __version__

_AT_ONCE = 4
"""Questions that are worked at; what they wait for is mostly a registry."""
_INSTRUCTIONS = (
    "unghost knows which package names exist. Before you install, import, recommend or write down"
    " a package that this project does not use yet, call check_names; before you hand out code,"
    " commands or manifests, call scan_text. Use no name that is not ok."
)
_SURROGATE = re.compile(
    r"(\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)
"""What stands for half a character in JSON; the group is what only looks like it."""


def make_server(questions: Questions, *, offline: bool) -> Server:
    """Build a server that answers the questions.

    Args:
        questions: What answers.
        offline: Whether no registry is asked, which clients may want to know.
    """
    limiter = anyio.CapacityLimiter(_AT_ONCE)
    tools = [_tool(name, question, offline) for name, question in QUESTIONS.items()]

    async def list_tools(
        context: ServerRequestContext, params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(tools=tools)

    async def call_tool(
        context: ServerRequestContext, params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        ask = partial(questions.ask, params.name, params.arguments or {})
        # Whoever gave up waiting, or went away, does not have to wait for a registry.
        answer = await anyio.to_thread.run_sync(ask, abandon_on_cancel=True, limiter=limiter)
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=answer.text)],
            structured_content=answer.structure,
            is_error=answer.structure is None,
        )

    return Server(
        "unghost",
        version=__version__,
        title="unghost",
        instructions=_INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _tool(name: str, question: Question, offline: bool) -> types.Tool:
    return types.Tool(
        name=name,
        title=question.title,
        description=question.description,
        input_schema=question.arguments.model_json_schema(),
        output_schema=question.result.model_json_schema(mode="serialization"),
        annotations=types.ToolAnnotations(
            read_only_hint=True,
            destructive_hint=False,
            idempotent_hint=True,
            open_world_hint=not offline,
        ),
    )


def serve(server: Server) -> None:
    """Serve one client on standard input and output until it goes away.

    Whatever else writes to standard output meanwhile comes out at standard error.
    """
    # There is nothing to save, and the thread that reads would end with the next line only.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        anyio.run(_serve, server)
    except* (OSError, anyio.BrokenResourceError):
        # The client went away while it was being answered.
        pass


async def _serve(server: Server) -> None:
    async with stdio_server() as (read, write), anyio.create_task_group() as group:
        send, receive = anyio.create_memory_object_stream[SessionMessage | Exception](0)
        group.start_soon(_pass_on, read, send)
        await server.run(receive, write, server.create_initialization_options())
        group.cancel_scope.cancel()


async def _pass_on(
    read: ObjectReceiveStream[SessionMessage | Exception],
    send: ObjectSendStream[SessionMessage | Exception],
) -> None:
    async with read, send:
        async for item in read:
            await send.send(mended(item) if isinstance(item, ValidationError) else item)


def mended(error: ValidationError) -> SessionMessage | Exception:
    """Read a message again that has half a character in it, which JSON allows and UTF-8 does not.

    A message that cannot be read is never answered, and its sender would wait for ever.

    Args:
        error: What came of reading it.
    """
    line = error.errors(include_url=False)[0]["input"]
    if not isinstance(line, str):
        return error
    whole = _SURROGATE.sub(lambda found: found[1] or r"\ufffd", line)
    try:
        message = types.jsonrpc_message_adapter.validate_json(whole, by_name=False)
    except ValidationError as still:
        return still
    return SessionMessage(message)
