r"""The shell's words: quotes, backslashes, comments, operators, redirections, substitutions.

The standard library's ``shlex`` splits words but does not say where they stand, so they are cut
here by the rules of POSIX (Shell Command Language, 2.2 to 2.7) and Bash. What an answer or a manual
writes otherwise is read as it is meant: an apostrophe that nothing closes opens no quote, ``a>=1``
is a version and no redirection, ``<name>`` is a placeholder, and ``PS C:\>`` is a prompt.

One pass over the text with a stack instead of recursion, so that time is linear in its size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from unghost.syntax.heredocs import Documents, Simple
from unghost.syntax.word import Word, WordBuilder

_BLANKS = frozenset(" \t\r\f\v\u00a0")
_SPECIAL = frozenset("\n;&|()<>#'\"\\`$^") | _BLANKS
_BETWEEN = _BLANKS | {"\n", ""}
_QUOTED = frozenset('"\\$`')
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v"}
_DEEPEST = 40
_LONGEST_PLACEHOLDER = 60
_LONGEST_EXPANSION = 400
_LOCATORS = frozenset({"which", "command", "pyenv", "type"})
_TARGET, _HERE, _BODY, _INDENTED_BODY = "target", "here", "body", "indented body"


@dataclass(slots=True)
class _Frame:
    """An open frame: the whole text, or a substitution in it that ``closer`` ends.

    ``located`` is the program whose path the substitution writes, as ``$(which pip)`` does.
    """

    closer: str
    opening: int = 0
    located: str = ""
    simple: Simple = field(default_factory=Simple)
    word: WordBuilder | None = None
    place: int = 0
    quoted: bool = False
    expects: str = ""
    brackets: int = 0


class Lexer:
    """Cuts one text into simple commands.

    Args:
        script: The text.
    """

    def __init__(self, script: Word) -> None:
        self._script, self._text, self._at = script, script.text, 0
        self._frame = _Frame("")
        self._below: list[_Frame] = []
        self._found: list[Simple] = []
        self._documents = Documents(script)
        # A quote without a closing quote is an apostrophe.
        self._last = {quote: self._text.rfind(quote) for quote in "'\"`"}

    def run(self) -> Iterator[Simple]:
        """Return the commands, those inside of others first."""
        while self._at < len(self._text):
            if self._frame.quoted:
                self._inside_quotes()
            else:
                self._outside_quotes()
            if self._found and not self._documents.pending:
                yield from self._found
                self._found.clear()
        while self._below:
            self._pop()
        self._end_command()
        yield from self._found

    def _outside_quotes(self) -> None:
        text, at = self._text, self._at
        char = text[at]
        if char not in _SPECIAL:
            while at < len(text) and text[at] not in _SPECIAL:
                at += 1
            self._plain(at)
        elif char in _BLANKS:
            self._end_word()
            self._at += 1
        elif char == "\n":
            self._end_command()
            self._at += 1
            self._at = self._documents.read(self._at)
        else:
            _HANDLERS[char](self)

    def _inside_quotes(self) -> None:
        text, at = self._text, self._at
        char = text[at]
        if char == '"':
            self._frame.quoted = False
            self._at += 1
        elif char == "\\":
            self._backslash()
        elif char == "$":
            self._dollar()
        elif char == "`":
            self._backtick()
        else:
            while at < len(text) and text[at] not in _QUOTED:
                at += 1
            self._add(text[self._at : at], self._at)
            self._at = at

    def _plain(self, end: int) -> None:
        """Read a run of plain characters, which most words are as a whole."""
        frame, begin = self._frame, self._at
        text, self._at = self._text[begin:end], end
        alone = frame.word is None and not frame.expects and not self._script.places
        if alone and self._text[end : end + 1] in _BETWEEN:
            start = self._script.start + begin
            frame.simple.add(Word(text, start, start + len(text)))
        else:
            self._add(text, begin)

    def _add(self, text: str, place: int) -> None:
        frame = self._frame
        if frame.word is None:
            frame.word, frame.place = WordBuilder(self._script), place
        if text:
            frame.word.add(text, place)

    def _literal(self) -> None:
        self._add(self._text[self._at], self._at)
        self._at += 1

    def _end_word(self) -> None:
        frame = self._frame
        if frame.word is None:
            return
        word, expects = frame.word.word(frame.place), frame.expects
        frame.word, frame.expects = None, ""
        if not expects:
            frame.simple.add(word)
        elif expects == _HERE:
            frame.simple.bodies.append(word)
        elif expects in (_BODY, _INDENTED_BODY) and word.text:
            self._documents.expect(frame.simple, word.text, expects == _INDENTED_BODY)

    def _end_command(self) -> None:
        self._end_word()
        frame = self._frame
        frame.expects = ""
        words = frame.simple.words
        if words:
            self._found.append(frame.simple)
            frame.simple = Simple()
            if words[0].text in _LOCATORS and len(words[-1].text) < _LONGEST_PLACEHOLDER:
                frame.located = words[-1].text

    def _push(self, closer: str, opening: int) -> None:
        self._below.append(self._frame)
        self._frame = _Frame(closer, opening=self._at)
        self._at += opening

    def _pop(self) -> None:
        self._end_command()
        inner, self._frame = self._frame, self._below.pop()
        # Its commands are cut by themselves; this stands for whatever they write.
        self._add("$", inner.opening)
        self._add(f"({inner.located})", inner.opening)

    def _operator(self) -> None:
        if self._text.startswith("&>", self._at):
            self._at += 1
            self._redirect()
            return
        self._end_command()
        self._at += 1

    def _open(self) -> None:
        self._operator()
        self._frame.brackets += 1

    def _close(self) -> None:
        frame = self._frame
        self._at += 1
        if frame.closer == ")" and not frame.brackets:
            self._pop()
        else:
            self._end_command()
            frame.brackets = max(frame.brackets - 1, 0)

    def _comment(self) -> None:
        if self._frame.word is not None:
            self._literal()
            return
        newline = self._text.find("\n", self._at)
        self._at = len(self._text) if newline < 0 else newline

    def _single_quote(self) -> None:
        if self._at >= self._last["'"]:
            self._literal()
            return
        begin = self._at + 1
        end = self._text.index("'", begin)
        self._add(self._text[begin:end], begin)
        self._at = end + 1

    def _double_quote(self) -> None:
        if self._at >= self._last['"']:
            self._literal()
            return
        self._add("", self._at + 1)
        self._frame.quoted = True
        self._at += 1

    def _backslash(self) -> None:
        at = self._at
        after = self._text[at + 1 : at + 2]
        if self._continues_line():
            return
        if after not in _QUOTED if self._frame.quoted else self._is_separator(after):
            self._literal()
        else:
            self._add(after, at + 1)
            self._at = at + 2

    def _is_separator(self, after: str) -> bool:
        r"""Return whether a backslash is of a Windows path: ``venv\Scripts\pip``, ``C:\>``."""
        word = self._frame.word
        if word is None or not after:
            return False
        return after.isalpha() or (after == ">" and word.size == 2 and word.text[1] == ":")

    def _caret(self) -> None:
        if not self._continues_line():  # as in cmd
            self._literal()

    def _continues_line(self) -> bool:
        """Skip a line break after a backslash; it ends a word, as a broken line means two words."""
        if not self._text.startswith(("\n", "\r\n"), self._at + 1):
            return False
        if not self._frame.quoted:
            self._end_word()
        self._at = self._text.index("\n", self._at) + 1
        return True

    def _backtick(self) -> None:
        if self._frame.closer == "`":
            self._at += 1
            self._pop()
        elif self._continues_line():
            return  # as in PowerShell
        elif self._at < self._last["`"] and len(self._below) < _DEEPEST:
            self._push("`", 1)
        else:
            self._literal()

    def _dollar(self) -> None:
        text, at, quoted = self._text, self._at, self._frame.quoted
        after = text[at + 1 : at + 2]
        if after == "(" and len(self._below) < _DEEPEST:
            self._push(")", 2)
        elif after == "'" and not quoted and at + 1 < self._last["'"]:
            self._ansi()
        elif after == '"' and not quoted:
            self._at += 1
        elif after == "{":
            closing = "}}" if text.startswith("${{", at) else "}"
            end = text.find(closing, at, at + _LONGEST_EXPANSION)
            end = at + 1 if end < 0 else end + len(closing)
            self._add(text[at:end], at)
            self._at = end
        else:
            self._literal()

    def _ansi(self) -> None:
        """Read ``$'..'``; of its escapes the common ones, for no name has any other."""
        text, at = self._text, self._at + 2
        self._add("", at)
        while at < len(text) and text[at] != "'":
            escaped = text[at] == "\\" and at + 1 < len(text)
            at += escaped
            self._add(_ESCAPES.get(text[at], text[at]) if escaped else text[at], at)
            at += 1
        self._at = at + 1

    def _less(self) -> None:
        text, at = self._text, self._at
        close = text.find(">", at, at + _LONGEST_PLACEHOLDER)
        if close > 0 and _is_placeholder(text[at + 1 : close]):
            self._add(text[at : close + 1], at)
            self._at = close + 1
        elif text.startswith("<<<", at):
            self._expect(_HERE, 3)
        elif text.startswith("<<-", at):
            self._expect(_INDENTED_BODY, 3)
        elif text.startswith("<<", at):
            self._expect(_BODY, 2)
        else:
            self._redirect()

    def _greater(self) -> None:
        frame = self._frame
        if frame.word is not None or frame.simple.words:
            if self._is_prompt():
                frame.word, frame.simple = None, Simple()
                self._at += 1
                return
        elif not self._below and self._text[self._at + 1 : self._at + 2] in ("", " "):
            self._at += 1
            return
        self._redirect()

    def _is_prompt(self) -> bool:
        """Return whether the words so far are the prompt of PowerShell or cmd."""
        frame = self._frame
        words, word = frame.simple.words, frame.word
        first = words[0].text if words else ""
        if not words and word is not None and word.size <= _LONGEST_EXPANSION:
            first = word.text
        drive = first[1:3] == ":\\" and first[0].isalpha()
        return len(words) < 4 and (first == "PS" or drive)

    def _redirect(self) -> None:
        """Read an operator whose next word is a file, unless it is glued to a name: a version."""
        frame, text, at = self._frame, self._text, self._at
        if frame.word is not None:
            number = frame.word.size < 4 and frame.word.text.isdigit()
            after = text[at + 1 : at + 2]
            if not number and (after == "=" or after.isdigit()):
                self._literal()
                return
            if number:
                frame.word = None
        if text.startswith(("<(", ">("), at) and len(self._below) < _DEEPEST:
            self._push(")", 2)
            return
        end = at + 1
        while end < at + 3 and text[end : end + 1] in (">", "&", "|"):
            end += 1
        self._expect(_TARGET, end - at)

    def _expect(self, what: str, size: int) -> None:
        self._end_word()
        self._frame.expects = what
        self._at += size


def _is_placeholder(content: str) -> bool:
    """Return whether it is like ``<your package>``, not the files of two redirections."""
    inner = content.strip("@/._-")
    if not inner or content[0].isspace() or content.endswith((" ", " 1", " 2")):
        return False
    return all(char.isalnum() or char in " -_./@:|" for char in content)


_HANDLERS = {
    ";": Lexer._operator,
    "&": Lexer._operator,
    "|": Lexer._operator,
    "(": Lexer._open,
    ")": Lexer._close,
    "#": Lexer._comment,
    "'": Lexer._single_quote,
    '"': Lexer._double_quote,
    "\\": Lexer._backslash,
    "^": Lexer._caret,
    "`": Lexer._backtick,
    "$": Lexer._dollar,
    "<": Lexer._less,
    ">": Lexer._greater,
}
