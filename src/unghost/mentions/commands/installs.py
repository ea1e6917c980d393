"""Packages in install commands of all ecosystems, with exact offsets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from unghost.ecosystems import all_ecosystems
from unghost.ecosystems.base import Command, Reference
from unghost.ecosystems.spot import Spot
from unghost.mentions.commands.shell import Word, commands_in, started_by
from unghost.mentions.commands.starters import after_form, program_name
from unghost.mentions.words import (
    ARTICLES,
    BEHIND,
    LEADS,
    ORDINARY,
    PROSE,
    SURE_LEADS,
    is_placeholder,
)
from unghost.syntax.markdown import code_spans

_DASHES = frozenset("-\u2013\u2014")
_STOPS = ".,:!?"
_MOST_SHORT = 4
_INDENTED = ("    ", "\t")
_BINDING = PROSE | ARTICLES | BEHIND
"""Words without which few sentences go on."""
_GLUED = "$`{*"
IN_PROSE = 0.8
"""The confidence that a sentence names the words after a command in it."""
_WIDEST = 8
"""Characters that one of a name may be written as: an escape of JSON within one of the shell."""


def find_installs(text: str) -> list[Spot]:
    """Find the packages that the install commands of a shell text name."""
    return installs().find(Word(text, 0, len(text)))


def find_installs_by_line(text: str) -> list[Spot]:
    """Find the same in text that is not all shell: in its lines and in their code spans.

    No quote spans lines here, for an apostrophe would open one; and what has a word of prose where
    packages stand is a sentence about installing.
    """
    return installs().find_by_line(text)


@lru_cache(maxsize=1)
def installs() -> Installs:
    """Return the finder for the commands of all ecosystems."""
    return Installs((eco.name, command) for eco in all_ecosystems() for command in eco.commands)


class Form(NamedTuple):
    """One form of a declared command; ``skipped`` are flags whose value is the next word."""

    ecosystem: str
    command: Command
    words: tuple[str, ...]
    skipped: frozenset[str]


class Installs:
    """Finds what a set of declared commands names.

    Args:
        declared: Commands, each with the ecosystem that it installs from.
    """

    def __init__(self, declared: Iterable[tuple[str, Command]]) -> None:
        self._forms: dict[str, list[Form]] = {}
        # Words of which a text must hold one, each with the programs that it stands after.
        self._hints: dict[str, set[str]] = {}
        for ecosystem, command in declared:
            skipped = command.valued | command.naming | command.instead | command.elsewhere
            for program in command.programs:
                for words in command.forms:
                    form = Form(ecosystem, command, words, skipped)
                    self._forms.setdefault(program, []).append(form)
                    fixed = max((w for w in words if w != "*"), key=len, default=program)
                    self._hints.setdefault(fixed, set()).update((program, program.upper()))

    def find(self, script: Word) -> list[Spot]:
        """Find what the commands of a shell text name, in order."""
        if not self.may_name(script.text):
            return []
        found = (spot for words in commands_in(script) for spot in self.of_command(words))
        return sorted(found, key=lambda spot: spot.start)

    def find_started(self, words: list[Word]) -> list[Spot]:
        """Find what a command names that is a list of words already."""
        return [spot for command in started_by(words) for spot in self.of_command(command)]

    def of_command(self, words: Sequence[Word]) -> list[Spot]:
        """Read one command, its program first."""
        found: list[Spot] = []
        for form, start in self.matching(words):
            found += _Reading(form, words).spots(start)
        return found

    def find_by_line(self, text: str) -> list[Spot]:
        """Find what lines and code spans of a text name that is not all shell."""
        if not self.may_name(text):
            return []
        spots: dict[tuple[int, int], Spot] = {}
        for line in self._lines(text):
            for part in (line, *_coded(line)):
                for spot in self._of_line(part):
                    spots.setdefault((spot.start, spot.end), spot)
        return sorted(spots.values(), key=lambda spot: spot.start)

    def find_beside_sentences(self, text: str) -> list[Spot]:
        """Find what the code spans of prose name, and its lines that are nothing but commands."""
        found: list[Spot] = []
        for line in self._lines(text) if self.may_name(text) else ():
            found += (spot for part in _coded(line) for spot in self._of_line(part))
            if line.text.startswith(_INDENTED):
                # Markdown's other way to write code.
                found += self._of_line(line)
                continue
            for words in commands_in(line):
                behind = min((stop for _, stop in self.matching(words)), default=0)
                if not _is_said(words[behind:]):
                    found += self.of_command(words)
        return found

    def _lines(self, text: str) -> Iterator[Word]:
        """Return the lines that may hold a command."""
        for start, line in _joined_lines(text):
            if self.may_name(line):
                yield Word(line, start, start + len(line))

    def _of_line(self, line: Word) -> Iterator[Spot]:
        for words in commands_in(line):
            found = self.of_command(words)
            if not found:
                yield from self._behind_words(words)
            elif not _is_sentence(words, found, self._is_bare(words[0])):
                yield from found

    def _behind_words(self, words: Sequence[Word]) -> Iterator[Spot]:
        """Read a command after the words that lead to it: ``then run pip install x.``."""
        for at in range(1, len(words)):
            bare = self._is_bare(words[at])
            if not self.known(words[at]) or not leads(words[at - 1].text, bare):
                continue
            command = list(words[at:])
            last = command[-1]
            command[-1] = last.part(0, len(last.text.rstrip(_STOPS)))
            found = self.of_command(command)
            if found and not _is_sentence(command, found, bare):
                yield from (replace(spot, confidence=IN_PROSE) for spot in found)
            return

    def known(self, program: Word) -> list[Form]:
        """Return the forms of a program, none for any other word."""
        name = program_name(program.text)
        return self._forms.get(name) or self._forms.get(name.rstrip("0123456789."), [])

    def _is_bare(self, program: Word) -> bool:
        """Return whether a program needs no form, so that any word after it may be a package."""
        return any(not form.words for form in self.known(program))

    def matching(self, words: Sequence[Word]) -> list[tuple[Form, int]]:
        """Return the forms that a command has, the longest if several fit, and where they end."""
        fits = [
            (form, start)
            for form in self.known(words[0])
            if (start := after_form(words, form.words, form.skipped)) is not None
        ]
        longest = max((len(form.words) for form, _ in fits), default=0)
        return [(form, start) for form, start in fits if len(form.words) == longest]

    def may_name(self, text: str) -> bool:
        """Return whether a text holds words of a command, which most texts do not."""
        return any(
            word in text and any(program in text for program in programs)
            for word, programs in self._hints.items()
        )


class _Reading(NamedTuple):
    """One command, read by one of its forms."""

    form: Form
    words: Sequence[Word]

    def spots(self, start: int) -> Iterator[Spot]:
        """Return the packages that stand from a word on."""
        elsewhere = any(self._leaves(at) for at in range(1, start))
        found, at, replaced = [], start, False
        command = self.form.command
        while at < len(self.words):
            word = self.words[at]
            flag, equals, _ = word.text.partition("=")
            if flag[:1] == "-" and len(flag) > 1:
                elsewhere = elsewhere or self._leaves(at)
                replaced = replaced or flag in command.instead
                if flag in command.naming or flag in command.instead:
                    found += self._value(at, len(flag) + 1 if equals else 0)
                at += not equals and (flag in self.form.skipped or self._ends_in_valued(flag))
            elif replaced or not command.arguments:
                break
            else:
                found += self._read(word)
                if command.once:
                    break
            at += 1
        for spot in found:
            moved = elsewhere and spot.origin == "registry"
            yield replace(spot, origin="index") if moved else spot

    def _ends_in_valued(self, flag: str) -> bool:
        """Return whether the next word is the value of the last of several short flags."""
        letters = flag[1:]
        if not 1 < len(letters) <= _MOST_SHORT or not letters.isalpha():
            return False
        *before, last = (f"-{letter}" in self.form.command.valued for letter in letters)
        return last and not any(before)

    def _leaves(self, at: int) -> bool:
        """Return whether a word is a flag that names another index."""
        return self.words[at].text.partition("=")[0] in self.form.command.elsewhere

    def _value(self, at: int, begin: int) -> list[Spot]:
        """Read the value of a flag: after its equals sign, or the next word."""
        if not begin:
            return self._listed(self.words[at + 1]) if at + 1 < len(self.words) else []
        word = self.words[at]
        return self._listed(word.part(begin, len(word.text)))

    def _listed(self, word: Word) -> list[Spot]:
        """Read a package, or several with commas between them."""
        found = self._read(word)
        if found or "," not in word.text:
            return found
        begin = 0
        for part in word.text.split(","):
            found += self._read(word.part(begin, begin + len(part)))
            begin += len(part) + 1
        return found

    def _read(self, word: Word) -> list[Spot]:
        found = self.form.command.read(word.text)
        if found is None or not _is_name(found, word.text):
            return []
        if not _is_whole(word, found):
            return []
        start, end = word.span(found.start, found.end)
        return [
            Spot(
                start,
                end,
                found.name,
                "install",
                self.form.ecosystem,
                "shell",
                found.version,
                origin=found.origin,
            )
        ]


def _is_whole(word: Word, found: Reference) -> bool:
    """Return whether a name is written in one piece, and not put together of a variable's value."""
    if not word.places:
        return True
    places = pairwise(map(word.at, range(found.start, found.end)))
    return all(0 < after - before <= _WIDEST for before, after in places)


def _is_name(found: Reference, text: str) -> bool:
    """Return whether it is a name, not a placeholder or one that the shell completes."""
    after = text[found.end : found.end + 2]
    if not found.name or any(mark in found.name + after[:1] for mark in _GLUED):
        return False
    if "<" in found.name or (after[:1] == "<" and after[1:].isalpha()):
        return False
    return not is_placeholder(found.name)


def _joined_lines(text: str) -> Iterator[tuple[int, str]]:
    """Return lines and where they begin; one that ends in a backslash goes on in the next."""
    begin = position = 0
    for line in text.splitlines(keepends=True):
        position += len(line)
        if not line.endswith(("\\\n", "\\\r\n")):
            yield begin, text[begin:position]
            begin = position
    if begin < position:
        yield begin, text[begin:]


def _coded(line: Word) -> Iterator[Word]:
    """Return the code spans of a line."""
    for begin, end in code_spans(line.text):
        yield line.part(begin, end)


def _is_said(words: Sequence[Word]) -> bool:
    """Return whether a sentence goes on after a command of a line.

    Packages bear ordinary words, too; what is beside one that is not ordinary, with no word that
    sentences are made of among them, is a list of packages.
    """
    said = [word.text.strip("*_").lower() for word in words]
    if any(_is_mark_of_prose(word.text) for word in words) or not _BINDING.isdisjoint(said):
        return True
    plain = [word for word in said if not word.startswith("-")]
    return bool(plain) and all(word in ORDINARY for word in plain)


def _is_mark_of_prose(word: str) -> bool:
    """Return whether a word after the first is a lone dash, or ends with a mark of punctuation."""
    return word in _DASHES or (len(word) > 1 and word[-1] in _STOPS)


def leads(word: str, bare: bool) -> bool:
    """Return whether a command may follow this word of a sentence."""
    leads = SURE_LEADS if bare else LEADS
    return word[-1:] == ":" or word.lower().strip("*_,") in leads


def _is_sentence(command: Sequence[Word], found: Sequence[Spot], bare: bool) -> bool:
    texts = [word.text for word in command[1:]]
    said = texts if bare else [spot.name for spot in found]
    if any(name.lower() in PROSE for name in said):
        return True
    return any(map(_is_mark_of_prose, texts))
