"""Packagist: its readers on broken and hostile text, and what its table does not show."""

from __future__ import annotations

import pytest
from hypothesis import given
from reader_laws import assert_is_linear, assert_reads_anything, broken_texts

from unghost.ecosystems import ecosystem

PACKAGIST = ecosystem("packagist")


@given(broken_texts("packagist"))
def test_broken_text_is_read_as_far_as_it_goes(text: str) -> None:
    assert_reads_anything(PACKAGIST, text)


@pytest.mark.parametrize(
    "unit",
    [
        '{"require": {"a/b": "1", ',
        '{"packages": [{"name": "a/b"}, ',
        "[",
        '{"repositories": [{"type": "composer", "url": "https://x.example", "only": ["a/*"]}, ',
        '"\\',
    ],
)
def test_time_is_linear(unit: str) -> None:
    assert_is_linear(PACKAGIST, unit, 1000)


def test_many_repositories_and_many_packages() -> None:
    listed = ",".join(f'{{"type": "composer", "only": ["v{n}/*"]}}' for n in range(3000))
    required = ",".join(f'"w{n}/x": "1"' for n in range(3000))
    (read_composer, _) = (manifest.read for manifest in PACKAGIST.manifests)
    spots = list(read_composer(f'{{"repositories": [{listed}], "require": {{{required}}}}}'))
    # More repositories than are compared: every package may be of one of them.
    assert {spot.origin for spot in spots} == {"index"}
    assert len(spots) == 3000


def test_a_name_that_nearly_fits_is_turned_away_quickly() -> None:
    assert not PACKAGIST.is_valid("a" * 50_000 + "/" + "a" * 50_000 + "!")
    assert not PACKAGIST.is_valid("a-" * 50_000 + "/b")


def test_candidates_of_an_endless_class_are_few() -> None:
    assert len(PACKAGIST.candidates("Aa\\" * 100_000, "php").names) < 20
    assert len(PACKAGIST.candidates("A" * 100_000, "php").names) < 20
