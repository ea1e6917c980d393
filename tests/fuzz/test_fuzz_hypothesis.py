"""No parser raises, and all that it finds is in the text, whatever the text is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from fuzz_targets import Target, matching, seeds, targets
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

_ODD = (
    "\0",
    "\ufeff",
    "\ud800",
    "\udfff",
    "\r",
    "\r\n",
    "\n",
    "\t",
    "\u2028",
    "\u202e",
    "\x0c",
    "💥",
    "ä",
    "'",
    '"',
    "`",
    '"""',
    "'''",
    "```\n",
    "\\",
    "\\\n",
    "\\u",
    "\\ud83d",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "<",
    ">",
    "$(",
    "${",
    "#{",
    "%w(",
    "<<E\n",
    "/*",
    "*/",
    "<!--",
    "<![CDATA[",
    "&lt;",
    "#",
    "//",
    ";",
    ":",
    ",",
    "=",
    "==1",
    "@",
    "/",
    ".",
    "-",
    " ",
    "x" * 600,
)


def _deleted(text: str, start: int, end: int, place: int, odd: str) -> str:
    return text[:start] + text[end:]


def _put_in(text: str, start: int, end: int, place: int, odd: str) -> str:
    return text[:start] + odd + text[start:]


def _replaced(text: str, start: int, end: int, place: int, odd: str) -> str:
    return text[:start] + odd + text[end:]


def _copied(text: str, start: int, end: int, place: int, odd: str) -> str:
    return text[:place] + text[start:end] + text[place:]


def _swapped(text: str, start: int, end: int, place: int, odd: str) -> str:
    return text[:start] + text[end : end + 20] + text[start:end] + text[end + 20 :]


def _cut_off(text: str, start: int, end: int, place: int, odd: str) -> str:
    return text[:start]


_EDITS: tuple[Callable[[str, int, int, int, str], str], ...] = (
    _put_in,
    _deleted,
    _replaced,
    _copied,
    _swapped,
    _cut_off,
)


def _edited(text: str, edits: Sequence[tuple[int, int, int, int, str]]) -> str:
    for kind, start, length, place, odd in edits:
        start %= len(text) + 1
        text = _EDITS[kind](text, start, start + length, place % (len(text) + 1), odd)
    return text


def _texts(target: Target) -> st.SearchStrategy[str]:
    """Draw arbitrary texts, and those that the target is made for with something broken."""
    anything = st.text(max_size=80) | st.lists(st.sampled_from(_ODD), max_size=12).map("".join)
    places, odd = st.integers(0, 4000), st.sampled_from(_ODD) | st.text(max_size=8)
    edit = st.tuples(st.integers(0, len(_EDITS) - 1), places, st.integers(0, 60), places, odd)
    broken = st.builds(_edited, st.sampled_from(seeds(target)), st.lists(edit, max_size=5))
    return broken | broken | broken | anything


_NAMES = [target.name for target in targets() if not target.name.startswith("file:")]
_MODEST = settings(max_examples=40, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("name", _NAMES)
def test_a_parser_reads_anything(name: str) -> None:
    (target,) = matching(name)

    @_MODEST
    @given(_texts(target))
    def check(text: str) -> None:
        target.check(text)

    check()


@settings(max_examples=600, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(matching("file:*")).flatmap(lambda t: st.tuples(st.just(t), _texts(t))))
def test_a_file_of_any_name_holds_anything(case: tuple[Target, str]) -> None:
    target, text = case
    target.check(text)


@pytest.mark.parametrize("name", _NAMES)
def test_a_parser_reads_what_it_is_made_for(name: str) -> None:
    (target,) = matching(name)
    for text in seeds(target):
        target.check(text)
