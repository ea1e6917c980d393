"""Templates that cannot be broken out of: whatever is not markup already is escaped."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def draw(name: str, **values: Any) -> Markup:
    """Render a template of this folder.

    Control characters, marks that turn the direction of writing, and lone surrogates are shown as
    their code points, so that a model's answer cannot hide or reorder what is read.
    """
    from markupsafe import Markup

    return Markup(_environment().get_template(name).render(values))


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("unghost.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        finalize=_visible,
    )


def visible(text: str) -> str:
    """Show control characters and their like as code points."""
    return _HIDDEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _visible(value: object) -> object:
    return visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value
