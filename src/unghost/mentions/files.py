"""Where a file, or a text of any kind, names packages."""

from __future__ import annotations

from functools import partial

from unghost.ecosystems.pypi.requirements import find_script_requirements
from unghost.mentions.imports import find_imports
from unghost.mentions.kinds import Kind, kinds_of
from unghost.mentions.manifests import LONGEST, find_declared, first_part, is_lock
from unghost.records import Mention
from unghost.syntax.python import parses
from unghost.syntax.spot import Spot, to_mentions
from unghost.syntax.text import LONGEST as LONGEST_FILE
from unghost.syntax.text import decode

__all__ = ["find_in_file", "find_in_text", "is_of_interest", "kinds_of", "unread_part"]
_MARK = "\ufeff"
_DEEPEST = 4
_PROBE = 16_384
_WRITTEN_BY_TOOLS = frozenset({"calls", "manifest", "notebook"})


def is_of_interest(path: str) -> bool:
    """Return whether a file may name packages, by its path alone."""
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
        text: The text; what a model thought before its answer is passed over if the text begins
            with it and no language is given. A closing tag alone hides nothing.
        source_id: The mentions' source.
        language: What it is, as the language of a fenced block or as a file's name; without it
            the text itself tells.
    """
    from unghost.mentions.forms import kinds_of_text
    from unghost.mentions.thinking import thinking_end

    begin = len(text) - len(text.removeprefix(_MARK))
    if language is None and text[begin:].lstrip().startswith("<"):
        begin = max(begin, thinking_end(text))
    body = text[begin:]
    kinds = kinds_of_text(body, language)
    spots = [spot.moved(begin) for kind in kinds for spot in _read(body, kind)]
    return to_mentions(spots, text, source_id)


def _read(text: str, kind: Kind, depth: int = 0) -> list[Spot]:
    """Read a text as a kind; what is nested in it too deeply is left out."""
    if depth > _DEEPEST:
        return []
    if kind.form not in _WRITTEN_BY_TOOLS:
        text = first_part(text)
    if kind.lead:
        inner = Kind(kind.form, kind.language, kind.path)
        return [spot.moved(-len(kind.lead)) for spot in _read(kind.lead + text, inner, depth)]
    if kind.form == "manifest":
        return find_declared(text, kind.path)
    if kind.form in ("code", "cell"):
        return _of_code(text, kind)
    # Most files are manifests or code, and what reads the rest takes as long to import as they do.
    from unghost.mentions.forms import read_form

    return read_form(text, kind, partial(_read, depth=depth + 1))


def _of_code(text: str, kind: Kind) -> list[Spot]:
    language = kind.language or "python"
    spots = find_imports(text, language)
    if language == "python":
        spots += find_script_requirements(text)
        if kind.form == "cell" and not parses(text):
            # Cells and sessions hold commands as well as code.
            from unghost.mentions.commands import find_installs_by_line

            spots += find_installs_by_line(text)
    return spots


def unread_part(data: bytes, path: str) -> str | None:
    """Say in words what :func:`find_in_file` leaves unread of a file, if anything.

    What is too long, and what is binary though its name says that it is a text: a byte in a comment
    makes it so, and whoever reads it otherwise reads its names.
    """
    if len(data) > LONGEST_FILE:
        return f"only its first {LONGEST_FILE >> 20} MB were read"
    kinds = kinds_of(path)
    if decode(data[:_PROBE]) is None and any(kind.form != "script" for kind in kinds):
        return "it is binary, though its name says otherwise"
    by_hand = any(kind.form not in _WRITTEN_BY_TOOLS for kind in kinds) or (
        any(kind.form == "manifest" for kind in kinds) and not is_lock(path)
    )
    # A character takes a byte at least.
    if by_hand and len(data) > LONGEST and len(decode(data) or "") > LONGEST:
        return f"only its first {LONGEST // 1_000_000} million characters were read"
    return None
