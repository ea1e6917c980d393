"""Relations between Debian's packages: ``name:arch (>= version) [architectures] <profiles>``.

Source: Debian Policy, section 7.1, found.
"""

from __future__ import annotations

from collections.abc import Iterator

from unghost.ecosystems.apt.names import is_valid
from unghost.ecosystems.base import Reference

_OPENING = "([<"


def relations(text: str) -> Iterator[Reference]:
    """Read relations with commas and bars between them; substitutions are skipped."""
    begin = 0
    for clause in text.split(","):
        for relation in clause.split("|"):
            found = _relation(relation, begin)
            if found is not None:
                yield found
            begin += len(relation) + 1


def leading_relation(text: str) -> Reference | None:
    """Read the first of the relations in a text; one of conflict is none."""
    return next(relations(text), None) if not text.startswith("Conflicts:") else None


def _relation(text: str, begin: int) -> Reference | None:
    start = len(text) - len(text.lstrip())
    end = start
    while end < len(text) and not (text[end].isspace() or text[end] in _OPENING):
        end += 1
    name = text[start:end].partition(":")[0]
    behind = text[end:].lstrip()
    if not is_valid(name) or (behind and behind[0] not in _OPENING):
        return None
    version = behind[1:].partition(")")[0].strip() if behind.startswith("(") else ""
    return Reference(begin + start, begin + start + len(name), name, version or None)
