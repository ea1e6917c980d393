"""The kind of text in a file or a fenced block, by its name alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from unghost.ecosystems import all_ecosystems
from unghost.ecosystems.base import Language
from unghost.ecosystems.spot import Spot
from unghost.mentions.commands.starters import program_name
from unghost.mentions.documents.manifests import known
from unghost.syntax.word import Word

Form = Literal[
    "calls",
    "cell",
    "code",
    "config",
    "diff",
    "dockerfile",
    "makefile",
    "manifest",
    "markdown",
    "notebook",
    "script",
    "scripts",
    "session",
    "shell",
    "unknown",
]
Asked = Literal["code", "requirements", "packages"]
"""What a question may ask for whose answer names packages."""


@dataclass(frozen=True, slots=True)
class Kind:
    """The way in which a text is read.

    Attributes:
        form: What it is. ``cell`` is code that may have commands in it, ``session`` what was
            typed with what came out, ``calls`` JSON in which an agent calls tools, ``script`` a
            file whose first line says what it is, ``unknown`` a text that must be looked at.
        language: The language of code.
        path: The file that a manifest is read as, or that a diff changes.
        lead: What must stand before the text to make a whole document of it.
        asks: What the question asked for that a Markdown text answers, None if nobody knows.
        ecosystem: Of which ecosystem it asked.
    """

    form: Form
    language: str | None = None
    path: str = ""
    lead: str = ""
    asks: Asked | None = None
    ecosystem: str = ""


Reader = Callable[[str, Kind], list[Spot]]
"""Reads a part of a text as a kind; the spots' offsets are those in the part."""

_BY_SUFFIX: dict[Form, str] = {
    "shell": "sh bash zsh ksh fish bats command ps1 psm1 bat cmd",
    "dockerfile": "dockerfile containerfile",
    "makefile": "mk mak",
    "config": "yml yaml",
    "notebook": "ipynb",
    "markdown": "md markdown mdx mdc qmd rmd txt text rst adoc",
    "calls": "json jsonl ndjson",
    "diff": "diff patch",
}
_BY_NAME: dict[Form, str] = {
    "shell": ".bashrc .zshrc .profile .bash_profile .envrc justfile",
    "dockerfile": "dockerfile containerfile",
    "makefile": "makefile gnumakefile",
    "config": "devcontainer.json .devcontainer.json",
    "markdown": ".cursorrules .windsurfrules .clinerules .goosehints .roorules readme",
}
_TAGS: dict[Form, str] = {
    "shell": "sh bash zsh shell fish ksh ash dash shellscript shell-script powershell pwsh ps ps1"
    " bat batch cmd",
    "session": "console terminal shell-session shellsession sh-session bash-session zsh-session"
    " session command-line commandline text txt plaintext plain",
    "dockerfile": "docker dockerfile containerfile",
    "makefile": "make makefile mk",
    "config": "yaml yml",
    "markdown": "markdown md mdx",
    "diff": "diff patch udiff",
    "calls": "jsonl ndjson",
    "unknown": "json jsonc json5 toml xml ini cfg conf",
}
_INTERPRETERS: dict[Form, str] = {
    "makefile": "make",
    "shell": "sh bash zsh dash ash ksh fish pwsh",
}
_MOST_WORDS = 8


def _of_forms(table: dict[Form, str]) -> dict[str, Kind]:
    return {word: Kind(form) for form, words in table.items() for word in words.split()}


NAMES = _of_forms(_BY_NAME)
"""How files are read by their name, or what of it comes before its first dot, in lower case."""


def _languages() -> Iterator[Language]:
    return (language for eco in all_ecosystems() for language in eco.languages)


@lru_cache(maxsize=1)
def suffixes() -> dict[str, Kind]:
    """Return how files are read by what comes after the last dot of their name."""
    code = {word: Kind("code", one.name) for one in _languages() for word in one.suffixes.split()}
    return _of_forms(_BY_SUFFIX) | code


@lru_cache(maxsize=1)
def fences() -> dict[str, Kind]:
    """Return how fenced blocks are read by their language."""
    found = _of_forms(_TAGS)
    for language in _languages():
        form: Form = "code" if language.cells is None else "cell"
        found |= dict.fromkeys(language.tags.split(), Kind(form, language.name))
    for eco in all_ecosystems():
        for manifest in eco.manifests:
            kind = Kind("manifest", path=manifest.example)
            found |= dict.fromkeys(manifest.tags.split(), kind)
        found |= {clue.tag: Kind("unknown") for clue in eco.clues if clue.tag}
    return found


@lru_cache(maxsize=1)
def interpreters() -> dict[str, Kind]:
    """Return how scripts are read by the program that their first line names."""
    kinds = [(one.interpreters, Kind("code", one.name)) for one in _languages()]
    return _of_forms(_INTERPRETERS) | {
        word: kind for words, kind in kinds for word in words.split()
    }


def kinds_of(path: str) -> tuple[Kind, ...]:
    """Return how a file is read, by its path alone; nothing for a file of no interest."""
    name = path.replace("\\", "/").rpartition("/")[2]
    lower = name.lower()
    stem, dot, suffix = lower.rpartition(".")
    kind = NAMES.get(lower)
    if kind is None and dot and stem:
        kind = suffixes().get(suffix) or (NAMES.get(lower.partition(".")[0]) if stem else None)
    elif kind is None and not dot:
        kind = Kind("script")
    manifests = known().matching(path)
    if not manifests:
        return () if kind is None else (kind,)
    also = {manifest.also for manifest in manifests}
    kinds = [Kind("manifest", path=path)]
    kinds += [kind] if kind is not None and "code" in also else []
    return (*kinds, Kind("scripts")) if "scripts" in also else tuple(kinds)


def kind_of_fence(tag: str) -> Kind | None:
    """Return how a fenced block of a language is read; None for a language of no interest."""
    return fences().get(tag.lower()) if tag else Kind("unknown")


def kind_of_script(text: str) -> Kind | None:
    """Return how a script is read that names its interpreter in its first line."""
    if not text.startswith("#!"):
        return None
    for word in text[2:256].partition("\n")[0].split()[:_MOST_WORDS]:
        name = program_name(word).rstrip("0123456789.")
        if name in interpreters():
            return interpreters()[name]
    return None


def placed(spot: Spot, part: Word) -> Spot:
    """Return a spot of a word's text as one of the source that the word is of."""
    start, end = part.span(spot.start, spot.end)
    return replace(spot, start=start, end=end)
