"""Where a file, or a text of any kind, names packages."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from unghost.ecosystems.pypi.requirements import find_script_requirements
from unghost.mentions.ci import find_in_ci
from unghost.mentions.commands import find_installs, find_installs_by_line
from unghost.mentions.diffs import find_in_diff
from unghost.mentions.dockerfile import find_in_dockerfile
from unghost.mentions.guess import SESSION, guess, guess_data
from unghost.mentions.imports import find_imports
from unghost.mentions.kinds import Kind, kind_of_fence, kind_of_script, kinds_of
from unghost.mentions.makefile import find_in_makefile
from unghost.mentions.manifests import LONGEST, find_declared
from unghost.mentions.markdown_text import find_in_markdown
from unghost.mentions.notebooks import find_in_notebook
from unghost.mentions.scripts import find_in_scripts
from unghost.mentions.thinking import thinking_end
from unghost.mentions.tool_calls import find_in_tool_calls
from unghost.records import Mention
from unghost.syntax.markdown import blocks
from unghost.syntax.python import parses
from unghost.syntax.spot import Spot, to_mentions
from unghost.syntax.text import decode

__all__ = ["find_in_file", "find_in_text", "is_of_interest", "kinds_of"]
_MARK = "\ufeff"
_DEEPEST = 4
_WRITTEN_BY_TOOLS = frozenset({"calls", "manifest", "notebook"})
_ANSWER = Kind("markdown")


def is_of_interest(path: str) -> bool:
    """Say whether a file may name packages, by its path alone."""
    return bool(kinds_of(path))


def find_in_file(data: bytes, path: str) -> list[Mention]:
    """Find the packages that a file names.

    Args:
        data: The file's bytes, of any encoding; a binary file names nothing.
        path: Its path, which says what kind of file it is and is the mentions' source.

    Returns:
        Mentions in order, with offsets in the decoded text.
    """
    kinds = kinds_of(path)
    text = decode(data) if kinds else None
    if text is None:
        return []
    shift = len(text) - len(text.removeprefix(_MARK))
    spots = [spot.moved(shift) for kind in kinds for spot in _read(text[shift:], kind)]
    return to_mentions(spots, text, path)


def find_in_text(text: str, source_id: str, language: str | None = None) -> list[Mention]:
    """Find the packages that a text names which is no file: an answer, or what is pasted.

    Args:
        text: The text; what a model thought before its answer is passed over.
        source_id: The mentions' source.
        language: What it is, as the language of a fenced block or as a file's name; without it
            the text itself tells.
    """
    begin = max(thinking_end(text), len(text) - len(text.removeprefix(_MARK)))
    body = text[begin:]
    kinds = _kinds_named(language, body) or _kinds_of_text(body)
    spots = [spot.moved(begin) for kind in kinds for spot in _read(body, kind)]
    return to_mentions(spots, text, source_id)


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


def _read(text: str, kind: Kind, depth: int = 0) -> list[Spot]:
    """Read a text as a kind; what is nested in it too deeply is left out."""
    if depth > _DEEPEST:
        return []
    if kind.form not in _WRITTEN_BY_TOOLS:
        text = text[:LONGEST]
    if kind.lead:
        inner = Kind(kind.form, kind.language, kind.path)
        return [spot.moved(-len(kind.lead)) for spot in _read(kind.lead + text, inner, depth)]
    reader = _SIMPLE.get(kind.form)
    if reader is not None:
        return reader(text)
    deeper = partial(_read, depth=depth + 1)
    if kind.form == "manifest":
        return find_declared(text, kind.path)
    if kind.form in ("code", "cell"):
        return _of_code(text, kind)
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


def _of_code(text: str, kind: Kind) -> list[Spot]:
    language = kind.language or "python"
    spots = find_imports(text, language)
    if language == "python":
        spots += find_script_requirements(text)
        if kind.form == "cell" and not parses(text):
            # Cells and sessions hold commands as well as code.
            spots += find_installs_by_line(text)
    return spots


_SIMPLE: dict[str, Callable[[str], list[Spot]]] = {
    "shell": find_installs,
    "session": find_installs_by_line,
    "dockerfile": find_in_dockerfile,
    "makefile": find_in_makefile,
    "config": find_in_ci,
    "notebook": find_in_notebook,
    "scripts": find_in_scripts,
}
