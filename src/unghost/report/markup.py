"""Markup that cannot be broken out of: whatever is not markup already is escaped."""

from __future__ import annotations

import html
import re

_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


class Markup(str):
    """Text that is safe HTML or SVG; only :func:`tag`, :func:`join` and constants make it."""

    __slots__ = ()


def escape(value: object) -> Markup:
    """Escape a value for text or an attribute.

    Control characters, marks that turn the direction of writing, and lone surrogates are shown as
    their code points, so that a model's answer cannot hide or reorder what is read.
    """
    if isinstance(value, Markup):
        return value
    shown = _HIDDEN.sub(lambda match: f"\\u{ord(match[0]):04x}", str(value))
    return Markup(html.escape(shown, quote=True))


def tag(name: str, *children: object, **attributes: object) -> Markup:
    """Make an element; ``class_`` stands for ``class``, ``_`` in attributes for ``-``.

    Attributes that are None are left out; children that are not markup are escaped.
    """
    pairs = (
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{name}{''.join(pairs)}>{join(children)}</{name}>")


def join(parts: object) -> Markup:
    """Join parts, escaping what is not markup."""
    assert isinstance(parts, (list, tuple))
    return Markup("".join(escape(part) for part in parts))
