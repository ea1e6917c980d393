"""The kind of an unnamed text: by its beginning, and by the parsers that accept it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from unghost.ecosystems import all_ecosystems
from unghost.ecosystems.base import Clue, Language
from unghost.mentions.documents.manifests import is_manifest, known
from unghost.mentions.imports import find_imports, language_of
from unghost.mentions.kinds.by_name import Kind, kind_of_fence, kind_of_script, kinds_of
from unghost.syntax.document import Array, Table, Value, tables
from unghost.syntax.grammar import parse
from unghost.syntax.json_text import read_json
from unghost.syntax.markdown import blocks
from unghost.syntax.toml_text import read_toml
from unghost.syntax.xml_text import read_xml
from unghost.syntax.yaml_text import read_yaml

SESSION = Kind("session")
ANSWER = Kind("markdown")
_LONGEST = 200_000
_DIFFS = ("diff --git ", "--- ", "+++ ", "Index: ", "*** Begin Patch", "*** Add File: ", "@@ ")
_COMMENTS = ("#", "//", "<!--", "--", ";", "/*")
_OF_YAML = frozenset(
    ("on", "jobs", "steps", "services", "stages", "script", "before_script", "repos", "tasks")
)
PLAIN = frozenset({"", "text", "txt", "plaintext", "plain"})
"""Languages of a fence that leave open what is in it."""
_OF_FILES = {
    ".json": "json jsonc json5",
    ".toml": "toml ini",
    ".xml": "xml html",
    ".yaml": "yaml yml",
    ".yml": "yaml yml",
}
"""Languages that a fence may have which holds a file with such an ending, whatever declares it."""


def kinds_of_text(text: str, language: str | None) -> list[Kind]:
    """Return how a text without a file is read, by its language or else by its content.

    An answer has fences, or is nothing that parses; all else is a file that was pasted whole.
    """
    named = _kinds_named(language, text) if language else []
    if named or any(block.language is not None for block in blocks(text)):
        return named or [ANSWER]
    kinds = guess(text)
    if kinds == [SESSION]:
        return [ANSWER]
    # Prose may stand around what is typed after the prompts of a session.
    return [*kinds, ANSWER] if any(_is_session(kind, text) for kind in kinds) else kinds


def _is_session(kind: Kind, text: str) -> bool:
    language = language_of(kind.language or "") if kind.form == "cell" else None
    cells = None if language is None else language.cells
    return cells is not None and cells.is_session(text) and not cells.parses(text)


def _kinds_named(language: str, text: str) -> list[Kind]:
    kind = kind_of_fence(language)
    if kind is None:
        return list(kinds_of(language)) if "." in language else []
    return guess_data(text, language) if kind.form == "unknown" else [kind]


def kinds_of_fence(language: str, info: str, above: str, text: str) -> Iterator[list[Kind]]:
    """Return how a fenced block may be read; the first way that finds anything counts.

    Args:
        language: Its language, which may have a file's path after a colon.
        info: What else its first line says.
        above: The line above it.
        text: Its text.
    """
    tag, _, behind = language.partition(":")
    kind = kind_of_fence(tag)
    named = manifest_named(f"{info} {behind}") or manifest_named(above)
    if named and (tag in PLAIN or tag in _languages(named)):
        yield kinds_for(text, named)
    if kind is None:
        named = manifest_named(tag)
        yield kinds_for(text, named) if named else []
    elif kind.form == "diff":
        yield [Kind("diff", path=named)]
    elif kind.form == "unknown" and not tag:
        yield guess(text)
    elif kind.form in ("unknown", "config"):
        yield guess_data(text, tag)
    else:
        yield [kind, *_also(text, kind)]


def _also(text: str, kind: Kind) -> list[Kind]:
    """Return what else code of a language may be: the file that declares its dependencies."""
    language = language_of(kind.language or "")
    if language is None or language.also is None or language.also[0] not in text:
        return []
    return [Kind("manifest", path=language.also[1])]


def _languages(path: str) -> set[str]:
    """Return the languages of the fences that may hold a file."""
    manifests = known().matching(path)
    words = [f"{manifest.tags} {manifest.fences}" for manifest in manifests]
    words += (tags for ending, tags in _OF_FILES.items() if path.endswith(ending))
    return {tag for tags in words for tag in tags.split()}


def kinds_for(text: str, path: str) -> list[Kind]:
    """Return how a text is read that is a file or a part of one; by itself if that says nothing."""
    kinds = [_completed(text, kind) for kind in kinds_of(path)] if path else []
    return kinds or guess(text)


def is_diff(text: str) -> bool:
    """Return whether a text begins as a diff does and adds a line."""
    return text.lstrip("\ufeff \t\r\n").startswith(_DIFFS) and "\n+" in text


def guess(text: str) -> list[Kind]:
    """Return how a text is read of which only itself is known; as lines of a session at least."""
    begun = text.lstrip("\ufeff \t\r\n")
    if len(text) > _LONGEST:
        # What people paste is shorter; a call of a tool, which is JSON, may hold a whole file.
        return [_of_json(text, begun) or SESSION]
    if is_diff(begun):
        return [Kind("diff")]
    script = kind_of_script(begun)
    named = named_in_comment(begun)
    if script is not None:
        return [script]
    if named:
        return [_completed(text, kind) for kind in kinds_of(named)]
    for reads in (_of_json, _of_xml, _of_toml, _of_lines):
        found = reads(text, begun)
        if found is not None:
            return [found]
    return [_of_code(text) or _of_yaml(text) or SESSION]


def guess_data(text: str, tag: str) -> list[Kind]:
    """Return how a fenced block of a data format is read."""
    begun = text.lstrip("\ufeff \t\r\n")
    named = named_in_comment(begun)
    if named:
        return [_completed(text, kind) for kind in kinds_of(named)]
    found: Kind | None = None
    if tag in ("toml", "ini", "cfg", "conf"):
        found = _of_toml(text, begun)
    elif any(clue.tag == tag for clue in _clues("text")):
        found = _told("text", None, begun, tag)
    elif tag in ("yaml", "yml"):
        found = _of_yaml(text) or Kind("config")
    else:
        found = _of_xml(text, begun) or _of_json(text, begun)
    return [] if found is None else [found]


def named_in_comment(begun: str) -> str:
    """Return the manifest that a comment in a text's first line names, empty without one."""
    line = begun[:200].partition("\n")[0].strip()
    mark = next((mark for mark in _COMMENTS if line.startswith(mark)), None)
    return "" if mark is None else manifest_named(line[len(mark) :])


def manifest_named(line: str) -> str:
    """Return the last word of a line that is a manifest's path, empty without one."""
    words = (word.strip("`*_\"'():,;{}[]<>").rstrip(".") for word in line.split())
    return next((word for word in reversed(list(words)) if word and is_manifest(word)), "")


def _completed(text: str, kind: Kind) -> Kind:
    """Return what makes a part of a manifest a whole one."""
    if kind.form == "manifest" and kind.path.lower().endswith(".json"):
        return replace(kind, lead="{") if text.lstrip()[:1] == '"' else kind
    if kind.form == "manifest" and text.lstrip()[:1] == "<":
        return _of_xml(text, text.lstrip()) or kind
    return kind


@lru_cache(maxsize=8)
def _clues(form: str) -> tuple[Clue, ...]:
    found = (clue for eco in all_ecosystems() for clue in eco.clues if clue.form == form)
    return tuple(sorted(found, key=lambda clue: clue.turn))


def _told(form: str, root: object, begun: str, tag: str = "") -> Kind | None:
    """Return the manifest that a text of a form is, told by what it holds."""
    for clue in _clues(form):
        if clue.tag == tag and clue.tells(root, begun):
            return Kind("manifest", path=clue.path, lead=clue.lead)
    return None


def _of_json(text: str, begun: str) -> Kind | None:
    lead = "{" if begun[:1] == '"' and "{" in begun else ""
    if begun[:1] not in ("{", "[", "/") and not lead:
        return None
    value = read_json(lead + text)
    if isinstance(value, Array) and next(tables(value), None) is not None:
        return Kind("calls")
    # After a whole document nothing stands but other documents.
    if not isinstance(value, Table) or not value.entries:
        return None
    rest = (lead + text)[value.end :].strip()
    if rest and rest[0] != "{" and not lead:
        return None
    keys = {key.text for key, _ in value.entries}
    if "postCreateCommand" in keys:
        return Kind("config")
    if "nbformat" in keys and isinstance(value.get("cells"), Array | Table):
        return Kind("notebook")
    told = _told("json", value, begun)
    return replace(told, lead=lead) if told else Kind("calls")


def _of_xml(text: str, begun: str) -> Kind | None:
    is_other = begun[:1] != "<" or (begun[:2] == "<?" and not begun.startswith("<?xml"))
    root = None if is_other else read_xml(text)
    return None if root is None else _told("xml", root, begun)


def _of_toml(text: str, begun: str) -> Kind | None:
    # Of code `[a]` may be a list, and so may be a line of it that looks like a table's head.
    words = {word for clue in _clues("toml") for word in clue.words}
    if begun[:1] != "[" and "\n[" not in text and not any(word in text for word in words):
        return None
    root = read_toml(text)
    return _told("toml", root, begun) if root is not None and root.entries else None


def _of_lines(text: str, begun: str) -> Kind | None:
    """Return the kind of a text that its first words or lines reveal."""
    first = begun.partition(" ")[0]
    if first in ("FROM", "ARG", "RUN") and (first == "RUN" or "\nRUN " in text):
        return Kind("dockerfile")
    return _told("text", None, begun)


@lru_cache(maxsize=1)
def _tried() -> tuple[Language, ...]:
    """Return the languages whose code is recognised without a name, in order of trial."""
    languages = (language for eco in all_ecosystems() for language in eco.languages)
    tried = (language for language in languages if language.is_code or language.leads)
    return tuple(sorted(tried, key=lambda language: language.turn))


def _of_code(text: str) -> Kind | None:
    for language in _tried():
        if language.is_code is not None:
            is_code = language.is_code(text)
        else:
            is_code = any(word in text for word in language.leads) and _parses(text, language)
        if is_code:
            return Kind("code" if language.cells is None else "cell", language.name)
    return None


def _parses(text: str, language: Language) -> bool:
    """Return whether a text is code of a language, with an import at least."""
    if language.grammar is None:
        return bool(find_imports(text, language.name))
    root, _ = parse(text, language.grammar)
    return not root.has_error and bool(find_imports(text, language.name))


def _of_yaml(text: str) -> Kind | None:
    """Return the kind of a document whose keys show that it runs commands, or is a manifest."""
    words = {word for clue in _clues("yaml") for word in clue.words}
    if not any(word in text for word in (*(f"{key}:" for key in _OF_YAML), *words)):
        return None
    root: Value | None = read_yaml(text)
    if not isinstance(root, Table):
        return None
    told = _told("yaml", root, text)
    if told is not None:
        return told
    return None if _OF_YAML.isdisjoint(key.text for key, _ in root.entries) else Kind("config")
