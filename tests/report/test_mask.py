from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unghost.report.mask import Masker, mask_name


@pytest.mark.parametrize(
    ("name", "shown"),
    [("qzvplotrix", "qzv•••••••"), ("qzvp", "qzv•"), ("qzv", "q••"), ("q", "q"), ("", "")],
)
def test_three_characters_stay(name: str, shown: str) -> None:
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("use qzv-plo now", "use qzv•••• now"),
        ("import qzv_plo as q", "import qzv•••• as q"),
        ("QZV.PLO.run()", "QZV••••.run()"),
        ("qzv-plo, qzv-plo", "qzv••••, qzv••••"),
        ("aqzv-plo and qzv-plox", "aqzv-plo and qzv-plox"),
        ("", ""),
    ],
)
def test_a_ghost_is_masked_however_it_is_written(text: str, shown: str) -> None:
    assert Masker(["qzv-plo"])(text) == shown


def test_the_longest_of_two_is_masked_whole() -> None:
    assert Masker(["qzvp", "qzvp-lotrix"])("qzvp-lotrix") == "qzv••••••••"


def test_short_ghosts_are_words_of_any_text() -> None:
    assert Masker(["qz"])("qz.run") == "qz.run"
    assert Masker(["qz"], shortest=2)("qz.run, qzs") == "q•.run, qzs"


@given(st.lists(st.text("ab-_.", max_size=6)), st.text("abAB -_.İ", max_size=20))
def test_masking_keeps_lengths_and_all_other_letters(ghosts: list[str], text: str) -> None:
    shown = Masker(ghosts)(text)
    assert len(shown) == len(text)
    assert all(new in (old, "•") for new, old in zip(shown, text, strict=True))
