"""A real client and a real process; nothing here waits for a clock."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import anyio
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.types import CallToolResult, TextContent

from registry_stub import Asked, Reply, Stub, running
from scan_world import build_names, isolate
from unghost import __version__
from unghost.mcp_server.shapes import QUESTIONS

START = "from unghost.cli import main; main()"
"""What the installed command runs."""
NASTY_NAMES = ["a\x00b", "\x1b[2J\x07", "\u202egnp", "a\nb\r\n", "\u2028\x85", '"}]}', "\U0001f600"]


class World:
    """A folder with a snapshot, and the environment of a user without settings."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.environment = folder, environment
        self.log = folder / "stderr.txt"

    def command(self, *arguments: str, start: str = START) -> list[str]:
        return [sys.executable, "-W", "error", "-c", start, "mcp", *arguments]

    def values(self, **more: str) -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", ""), **self.environment, **more}

    def run(
        self,
        use: Callable[[Client], Awaitable[None]],
        *arguments: str,
        mode: str = "auto",
        start: str = START,
        **more: str,
    ) -> None:
        """Let a client of the SDK start the server and use it."""
        command, *rest = self.command(*arguments, start=start)
        place = StdioServerParameters(
            command=command, args=rest, env=self.values(**more), cwd=self.folder
        )

        async def main(log: TextIO) -> None:
            async with Client(stdio_client(place, errlog=log), mode=mode) as client:
                await use(client)

        with self.log.open("w", encoding="utf-8") as log:
            anyio.run(main, log)

    @contextmanager
    def started(self, *arguments: str, **more: str) -> Iterator[subprocess.Popen[str]]:
        """Start the server for a client that is none of the SDK's."""
        with subprocess.Popen(
            self.command(*arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            cwd=self.folder,
            env=self.values(**more),
        ) as server:
            try:
                yield server
            finally:
                server.kill()


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    environment = isolate(monkeypatch, tmp_path)
    universe = build_names(tmp_path / "pypi.names")
    values = {"UNGHOST_OFFLINE": "1", "UNGHOST_UNIVERSE": str(universe), "OMP_NUM_THREADS": "1"}
    return World(tmp_path, environment | values)


@pytest.fixture
def registry() -> Iterator[Stub]:
    with running() as stub:
        yield stub


def _text(result: CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_client_lists_three_tools_and_calls_each(world: World, mode: str) -> None:
    async def use(client: Client) -> None:
        assert (client.server_info.name, client.server_info.version) == ("unghost", __version__)
        assert "check_names" in (client.instructions or "")
        tools = (await client.list_tools()).tools
        assert [tool.name for tool in tools] == ["check_names", "scan_text", "suggest"]
        for tool in tools:
            assert tool.title
            assert tool.input_schema["type"] == "object"
            assert tool.output_schema == QUESTIONS[tool.name].result.model_json_schema(
                mode="serialization"
            )
            hints = tool.annotations
            assert hints is not None
            assert (hints.read_only_hint, hints.destructive_hint) == (True, False)
            assert (hints.idempotent_hint, hints.open_world_hint) == (True, False)

        checked = await client.call_tool("check_names", {"names": ["requests", "flask-zorp"]})
        assert not checked.is_error
        names = checked.structured_content["names"]
        assert [one["status"] for one in names] == ["ok", "ghost"]
        assert "- flask-zorp: ghost: PyPI has no package called flask-zorp" in _text(checked)

        given = {"text": "import requests\nimport zorpkit\n", "language": "python"}
        scanned = await client.call_tool("scan_text", given)
        (finding,) = scanned.structured_content["findings"]
        assert (finding["rule"], finding["name"], finding["line"]) == ("ghost", "zorpkit", 2)

        near = await client.call_tool("suggest", {"name": "reqeusts", "ecosystem": "pypi"})
        assert near.structured_content["suggestions"] == ["requests"]

    world.run(use, mode=mode)
    assert world.log.read_text() == ""


def test_mistakes_are_tool_errors_and_the_server_goes_on(world: World) -> None:
    async def use(client: Client) -> None:
        for name, arguments, said in (
            ("check_names", {"names": ["a"], "ecosystem": "ham"}, "'ham' is not known"),
            ("suggest", {"name": "a", "ecosystem": "npm"}, "no snapshot lists the names of npm"),
            ("check_names", {"names": ["a"] * 1001}, "at most 1000"),
            ("scan_text", {"text": "a" * 1_000_001}, "at most 1000000"),
            ("scan_text", {}, "text: Field required"),
            ("nothing", {}, "there is no tool 'nothing'"),
        ):
            result = await client.call_tool(name, arguments)
            assert result.is_error
            assert result.structured_content is None
            assert said in _text(result)
            assert _text(result).isprintable()
        assert not (await client.call_tool("check_names", {"names": ["requests"]})).is_error

    world.run(use)


def test_unverified_is_said_and_not_ok(world: World) -> None:
    async def use(client: Client) -> None:
        given = {"names": ["left-pad"], "ecosystem": "npm"}
        result = await client.call_tool("check_names", given)
        assert result.structured_content["counts"] == {"unverified": 1}
        assert "not ok" in _text(result)

    world.run(use)


def test_settings_come_from_the_file_that_is_named(world: World) -> None:
    config = world.folder / "elsewhere.toml"
    config.write_text('[[scan.ignore]]\nname = "zorp-*"\nreason = "our own index"\n')

    async def use(client: Client) -> None:
        result = await client.call_tool("check_names", {"names": ["zorp-kit"]})
        (name,) = result.structured_content["names"]
        assert (name["status"], name["why"]) == ("ok", "our own index")

    world.run(use, UNGHOST_CONFIG=str(config))
    world.run(use, "--config", str(config))


def test_the_project_may_be_named(world: World) -> None:
    project = world.folder / "there"
    project.mkdir()
    (project / "pyproject.toml").write_text('[project]\nname = "our-own-thing"\n')

    async def use(client: Client) -> None:
        result = await client.call_tool("check_names", {"names": ["our-own-thing"]})
        assert result.structured_content["counts"] == {"ok": 1}

    world.run(use, "--project", str(project))


def test_many_calls_at_once_each_get_their_own_answer(world: World) -> None:
    async def use(client: Client) -> None:
        answered: dict[int, Any] = {}

        async def one(number: int) -> None:
            names = [f"zorp-{number}-{part}" for part in range(20)]
            result = await client.call_tool("check_names", {"names": [*names, "requests"]})
            answered[number] = [name["name"] for name in result.structured_content["names"]]
            assert result.structured_content["counts"] == {"ghost": 20, "ok": 1}
            text = f"pip install zorp-{number}"
            scanned = await client.call_tool("scan_text", {"text": text})
            assert scanned.structured_content["findings"][0]["name"] == f"zorp-{number}"

        async with anyio.create_task_group() as group:
            for number in range(40):
                group.start_soon(one, number)
        for number, names in answered.items():
            assert names == [*(f"zorp-{number}-{part}" for part in range(20)), "requests"]
        assert len(answered) == 40

    world.run(use)
    assert world.log.read_text() == ""


def test_while_a_registry_is_waited_for_others_are_answered(world: World, registry: Stub) -> None:
    asked, may_answer = threading.Event(), threading.Event()

    def slow(_: Asked) -> Reply:
        asked.set()
        may_answer.wait()
        return Reply(b"{}")

    registry.routes["/simple/flask-zorp/"] = slow
    del world.environment["UNGHOST_OFFLINE"]

    async def use(client: Client) -> None:
        assert (await client.list_tools()).tools[0].annotations.open_world_hint is True
        late: list[CallToolResult] = []

        async def wait() -> None:
            late.append(await client.call_tool("check_names", {"names": ["flask-zorp"]}))

        async with anyio.create_task_group() as group:
            group.start_soon(wait)
            try:
                await anyio.to_thread.run_sync(asked.wait)
                quick = await client.call_tool("check_names", {"names": ["requests"]})
                assert quick.structured_content["counts"] == {"ok": 1}
                assert late == []
            finally:
                may_answer.set()
        # It is there by now, and was not when the snapshot was taken.
        assert late[0].structured_content["names"][0]["status"] == "new"

    world.run(use, PIP_INDEX_URL=f"{registry.url}/simple/")


def test_what_others_print_does_not_reach_the_client(world: World) -> None:
    start = (
        "import os\nfrom unghost.mcp_server.questions import Questions\nask = Questions.ask\n"
        "def loud(*given):\n    print('stray'); os.write(1, b'astray\\n')\n"
        "    os.system('echo child')\n    assert not os.read(0, 1)\n    return ask(*given)\n"
        f"Questions.ask = loud\n{START}"
    )

    async def use(client: Client) -> None:
        for _ in range(3):
            assert not (await client.call_tool("check_names", {"names": ["requests"]})).is_error

    world.run(use, start=start)
    said = world.log.read_text()
    assert said.count("astray") == said.count("child") == 3


def _line(number: int | None, method: str, params: dict[str, Any]) -> str:
    message = {"jsonrpc": "2.0", "method": method, "params": params}
    return json.dumps(message if number is None else {**message, "id": number}) + "\n"


def _call(number: int, name: str, arguments: dict[str, Any]) -> str:
    return _line(number, "tools/call", {"name": name, "arguments": arguments})


def _hello() -> str:
    info = {"name": "a test", "version": "1"}
    params = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": info}
    return _line(0, "initialize", params) + _line(None, "notifications/initialized", {})


def _say(server: subprocess.Popen[str], *lines: str) -> None:
    assert server.stdin is not None
    server.stdin.write("".join(lines))
    server.stdin.flush()


def _hear(server: subprocess.Popen[str]) -> dict[str, Any]:
    assert server.stdout is not None
    heard = json.loads(server.stdout.readline())
    assert isinstance(heard, dict)
    return heard


def test_hostile_names_and_broken_lines_do_not_break_the_protocol(world: World) -> None:
    halves = ["\ud800", "\udfff\ud800", "a\udc80b"]
    with world.started() as server:
        _say(server, _hello())
        assert _hear(server)["result"]["serverInfo"]["name"] == "unghost"
        _say(
            server,
            "garbage\n",
            "\n",
            "[]\n",
            '{"jsonrpc": "2.0"}\n',
            '"\ufeff"\n',
            "[" * 9999,
            "\n",
        )
        _say(server, _call(1, "check_names", {"names": [*NASTY_NAMES, *halves, "\\ud800"]}))
        answer = _hear(server)
        assert answer["id"] == 1
        structure = answer["result"]["structuredContent"]
        asked = [one["name"] for one in structure["names"]]
        assert asked[: len(NASTY_NAMES)] == NASTY_NAMES
        assert asked[len(NASTY_NAMES) :] == ["\ufffd", "\ufffd\ufffd", "a\ufffdb", "\\ud800"]
        assert structure["counts"] == {"ghost": len(asked)}
        text = answer["result"]["content"][0]["text"]
        assert all(line.isprintable() for line in text.split("\n"))
        _say(
            server, _call(2, "scan_text", {"text": "pip install \ud800 zorp-kit\x00\x1b[2J\ud83d"})
        )
        answer = _hear(server)
        assert answer["id"] == 2
        assert not answer["result"]["isError"]
        out, log = server.communicate()
    assert (server.returncode, out, log) == (0, "", "")


@pytest.mark.parametrize("how", ["closes its end", "is gone"])
def test_a_client_that_goes_away_ends_the_server_at_its_work(
    world: World, registry: Stub, how: str
) -> None:
    asked, over = threading.Event(), threading.Event()

    def silent(_: Asked) -> Reply:
        asked.set()
        over.wait()
        return Reply(b"{}")

    registry.routes["/simple/flask-zorp/"] = silent
    del world.environment["UNGHOST_OFFLINE"]
    try:
        with world.started(PIP_INDEX_URL=f"{registry.url}/simple/") as server:
            _say(server, _hello())
            _hear(server)
            _say(server, _call(1, "check_names", {"names": ["flask-zorp"]}))
            asked.wait()
            assert server.stdin is not None
            assert server.stdout is not None
            assert server.stderr is not None
            if how == "is gone":
                server.stdout.close()
            server.stdin.close()
            # Still nobody has answered the server.
            assert server.wait() == 0
            assert server.stderr.read() == ""
    finally:
        over.set()


def test_ctrl_c_ends_the_server(world: World) -> None:
    with world.started() as server:
        _say(server, _hello())
        _hear(server)
        server.send_signal(signal.SIGINT)
        assert server.wait() == -signal.SIGINT
        assert server.stderr is not None
        assert server.stderr.read() == ""


@pytest.mark.parametrize("missing", ["mcp", "mcp.server"])
def test_without_the_sdk_one_line_says_what_to_install(world: World, missing: str) -> None:
    start = f"import sys; sys.modules[{missing!r}] = None; {START}"
    done = subprocess.run(
        world.command(start=start), capture_output=True, text=True, env=world.values(), check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "install the extra 'mcp' of unghost (unghost[mcp])" in done.stderr


def test_settings_that_cannot_be_read_end_the_server_with_one_line(world: World) -> None:
    (world.folder / "bad.toml").write_text("[scan]\nunivers = []\n")
    command = world.command("--config", str(world.folder / "bad.toml"))
    done = subprocess.run(command, capture_output=True, text=True, env=world.values(), check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "there is no setting 'univers'" in done.stderr


def test_the_guide_shows_what_its_client_prints(world: World, repo_root: Path) -> None:
    guide = (repo_root / "docs" / "guides" / "mcp.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"(?ms)^```python\n(.*?^anyio\.run\(main\)\n)```$", guide)
    (shown,) = re.findall(r"(?ms)^```text\n(.*?)^```$", guide)
    program = world.folder / "bin" / "unghost"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\n{START}\n")
    program.chmod(0o755)
    path = os.pathsep.join((str(program.parent), os.environ.get("PATH", "")))
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=world.values(PATH=path),
        cwd=world.folder,
        check=False,
    )
    assert (done.stderr, done.stdout) == ("", shown)
