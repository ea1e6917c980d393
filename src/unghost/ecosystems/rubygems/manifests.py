"""Files of Ruby code that declare gems: a Gemfile, and a gem's own specification.

Source: the manual of Bundler's Gemfile and the specification reference of RubyGems, found.
"""

from __future__ import annotations

from collections.abc import Iterable

from unghost.ecosystems.rubygems.code import Call, calls
from unghost.ecosystems.rubygems.names import is_valid
from unghost.ecosystems.rubygems.sources import is_public
from unghost.ecosystems.spot import Spot
from unghost.records import Origin

_PLACES: dict[str, Origin] = {
    "git": "git",
    "github": "git",
    "gist": "git",
    "gitlab": "git",
    "bitbucket": "git",
    "path": "path",
    "source": "index",
}
_DEPENDENCIES = frozenset(
    {"add_dependency", "add_runtime_dependency", "add_development_dependency"}
)


def read_gemfile(text: str) -> list[Spot]:
    """Read a Gemfile: a gem's own source goes before its block's, and that before the file's."""
    found = [call for call in calls(text) if not call.has_receiver]
    places = dict(_PLACES)
    for call in found:
        if call.method == "git_source" and call.first is not None:
            places[call.first.text] = "git"
    everywhere = _everywhere(found)
    blocks: list[tuple[int, Origin]] = []
    spots = []
    for call in found:
        while blocks and blocks[-1][0] <= call.start:
            blocks.pop()
        if call.has_block and call.method in places:
            blocks.append((call.end, _origin(call.method, call.first_text, places)))
        elif call.method in ("gem", "plugin"):
            around = blocks[-1][1] if blocks else everywhere
            spots += _gem(call, _own(call, places) or around)
    return spots


def read_gemspec(text: str) -> list[Spot]:
    """Read the dependencies of a gem's specification."""
    spots = []
    for call in calls(text):
        if call.has_receiver and call.method in _DEPENDENCIES:
            spots += _gem(call, "registry")
    return spots


def _everywhere(found: Iterable[Call]) -> Origin:
    """Return where gems come from that say nothing themselves; the public source may be named."""
    sources = [c.first_text for c in found if c.method == "source" and not c.has_block]
    return "index" if sources and not any(map(is_public, sources)) else "registry"


def _own(call: Call, places: dict[str, Origin]) -> Origin | None:
    for key, value in call.options.items():
        if key in places:
            return _origin(key, value, places)
    return None


def _origin(place: str, value: str, places: dict[str, Origin]) -> Origin:
    return "registry" if place == "source" and is_public(value) else places[place]


def _gem(call: Call, origin: Origin) -> list[Spot]:
    name = call.first
    if name is None or not is_valid(name.text):
        return []
    version = ", ".join(call.rest) or None
    spot = Spot(
        name.start, name.end, name.text, "manifest", "rubygems", version=version, origin=origin
    )
    return [spot]
