"""Texts of every kind but manifests and code: scripts, prose, diffs, calls of tools, or a guess."""

from __future__ import annotations

from collections.abc import Callable

from unghost.mentions.ci import find_in_ci
from unghost.mentions.commands import find_installs, find_installs_by_line
from unghost.mentions.diffs import find_in_diff
from unghost.mentions.dockerfile import find_in_dockerfile
from unghost.mentions.guess import SESSION, guess, guess_data
from unghost.mentions.kinds import Kind, Reader, kind_of_fence, kind_of_script, kinds_of
from unghost.mentions.makefile import find_in_makefile
from unghost.mentions.markdown_text import find_in_markdown
from unghost.mentions.notebooks import find_in_notebook
from unghost.mentions.scripts import find_in_scripts
from unghost.mentions.thinking import thinking_end
from unghost.mentions.tool_calls import find_in_tool_calls
from unghost.syntax.markdown import blocks
from unghost.syntax.spot import Spot

_ANSWER = Kind("markdown")


def read_form(text: str, kind: Kind, deeper: Reader) -> list[Spot]:
    """Read a text as a kind; ``deeper`` reads what is nested in it."""
    reader = _SIMPLE.get(kind.form)
    if reader is not None:
        return reader(text)
    if kind.form == "markdown":
        begin = thinking_end(text) if text.lstrip().startswith("<") else 0
        return [spot.moved(begin) for spot in find_in_markdown(text[begin:], deeper)]
    if kind.form == "calls":
        return find_in_tool_calls(text, deeper)
    if kind.form == "diff":
        return find_in_diff(text, kind.path, deeper)
    script = kind_of_script(text) if kind.form == "script" else None
    kinds = [script] if script else guess(text) if kind.form == "unknown" else []
    return [spot for one in kinds for spot in deeper(text, one)]


def kinds_of_text(text: str, language: str | None) -> list[Kind]:
    """Return how a text is read that is no file, if its language does not say it."""
    return _kinds_named(language, text) or _kinds_of_text(text)


def _kinds_named(language: str | None, text: str) -> list[Kind]:
    kind = kind_of_fence(language) if language else None
    if kind is None:
        return list(kinds_of(language)) if language and "." in language else []
    return guess_data(text, language or "") if kind.form == "unknown" else [kind]


def _kinds_of_text(text: str) -> list[Kind]:
    """Tell an answer from what is a file pasted whole: an answer has fences, or does not parse."""
    if any(block.language is not None for block in blocks(text)):
        return [_ANSWER]
    kinds = guess(text)
    return [_ANSWER] if kinds == [SESSION] else kinds


_SIMPLE: dict[str, Callable[[str], list[Spot]]] = {
    "shell": find_installs,
    "session": find_installs_by_line,
    "dockerfile": find_in_dockerfile,
    "makefile": find_in_makefile,
    "config": find_in_ci,
    "notebook": find_in_notebook,
    "scripts": find_in_scripts,
}
