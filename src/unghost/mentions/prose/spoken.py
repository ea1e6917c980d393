"""Install commands in the sentences of prose: "you can pip install x for that", without code marks.

A command may begin anywhere in a sentence and ends where the sentence goes on. What no English word
looks like is a name (``x-1``, ``@a/b``, ``a[b]==2``); a lone word is one directly after the
command, or in a list of them that ends as lists do. Better to miss a name than to make a ghost of
an English word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from unghost.ecosystems.spot import Spot
from unghost.mentions.commands.installs import IN_PROSE, Form, Installs, installs, leads
from unghost.mentions.prose.sentences import SentenceToken, lines, paragraphs, sentences
from unghost.mentions.words import (
    ARTICLES,
    BEHIND,
    COUNTED,
    DETERMINERS,
    FILES,
    HEADINGS,
    ORDINARY,
    PROSE,
)
from unghost.syntax.word import Word

_LEADS = {"": "", "*": "*", "**": "**", '"': '"', "'": "'", "\u201c": "\u201d", "\u2018": "\u2019"}
"""Marks that may stand before a word of a command, each with the one that closes it."""
_SURE = frozenset("0123456789_./@[=<>~:+")
_DASH = "\u2014"
_QUOTES = "'\"\\"
_APOSTROPHES = frozenset("'\u2019")
_JOINTS = frozenset({"and", "or", "&", "plus"})
_ENGLISH = (PROSE | {"up"}) - {"i"}
"""Forms that a sentence means otherwise: "npm in production", "keep npm up to date"."""
_WIDEST_FORM = 48
"""Words among which a command has its form, flags with it."""


def find_installs_in_prose(text: str) -> list[Spot]:
    """Find the packages that install commands name in prose: lines, code spans and sentences."""
    finder = installs()
    spots: dict[int, Spot] = {}
    for spot in (*finder.find_beside_sentences(text), *_find_spoken(text, finder)):
        spots.setdefault(spot.start, spot)
    return [spots[start] for start in sorted(spots)]


def _find_spoken(text: str, finder: Installs) -> Iterator[Spot]:
    for start, paragraph in paragraphs(text):
        if not finder.may_name(paragraph):
            continue
        for sentence in sentences(lines(paragraph, start)):
            if any(not token.coded and finder.known(_word(token)) for token in sentence):
                yield from _of_sentence(_said(sentence, text), finder)


class _Said(NamedTuple):
    """A word of a sentence with the marks around it; ``broken`` says that it begins a line."""

    word: Word
    lower: str
    lead: str
    trail: str
    coded: bool
    broken: bool

    @property
    def is_ordinary(self) -> bool:
        """Return whether the sentence goes on with it."""
        if self.lower in ORDINARY or self.word.text.endswith(FILES):
            return True
        return not _APOSTROPHES.isdisjoint(self.lower)

    @property
    def is_sure(self) -> bool:
        """Return whether it is written as names are and no English word is."""
        number = self.lower[:1] == "v" and self.lower[1:2].isdigit()
        return self._is_begun and not number and not _SURE.isdisjoint(self.lower)

    @property
    def is_compound(self) -> bool:
        """Return whether it has hyphens, as many names have and some English words."""
        return self._is_begun and "-" in self.lower[1:]

    @property
    def _is_begun(self) -> bool:
        """Return whether it begins as a name, a folder or an address may."""
        return self.has_letters and (self.lower[0].isalnum() or self.lower[0] in "@./")

    @property
    def is_flag(self) -> bool:
        """Return whether it is a flag of a command."""
        return self.lower[:1] == "-" and self.has_letters

    @property
    def has_letters(self) -> bool:
        """Return whether it is more than marks and digits."""
        return any(map(str.isalpha, self.lower))

    @property
    def closing(self) -> str:
        """Return the marks after it without the one that closes those before it."""
        return self.trail.removeprefix(_LEADS.get(self.lead, ""))


def _word(token: SentenceToken) -> Word:
    return Word(token.text, token.start, token.start + len(token.text))


def _said(sentence: Sequence[SentenceToken], text: str) -> list[_Said]:
    """Return a sentence's words with the marks around them, which are those between two words."""
    said: list[_Said] = []
    before = ""
    for token, after in zip(sentence, [*sentence[1:], None], strict=True):
        end = token.start + len(token.text)
        gap = text[end : after.start] if after else token.stop
        word = _word(token)
        lead = "" if before[-1:].isspace() else "".join(before.split()[-1:])
        trail = "" if gap[:1].isspace() else "".join(gap.split()[:1])
        if not token.coded:
            word, trail = _trimmed(word, text, trail)
        said.append(_Said(word, word.text.lower(), lead, trail, token.coded, "\n" in before))
        before = gap
    return said


def _trimmed(word: Word, text: str, trail: str) -> tuple[Word, str]:
    """Cut a word at a dash, give it its closing bracket again, or cut extras off that are none."""
    before, dash, _ = word.text.partition(_DASH)
    if dash:
        return word.part(0, len(before)), dash
    name, opening, _ = word.text.partition("[")
    if not opening:
        return word, trail
    bracket = trail.find("]") + 1
    if "]" in word.text or (bracket == 1 and "'" not in word.text):
        end = word.end + bracket
        return Word(text[word.start : end], word.start, end), trail[bracket:]
    return word.part(0, len(name.rstrip(_QUOTES))), trail[bracket:] if bracket else opening


def _of_sentence(said: list[_Said], finder: Installs) -> Iterator[Spot]:
    at = 0
    while at < len(said):
        command = _command_at(said, at, finder)
        if command is None:
            at += 1
            continue
        for spot in finder.of_command(command.read()):
            yield replace(spot, confidence=IN_PROSE)
        at = command.at


def _command_at(said: list[_Said], at: int, finder: Installs) -> _Command | None:
    """Return the command that begins with a word, if one does."""
    if said[at].coded or not finder.known(said[at].word):
        return None
    end = at + 1
    while end < min(len(said), at + _WIDEST_FORM):
        if said[end - 1].trail or said[end].lead or said[end].coded:
            break
        end += 1
    words = [item.word for item in said[at:end]]
    forms = [(form, stop) for form, stop in finder.matching(words) if _is_form(form, words[:stop])]
    if not forms or said[at + forms[0][1] - 1].trail:
        return None
    return _Command(said, at, [form for form, _ in forms], at + forms[0][1], finder)


def _is_form(form: Form, words: list[Word]) -> bool:
    """Return whether a form is meant as a command, unlike "dotnet add a package" in a sentence."""
    if len(form.words) == 1 and form.words[0] in _ENGLISH:
        return False
    return ORDINARY.isdisjoint(word.text for word in words[1:] if word.text not in form.words)


class _Command:
    """A command of a sentence, read from after its form up to where it ends.

    Attributes:
        at: The word to read next; after the command once it is read.
    """

    def __init__(
        self, said: list[_Said], begin: int, forms: list[Form], at: int, finder: Installs
    ) -> None:
        self._said, self._begin, self._forms, self.at = said, begin, forms, at
        self._finder = finder
        self._words = [item.word for item in said[begin:at]]
        self._first: Word | None = None
        # Words after the first name that are names if their list ends as lists do.
        self._waiting: list[Word] = []
        self._named = self._listing = False
        self._joined = True

    def read(self) -> list[Word]:
        """Return the words of the command, those of the sentence left out."""
        while self.at < len(self._said) and self._takes(self._said[self.at]):
            pass
        if self._is_end() or self._is_one():
            self._settle()
        return self._words

    def _takes(self, item: _Said) -> bool:
        """Add a word and return whether the command may continue after it."""
        if item.coded or item.lead not in _LEADS or (item.broken and not self._may_wrap(item)):
            return False
        if item.lower in _JOINTS and self._named and not item.trail:
            self._goes_on_listing()
            self.at += 1
            return True
        if item.is_ordinary or (self._named and self._begins_another()):
            return False
        if item.is_flag:
            return self._takes_flag(item)
        if self._listing and not self._joined:
            # Two words between commas: the sentence has gone on with them.
            self._waiting.clear()
            return False
        if item.is_sure or (item.is_compound and not self._listing):
            self._settle()
            self._words.append(item.word)
        elif not self._takes_word(item):
            return False
        return self._goes_on(item)

    def _takes_word(self, item: _Said) -> bool:
        """Add a word that may be a name or an English word."""
        if not (item.lower.isalpha() or item.is_compound):
            return False
        if self._listing and item.lower in HEADINGS:
            return False
        if not self._named:
            if not self._is_alone(item):
                return False
            self._first = item.word
        self._waiting.append(item.word)
        return True

    def _takes_flag(self, item: _Said) -> bool:
        self._settle()
        self._words.append(item.word)
        valued = any(item.word.text in form.skipped for form in self._forms)
        behind = self._next()
        if not valued or item.trail or behind is None or behind.coded or behind.lower in ORDINARY:
            self.at += 1
            return not item.trail
        self._words.append(behind.word)
        self.at += 2
        return not behind.closing

    def _goes_on(self, item: _Said) -> bool:
        """Skip a name and the marks after it; all but a comma end the command."""
        self.at += 1
        self._named, self._joined = True, False
        if item.closing == ",":
            self._goes_on_listing()
        return item.closing in ("", ",") and not any(form.command.once for form in self._forms)

    def _goes_on_listing(self) -> None:
        # What stands before the first comma is a list of its own, without any.
        if not self._listing:
            self._settle()
        self._listing = self._joined = True

    def _settle(self) -> None:
        self._words += self._waiting
        self._waiting.clear()

    def _is_end(self) -> bool:
        """Return whether a list of names may end before the word to read next."""
        if self.at >= len(self._said) or self._said[self.at - 1].closing:
            return True
        item = self._said[self.at]
        if item.broken and not self._listing:
            return True
        return item.lower in BEHIND or not item.has_letters or self._begins_another()

    def _is_one(self) -> bool:
        """Return whether a lone word, directly after the command, is all that it names."""
        alone = len(self._waiting) == 1 and self._waiting[0] is self._first
        return alone and self._said[self.at].lower not in ARTICLES

    def _begins_another(self) -> bool:
        return _command_at(self._said, self.at, self._finder) is not None

    def _may_wrap(self, item: _Said) -> bool:
        """Return whether a command goes on in another line: in a list, or with its first name."""
        if self._named:
            return self._joined
        inside = self._begin > 0 and not self._said[self._begin].broken
        return inside and (item.is_sure or item.is_compound)

    def _is_alone(self, item: _Said) -> bool:
        """Return whether a lone word directly after the command is a name."""
        before, behind = self._said[self._begin - 1] if self._begin else None, self._next()
        after = "" if behind is None or item.trail else behind.lower
        if after in COUNTED or (item.word.text.isupper() and len(item.lower) == 1):
            return False
        if any(not form.words for form in self._forms):
            # After a program alone, any word of a sentence may stand.
            return before is not None and leads(before.word.text + before.trail, True)
        told = before is not None and not before.trail and before.lower in DETERMINERS
        return not told or after == "command"

    def _next(self) -> _Said | None:
        return self._said[self.at + 1] if self.at + 1 < len(self._said) else None
