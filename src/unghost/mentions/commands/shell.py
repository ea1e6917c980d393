"""The commands of a shell text, those inside of strings and documents for other shells too."""

from __future__ import annotations

from collections.abc import Iterator

from unghost.mentions.commands.starters import SHELLS, levels, program_name, script_of
from unghost.syntax.shell_lexer import Lexer
from unghost.syntax.word import Word

__all__ = ["Word", "commands", "commands_in", "started_by"]
_DEEPEST = 4


def commands(text: str) -> Iterator[list[Word]]:
    """Cut a shell text into commands, each a list of words from its program on.

    Comments, redirections, assignments, keywords and prompts are left out. A command that starts
    another (``sudo``, ``docker exec web``) is followed by the other one. What stands in ``$(..)``,
    in backticks, in ``bash -c '..'`` and in a document for a shell is commands as well.
    """
    return commands_in(Word(text, 0, len(text)))


def commands_in(script: Word) -> Iterator[list[Word]]:
    """Cut a part of a text, read without its quoting, into commands."""
    scripts = [(script, 0)]
    while scripts:
        script, depth = scripts.pop()
        for simple in Lexer(script).run():
            # One script may be that of several levels, and would be read once for each.
            inner: dict[int, Word] = {}
            reads = False
            for words in levels(simple.words):
                yield words
                reads = reads or program_name(words[0].text) in SHELLS
                text = script_of(words)
                if text is not None and " " in text.text:
                    inner[text.start] = text
            if depth < _DEEPEST:
                bodies = simple.bodies if reads else []
                scripts += [(text, depth + 1) for text in (*inner.values(), *bodies)]


def started_by(words: list[Word]) -> Iterator[list[Word]]:
    """Return the commands of a list of words that no shell has to cut any more."""
    scripts: dict[int, Word] = {}
    for level in levels(words):
        yield level
        text = script_of(level)
        if text is not None:
            scripts[text.start] = text
    for text in scripts.values():
        yield from commands_in(text)
