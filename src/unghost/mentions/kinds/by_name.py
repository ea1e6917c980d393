"""What kind of text a file or a fenced block holds, told by its name alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from unghost.mentions.documents.manifests import is_manifest
from unghost.syntax.spot import Spot
from unghost.syntax.starters import program_name
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
    """How a text is read.

    Attributes:
        form: What it is. ``cell`` is Python that may have commands in it, ``session`` what was
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

_CODE = {
    "csharp": "cs csx",
    "go": "go",
    "java": "java",
    "javascript": "js mjs cjs jsx",
    "kotlin": "kt kts",
    "php": "php phtml",
    "python": "py pyi pyw pyx",
    "ruby": "rb rake gemspec ru",
    "rust": "rs",
    "tsx": "tsx",
    "typescript": "ts mts cts",
}
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
    "cell": "python py python3 py3 pycon ipython ipython3 jupyter python-repl",
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
    "unknown": "json jsonc json5 toml xml ini cfg conf groovy",
}
_TAGS_OF_CODE = {
    "csharp": "csharp c# cs dotnet",
    "go": "go golang",
    "java": "java",
    "javascript": "javascript js mjs cjs node nodejs jsx",
    "kotlin": "kotlin kt",
    "php": "php",
    "ruby": "ruby rb",
    "rust": "rust rs",
    "tsx": "tsx",
    "typescript": "typescript ts mts cts",
}
_TAGS_OF_FILES = {
    "requirements.txt": "requirements requirements.txt pip-requirements",
    "go.mod": "go.mod gomod go-mod",
    "Gemfile": "gemfile",
    "build.gradle": "gradle",
    "build.gradle.kts": "gradle.kts gradle-kotlin",
    "x.csproj": "csproj",
    "pom.xml": "pom",
}
_INTERPRETERS = {
    "python": Kind("code", "python"),
    "pypy": Kind("code", "python"),
    "uv": Kind("code", "python"),
    "node": Kind("code", "javascript"),
    "bun": Kind("code", "typescript"),
    "deno": Kind("code", "typescript"),
    "ruby": Kind("code", "ruby"),
    "php": Kind("code", "php"),
    "make": Kind("makefile"),
    **{name: Kind("shell") for name in ("sh", "bash", "zsh", "dash", "ash", "ksh", "fish", "pwsh")},
}
_AS_CODE_TOO = (".py",)
_WITH_SCRIPTS = frozenset(("package.json", "composer.json", "deno.json", "deno.jsonc"))
_MOST_WORDS = 8


def _by_word(*tables: dict[str, str], kind: Callable[[str], Kind]) -> dict[str, Kind]:
    return {
        word: kind(value) for table in tables for value, words in table.items()
        for word in words.split()
    }  # fmt: skip


def _of_forms(table: dict[Form, str]) -> dict[str, Kind]:
    return {word: Kind(form) for form, words in table.items() for word in words.split()}


_SUFFIXES = _of_forms(_BY_SUFFIX) | _by_word(_CODE, kind=lambda name: Kind("code", name))
_NAMES = _of_forms(_BY_NAME)
_FENCES = (
    _of_forms(_TAGS)
    | _by_word(_TAGS_OF_CODE, kind=lambda name: Kind("code", name))
    | _by_word(_TAGS_OF_FILES, kind=lambda path: Kind("manifest", path=path))
)


def kinds_of(path: str) -> tuple[Kind, ...]:
    """Return how a file is read, by its path alone; nothing for a file of no interest."""
    name = path.replace("\\", "/").rpartition("/")[2]
    lower = name.lower()
    stem, dot, suffix = lower.rpartition(".")
    kind = _NAMES.get(lower)
    if kind is None and dot and stem:
        kind = _SUFFIXES.get(suffix) or (_NAMES.get(lower.partition(".")[0]) if stem else None)
    elif kind is None and not dot:
        kind = Kind("script")
    if is_manifest(path):
        also = (kind,) if kind is not None and lower.endswith(_AS_CODE_TOO) else ()
        if lower in _WITH_SCRIPTS:
            also = (Kind("scripts"),)
        return (Kind("manifest", path=path), *also)
    return () if kind is None else (kind,)


def kind_of_fence(tag: str) -> Kind | None:
    """Return how a fenced block of a language is read; None for a language of no interest."""
    return _FENCES.get(tag.lower()) if tag else Kind("unknown")


def kind_of_script(text: str) -> Kind | None:
    """Return how a script is read that names its interpreter in its first line."""
    if not text.startswith("#!"):
        return None
    for word in text[2:256].partition("\n")[0].split()[:_MOST_WORDS]:
        name = program_name(word).rstrip("0123456789.")
        if name in _INTERPRETERS:
            return _INTERPRETERS[name]
    return None


def placed(spot: Spot, part: Word) -> Spot:
    """Return a spot of a word's text as one of the source that the word is of."""
    start, end = part.span(spot.start, spot.end)
    return replace(spot, start=start, end=end)
