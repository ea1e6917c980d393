"""One item of a list: a requirement, bare or in the marks that Markdown and prose put around it."""

from __future__ import annotations

from keyword import iskeyword

from unghost.ecosystems.pypi.commands import read_requirement
from unghost.mentions.words import is_heading
from unghost.syntax.spot import Spot

_MARKS = "`*_\"'"
_LONGEST_NAME = 100
_FILES = (".py", ".txt", ".toml", ".cfg", ".json", ".com", ".org", ".io", ".html", ".md")


def find_item(line: str, begin: int, end: int) -> tuple[Spot, bool] | None:
    """Read an item that stands at [begin, end) of a line.

    Returns:
        The spot and whether it is in backticks, which nothing but code is; None if anything else
        stands there than one plausible requirement.
    """
    begin, end = _trimmed(line, begin, end)
    coded, address = False, ""
    while True:
        # Marks come in pairs; a lone quote or a colon behind one is code, not a list.
        if end - begin > 2 and line[begin] in _MARKS and line[end - 1] == line[begin]:
            coded = coded or line[begin] == "`"
            begin, end = begin + 1, end - 1
        elif not address and (middle := _link(line, begin, end)) > 0:
            address = line[middle + 2 : end - 1].lower()
            begin, end = begin + 1, middle
        else:
            break
    spot = find_requirement(line, begin, end)
    # The label of a link is a name if the address is about it.
    if spot is None or (address and spot.name.lower() not in address):
        return None
    return spot, coded


def find_requirement(line: str, begin: int, end: int) -> Spot | None:
    """Read [begin, end) of a line as one requirement that somebody would call a package."""
    text = line[begin:end]
    if not text or len(text) > _LONGEST_NAME or any(char.isspace() for char in text):
        return None
    return requirement_spot(text, begin)


def requirement_spot(text: str, start: int) -> Spot | None:
    """Read a text that stands at ``start`` as one requirement with a plausible name."""
    found = read_requirement(text)
    if found is None or not is_plausible(found.name):
        return None
    return Spot(
        start + found.start,
        start + found.end,
        found.name,
        "list",
        "pypi",
        version=found.version,
        origin=found.origin,
    )


def is_plausible(name: str) -> bool:
    """Turn away what the grammar lets pass and nobody would call a package."""
    if is_heading(name) or iskeyword(name) or _is_number(name):
        return False
    return not name.lower().endswith(_FILES)


def _trimmed(line: str, begin: int, end: int) -> tuple[int, int]:
    while begin < end and line[begin].isspace():
        begin += 1
    while end > begin and (line[end - 1].isspace() or line[end - 1] in ".;,"):
        end -= 1
    return begin, end


def _link(line: str, begin: int, end: int) -> int:
    """Return where the label of ``[label](address)`` ends, -1 if that is not what stands there."""
    if end - begin < 5 or line[begin] != "[" or line[end - 1] != ")":
        return -1
    return line.find("](", begin, end)


def _is_number(name: str) -> bool:
    """Tell numbers, hexadecimal and octal ones too, which the grammar of names lets pass."""
    try:
        int(name, 0)
    except ValueError:
        return not any(char.isalpha() for char in name)
    return True
