from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unghost.mentions.reader import find_in_file, find_in_text


def found(document: Any, path: str = "call.json") -> list[str]:
    text = document if isinstance(document, str) else json.dumps(document)
    mentions = find_in_file(text.encode("utf-8", "surrogatepass"), path)
    for mention in mentions:
        assert text[mention.start : mention.end] == mention.raw
        assert mention.name == mention.raw
    return [mention.name for mention in mentions]


CALLS: list[tuple[str, Any, list[str]]] = [
    (
        "OpenAI chat",
        {
            "tool_calls": [
                {
                    "id": "c",
                    "type": "function",
                    "function": {
                        "name": "shell",
                        "arguments": json.dumps({"command": 'echo "x" && pip install "qa" é\n'}),
                    },
                }
            ]
        },
        ["qa"],
    ),
    (
        "OpenAI responses",
        {"type": "function_call", "name": "sh", "arguments": '{"cmd": ["sh", "-c", "npm i qa"]}'},
        ["qa"],
    ),
    (
        "OpenAI local shell",
        {"type": "local_shell_call", "action": {"command": ["pip", "install", "qa"]}},
        ["qa"],
    ),
    (
        "Anthropic",
        {"type": "tool_use", "name": "bash", "input": {"command": "cargo add qa\npip install qb"}},
        ["qa", "qb"],
    ),
    (
        "Anthropic editor",
        {
            "type": "tool_use",
            "name": "str_replace_based_edit_tool",
            "input": {"command": "create", "path": "a/b.py", "file_text": "import qa\n# import qb"},
        },
        ["qa"],
    ),
    ("hook", {"hook_event_name": "PreToolUse", "tool_input": {"command": "uv add qa"}}, []),
    (
        "hook of a shell",
        {"hook_event_name": "x", "tool_name": "Bash", "tool_input": {"command": "uv add qa"}},
        ["qa"],
    ),
    ("hook of Cursor", {"hook_event_name": "beforeShellExecution", "command": "npx qa"}, ["qa"]),
    (
        "write",
        {
            "tool_name": "Write",
            "tool_input": {"file_path": "/x/requirements.txt", "content": "qa==1\nqb\n# qc\n"},
        },
        ["qa", "qb"],
    ),
    (
        "edit",
        {
            "tool_name": "Edit",
            "tool_input": {
                "file_path": "x.py",
                "old_string": "import qa",
                "new_string": "\timport qb\n",
            },
        },
        ["qb"],
    ),
    (
        "edit of a manifest",
        {
            "tool_name": "Edit",
            "tool_input": {
                "file_path": "package.json",
                "new_string": '"dependencies": {\n  "qa": "^1"',
            },
        },
        ["qa"],
    ),
    (
        "several edits",
        {
            "tool_name": "MultiEdit",
            "tool_input": {
                "file_path": "x.py",
                "edits": [
                    {"old_string": "import qa", "new_string": "import qb"},
                    {"old_string": "", "new_string": "import qc"},
                ],
            },
        },
        ["qb", "qc"],
    ),
    (
        "notebook",
        {
            "tool_name": "NotebookEdit",
            "tool_input": {"file_path": "a.py", "new_source": "import qa"},
        },
        ["qa"],
    ),
    (
        "MCP",
        {
            "jsonrpc": "2.0",
            "method": "tools/call",
            "params": {"name": "t", "arguments": {"command": "gem install qa"}},
        },
        ["qa"],
    ),
    (
        "Gemini",
        {"functionCall": {"name": "run_shell_command", "args": {"command": "go get q.dev/a"}}},
        ["q.dev/a"],
    ),
    ("Copilot", {"toolName": "bash", "toolArgs": '{"command": "npm i qa"}'}, ["qa"]),
    (
        "patch of Codex",
        {
            "type": "custom_tool_call",
            "name": "apply_patch",
            "input": "*** Begin Patch\n*** Add File: a.py\n+import qa\n*** End Patch",
        },
        ["qa"],
    ),
    (
        "patch as a command",
        {
            "name": "shell",
            "arguments": {
                "command": ["apply_patch", "*** Begin Patch\n*** Add File: a.py\n+import qa\n"]
            },
        },
        ["qa"],
    ),
    ("code", {"name": "python", "arguments": {"code": "import qa\nqa.x()"}}, ["qa"]),
    ("script", {"name": "run", "input": {"code": "npm i qa", "language": "sh"}}, ["qa"]),
    ("commands", {"name": "x", "input": {"commands": ["npm i qa", "npm i qb"]}}, ["qa", "qb"]),
    ("server", {"mcpServers": {"x": {"command": "npx", "args": ["-y", "@qa/qb@1"]}}}, ["@qa/qb"]),
    (
        "hook of a setting",
        {"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "npx qa"}]}]}},
        ["qa"],
    ),
    ("answer", {"role": "assistant", "content": "Run `pip install qa`."}, ["qa"]),
    (
        "answer in parts",
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "`pip install qa`"},
                {"type": "text", "text": "```sh\nnpm i qb\n```"},
                {"type": "tool_result", "content": "pip install qc"},
            ],
        },
        ["qb"],
    ),
    ("question", {"role": "user", "content": "Run `pip install qa`."}, []),
    ("description", {"name": "x", "description": "npm i qa", "input": {"q": "npm i qb"}}, []),
    ("anything", {"a": {"command": "pip install qa"}, "content": "import qb"}, []),
    ("schema", {"name": "sh", "parameters": {"properties": {"command": {"type": "string"}}}}, []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("document", "expected"), [case[1:] for case in CALLS], ids=[c[0] for c in CALLS]
)
def test_calls(document: Any, expected: list[str]) -> None:
    assert found(document) == expected
    assert found(json.dumps(document, indent=2)) == expected
    assert [m.name for m in find_in_text(json.dumps([document]), "s")] == expected


def test_one_call_a_line() -> None:
    lines = [json.dumps(document) for _, document, _ in CALLS]
    expected = [name for _, _, names in CALLS for name in names]
    assert found("\n".join(lines), "log.jsonl") == expected
    broken = "\n".join([lines[3], '{"a": "b', lines[3]])
    assert found(broken, "log.jsonl") == ["qa", "qb", "qa", "qb"]
    assert found("\r\n".join(lines) + "\r\n", "log.jsonl") == expected


def test_places_behind_escapes() -> None:
    command = 'echo "\u00e9\U0001f600\\\\" \t&&\npip install "qa"'
    inner = json.dumps({"command": command})
    for document in (
        {"name": "x", "input": {"command": command}},
        {"name": "x", "arguments": inner},
        {"name": "x", "arguments": json.dumps({"a": {"name": "y", "arguments": inner}})},
    ):
        for ascii_only in (True, False):
            text = json.dumps(document, ensure_ascii=ascii_only)
            (mention,) = find_in_text(text, "s")
            assert (mention.start, mention.raw) == (text.index("qa"), "qa")


def test_a_name_with_an_escape_covers_what_is_written() -> None:
    text = '{"name": "x", "input": {"command": "pip install q\\u0061"}}'
    (mention,) = find_in_text(text, "s")
    assert (mention.raw, mention.name) == ("q\\u0061", "qa")


_KEYS = st.sampled_from(
    ["name", "type", "arguments", "input", "tool_input", "command", "cmd", "content", "file_path",
     "edits", "role", "code", "mcpServers", "args", "text", "new_string", "patch"]
)  # fmt: skip
_TEXTS = st.sampled_from(
    ["bash", "pip install qa", "x.py", "import qa", '{"command": "npm i qa"}', "assistant",
     "\ud800", "requirements.txt", "*** Begin Patch\n*** Add File: a.py\n+import qa", "", "a.json",
     "{", "npx"]
)  # fmt: skip


@given(
    st.recursive(
        _TEXTS | st.none() | st.integers(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
        max_leaves=12,
    ),
    st.integers(0, 30),
)
def test_any_document_is_read(document: Any, cut: int) -> None:
    text = json.dumps(document)
    for part in (text, text[cut:], text[: len(text) - cut], f"{text}\n{text}"):
        for mention in find_in_file(part.encode(), "a.json"):
            assert mention.raw in part


def _nested(text: str, count: int) -> str:
    for _ in range(count):
        text = json.dumps({"name": "x", "arguments": text})
    return text


def test_calls_in_calls_end_somewhere() -> None:
    call = json.dumps({"name": "x", "input": {"command": "pip install qa"}})
    assert found(_nested(call, 3)) == ["qa"]
    assert found(_nested(call, 9)) == []


def _seconds(text: str) -> float:
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        find_in_text(text, "s")
        best = min(best, time.process_time() - start)
    return best


CALL = '{"name": "x", "input": {"command": "pip install \\"qa\\""}}'


@pytest.mark.slow
@pytest.mark.parametrize(
    "make",
    [
        lambda n: f"[{','.join([CALL] * n)}]",
        lambda n: f"{CALL}\n" * n,
        lambda n: '{"name": "x", "input": ' * n,
        lambda n: json.dumps(
            {"name": "x", "arguments": json.dumps({"command": "pip install qa\n" * n})}
        ),
        lambda n: '{"name": "x", "edits": [' * n,
        lambda n: json.dumps({"name": "x", "input": {"command": ["pip", "install"] + ["qa"] * n}}),
        lambda n: json.dumps({"role": "assistant", "content": "```\nimport qa\n```\n" * n}),
        lambda n: '{"name": "x", "input": {}}' * n,
    ],
)
def test_time_is_linear(make: Callable[[int], str]) -> None:
    assert _seconds(make(2400)) / max(_seconds(make(300)), 1e-4) < 24


def test_a_call_longer_than_what_people_paste_is_read() -> None:
    call = {"type": "tool_use", "name": "bash", "input": {"command": "pip install qa"}}
    text = json.dumps([{"text": "a" * 250_000}, call])
    assert [mention.name for mention in find_in_text(text, "answer")] == ["qa"]
