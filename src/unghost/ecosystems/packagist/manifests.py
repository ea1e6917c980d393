"""Composer's ``composer.json``.

Source: the schema of ``composer.json``, found. What is replaced, provided, suggested or in conflict
is not fetched.
"""

from __future__ import annotations

from unghost.ecosystems.packagist.names import canonical, is_valid
from unghost.ecosystems.packagist.repositories import Repositories
from unghost.ecosystems.spot import Spot
from unghost.syntax.document import Scalar, Table
from unghost.syntax.json_text import read_json


def read_composer(text: str) -> list[Spot]:
    """Read what a project requires; PHP, its extensions and Composer itself have no vendor."""
    document = read_json(text)
    if not isinstance(document, Table):
        return []
    repositories = Repositories(document)
    own = canonical(document.text("name") or "")
    spots = []
    for section in ("require", "require-dev"):
        for key, value in document.table(section).entries:
            name = canonical(key.text)
            if not is_valid(name) or name == own:
                continue
            constraint = value.text if isinstance(value, Scalar) else ""
            origin = repositories.origin(name, constraint)
            spot = Spot(
                key.start,
                key.end,
                key.text,
                "manifest",
                "packagist",
                version=constraint or None,
                origin=origin,
            )
            spots.append(spot)
    return spots
