"""Packages that the commands of a Dockerfile install.

Source: the Dockerfile reference (parser directives, line continuation, shell and exec form,
here-documents); found.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from unghost.ecosystems.spot import Spot
from unghost.mentions.commands.installs import installs
from unghost.mentions.commands.starters import SHELLS, program_name
from unghost.syntax.document import Array, strings
from unghost.syntax.json_text import read_json
from unghost.syntax.located import located
from unghost.syntax.word import Word

_RUNS = frozenset({"RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK"})
_WITH_DOCUMENTS = frozenset({"RUN", "COPY", "ADD"})
_MOST_DIRECTIVES = 10


class _Instruction(NamedTuple):
    """An instruction: its arguments on one line, and the documents below it.

    ``whole`` is both, as a shell reads them.
    """

    keyword: str
    arguments: Word
    bodies: tuple[Word, ...]
    whole: Word


def find_in_dockerfile(text: str) -> list[Spot]:
    """Find the packages that the instructions of a Dockerfile install."""
    spots: list[Spot] = []
    by_shell = True
    for instruction in _instructions(text):
        if instruction.keyword == "FROM":
            by_shell = True
        elif instruction.keyword == "SHELL":
            words = _array(instruction.arguments) or []
            by_shell = any(_runs_shell(word.text) for word in words)
        elif instruction.keyword in _RUNS:
            spots += _of_run(instruction, by_shell)
    return spots


def _of_run(instruction: _Instruction, by_shell: bool) -> list[Spot]:
    text = instruction.arguments.text
    at = _behind_flags(text)
    if instruction.keyword == "HEALTHCHECK":
        if not text.startswith("CMD", at):
            return []
        at = _behind_flags(text, at + len("CMD"))
    words = _array(instruction.arguments.part(at, len(text)))
    if words is not None:
        return installs().find_started(words) if words else []
    if not by_shell:
        return []
    if text.startswith("<<", at):
        return [s for body in instruction.bodies if _is_shell(body) for s in installs().find(body)]
    return installs().find(instruction.whole.part(at, len(instruction.whole.text)))


def _array(arguments: Word) -> list[Word] | None:
    """Read the exec form, None for anything else."""
    if not arguments.text.startswith("["):
        return None
    value = read_json(arguments.text.rstrip())
    if not isinstance(value, Array):
        return None
    words = [located(arguments, item) for item in strings(value)]
    return [word for word in words if word is not None]


def _runs_shell(word: str) -> bool:
    return program_name(word) in SHELLS | {"cmd"}


def _is_shell(body: Word) -> bool:
    """Return whether a document is a script for the shell, by its first line."""
    first = body.text.partition("\n")[0]
    return not first.startswith("#!") or any(map(_runs_shell, first[2:].split()))


def _behind_flags(text: str, at: int = 0) -> int:
    while True:
        while at < len(text) and text[at].isspace():
            at += 1
        if not text.startswith("--", at):
            return at
        while at < len(text) and not text[at].isspace():
            at += 1


def _instructions(text: str) -> Iterator[_Instruction]:
    lines = _lines(text)
    escape = _escape(lines)
    last = {line.strip(): number for number, line in enumerate(lines)}
    number = position = 0
    while number < len(lines):
        start = position
        parts: list[str] = []
        goes_on = True
        while goes_on and number < len(lines):
            part, goes_on = _joined(lines[number], escape, first=not parts)
            parts.append(part)
            position += len(part)
            number += 1
        logical = "".join(parts)
        if logical.isspace():
            continue
        keyword, at = _keyword(logical)
        arguments = Word(logical[at:], start + at, position)
        bodies: list[Word] = []
        below = number
        for delimiter in _delimiters(arguments.text) if keyword in _WITH_DOCUMENTS else ():
            begin = end = position
            while last.get(delimiter, -1) >= number:
                line = lines[number]
                position += len(line)
                number += 1
                if line.strip() == delimiter:
                    break
                end = position
            bodies.append(Word(text[begin:end], begin, end))
        whole = arguments.text + "".join(lines[below:number])
        yield _Instruction(keyword, arguments, tuple(bodies), Word(whole, start + at, position))


def _lines(text: str) -> list[str]:
    lines = [f"{line}\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines


def _escape(lines: list[str]) -> str:
    """Return the character that continues a line, which a directive above all else may change."""
    for line in lines[:_MOST_DIRECTIVES]:
        name, equals, value = line.lstrip("\ufeff \t#").partition("=")
        if "#" not in line or not equals:
            break
        if name.strip().lower() == "escape" and value.strip() == "`":
            return "`"
    return "\\"


def _joined(line: str, escape: str, *, first: bool) -> tuple[str, bool]:
    """Blank what continues a line, and comments between, so that all places stay."""
    bare = line.strip()
    if not first and (not bare or bare.startswith("#")):
        return " " * len(line), True
    if first and bare.startswith("#"):
        return line, False
    body = line.rstrip()
    if body.endswith(escape):
        return body[:-1] + " " * (len(line) - len(body) + 1), True
    return line, False


def _keyword(line: str) -> tuple[str, int]:
    """Return an instruction's keyword and where its arguments begin, ``ONBUILD`` skipped."""
    at = 0
    while True:
        while at < len(line) and (line[at].isspace() or line[at] == "\ufeff"):
            at += 1
        begin = at
        while at < len(line) and line[at].isalpha():
            at += 1
        keyword = line[begin:at].upper()
        if keyword != "ONBUILD":
            return keyword, _behind_blanks(line, at)


def _behind_blanks(line: str, at: int) -> int:
    while at < len(line) and line[at].isspace():
        at += 1
    return at


def _delimiters(line: str) -> Iterator[str]:
    """Return the delimiters of the documents that a line begins: words such as ``<<EOF``."""
    for word in line.split():
        opening = word.lstrip("0123456789")
        if opening.startswith("<<") and not opening.startswith("<<<"):
            delimiter = opening[2:].lstrip("-").strip("\"'")
            if delimiter:
                yield delimiter
