"""Files that a shell command writes itself: ``echo x >> requirements.txt``, ``cat > f <<EOF``.

Only texts in the command itself are seen, not what a program would print.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from unghost.mentions.commands.starters import SHELLS, levels, program_name, script_of
from unghost.syntax.heredocs import Simple
from unghost.syntax.shell_lexer import Lexer
from unghost.syntax.word import Word

_DEEPEST = 4
_TARGET = "target"
"""What a frame of the lexer expects after an operator that names a file."""
_OUTPUTS = ("", "1", "&")
_ECHO_FLAGS = re.compile(r"-[neE]{1,3}")
_ESCAPES = {"\\n": "\n", "\\t": "\t", "\\r": "\r", "\\\\": "\\", "\\c": "", "%%": "%"}
_ESCAPED = re.compile(r"\\[ntrc\\]|%%")


@dataclass(frozen=True, slots=True)
class Written:
    """A text that a command writes to a file.

    Attributes:
        folder: The folder that ``cd`` went to before, relative to the command's own.
        path: The file, as it is written.
        text: The text, as far as the command says it.
        added: Whether what the file holds stays before it.
    """

    folder: str
    path: str
    text: str
    added: bool


def written_files(command: str) -> list[Written]:
    """Return the texts that a shell command writes to files, in order."""
    if ">" not in command and "tee" not in command:
        return []
    return list(_written(Word(command, 0, len(command)), 0))


def _written(script: Word, depth: int) -> Iterator[Written]:
    lexer = _Lexer(script)
    folder = piped = ""
    for simple in lexer.run():
        goes = lexer.goes.get(id(simple), _Goes(simple))
        inner = list(levels(simple.words))
        words = inner[-1] if inner else simple.words
        name = program_name(words[0].text)
        if name == "cd" and len(words) == 2:
            folder = f"{folder}/{words[1].text}" if folder else words[1].text
        text = _said(name, words, simple.bodies, piped)
        for path, added in (*goes.files, *_teed(name, words)):
            yield Written(folder, path, text, added)
        piped = text if goes.piped else ""
        script_word = script_of(words)
        scripts = [] if script_word is None else [script_word]
        if depth < _DEEPEST:
            for text_of_shell in (*scripts, *(simple.bodies if name in SHELLS else ())):
                yield from _written(text_of_shell, depth + 1)


@dataclass(slots=True)
class _Goes:
    """Targets of a command's output: files, each with whether it is appended to, or a pipe."""

    simple: Simple
    files: list[tuple[str, bool]] = field(default_factory=list)
    piped: bool = False


class _Lexer(Lexer):
    """Records what the lexer of install commands does not need.

    Attributes:
        goes: By the identity of a command, where its output goes.
    """

    def __init__(self, script: Word) -> None:
        super().__init__(script)
        self.goes: dict[int, _Goes] = {}
        self._operator_read = ("", "")

    def _of(self, simple: Simple) -> _Goes:
        return self.goes.setdefault(id(simple), _Goes(simple))

    def _end_command(self) -> None:
        near = self._text[max(self._at - 1, 0) : self._at + 2]
        if self._text[self._at : self._at + 1] == "|" and "||" not in near:
            self._of(self._frame.simple).piped = True
        super()._end_command()

    def _redirect(self) -> None:
        word, at = self._frame.word, self._at
        number = word.text if word is not None and word.size < 4 else ""
        if at and self._text[at - 1] == "&":
            number = "&"
        super()._redirect()
        if self._frame.expects == _TARGET:
            operator = self._text[at : self._at]
            self._operator_read = (number if number == "&" or number.isdigit() else "", operator)

    def _end_word(self) -> None:
        frame = self._frame
        if frame.word is not None and frame.expects == _TARGET:
            number, operator = self._operator_read
            text = frame.word.text
            # After ">&" a number is another output and no file.
            file = operator[0] == ">" and (operator != ">&" or bool(text.strip("0123456789-")))
            if file and number in _OUTPUTS:
                self._of(frame.simple).files.append((text, ">>" in operator))
        super()._end_word()


def _teed(name: str, words: Sequence[Word]) -> list[tuple[str, bool]]:
    if name != "tee":
        return []
    texts = [word.text for word in words[1:]]
    added = not {"-a", "--append"}.isdisjoint(texts)
    return [(text, added) for text in texts if not text.startswith("-")]


def _said(name: str, words: Sequence[Word], bodies: Sequence[Word], piped: str) -> str:
    """Return the text that a command writes, as far as the command shows it."""
    texts = [word.text for word in words[1:]]
    if name == "echo":
        return _echoed(texts)
    if name == "printf":
        return _printed([text for text in texts if text != "--"])
    if name in ("cat", "tee"):
        return "".join(f"{body.text}\n" for body in bodies) or piped
    return ""


def _echoed(words: list[str]) -> str:
    while words and _ECHO_FLAGS.fullmatch(words[0]):
        words = words[1:]
    # Some shells read escapes without being asked to.
    return f"{_unescaped(' '.join(words))}\n"


def _printed(words: list[str]) -> str:
    """Fill a format; it is reused until no argument is left."""
    if not words:
        return ""
    parts, rest = words[0].split("%s"), words[1:]
    size = len(parts) - 1
    if not size:
        return _unescaped(words[0])
    text = []
    for begin in range(0, max(len(rest), 1), size):
        given = rest[begin : begin + size]
        for at, part in enumerate(parts):
            text += [part, given[at] if at < len(given) else ""]
    return _unescaped("".join(text))


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: _ESCAPES[match[0]], text)
