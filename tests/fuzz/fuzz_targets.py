"""Every parser that reads text of others, and what each keeps to whatever it is given."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from unghost.ecosystems import all_ecosystems
from unghost.ecosystems.base import Manifest
from unghost.ecosystems.spot import Spot
from unghost.records import Mention
from unghost.syntax.document import Array, Scalar, Table, Value
from unghost.syntax.text import decode

TESTS = Path(__file__).resolve().parents[1]
LONGEST_NAME = 500
Found = list[Spot] | list[Mention] | list[Scalar]


@dataclass(frozen=True)
class Target:
    """A parser.

    ``read`` gives what it finds in a text; ``seen`` is the text that the places are of; ``paths``
    are globs of the files that are its input.
    """

    name: str
    read: Callable[[str], Found]
    paths: tuple[str, ...] = ()
    seen: Callable[[str], str] = str

    def check(self, text: str) -> None:
        """Read a text and check what is found."""
        seen = self.seen(text)
        found = self.read(text)
        for item in found:
            _check_place(item, seen)
        assert self.read(text) == found, "the same text gives something else"


def _check_place(item: Spot | Mention | Scalar, text: str) -> None:
    assert 0 <= item.start <= item.end <= len(text), item
    if isinstance(item, Scalar):
        return
    assert item.start < item.end, item
    assert 0 < len(item.name) <= LONGEST_NAME, item
    # What cannot be seen could hide a name, or make a terminal do something.
    assert item.name.isprintable(), item
    assert item.end - item.start <= 6 * LONGEST_NAME, item
    if isinstance(item, Mention):
        assert item.raw == text[item.start : item.end], item
        before = text[: item.start]
        assert item.line == before.count("\n") + 1, item
        assert item.column == len(before) - before.rfind("\n"), item


@cache
def targets() -> tuple[Target, ...]:
    """Return all targets, by name."""
    found = [*_documents(), *_manifests(), *_imports(), *_texts(), *_files()]
    return tuple(sorted(found, key=lambda target: target.name))


def matching(pattern: str) -> list[Target]:
    """Return the targets of a name or glob."""
    return [target for target in targets() if fnmatchcase(target.name, pattern)]


def groups() -> list[str]:
    """Return globs that share all targets between them."""
    return sorted({f"{target.name.partition(':')[0]}:*" for target in targets()})


def seeds(target: Target) -> list[str]:
    """Return texts that a target is made for: files of the corpus, cases of the tables."""
    found = [text for path, text in _samples() if any(_is_of(path, glob) for glob in target.paths)]
    return found or ["a"]


@cache
def _samples() -> tuple[tuple[str, str], ...]:
    """Return all texts of the corpus and of the ecosystems' tables, with a path for each."""
    samples = [
        (
            path.relative_to(TESTS / "corpus").as_posix(),
            path.read_bytes().decode("utf-8", "replace"),
        )
        for path in sorted((TESTS / "corpus").rglob("*"))
        if path.is_file() and path.name != "expected.toml"
    ]
    for table in sorted((TESTS / "ecosystems").glob("*.toml")):
        cases: dict[str, Any] = tomllib.loads(table.read_text(encoding="utf-8"))
        samples += [(case["path"], case["text"]) for case in cases.get("manifest", [])]
        samples += [(f"x.{case['language']}", case["text"]) for case in cases.get("import", [])]
        samples += [("x.sh", case["text"]) for case in cases.get("command", [])]
    return tuple(samples)


def _is_of(path: str, glob: str) -> bool:
    return fnmatchcase(path, glob) or fnmatchcase(path, f"*/{glob}")


def _manifests() -> Iterator[Target]:
    for ecosystem in all_ecosystems():
        for manifest in ecosystem.manifests:
            name = f"manifest:{ecosystem.name}:{_path_of(manifest.patterns[0])}"
            yield Target(name, _lists(manifest), manifest.patterns)


def _lists(manifest: Manifest) -> Callable[[str], Found]:
    return lambda text: list(manifest.read(text))


def _documents() -> Iterator[Target]:
    from unghost.syntax.json_text import read_json
    from unghost.syntax.toml_text import read_toml
    from unghost.syntax.xml_text import read_xml
    from unghost.syntax.yaml_text import read_yaml_all

    def read_elements(text: str) -> Found:
        root = read_xml(text)
        elements = list(root.walk()) if root is not None else []
        texts = [element.text for element in elements if element.text is not None]
        tags = [Scalar(element.start, element.end, element.tag) for element in elements]
        return tags + texts + [s for e in elements for s in e.attributes.values()]

    yield Target("document:json", lambda text: _flat([read_json(text)]), ("*.json", "*.ipynb"))
    yield Target("document:toml", lambda text: _flat([read_toml(text)]), ("*.toml", "*.lock"))
    yield Target("document:xml", read_elements, ("*.xml", "*.csproj", "*.config"))
    yield Target("document:yaml", lambda text: _flat(read_yaml_all(text)), ("*.yml", "*.yaml"))


def _flat(values: Sequence[Value | None]) -> Found:
    """Return the places of a document's values and keys, without recursion."""
    found: list[Scalar] = []
    waiting = list(values)
    while waiting:
        value = waiting.pop()
        if isinstance(value, Scalar):
            found.append(value)
        elif isinstance(value, Array | Table):
            found.append(Scalar(value.start, value.end, ""))
            waiting += value.items if isinstance(value, Array) else ()
            for key, inner in value.entries if isinstance(value, Table) else ():
                waiting += [key, inner]
    return found


_SUFFIXES = {
    "csharp": "cs",
    "go": "go",
    "java": "java",
    "javascript": "js",
    "kotlin": "kt",
    "php": "php",
    "python": "py",
    "ruby": "rb",
    "rust": "rs",
    "tsx": "tsx",
    "typescript": "ts",
}


def _imports() -> Iterator[Target]:
    from unghost.mentions.imports import find_imports

    def reader(language: str) -> Callable[[str], Found]:
        return lambda text: find_imports(text, language)

    for language, suffix in _SUFFIXES.items():
        paths = (f"*.{suffix}", f"*.{language}")
        yield Target(f"imports:{language}", reader(language), paths)


def _texts() -> Iterator[Target]:
    from unghost.mentions.commands.configs import find_in_config
    from unghost.mentions.commands.dockerfile import find_in_dockerfile
    from unghost.mentions.commands.installs import find_installs, find_installs_by_line
    from unghost.mentions.commands.makefile import find_in_makefile
    from unghost.mentions.reader import Context, find_in_text

    def answer(text: str) -> Found:
        contexts = (Context(asks="packages"), Context(asks="code"))
        return [mention for known in contexts for mention in find_in_text(text, "x", known)]

    yield Target("commands:shell", find_installs, ("*.sh",))
    yield Target("commands:lines", find_installs_by_line, ("*.sh", "*.md"))
    yield Target("commands:ci", find_in_config, ("*.yml", "*.yaml", "devcontainer.json"))
    yield Target("commands:dockerfile", find_in_dockerfile, ("Dockerfile", "*.Dockerfile"))
    yield Target("commands:makefile", find_in_makefile, ("Makefile",))
    yield Target("text:answer", answer, ("*.md",))
    yield Target("text:any", lambda text: find_in_text(text, "x"), ("*",))
    yield Target(
        "text:python",
        lambda text: find_in_text(text, "x", Context(language="python")),
        ("*.py", "*.txt"),
    )


_PATHS = (
    ".claude/settings.json",
    ".cursorrules",
    ".devcontainer/devcontainer.json",
    ".github/workflows/ci.yml",
    "AGENTS.md",
    "Dockerfile",
    "Makefile",
    "calls.jsonl",
    "change.diff",
    "cell.ipynb",
    "noxfile.py",
    "run.sh",
    "script",
    "tool.json",
)


def _files() -> Iterator[Target]:
    from unghost.mentions.reader import find_in_file

    def reader(path: str) -> Callable[[str], Found]:
        return lambda text: find_in_file(to_bytes(text), path)

    yield Target("file:decode", lambda text: [Scalar(0, len(_decoded(text)), "")], ("*",), _decoded)
    names = {p for e in all_ecosystems() for m in e.manifests for p in m.patterns}
    names |= {f"*.{suffix}" for suffix in _SUFFIXES.values()} | set(_PATHS)
    for name in sorted(names):
        path = _path_of(name)
        globs = (name, "*" + name[name.rfind(".") :] if "." in name else name)
        yield Target(f"file:{path}", reader(path), globs, _decoded)


def _path_of(glob: str) -> str:
    return glob.replace("*", "x").replace("?", "x")


def to_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _decoded(text: str) -> str:
    return decode(to_bytes(text)) or ""
