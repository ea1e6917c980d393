"""English words that packages may bear and answers mean otherwise.

A word of prose makes a line or a command a sentence; a heading stands alone on a line like a name
does. A package that bears one of them is missed, except where it is installed by a command.
"""

from __future__ import annotations

_PROSE = """
a all also an and any are as at be because before below both but by can command commands does
each following for from has have here how i if in into is it its libraries library like may
might module modules more must necessary need needed needs no not now of on once one only or
our package packages please required should so some such that the their them then there these
they this those to use used using via want we well were what when where which while will with
without works you your
"""
_HEADINGS = """
absolutely advantages answer background certainly code conclusion cons considerations context
dependencies dependency description details docs documentation done example examples
explanation fast features finally first flexible github great hello hi import important input
install installation installing introduction lightweight name names next none note notes
nothing ok okay output overview pip powerful prerequisites problem pros purpose pypi python
question reason recommendation recommended reference references reliable requirement
requirements resources response result results robust scalable second secure setup simple size
solution speed step steps summary sure syntax terminal thanks third tip tips title
troubleshooting unknown usage version warning welcome why yes
"""
PROSE = frozenset(_PROSE.split())
HEADINGS = frozenset(_HEADINGS.split())
_ABSTRACT = ("ance", "ence", "ics", "ing", "ity", "ment", "ness", "sion", "tion")


def is_titled(word: str) -> bool:
    """Say whether a word is letters of which the first alone is a capital one."""
    return word.isalpha() and word[0].isupper() and word[1:].islower()


def is_topic(name: str) -> bool:
    """Say whether a name may as well be a topic; ``web-scraping`` is one, ``bs4`` is not."""
    return name.isalpha() or not name.islower() or name.endswith(_ABSTRACT)


def is_heading(word: str) -> bool:
    """Say whether a lone word is a heading or of prose; ``Testing`` is one, ``testing`` is not."""
    lower = word.lower()
    return lower in PROSE or lower in HEADINGS or (is_titled(word) and word.endswith(_ABSTRACT))
