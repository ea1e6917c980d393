"""RubyGems: its readers on broken and hostile text, and what its table does not show."""

from __future__ import annotations

import pytest
from hypothesis import given
from reader_laws import assert_is_linear, assert_reads_anything, broken_texts

from unghost.ecosystems import ecosystem

RUBYGEMS = ecosystem("rubygems")


@given(broken_texts("rubygems"))
def test_broken_text_is_read_as_far_as_it_goes(text: str) -> None:
    assert_reads_anything(RUBYGEMS, text)


@pytest.mark.parametrize(
    "unit",
    [
        "gem 'a'\n",
        "gem 'a', (",
        "group :x do\n",
        "path 'x' do\n",
        "git_source(:x)\n",
        "s.add_dependency 'a', [",
        "GEM\n  remote: x\n    a (1)\n",
        '"#{',
        "x.",
        "    a (1)\n",
    ],
)
def test_time_is_linear(unit: str) -> None:
    assert_is_linear(RUBYGEMS, unit, 1000)


def test_candidates_of_an_endless_path_are_few() -> None:
    assert len(RUBYGEMS.candidates("a_b/" * 100_000, "ruby").names) < 20


def test_a_gem_that_reads_otherwise_in_ruby_is_at_its_place() -> None:
    (read_gemfile, *_) = (manifest.read for manifest in RUBYGEMS.manifests)
    text = "# 💥 ü\ngem %q(rack), '3'\ngem \"a\\x62c\"\ngem <<~X\n  heredoc\nX\n"
    (spot,) = read_gemfile(text)
    assert (text[spot.start : spot.end], spot.name, spot.version) == ("rack", "rack", "3")
