"""Packages in shell install commands, with exact offsets.

The standard library's ``shlex`` splits words but does not say where they stand, so the words are
cut here by the same rules: quotes, backslashes, comments, and the operators between commands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement

from unghost.mentions.markdown import code_spans
from unghost.mentions.spot import Spot
from unghost.mentions.words import PROSE
from unghost.records import MentionKind

_OPERATORS = frozenset(";&|()\n")
_PREFIXES = frozenset({"sudo", "!", "$", "%", ">", "then", "do", "else", "exec", "time", "env"})
_BULLETS = frozenset("-*+\u2022")
_DASHES = frozenset("-\u2013\u2014")
_FLAGS_WITH_VALUE = frozenset(
    [
        "-r",
        "--requirement",
        "-c",
        "--constraint",
        "-i",
        "--index-url",
        "--extra-index-url",
        "-f",
        "--find-links",
        "-t",
        "--target",
        "-e",
        "--editable",
        "-p",
        "--python",
        "--prefix",
        "--root",
        "--src",
        "--upgrade-strategy",
        "--platform",
        "--abi",
        "--python-version",
        "--implementation",
        "--progress-bar",
        "--proxy",
        "--timeout",
        "--retries",
        "--cert",
        "--log",
        "--cache-dir",
        "--trusted-host",
        "--config-settings",
        "--global-option",
        "--group",
        "-G",
        "--source",
        "--index",
        "--default-index",
        "--extra",
        "-E",
        "--extras",
        "--optional",
        "--script",
        "--tag",
        "--rev",
        "--branch",
        "--no-binary",
        "--only-binary",
        "--suffix",
        "--backend",
        "--fetch-missing-python",
        "--categories",
        "--pip-args",
        "--index-strategy",
    ]
)
_FLAGS_WITH_PACKAGE = frozenset({"--with", "--from", "--spec", "--preinstall"})
_RUNNERS = frozenset({"uvx"})


@dataclass(frozen=True, slots=True)
class Word:
    """A shell word: its text without quoting, and where its content stands."""

    text: str
    start: int
    end: int


def find_installs(source: str) -> list[Spot]:
    """Find the packages that the install commands of a shell text name."""
    return [spot for command in commands(source) for spot in _of_command(command)]


def find_installs_by_line(source: str) -> list[Spot]:
    """Find the same in text that is not all shell: in its lines and in their code spans.

    No quote spans lines here, for an apostrophe would open one; and what has a word of prose where
    packages stand is a sentence about installing.
    """
    spots: list[Spot] = []
    for start, line in _joined_lines(source):
        for begin, end in [(0, len(line)), *code_spans(line)]:
            for command in commands(line[begin:end]):
                found = list(_of_command(command))
                if not _is_sentence(command, found):
                    spots += [spot.moved(start + begin) for spot in found]
    return spots


def _joined_lines(source: str) -> Iterator[tuple[int, str]]:
    """Give lines and where they begin; one that ends in a backslash goes on in the next."""
    begin = position = 0
    for line in source.splitlines(keepends=True):
        position += len(line)
        if not line.endswith(("\\\n", "\\\r\n")):
            yield begin, source[begin:position]
            begin = position
    if begin < position:
        yield begin, source[begin:]


def _is_sentence(command: Sequence[Word], found: Sequence[Spot]) -> bool:
    if any(spot.name.lower() in PROSE for spot in found):
        return True
    # Behind the bullet or the first word, a lone dash or a mark at a word's end is punctuation.
    texts = [word.text for word in command[1:]]
    return any(text in _DASHES or (len(text) > 1 and text[-1] in ".,:!?") for text in texts)


def commands(source: str) -> Iterator[list[Word]]:
    """Cut a shell text into commands, each a list of words; comments are left out."""
    words: list[Word] = []
    position = 0
    while position < len(source):
        char = source[position]
        if char in _OPERATORS:
            if words:
                yield words
            words = []
            position += 1
        elif char.isspace() or source.startswith(("\\\n", "\\\r\n"), position):
            position += 1 if char.isspace() else source.index("\n", position) - position + 1
        elif char == "#":
            newline = source.find("\n", position)
            position = len(source) if newline < 0 else newline
        else:
            word, position = _word(source, position)
            words.append(word)
    if words:
        yield words


def _word(source: str, start: int) -> tuple[Word, int]:
    parts: list[str] = []
    quote = ""
    position = start
    first, last = -1, start
    while position < len(source):
        char = source[position]
        if quote:
            if char == quote:
                quote = ""
                position += 1
                continue
        elif char in "'\"" and source.find(char, position + 1) >= 0:
            # A quote that nothing closes is an apostrophe.
            quote = char
            position += 1
            continue
        elif char.isspace() or char in _OPERATORS:
            break
        elif char == "\\":
            if source.startswith(("\n", "\r\n"), position + 1):
                break
            position += 1
            char = source[position : position + 1]
        if first < 0:
            first = position
        parts.append(char)
        position += 1
        last = position
    return Word("".join(parts), max(first, start), last), max(position, start + 1)


def _of_command(words: Sequence[Word]) -> Iterator[Spot]:
    texts = [word.text for word in words]
    first = _program(texts)
    if first < len(texts):
        program = texts[first].lstrip("!%$").rpartition("/")[2]
        start = _arguments(program, texts, first)
        if start is not None:
            once = program in _RUNNERS or texts[start - 1 : start] == ["run"]
            yield from _packages(words[start:], once)


def _program(texts: Sequence[str]) -> int:
    """Give where a command's program stands: behind prompts, bullets, ``sudo`` and its flags."""
    sudo = False
    for index, text in enumerate(texts):
        if text == "sudo":
            sudo = True
        elif sudo and text.startswith("-"):
            continue
        elif not (text in _PREFIXES or _is_bullet(text) or _is_assignment(text)):
            return index
    return len(texts)


def _is_bullet(text: str) -> bool:
    return text in _BULLETS or (text.endswith(".") and text[:-1].isdigit())


def _is_assignment(text: str) -> bool:
    name, separator, _ = text.partition("=")
    return bool(separator) and name.isidentifier()


def _arguments(program: str, texts: Sequence[str], first: int) -> int | None:
    """Give where the packages of an install command begin, None for any other command."""
    rest = texts[first + 1 :]
    if program.startswith("python") or program == "py":
        return _after(texts, first + 1, ("-m", "pip", "install"))
    if program.startswith("pip") and program[3:].replace(".", "").isdigit() | (program == "pip"):
        return _after(texts, first + 1, ("install",))
    if program == "uv":
        for form in (("pip", "install"), ("add",), ("tool", "install"), ("tool", "run")):
            if tuple(rest[: len(form)]) == form:
                return first + 1 + len(form)
    if program == "pipenv" and rest[:1] == ["install"]:
        return first + 2
    if program == "uvx":
        return first + 1
    if program in ("poetry", "pdm", "rye") and rest[:1] == ["add"]:
        return first + 2
    if program == "pipx" and rest[:1] in (["install"], ["run"], ["inject"]):
        return first + (3 if rest[0] == "inject" else 2)
    return None


def _after(texts: Sequence[str], start: int, form: tuple[str, ...]) -> int | None:
    """Find the words of a form in order from ``start``, with nothing but flags between them."""
    wanted = list(form)
    for index in range(start, len(texts)):
        if texts[index] == wanted[0]:
            wanted.pop(0)
            if not wanted:
                return index + 1
        elif not texts[index].startswith("-"):
            return None
    return None


def _packages(words: Sequence[Word], once: bool) -> Iterator[Spot]:
    """Read packages among flags; a runner names one package, what follows are its arguments."""
    skip = False
    for position, word in enumerate(words):
        flag, equals, value = word.text.partition("=")
        if skip:
            skip = False
        elif flag in _FLAGS_WITH_PACKAGE and flag.startswith("-"):
            if equals:
                yield from _requirement(Word(value, word.end - len(value), word.end))
            elif position + 1 < len(words):
                yield from _requirement(words[position + 1])
            skip = not equals
        elif word.text.startswith("-"):
            skip = word.text in _FLAGS_WITH_VALUE
        else:
            yield from _requirement(word)
            if once:
                return


def _requirement(word: Word) -> Iterator[Spot]:
    spot = requirement_spot(word.text, word.start, "install", "shell")
    if spot is not None and "/" not in word.text.partition("@")[0]:
        yield spot


def requirement_spot(text: str, start: int, kind: MentionKind, language: str | None) -> Spot | None:
    """Read one requirement (name, extras, version); None if it is a path, an address or no name."""
    name = _leading_name(text)
    version: str | None = None
    try:
        requirement = Requirement(text)
        name, version = requirement.name, str(requirement.specifier) or None
    except InvalidRequirement:
        # `name@1.2` is how poetry and uvx pin a version.
        tail = text[len(name) :]
        if not name or not (tail.startswith("@") and "/" not in tail):
            return None
        version = tail[1:] or None
    if not name or not text.startswith(name):
        return None
    return Spot(start, start + len(name), name, kind, language, version)


def _is_of_name(char: str) -> bool:
    return char in "-_." or (char.isascii() and char.isalnum())


def _leading_name(text: str) -> str:
    end = 0
    while end < len(text) and _is_of_name(text[end]):
        end += 1
    return text[:end].rstrip("-_.")
