"""What kind of text it is that nobody names: told by its beginning, and by what parses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from unghost.ecosystems import ecosystem
from unghost.mentions.documents.manifests import is_manifest
from unghost.mentions.imports import find_imports
from unghost.mentions.kinds.by_name import Kind, kind_of_fence, kind_of_script, kinds_of
from unghost.syntax.document import Array, Table, Value, tables
from unghost.syntax.grammar import parse
from unghost.syntax.json_text import read_json
from unghost.syntax.markdown import blocks
from unghost.syntax.python import is_python, parses
from unghost.syntax.toml_text import read_toml
from unghost.syntax.xml_text import read_xml
from unghost.syntax.yaml_text import read_yaml

SESSION = Kind("session")
_CELL = Kind("cell", "python")
ANSWER = Kind("markdown")
_LONGEST = 200_000
_DIFFS = ("diff --git ", "--- ", "+++ ", "Index: ", "*** Begin Patch", "*** Add File: ", "@@ ")
_COMMENTS = ("#", "//", "<!--", "--", ";", "/*")
_PINS = ("==", ">=", "~=", "<=", "!=")
_GROUPS = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")
_OF_CARGO = ("dependencies", "dev-dependencies", "build-dependencies", "workspace")
_OF_PYTHON = ("project", "build-system", "dependency-groups", "tool")
_OF_YAML = frozenset(
    ("on", "jobs", "steps", "services", "stages", "script", "before_script", "repos", "tasks")
)
PLAIN = frozenset({"", "text", "txt", "plaintext", "plain"})
"""Languages of a fence that leave open what is in it."""
_OF_FILES = {
    ".gradle": ("groovy", "gradle", "java"),
    ".json": ("json", "jsonc", "json5", "javascript", "js"),
    ".kts": ("kotlin", "kts", "kt", "groovy", "gradle"),
    ".py": ("python", "py", "python3"),
    ".toml": ("toml", "ini"),
    ".txt": ("requirements", "requirements.txt", "ini", "python"),
    ".xml": ("xml", "html"),
    ".yaml": ("yaml", "yml"),
    ".yml": ("yaml", "yml"),
    "Gemfile": ("ruby", "rb", "gemfile"),
    "go.mod": ("go", "golang", "go.mod", "gomod"),
}
"""Languages that a fence may have which holds a file with such an ending."""
_CODE_LINE = re.compile(r"^[ \t]*(?:class|def|from|import)[ \t]", re.M)
"""A line that is of Python and of no TOML, though both may set ``dependencies = [``."""
_XML_LEADS = {
    "dependencies": ("pom.xml", "<project>"),
    "dependencyManagement": ("pom.xml", "<project>"),
    "build": ("pom.xml", "<project>"),
    "dependency": ("pom.xml", "<project><dependencies>"),
    "plugin": ("pom.xml", "<project><build><plugins>"),
    "PackageReference": ("x.csproj", "<Project><ItemGroup>"),
    "ItemGroup": ("x.csproj", "<Project>"),
    "Project": ("x.csproj", ""),
    "packages": ("packages.config", ""),
}
_CODE = {
    "php": ("<?php",),
    "typescript": ("import ", "require(", "export "),
    "go": ("package ", "import "),
    "rust": ("use ", "extern crate "),
    "java": ("import ",),
    "kotlin": ("import ",),
    "csharp": ("using ",),
    "ruby": ("require ",),
}
"""Languages that are tried in turn, each with words of which a text must hold one."""


def kinds_of_text(text: str, language: str | None) -> list[Kind]:
    """Return how a text is read that is no file, by its language or else by itself.

    An answer has fences, or is nothing that parses; all else is a file that was pasted whole.
    """
    named = _kinds_named(language, text) if language else []
    if named or any(block.language is not None for block in blocks(text)):
        return named or [ANSWER]
    kinds = guess(text)
    if kinds == [SESSION]:
        return [ANSWER]
    # Prose may stand around what is typed behind the prompts of Python.
    return [*kinds, ANSWER] if kinds == [_CELL] and ">>>" in text and not parses(text) else kinds


def _kinds_named(language: str, text: str) -> list[Kind]:
    kind = kind_of_fence(language)
    if kind is None:
        return list(kinds_of(language)) if "." in language else []
    return guess_data(text, language) if kind.form == "unknown" else [kind]


def kinds_of_fence(language: str, info: str, above: str, text: str) -> Iterator[list[Kind]]:
    """Return how a fenced block may be read; the first way that finds anything counts.

    Args:
        language: Its language, which may have a file's path behind a colon.
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
    """Return what code of a language may be besides: the file that declares what it needs."""
    if kind.language == "ruby" and "gem " in text:
        return [Kind("manifest", path="Gemfile")]
    if kind.language == "kotlin" and "dependencies" in text:
        return [Kind("manifest", path="build.gradle.kts")]
    return []


def _languages(path: str) -> tuple[str, ...]:
    return next((tags for ending, tags in _OF_FILES.items() if path.endswith(ending)), ())


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
    elif tag == "groovy":
        found = Kind("manifest", path="build.gradle") if "dependencies" in text else None
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
    if kind.form == "manifest" and kind.path.endswith((".xml", "proj", ".props")):
        return _of_xml(text, text.lstrip()) or kind
    return kind


def _of_json(text: str, begun: str) -> Kind | None:
    lead = "{" if begun[:1] == '"' and "{" in begun else ""
    if begun[:1] not in ("{", "[", "/") and not lead:
        return None
    value = read_json(lead + text)
    if isinstance(value, Array) and next(tables(value), None) is not None:
        return Kind("calls")
    # Behind a whole document nothing stands but other documents.
    if not isinstance(value, Table) or not value.entries:
        return None
    rest = (lead + text)[value.end :].strip()
    if rest and rest[0] != "{" and not lead:
        return None
    path = _json_path(value)
    if path == ".devcontainer.json":
        return Kind("config")
    if path == "x.ipynb":
        return Kind("notebook")
    return Kind("manifest", path=path, lead=lead) if path else Kind("calls")


def _json_path(root: Table) -> str:
    """Tell a document by its keys."""
    held = {key.text for key, value in root.entries if isinstance(value, Table | Array)}
    plain = {key.text for key, _ in root.entries}
    if "lockfileVersion" in plain:
        return "package-lock.json"
    if not held.isdisjoint(("require", "require-dev")):
        return "composer.json"
    if any(isinstance(root.get(group), Table) for group in _GROUPS):
        return "package.json"
    if "postCreateCommand" in plain:
        return ".devcontainer.json"
    if "cells" in held and "nbformat" in plain:
        return "x.ipynb"
    imports = [value for _, value in root.table("imports").entries]
    return "deno.json" if imports else ""


def _of_xml(text: str, begun: str) -> Kind | None:
    if begun[:1] != "<" or begun.startswith("<?php"):
        return None
    root = read_xml(text)
    if root is None:
        return None
    if root.tag == "project":
        return Kind("manifest", path="pom.xml")
    path, lead = _XML_LEADS.get(root.tag, ("", ""))
    return Kind("manifest", path=path, lead=lead) if path else None


def _of_toml(text: str, begun: str) -> Kind | None:
    # Of Python code `[a]` is a list, and so is a line of it that looks like a table's head.
    if begun[:1] != "[" and "\n[" not in text and "dependencies" not in text:
        return None
    root = read_toml(text)
    keys = {key.text for key, value in root.entries if isinstance(value, Table)} if root else set()
    if root is None or not root.entries:
        return None
    if not keys.isdisjoint(_OF_PYTHON):
        return Kind("manifest", path="pyproject.toml")
    if {"libraries", "versions"} <= keys or "libraries" in keys:
        return Kind("manifest", path="gradle/libs.versions.toml")
    if not keys.isdisjoint(("packages", "dev-packages")):
        return Kind("manifest", path="Pipfile")
    if any(isinstance(root.get(key), Table) for key in _OF_CARGO):
        return Kind("manifest", path="Cargo.toml")
    if not keys.isdisjoint(("options", "metadata")):
        return Kind("manifest", path="setup.cfg")
    if any(key == "tox" or key.startswith("testenv") for key in keys):
        return Kind("manifest", path="tox.ini")
    if len(root.array("dependencies").items) and "=" in text and not _CODE_LINE.search(text):
        return Kind("manifest", path="pyproject.toml", lead="[project]\n")
    return None


def _of_lines(text: str, begun: str) -> Kind | None:
    """Tell what is told by its first words: a Dockerfile, or a list of pinned requirements."""
    first = begun.partition(" ")[0]
    if first in ("FROM", "ARG", "RUN") and (first == "RUN" or "\nRUN " in text):
        return Kind("dockerfile")
    if begun.startswith(("module ", "require (")) and "\n\t" in text and "/" in text:
        return Kind("manifest", path="go.mod")
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith(("#", "-r ", "-c ", "--"))]
    read = ecosystem("pypi").commands[0].read
    listed = any(map(_is_pinned, lines)) and all(
        read(line.partition(" #")[0].strip()) is not None for line in lines
    )
    if listed:
        return Kind("manifest", path="requirements.txt")
    return None


def _is_pinned(line: str) -> bool:
    """Return whether a line has a version; in brackets right behind a word it is a call's."""
    before, _, inside = line.partition("(")
    return any(pin in before or (pin in inside and before.endswith(" ")) for pin in _PINS)


def _of_code(text: str) -> Kind | None:
    if is_python(text):
        return _CELL
    for language, words in _CODE.items():
        if any(word in text for word in words) and _parses(text, language):
            return Kind("code", language)
    return None


def _parses(text: str, language: str) -> bool:
    """Return whether a text is code of a language, with an import at least."""
    root, _ = parse(text, "typescript" if language == "javascript" else language)
    return not root.has_error and bool(find_imports(text, language))


def _of_yaml(text: str) -> Kind | None:
    """Tell a document whose keys are those of what runs commands, or of an environment."""
    if not any(f"{key}:" in text for key in (*_OF_YAML, "dependencies")):
        return None
    root: Value | None = read_yaml(text)
    if not isinstance(root, Table):
        return None
    keys = {key.text for key, _ in root.entries}
    if "dependencies" in keys and not keys.isdisjoint(("channels", "name")):
        return Kind("manifest", path="environment.yml")
    return None if keys.isdisjoint(_OF_YAML) else Kind("config")
