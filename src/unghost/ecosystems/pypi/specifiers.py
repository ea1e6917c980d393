"""One requirement as manifests write it, and the other forms that pip accepts.

Source: PEP 508 and pip's requirements file format, found. A name with a version that templates or
old files leave unclear (``name==${VERSION}``, ``name>=1.0.*``) is a requirement too, inferred.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from unghost.ecosystems.base import Reference
from unghost.ecosystems.pypi.commands import read_requirement
from unghost.ecosystems.pypi.names import LONGEST
from unghost.ecosystems.pypi.sources import PYPI, Sources, origin_of_address
from unghost.ecosystems.spot import Spot
from unghost.syntax.document import Value, strings
from unghost.syntax.located import located
from unghost.syntax.word import Word

_LONGEST = 1000
_OPERATORS = ("==", ">=", "<=", "~=", "!=", ">", "<")
_EDITABLE = ("--editable", "-e")


def requirement_spots(word: Word, sources: Sources = PYPI) -> list[Spot]:
    """Read a requirement, or an editable one; options, paths and bare addresses have no name."""
    begin, editable = _behind_option(word.text)
    if begin is None:
        return []
    text = word.text[begin:]
    found = _reference(text)
    if found is None or (editable and "@" not in text and "#" not in text):
        return []
    start, end = word.span(begin + found.start, begin + found.end)
    origin = found.origin if found.origin != "registry" else sources.of(found.name)
    version = _version(text, found)
    return [Spot(start, end, found.name, "manifest", "pypi", version=version, origin=origin)]


def listed_spots(values: Iterable[Value], source: Word, sources: Sources = PYPI) -> Iterator[Spot]:
    """Read the requirements among the strings of a document."""
    for value in values:
        for scalar in strings(value):
            word = located(source, scalar) if scalar.is_string else None
            if word is not None:
                yield from requirement_spots(without_comment(word), sources)


def without_comment(word: Word) -> Word:
    """Cut off what stands after a hash sign that begins the text or follows a blank."""
    text = word.text
    at = text.find("#")
    while at > 0 and not text[at - 1].isspace():
        at = text.find("#", at + 1)
    return word if at < 0 else word.part(0, at)


def _behind_option(text: str) -> tuple[int | None, bool]:
    """Return where a requirement begins, None for other options, and whether it is editable."""
    begin = len(text) - len(text.lstrip())
    if not text.startswith("-", begin):
        return begin, False
    option = next((flag for flag in _EDITABLE if text.startswith(flag, begin)), None)
    if option is None:
        return None, False
    begin += len(option)
    while begin < len(text) and text[begin] in " \t=":
        begin += 1
    return begin, True


def _reference(text: str) -> Reference | None:
    # Options of a requirement, such as its hashes, stand after it.
    text = text.partition(" -")[0].rstrip()
    if len(text) > _LONGEST:
        return None
    return read_requirement(text) or _of_address(text) or _lenient(text)


def _of_address(text: str) -> Reference | None:
    """Read the name that an address says of itself: ``git+https://..#egg=name``."""
    at = max(text.find("#egg="), text.find("&egg="))
    begin = at + len("#egg=")
    end = _name_end(text, begin)
    if at <= 0 or end == begin:
        return None
    return Reference(begin, end, text[begin:end], None, origin_of_address(text))


def _lenient(text: str) -> Reference | None:
    """Read a name with a version that only pip, an older one or a template understands."""
    end = _name_end(text, 0)
    is_versioned = _behind_extras(text, end).lstrip(" \t(").startswith(_OPERATORS)
    return Reference(0, end, text[:end]) if end and is_versioned else None


def _version(text: str, found: Reference) -> str | None:
    """Return the version as it is written, which a parsed one is not."""
    written = _behind_extras(text, found.end).partition(" -")[0].partition(";")[0].strip()
    if written.startswith("@"):
        return found.version
    return written.removeprefix("(").removesuffix(")").strip() or None


def _behind_extras(text: str, end: int) -> str:
    rest = text[end : end + _LONGEST].lstrip()
    return rest.partition("]")[2] if rest.startswith("[") else rest


def _name_end(text: str, begin: int) -> int:
    end = begin
    while end < len(text) and (text[end] in "-_." or (text[end].isascii() and text[end].isalnum())):
        end += 1
    while end > begin and text[end - 1] in "-_.":
        end -= 1
    return end if begin < end <= begin + LONGEST and text[begin].isalnum() else begin
