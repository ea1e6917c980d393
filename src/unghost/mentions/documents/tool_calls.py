"""Commands and files in an agent's JSON: tool calls, hooks, and the servers it starts.

The shapes are those of OpenAI (chat and responses), Anthropic, Gemini, MCP, and the hooks of Claude
Code, Codex, Gemini and Cursor, by their documentation (found); what has a tool's name beside its
arguments is taken for a call, whoever writes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from unghost.ecosystems.spot import Spot
from unghost.mentions.commands.installs import installs
from unghost.mentions.imports import typed_languages
from unghost.mentions.kinds.by_content import guess, is_diff, kinds_for
from unghost.mentions.kinds.by_name import Kind, Reader, kind_of_fence
from unghost.syntax.document import Array, Scalar, Table, Value, strings, tables
from unghost.syntax.json_text import read_json
from unghost.syntax.located import located
from unghost.syntax.word import Word

_NAMES = ("name", "tool_name", "toolName", "tool", "recipient_name", "type", "function")
_ARGUMENTS = (
    "arguments", "input", "tool_input", "args", "parameters", "tool_args", "toolArgs", "tool_info",
    "action",
)  # fmt: skip
_COMMANDS = (
    "command", "cmd", "commands", "script", "shell_command", "command_line", "commandLine",
    "bash_command",
)  # fmt: skip
_PATHS = (
    "file_path", "filePath", "path", "filename", "file", "target_file", "notebook_path",
    "absolute_path", "uri",
)  # fmt: skip
_CONTENTS = (
    "content", "contents", "file_text", "text", "new_string", "new_str", "newText", "new_text",
    "new_source", "insert_text", "code_edit",
)  # fmt: skip
_CODES = ("code", "source_code")
_PATCHES = ("patch", "diff", "input", "patchText")
_SHELLS = ("bash", "shell", "terminal", "exec", "command")
_SPEAKERS = ("assistant", "model")
_SAID = ("text", "output_text")
_HINTS = (*_ARGUMENTS, "hook_event_name", "mcpServers", "servers", "hooks", "role", "code")
_MOST_NESTED = 4


def find_in_tool_calls(text: str, read: Reader) -> list[Spot]:
    """Find what the tool calls of a JSON text, or of one JSON text a line, name.

    Args:
        text: The text.
        read: Reads what is run, written or said.
    """
    if not any(f'"{hint}"' in text or f'\\"{hint}\\"' in text for hint in _HINTS):
        return []
    source = Word(text, 0, len(text))
    return [
        spot for part in _documents(source) for spot in _Document(part, read).spots()
    ]  # fmt: skip


def _documents(source: Word) -> Iterator[Word]:
    """Cut a text of one document a line into lines, so that a broken one spoils no other."""
    written = source.text.strip("\ufeff \t\r\n").split("\n", 2)
    heads = [line.strip() for line in written]
    if len(heads) < 2 or not all(head.startswith("{") for head in heads[:2]) or len(heads[0]) < 3:
        yield source
        return
    position = 0
    for line in source.text.splitlines(keepends=True):
        yield source.part(position, position + len(line))
        position += len(line)


@dataclass(frozen=True, slots=True)
class _Document:
    """A JSON text that is a document, or a string of one."""

    source: Word
    read: Reader
    depth: int = 0

    def spots(self) -> Iterator[Spot]:
        at = 0
        while (value := read_json(self.source.text, at)) is not None:
            if isinstance(value, Scalar):
                return
            at = value.end
            yield from self.below(value)

    def below(self, value: Value) -> Iterator[Spot]:
        pending = [value]
        while pending:
            value = pending.pop()
            if isinstance(value, Array):
                pending += value.items
            elif isinstance(value, Table):
                yield from self._of_table(value)
                pending += (inner for _, inner in value.entries)

    def _of_table(self, table: Table) -> Iterator[Spot]:
        tool = next((said for name in _NAMES if (said := table.text(name))), None)
        for key in _ARGUMENTS if tool is not None or "function" in _keys(table) else ():
            arguments = table.get(key)
            if arguments is not None:
                yield from self._of_arguments(arguments, tool or "")
        if table.get("hook_event_name") is not None or table.text("type") == "command":
            yield from self._of_call(table, "")
        elif tool is not None and table.get("code") is not None:
            yield from self._of_code(table, tool)
        for servers in (table.table("mcpServers"), table.table("servers")):
            for server in tables(Array(0, 0, [value for _, value in servers.entries])):
                yield from self._of_call(server, "")
        if table.text("role") in _SPEAKERS:
            yield from self._of_answer(table)

    def _of_arguments(self, value: Value, tool: str) -> Iterator[Spot]:
        if isinstance(value, Table):
            yield from self._of_call(value, tool)
        elif isinstance(value, Scalar) and value.text.lstrip().startswith("{"):
            inner = located(self.source, value)
            if inner is not None and self.depth < _MOST_NESTED:
                document = replace(self, source=inner, depth=self.depth + 1)
                held = read_json(inner.text)
                if isinstance(held, Table):
                    yield from document._of_call(held, tool)
                    yield from document.below(held)
        elif isinstance(value, Scalar):
            yield from self._of_text(value, tool)

    def _of_text(self, value: Scalar, tool: str) -> Iterator[Spot]:
        """Read the argument of a tool that takes a text and no object."""
        if is_diff(value.text):
            yield from self._as(value, [Kind("diff")])
        elif any(word in tool.lower() for word in _SHELLS):
            yield from self._as(value, [Kind("shell")])
        elif (spoken := _spoken(tool)) is not None:
            yield from self._as(value, [spoken])

    def _of_call(self, table: Table, tool: str, path: str = "") -> Iterator[Spot]:
        for key in _COMMANDS:
            value = table.get(key)
            if value is not None:
                yield from self._of_command(value, table.get("args"))
        path = next((said for name in _PATHS if (said := table.text(name))), path)
        for key in _CONTENTS if path else ():
            for scalar in strings(table.get(key)):
                yield from self._as(scalar, kinds_for(scalar.text, path))
        for key in _PATCHES:
            value = table.get(key)
            if isinstance(value, Scalar) and is_diff(value.text):
                yield from self._as(value, [Kind("diff", path=path)])
        yield from self._of_code(table, tool)
        for edit in tables(table.get("edits")):
            if edit.get("edits") is None:
                yield from self._of_call(edit, tool, path)

    def _of_code(self, table: Table, tool: str) -> Iterator[Spot]:
        for key in (*_CODES, *(f"{one.name}_code" for one in typed_languages())):
            value = table.get(key)
            if isinstance(value, Scalar) and value.is_string:
                tag = table.text("language") or ""
                kind = kind_of_fence(tag) if tag else None
                told = kind or _spoken(f"{tool} {key}")
                yield from self._as(value, [told] if told else guess(value.text))

    def _of_command(self, value: Value, arguments: Value | None) -> Iterator[Spot]:
        """Read a command line, a list of them, or the words of one."""
        said = list(strings(value)) + (list(strings(arguments)) if arguments else [])
        if not said:
            return
        lone = isinstance(value, Scalar) and not isinstance(arguments, Array)
        if lone or (len(said) > 1 and all(" " in scalar.text.strip() for scalar in said)):
            for scalar in said:
                yield from self._as(scalar, [Kind("shell")])
            return
        if is_diff(said[-1].text):
            yield from self._as(said[-1], [Kind("diff")])
            return
        words = [word for scalar in said if (word := located(self.source, scalar)) is not None]
        yield from installs().find_started(words)

    def _of_answer(self, table: Table) -> Iterator[Spot]:
        """Read what a model said, apart from what it thought."""
        for key in ("content", "parts"):
            value = table.get(key)
            if isinstance(value, Scalar) and value.is_string:
                yield from self._as(value, [Kind("markdown")])
            for part in tables(value):
                said = part.get("text")
                kind = part.text("type") or "text"
                if isinstance(said, Scalar) and kind in _SAID and part.text("thought") != "true":
                    yield from self._as(said, [Kind("markdown")])

    def _as(self, scalar: Scalar, kinds: list[Kind]) -> Iterator[Spot]:
        found = [spot for kind in kinds for spot in self.read(scalar.text, kind)]
        # Only a text that names something is worth the place of each of its characters.
        word = located(self.source, scalar) if found else None
        if word is None:
            return
        for spot in found:
            yield replace(spot, start=word.at(spot.start), end=self._end(scalar, word, spot.end))

    def _end(self, scalar: Scalar, word: Word, end: int) -> int:
        """Return where a part of a string ends, which may be after an escape."""
        if end < len(word.text):
            return word.at(end)
        return self.source.at(scalar.end)


def _spoken(words: str) -> Kind | None:
    """Return how the argument of a tool is read that is named after a language."""
    words = words.lower()
    names = (language.name for language in typed_languages())
    return next((Kind("cell", name) for name in names if name in words), None)


def _keys(table: Table) -> set[str]:
    return {key.text for key, _ in table.entries}
