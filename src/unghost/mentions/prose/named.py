"""Mentions in sentences: "the `x` package", "use the x library", "install x from PyPI".

Strict on purpose: better to miss a name than to make a ghost of an English word. A name must be
marked as code or stand where nothing but a name can, and its ecosystem must be clear from the words
beside it, by what else the text names, or by the word Python near it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from unghost.ecosystems import all_ecosystems, ecosystem
from unghost.ecosystems.spot import Spot
from unghost.mentions.prose.sentences import Line, SentenceToken, lines, paragraphs, sentences
from unghost.mentions.words import FILES, LOCAL, PROSE, is_placeholder, is_topic_word

CONFIDENCE = 0.5


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NOUNS = _words("package packages library libraries lib")
_NOUNS_OF_CODE = _words("framework toolkit sdk distribution")
_MODULES = _words("module modules")
_LISTED = _words("packages libraries dependencies")
_QUALIFIERS = _words("third-party open-source official popular")
_NO_HEADS = _words(
    "manager managers index indices name names function functions code directory folder file files"
    " registry system author structure level path manifest json metadata description body namespace"
)
_NO_PACKAGES = _NO_HEADS | _words(
    "method methods class classes command commands option options flag flags module modules"
    " variable parameter argument attribute type interface hook component script key field property"
    " branch tag endpoint decorator object table header header subcommand environment extra extras"
)
_INSTALLS = _words("install installs installing installed add adds adding fetch get")
_NEEDS = _INSTALLS | _words(
    "use uses using need needs needed require requires required import imports recommend"
    " recommended try leverage leverages consider choose"
)
_VERBS = _NEEDS | _words("via with through on by")
_SOURCES = _words("from via with using on to in through")
_PUBLISHED = _words("available published hosted released")
_NOT_THEIRS = _words("standard system")
"""Words before "library" of which no registry has anything."""
_FOREIGN = _words(
    "latex tex texlive ctan cran rpm rpms fedora arch archlinux aur pacman homebrew gentoo nixpkgs"
)
"""Words of things with packages of their own that belong to no ecosystem here."""
_RELATIVES = _words("which that")
_JOINTS = _words("and or & called named")
_DASHES = frozenset("-\u2013\u2014")
_TRIGGERS = (
    *("package", "librar", "lib ", "framework", "toolkit", "sdk"),
    *("distribution", "module", "install", "add", "available", "published"),
)
"""Parts of words of which a paragraph holds one that names a package by a general word."""
_NEAR, _FAR = 4, 6
_FEWEST_LETTERS = 2


class _Speech(NamedTuple):
    """Words by which sentences speak of the packages of all ecosystems.

    Attributes:
        hints: Words that name an ecosystem, each with its identifier.
        nouns: What packages are called, and more words for packages of code.
        nouns_of_code: See ``nouns``.
        listed: What lists of packages are called.
        qualifiers: What may stand between a name and its noun.
        modules: Hints before "module" that make a package of it.
        others: Clients that are named like packages before that word.
        triggers: Parts of words of which a paragraph that names a package holds one.
        topics: Words that tell an ecosystem wherever they stand in a paragraph.
    """

    hints: Mapping[str, str]
    nouns: frozenset[str]
    nouns_of_code: frozenset[str]
    listed: frozenset[str]
    qualifiers: frozenset[str]
    modules: frozenset[str]
    others: frozenset[str]
    triggers: tuple[str, ...]
    topics: tuple[tuple[str, str], ...]


@lru_cache(maxsize=1)
def _speech() -> _Speech:
    spoken = [(eco.name, eco.prose) for eco in all_ecosystems()]
    hints = {word: name for name, prose in spoken for word in prose.hints.split()}
    own = _words(" ".join(prose.nouns for _, prose in spoken))
    return _Speech(
        hints=hints,
        nouns=_NOUNS | own,
        nouns_of_code=_NOUNS | own | _NOUNS_OF_CODE,
        listed=_LISTED | {noun for noun in own if noun.endswith("s")},
        qualifiers=_QUALIFIERS | frozenset(hints),
        modules=_words(" ".join(prose.modules for _, prose in spoken)),
        others=_words(" ".join(prose.others for _, prose in spoken)),
        triggers=(*_TRIGGERS, *sorted(noun for noun in own if not noun.endswith("s"))),
        topics=tuple((prose.topic, name) for name, prose in spoken if prose.topic),
    )


def find_in_prose(
    text: str, named: Collection[str], others: Sequence[Spot] = (), *, asked: bool = False
) -> list[Spot]:
    """Find the packages that the sentences of a text name.

    Args:
        text: Text outside fences.
        named: The ecosystems of which the whole text names packages otherwise.
        others: What is found in the text already; nothing is found there again.
        asked: Whether the text answers a question for packages, so that what it calls one is one.
    """
    known, speech = next(iter(named)) if len(named) == 1 else None, _speech()
    found: list[tuple[SentenceToken, str]] = []
    listing: str | None = None
    for start, paragraph in paragraphs(text):
        lower = paragraph.lower()
        if listing is None and not any(trigger in lower for trigger in speech.triggers):
            continue
        written = lines(paragraph, start)
        listing = _listed(written, listing, known, found)
        fallback = known or next((name for topic, name in speech.topics if topic in lower), None)
        for sentence in sentences(written):
            found += _Sentence(sentence, fallback, asked).names()
    taken = {place for spot in others for place in range(spot.start, spot.end)}
    spots = {spot.start: spot for token, eco in found if (spot := _spot(token, eco)) is not None}
    return [spots[start] for start in sorted(spots) if start not in taken]


def _spot(token: SentenceToken, name: str) -> Spot | None:
    """Build the spot of a token; None if it is not a plausible package name."""
    eco = ecosystem(name)
    reference = eco.commands[0].read(token.text) if eco.commands else None
    if reference is None or reference.start or reference.origin != "registry":
        return None
    said = reference.name
    if sum(map(str.isalpha, said)) < _FEWEST_LETTERS or is_placeholder(said):
        return None
    lower, speech = said.lower(), _speech()
    if not eco.prose.is_name(said) or lower in LOCAL or lower in PROSE:
        return None
    if lower in speech.others or lower in speech.hints:
        return None
    if said.lower().endswith(FILES) or any(
        eco.is_builtin(said, lang) for lang in eco.language_names
    ):
        return None
    start, end = token.start, token.start + reference.end
    version = reference.version
    return Spot(start, end, said, "prose", name, version=version, confidence=CONFIDENCE)


class _Sentence:
    """One sentence, which decides for each of its words whether it is the name of a package."""

    def __init__(self, tokens: list[SentenceToken], fallback: str | None, asked: bool) -> None:
        self._tokens, self._fallback, self._asked = tokens, fallback, asked
        self._speech = _speech()
        self._hints = [
            (at, name) for at, token in enumerate(tokens)
            if (name := self._speech.hints.get(token.lower)) is not None
        ]  # fmt: skip
        verbs = (at for at, token in enumerate(tokens) if token.lower in _VERBS and not token.coded)
        self._verb = next(verbs, len(tokens))
        self._foreign = any(token.lower in _FOREIGN for token in tokens)

    def names(self) -> Iterator[tuple[SentenceToken, str]]:
        """Return the words that name packages, each with its ecosystem."""
        listing = False
        for at, token in enumerate(self._tokens):
            if token.coded:
                eco = self._published(at) or self._installed(at) or self._called(at, listing)
                eco = eco or self._defined(at)
            else:
                eco = self._fetched(at) or self._used(at)
            if eco is not None:
                yield token, eco
            headed = token.lower in self._speech.nouns and self._lower(at + 1) not in _NO_HEADS
            headed = headed and self._lower(at - 1) not in _NOT_THEIRS
            listing = (headed and not token.coded) or (
                listing and (token.coded or token.lower in _JOINTS)
            )

    def _ecosystem(self, at: int, noun: int | None) -> str | None:
        """Return a name's ecosystem by its noun ("crate"), or by the nearest word that has one."""
        eco = None if noun is None else self._speech.hints.get(self._lower(noun))
        if eco is None and self._hints:
            behind = bisect_left(self._hints, (at, ""))
            near = self._hints[max(behind - 1, 0) : behind + 1]
            eco = min(near, key=lambda hint: abs(hint[0] - at))[1]
        return eco or self._fallback

    def _called(self, at: int, listing: bool) -> str | None:
        """Read code that is called a package, before it or after it."""
        noun = self._noun_behind(at, self._speech.nouns_of_code)
        if self._foreign:
            return None
        called = noun is not None or (listing and self._lower(at + 1) not in _NO_PACKAGES)
        told = self._asked or bool(self._hints) or self._verb < at
        return self._ecosystem(at, noun) if called and told else None

    def _lower(self, at: int) -> str:
        return self._tokens[at].lower if 0 <= at < len(self._tokens) else ""

    def _noun_behind(self, at: int, nouns: frozenset[str]) -> int | None:
        """Return where the noun stands that follows a name, words like "Python" skipped."""
        told = False
        for index in range(at + 1, min(at + 4, len(self._tokens))):
            before, token = self._tokens[index - 1], self._tokens[index]
            if before.stop or before.comma or token.coded:
                return None
            if token.lower in nouns or (told and token.lower in _MODULES):
                goes_on = not (token.stop or token.comma) and self._lower(index + 1) in _NO_HEADS
                return None if goes_on else index
            if token.lower not in self._speech.qualifiers:
                return None
            told = token.lower in self._speech.modules
        return None

    def _used(self, at: int) -> str | None:
        """Read a bare word that is the name in "use the Python x library"."""
        noun = self._noun_behind(at, self._speech.nouns)
        if noun is None or not self._hints or not _is_name(self._tokens[at]):
            return None
        before = at - 1
        while before > at - 3 and self._lower(before) in self._speech.qualifiers:
            before -= 1
        used = self._lower(before) == "the" and self._lower(before - 1) in _VERBS
        return self._ecosystem(at, noun) if used else None

    def _fetched(self, at: int) -> str | None:
        """Read a bare word that is the name in "install x from PyPI"."""
        if self._lower(at - 1) not in _INSTALLS or self._lower(at + 1) != "from":
            return None
        hinted = self._hinted(at + 2, at + 4)
        # What comes from a distribution goes by its own name as often as by the package's.
        by_name = hinted is not None and ecosystem(hinted).prose.by_name
        return hinted if by_name and _is_name(self._tokens[at]) else None

    def _installed(self, at: int) -> str | None:
        """Read code that is the name in "install `x` with pip"."""
        verbs = (self._lower(index) for index in range(max(at - _FAR, 0), at))
        if _INSTALLS.isdisjoint(verbs) or self._lower(at + 1) in _NO_PACKAGES:
            return None
        source = next((i for i in (at + 1, at + 2) if self._lower(i) in _SOURCES), None)
        return None if source is None else self._hinted(source + 1, source + _NEAR)

    def _published(self, at: int) -> str | None:
        """Read code that is the name in "`x` is available on PyPI"."""
        said = self._lower(at + 1) in ("is", "are") and self._lower(at + 2) in _PUBLISHED
        return self._hinted(at + 3, at + _FAR) if said else None

    def _defined(self, at: int) -> str | None:
        """Read code that is the name in "`x`, which is a Python library", in an answer."""
        behind = at + 1 + (self._lower(at + 1) in _RELATIVES)
        if not self._asked or self._lower(behind) != "is":
            return None
        for index in range(behind + 1, min(behind + _FAR, len(self._tokens))):
            token = self._tokens[index]
            if token.lower in self._speech.nouns and not token.coded:
                goes_on = self._lower(index + 1) in _NO_HEADS and not (token.stop or token.comma)
                return None if goes_on else self._ecosystem(at, index)
            if token.stop or token.comma or token.coded or token.lower in _NO_PACKAGES:
                return None
        return None

    def _hinted(self, begin: int, end: int) -> str | None:
        for index in range(begin, min(end, len(self._tokens))):
            hinted = self._speech.hints.get(self._lower(index))
            if hinted is not None:
                return hinted
        return None


def _is_name(token: SentenceToken) -> bool:
    if token.coded or not token.plain:
        return False
    return not (is_topic_word(token.text) or token.text in LOCAL | _VERBS)


def _listed(
    written: Sequence[Line],
    eco: str | None,
    known: str | None,
    found: list[tuple[SentenceToken, str]],
) -> str | None:
    """Read lists below words like "you need these Python packages:".

    Args:
        written: The lines of a paragraph.
        eco: The ecosystem whose list goes on from the paragraph before, if one does.
        known: The ecosystem that the text is about.
        found: Takes the names.

    Returns:
        The ecosystem whose list goes on after the paragraph.
    """
    for line in written:
        if not line.bulleted:
            eco = _introduced(line.tokens, known) if line.tokens else None
        elif eco is not None and _heads(line.tokens):
            found.append((line.tokens[0], eco))
    return eco


def _introduced(tokens: list[SentenceToken], known: str | None) -> str | None:
    said = {token.lower for token in tokens if not token.coded}
    if tokens[-1].stop != ":" or said.isdisjoint(_speech().listed):
        return None
    if said.isdisjoint(_NEEDS) and "dependencies" not in said:
        return None
    known_hints = _speech().hints
    hints = [known_hints[token.lower] for token in tokens if token.lower in known_hints]
    return hints[-1] if hints else known


def _heads(tokens: list[SentenceToken]) -> bool:
    """Return whether an item of a list is a name, at most with an explanation after it."""
    if not tokens:
        return False
    first, alone = tokens[0], len(tokens) == 1
    if not first.coded:
        return alone and _is_name(first)
    # A blank and a bracket, or one more mark, stand before what is said of it.
    bracket = not alone and tokens[1].start > first.start + len(first.text) + 2
    return alone or first.stop == ":" or tokens[1].text in _DASHES or bracket
