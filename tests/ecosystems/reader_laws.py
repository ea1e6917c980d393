"""What every reader of manifests and lock files keeps to, whatever it is given."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path

from hypothesis import strategies as st

from unghost.ecosystems.base import Ecosystem, Manifest
from unghost.ecosystems.spot import Spot

_FOLDER = Path(__file__).parent
_ODD = (
    "\0",
    "\ufeff",
    "\ud800",
    "\r\n",
    "\u2028",
    "💥",
    '"',
    "'",
    "`",
    "(",
    "{",
    "[",
    "<!--",
    "/*",
)
_TOLERANCE, _NOISE = 4.0, 0.3


def samples(name: str) -> list[str]:
    """Return the texts of an ecosystem's table, to be broken."""
    table = tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return [case["text"] for case in table["manifest"]]


def broken_texts(name: str) -> st.SearchStrategy[str]:
    """Draw texts of an ecosystem's table with a part cut out and something odd put in."""
    pieces = st.text(max_size=20) | st.sampled_from(_ODD)
    positions = st.integers(0, 2000)
    broken = st.builds(_broken, st.sampled_from(samples(name)), positions, positions, pieces)
    return broken | st.text()


def _broken(text: str, start: int, length: int, piece: str) -> str:
    start = start % (len(text) + 1)
    return text[:start] + piece + text[start + length % 50 :]


def assert_reads_anything(ecosystem: Ecosystem, text: str) -> None:
    """Check that no reader raises, and that all spots are names that stand in the text."""
    for manifest in ecosystem.manifests:
        for spot in _read(manifest, text):
            assert 0 <= spot.start < spot.end <= len(text)
            assert spot.ecosystem == ecosystem.name
            assert spot.kind == "manifest"
            assert ecosystem.is_valid(spot.name)
            form = ecosystem.canonical(spot.name)
            assert ecosystem.canonical(form) == form


def assert_is_linear(ecosystem: Ecosystem, unit: str, times: int) -> None:
    """Check that a text eight times as long takes nothing near the square of that."""
    for manifest in ecosystem.manifests:
        short = min(_seconds(manifest, unit * times) for _ in range(3))
        long = min(_seconds(manifest, unit * (8 * times)) for _ in range(2))
        assert long < 8 * _TOLERANCE * short + _NOISE, (manifest.patterns, unit, short, long)


def _seconds(manifest: Manifest, text: str) -> float:
    begin = time.process_time()
    _read(manifest, text)
    return time.process_time() - begin


def _read(manifest: Manifest, text: str) -> list[Spot]:
    return list(manifest.read(text))
