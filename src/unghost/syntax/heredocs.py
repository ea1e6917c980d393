"""A simple command, and the here-documents that stand below its line."""

from __future__ import annotations

from dataclasses import dataclass, field

from unghost.syntax.word import Word

_MOST_WORDS = 20_000


@dataclass(slots=True)
class Simple:
    """A simple command: its words without redirections, and the texts it is given to read."""

    words: list[Word] = field(default_factory=list)
    bodies: list[Word] = field(default_factory=list)

    def add(self, word: Word) -> None:
        """Add a word; a command of more than anyone writes is cut off, to bound memory."""
        if len(self.words) < _MOST_WORDS:
            self.words.append(word)


class Documents:
    """Reads the documents that the commands of a line expect.

    Args:
        script: The text that they stand in.
    """

    def __init__(self, script: Word) -> None:
        self._script, self._text = script, script.text
        self._expected: list[tuple[Simple, str, bool]] = []
        self._last: dict[str, int] | None = None

    @property
    def pending(self) -> bool:
        """Return whether a document is expected below the line."""
        return bool(self._expected)

    def expect(self, command: Simple, delimiter: str, indented: bool) -> None:
        """Expect a document that a line of ``delimiter`` ends, after tabs if ``indented``."""
        self._expected.append((command, delimiter, indented))

    def read(self, at: int) -> int:
        """Read the documents that begin at a line; gives where the next command may begin.

        One without its end is none, for it would hide the rest of the text.
        """
        expected, self._expected = self._expected, []
        for command, delimiter, indented in expected:
            if self._last_line(delimiter) >= at:
                at = self._document(command, at, delimiter, indented)
        return at

    def _document(self, command: Simple, at: int, delimiter: str, indented: bool) -> int:
        begin = end = at
        while end < len(self._text):
            newline = self._text.find("\n", end)
            stop = len(self._text) if newline < 0 else newline
            line = self._text[end:stop].rstrip("\r")
            at = min(stop + 1, len(self._text))
            if (line.lstrip("\t") if indented else line) == delimiter:
                break
            end = at
        command.bodies.append(self._script.part(begin, end))
        return at

    def _last_line(self, content: str) -> int:
        """Return where the last line of this content begins, -1 if there is none."""
        if self._last is None:
            self._last, position = {}, 0
            for line in self._text.split("\n"):
                bare = line.rstrip("\r")
                self._last[bare] = self._last[bare.lstrip("\t")] = position
                position += len(line) + 1
        return self._last.get(content, -1)
