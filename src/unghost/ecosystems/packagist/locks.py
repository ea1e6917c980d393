r"""Composer's lock file.

Source: ``Composer\Package\Locker`` and ``ArrayDumper``, found. A package of Packagist carries the
address that its downloads are reported to (``notification-url``); one without it in a lock file
where others have it is of a repository of the project's own: inferred.
"""

from __future__ import annotations

from unghost.ecosystems.packagist.names import is_valid
from unghost.ecosystems.spot import Spot
from unghost.records import Origin
from unghost.syntax.address import host_of
from unghost.syntax.document import Scalar, Table, tables
from unghost.syntax.json_text import read_json

_NOTIFIED = "notification-url"


def read_lock(text: str) -> list[Spot]:
    """Read ``composer.lock``."""
    document = read_json(text)
    if not isinstance(document, Table):
        return []
    packages = [
        package
        for section in ("packages", "packages-dev")
        for package in tables(document.get(section))
    ]
    tells = any(package.text(_NOTIFIED) for package in packages)
    spots = (_spot(package, tells) for package in packages)
    return [spot for spot in spots if spot is not None]


def _spot(package: Table, tells: bool) -> Spot | None:
    name = package.get("name")
    if not isinstance(name, Scalar) or not is_valid(name.text):
        return None
    return Spot(
        name.start,
        name.end,
        name.text,
        "manifest",
        "packagist",
        version=package.text("version"),
        origin=_origin(package, tells),
    )


def _origin(package: Table, tells: bool) -> Origin:
    if package.text("dist", "type") == "path":
        return "path"
    notified = package.text(_NOTIFIED)
    if notified:
        return "registry" if host_of(notified).endswith("packagist.org") else "index"
    if not tells:
        return "registry"
    return "git" if package.text("source", "url") else "url"
