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
_SURE_LEADS = "run running runs execute executing enter entering type typing invoke"
_LEADS = "try use using via with do call calling command then just first simply by"
_NOUNS = """
package pkg library lib module crate gem plugin dependency packages pkgs libraries modules
crates gems plugins dependencies tool app project repo org scope user vendor namespace company
"""
FILES = (".py", ".txt", ".toml", ".json", ".md", ".cfg", ".yml", ".yaml", ".lock", ".html", ".xml")
"""Endings of files that sentences name and packages hardly bear."""
PROSE = frozenset(_PROSE.split())
SURE_LEADS = frozenset(_SURE_LEADS.split())
LEADS = SURE_LEADS | frozenset(_LEADS.split())
"""Words of a sentence behind which a command may follow."""
HEADINGS = frozenset(_HEADINGS.split())
_THINGS = frozenset(_NOUNS.split())
_OWNERS = frozenset(
    ["your", "my", "some", "any", "the", "other", "another", "a", "this", "that", "new"]
)
_ENDS = frozenset(["name", "names", "here"])
_ABSTRACT = ("ance", "ence", "ics", "ing", "ity", "ment", "ness", "sion", "tion")


def is_titled(word: str) -> bool:
    """Return whether a word is letters of which the first alone is a capital one."""
    return word.isalpha() and word[0].isupper() and word[1:].islower()


def is_topic(name: str) -> bool:
    """Return whether a name may as well be a topic; ``web-scraping`` is one, ``bs4`` is not."""
    return name.isalpha() or not name.islower() or name.endswith(_ABSTRACT)


def is_heading(word: str) -> bool:
    """Return whether a lone word is a heading or prose; ``Testing`` is one, ``testing`` is not."""
    lower = word.lower()
    return lower in PROSE or lower in HEADINGS or (is_titled(word) and word.endswith(_ABSTRACT))


def is_placeholder(name: str) -> bool:
    """Return whether a name stands for any other one: ``your-package``, ``package_name``."""
    return any(_stands_for_any(part) for part in name.lower().split("/"))


def _stands_for_any(part: str) -> bool:
    words = part.strip("@<>[]{}0123456789").replace("_", "-").replace(".", "-").split("-")
    words = [word for word in words if word]
    if len(words) == 1:
        return _is_compound(words[0])
    owned, ended = words[:1] and words[0] in _OWNERS, words[-1:] and words[-1] in _ENDS
    inner = words[bool(owned) : len(words) - bool(ended)]
    return bool(owned or ended) and len(inner) == 1 and inner[0] in _THINGS


def _is_compound(word: str) -> bool:
    """Tell ``package``, ``packagename`` and ``yourpackage``."""
    if word in ("package", "packages", "pkgname"):
        return True
    owner = next((owner for owner in ("your", "my") if word.startswith(owner)), "")
    end = "name" if word.endswith("name") else ""
    inner = word[len(owner) : len(word) - len(end)]
    return bool(owner or end) and inner in _THINGS
