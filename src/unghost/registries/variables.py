"""Variables of the environment in configuration files.

A project's own files may come from anyone, and a live check would send what they ask for to the
host that they name. So in them only variables made for the client are put in; in the user's files
all are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping


def expander(
    environ: Mapping[str, str], begin: str, end: str, only: Callable[[str], bool] | None = None
) -> Callable[[str], str]:
    """Return a function that puts values for variables; one that is not set stays as written.

    Args:
        environ: The variables.
        begin: What stands before a name, such as ``${``.
        end: What stands behind it.
        only: Which variables may be put in; None for all.
    """

    def expand(text: str) -> str:
        parts, place = [], 0
        while (start := text.find(begin, place)) >= 0:
            stop = text.find(end, start + len(begin))
            if stop < 0:
                break
            name = text[start + len(begin) : stop].strip()
            plain, _, fallback = name.partition(":-")
            value = environ.get(plain) if only is None or only(plain) else None
            if value is None and fallback:
                value = fallback
            parts += [text[place:start], text[start : stop + len(end)] if value is None else value]
            place = stop + len(end)
        return "".join(parts) + text[place:]

    return expand
