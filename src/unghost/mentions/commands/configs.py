"""Packages that the commands of YAML and JSON configuration fetch or install.

GitHub Actions, GitLab, CircleCI, Azure Pipelines, Travis and their kin, Compose, pre-commit, and
development containers: what they run stands below keys of a few names, wherever in the document.
And the scripts of JSON manifests (``"fix": "npx tool"`` in ``package.json``), by the documentation
of npm, Composer and Deno (found).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from unghost.ecosystems import all_ecosystems
from unghost.ecosystems.base import Hook
from unghost.ecosystems.spot import Spot
from unghost.mentions.commands.installs import installs
from unghost.mentions.commands.starters import program_name
from unghost.mentions.kinds.by_name import interpreters
from unghost.syntax.document import Array, Scalar, Table, Value, strings
from unghost.syntax.json_text import read_json
from unghost.syntax.located import located
from unghost.syntax.word import Word
from unghost.syntax.yaml_text import read_yaml_all

_KEYS = """
run script before_script after_script before_install install after_success after_failure
before_deploy after_deploy bash pwsh powershell sh shell command commands cmd cmds entrypoint args
inline inlineScript
"""
_SCRIPTS = frozenset(_KEYS.split())
_SCRIPT_KEYS = ("scripts", "tasks")
_ENDS = ("_script", "Command")
_BEGINS = ("pre_", "post_")
_BY_WORD = frozenset({"command", "entrypoint", "args", "cmd"})
_OTHER_INTERPRETERS = frozenset({"perl", "Rscript", "julia", "cmake"})


def find_in_config(text: str) -> list[Spot]:
    """Find the packages that the commands of a configuration install."""
    source = Word(text, 0, len(text))
    spots = {(spot.start, spot.end): spot for spot in _found(text, source)}
    return sorted(spots.values(), key=lambda spot: spot.start)


def find_in_scripts(text: str) -> list[Spot]:
    """Find the packages that the scripts of a JSON manifest fetch or install."""
    root = read_json(text) if any(f'"{key}"' in text for key in _SCRIPT_KEYS) else None
    source = Word(text, 0, len(text))
    spots: list[Spot] = []
    if not isinstance(root, Table):
        return []
    for key in _SCRIPT_KEYS:
        for _, value in root.table(key).entries:
            for scalar in _scripts_of(value):
                word = located(source, scalar)
                spots += installs().find(word) if word is not None else []
    return spots


def _found(text: str, source: Word) -> Iterator[Spot]:
    stack = list(_documents(text))
    while stack:
        value = stack.pop()
        if isinstance(value, Array):
            stack += value.items
        elif isinstance(value, Table):
            foreign = _is_foreign(value)
            yield from _of_hook(value, source)
            for key, inner in value.entries:
                if _runs(key.text) and not foreign:
                    yield from _of_scripts(inner, key.text, source)
                if not (key.text == "with" and foreign):
                    stack.append(inner)


def _documents(text: str) -> list[Value]:
    if text.lstrip("\ufeff \t\r\n").startswith(("{", "//", "/*")):
        value = read_json(text)
        return [] if value is None else [value]
    return list(read_yaml_all(text))


def _runs(key: str) -> bool:
    return key in _SCRIPTS or key.endswith(_ENDS) or key.startswith(_BEGINS)


def _is_foreign(table: Table) -> bool:
    """Return whether a step's script is none of a shell's (``shell: python``)."""
    shell = table.text("shell")
    if shell is not None and table.get("run") is not None:
        name = program_name((shell.split() or [""])[0])
        name = name.rstrip("0123456789.")
        kind = interpreters().get(name)
        return name in _OTHER_INTERPRETERS or (kind is not None and kind.form == "code")
    return "github-script" in (table.text("uses") or "")


def _of_scripts(value: Value, key: str, source: Word) -> Iterator[Spot]:
    """Read a script, a list of scripts, or the words of one command."""
    if isinstance(value, Table):
        named = value.entries if key.endswith("Command") else []
        values: Sequence[Value] = [inner for _, inner in named]
    elif isinstance(value, Array):
        values = _flat(value)
    else:
        values = [value]
    for inner in values:
        words = [word for item in strings(inner) if (word := located(source, item)) is not None]
        for word in words:
            yield from installs().find(word)
        if isinstance(inner, Array):
            yield from installs().find_started(words)
    if isinstance(value, Array) and (key in _BY_WORD or key.endswith("Command")):
        words = [word for item in strings(value) if (word := located(source, item)) is not None]
        yield from installs().find_started(words)


def _flat(array: Array) -> list[Value]:
    """Return the scripts of a list, those of lists inside of it (an anchor's) too."""
    inner = [list(strings(item)) for item in array.items if not isinstance(item, Table)]
    return [scalar for scalars in inner for scalar in scalars]


def _of_hook(table: Table, source: Word) -> Iterator[Spot]:
    """Read what a hook of pre-commit needs beside itself."""
    items = list(strings(table.get("additional_dependencies")))
    if not items:
        return
    for eco in all_ecosystems():
        hook = eco.hook
        if hook is None or not eco.commands or not _is_of(hook, table.text("language"), items):
            continue
        for item in items:
            word, name = located(source, item), item.text.removeprefix(hook.prefix)
            reference = eco.commands[0].read(name) if word is not None else None
            if word is None or reference is None:
                continue
            moved = len(item.text) - len(name)
            start, end = word.span(reference.start + moved, reference.end + moved)
            version, origin = reference.version, reference.origin
            yield Spot(
                start, end, reference.name, "manifest", eco.name, version=version, origin=origin
            )


def _is_of(hook: Hook, language: str | None, items: Sequence[Scalar]) -> bool:
    """Return whether what a hook needs is of an ecosystem, by its language or by how it is said."""
    if language is not None:
        return language == hook.language
    marks = [eco.hook.mark for eco in all_ecosystems() if eco.hook and eco.hook.mark]
    texts = [item.text.partition(" ")[0] for item in items]
    told = [mark for mark in marks if any(mark in text for text in texts)]
    return hook.mark in told if told else hook.default


def _scripts_of(value: Value) -> Iterator[Scalar]:
    """Return a script, a list of them, or the one that a task of Deno describes."""
    yield from strings(value.get("command") if isinstance(value, Table) else value)
