"""The reader of texts of any kind: the one way to find names.

What is known of a text is its :class:`Context`. Whoever asks with the same context finds the same
mentions, and which of them matter is for the caller to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from unghost.ecosystems import DEFAULT
from unghost.ecosystems.spot import Spot, to_mentions
from unghost.mentions.documents.manifests import LONGEST, find_declared, first_part, is_lock
from unghost.mentions.imports import find_imports, language_of
from unghost.mentions.kinds.by_name import Asked, Kind, kind_of_script, kinds_of
from unghost.records import TRUNCATED, Mention
from unghost.syntax.text import LONGEST as LONGEST_FILE
from unghost.syntax.text import decode

_MARK = "\ufeff"
_DEEPEST = 4
_PROBE = 16_384
_CUT_OFF = 0.5
_WRITTEN_BY_TOOLS = frozenset({"calls", "manifest", "notebook"})


@dataclass(frozen=True, slots=True)
class Context:
    """Facts about a text that are known before it is read.

    ``path`` and ``language`` say what the text is; of a text with neither its content tells.
    ``asks`` only adds: with all else equal a question for code finds what no question finds and
    more, and one for requirements or packages (which are read alike) what one for code does.

    Attributes:
        path: The path of the file that it is; a file that is of no interest names nothing.
        language: The language of the fenced block that it is, or the name of such a file.
        asks: What the question asked for that the text answers, whole: lists of names are read, and
            code that nothing else tells from prose. A closing tag of a thinking part then ends one
            that the chat template began; without a question it hides nothing.
        ecosystem: Of which ecosystem the question asked.
        truncated: Whether the text was cut off; a name at its very end says so in its evidence.
    """

    path: str | None = None
    language: str | None = None
    asks: Asked | None = None
    ecosystem: str = DEFAULT
    truncated: bool = False


NOTHING = Context()
"""Of a text nothing is known."""


def find_in_text(text: str, source_id: str, context: Context = NOTHING) -> list[Mention]:
    """Find the packages that a text names.

    Args:
        text: The text. What a model thought before its answer is skipped if an answer begins
            with it.
        source_id: The mentions' source.
        context: What is known of the text.

    Returns:
        Mentions in order, of all ecosystems; ``raw`` is ``text[start:end]``.
    """
    begin = len(text) - len(text.removeprefix(_MARK))
    begin += _thinking_end(text[begin:], context)
    body = text[begin:]
    spots = [spot.moved(begin) for kind in _kinds(body, context) for spot in _read(body, kind)]
    mentions = to_mentions(spots, text, source_id)
    return _cut_off(mentions, len(text.rstrip())) if context.truncated else mentions


def find_in_file(data: bytes, path: str) -> list[Mention]:
    """Find the packages that a file names.

    Args:
        data: The file's bytes, of any encoding; a binary file names nothing.
        path: Its path, which says what kind of file it is and is the mentions' source.

    Returns:
        Mentions in order, with offsets in the decoded text.
    """
    text = decode(data) if is_of_interest(path) else None
    return [] if text is None else find_in_text(text, path, Context(path=path))


def is_of_interest(path: str) -> bool:
    """Return whether a file may name packages, by its path alone."""
    return bool(kinds_of(path))


def unread_part(data: bytes, path: str) -> str | None:
    """Return in words what :func:`find_in_file` leaves unread of a file, if anything.

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


def _thinking_end(text: str, context: Context) -> int:
    told = context.path is not None or context.language is not None
    if context.asks is None and (told or not text.lstrip().startswith("<")):
        return 0
    from unghost.mentions.thinking import thinking_end

    return thinking_end(text)


def _kinds(text: str, context: Context) -> Sequence[Kind]:
    if context.path is not None:
        kinds: Sequence[Kind] = kinds_of(context.path)
    else:
        from unghost.mentions.kinds.by_content import kinds_of_text

        kinds = kinds_of_text(text, context.language)
    if context.asks is None:
        return kinds
    asks, name = context.asks, context.ecosystem
    return [
        replace(kind, asks=asks, ecosystem=name) if kind.form == "markdown" else kind
        for kind in kinds
    ]


def _cut_off(mentions: list[Mention], end: int) -> list[Mention]:
    return [
        replace(mention, evidence=TRUNCATED, confidence=_CUT_OFF) if mention.end >= end else mention
        for mention in mentions
    ]


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
    return _of_other(text, kind, depth)


def _of_code(text: str, kind: Kind) -> list[Spot]:
    language = language_of(kind.language or "")
    if language is None:
        return []
    spots = find_imports(text, language.name)
    if language.declared is not None:
        spots += language.declared(text)
    if kind.form == "cell" and language.cells is not None and not language.cells.parses(text):
        # Cells and sessions hold commands as well as code.
        from unghost.mentions.commands.installs import find_installs_by_line

        spots += find_installs_by_line(text)
    return spots


def _of_other(text: str, kind: Kind, depth: int) -> list[Spot]:
    # Most files are manifests or code, and what reads the rest takes as long to import as they do.
    deeper = partial(_read, depth=depth + 1)
    match kind.form:
        case "shell":
            from unghost.mentions.commands.installs import find_installs

            return find_installs(text)
        case "session":
            from unghost.mentions.commands.installs import find_installs_by_line

            return find_installs_by_line(text)
        case "dockerfile":
            from unghost.mentions.commands.dockerfile import find_in_dockerfile

            return find_in_dockerfile(text)
        case "makefile":
            from unghost.mentions.commands.makefile import find_in_makefile

            return find_in_makefile(text)
        case "config":
            from unghost.mentions.commands.configs import find_in_config

            return find_in_config(text)
        case "scripts":
            from unghost.mentions.commands.configs import find_in_scripts

            return find_in_scripts(text)
        case "notebook":
            from unghost.mentions.documents.notebooks import find_in_notebook

            return find_in_notebook(text)
        case "calls":
            from unghost.mentions.documents.tool_calls import find_in_tool_calls

            return find_in_tool_calls(text, deeper)
        case "diff":
            from unghost.mentions.documents.diffs import find_in_diff

            return find_in_diff(text, kind.path, deeper)
        case "markdown":
            from unghost.mentions.prose.markdown import find_in_markdown

            begin = _thinking_end(text, NOTHING)
            found = find_in_markdown(text[begin:], kind, deeper)
            return [spot.moved(begin) for spot in found]
        case "script":
            script = kind_of_script(text)
            return deeper(text, script) if script else []
    from unghost.mentions.kinds.by_content import guess

    return [spot for one in guess(text) for spot in deeper(text, one)]
