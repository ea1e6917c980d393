from __future__ import annotations

from collections import Counter

from unghost.records import SPLITS, split_of, unit_hash


def test_splits_are_fixed_for_ever() -> None:
    # These values may never change: a run measured on heldout would otherwise have been trained on
    # it.
    assert [split_of(name) for name in FIXED] == list(FIXED.values())


def test_shares_are_as_stated() -> None:
    counts = Counter(split_of(f"package-{number}") for number in range(20_000))
    assert set(counts) == set(SPLITS)
    assert abs(counts["discover"] / 20_000 - 0.6) < 0.02
    assert abs(counts["validate"] / 20_000 - 0.1) < 0.01
    assert abs(counts["heldout"] / 20_000 - 0.3) < 0.02


def test_salts_are_independent() -> None:
    same = sum(
        (unit_hash(b"a:", f"n{i}") < 0.5) == (unit_hash(b"b:", f"n{i}") < 0.5) for i in range(4000)
    )
    assert 1850 < same < 2150


FIXED = {
    "requests": "discover",
    "numpy": "heldout",
    "flask": "discover",
    "urllib3": "heldout",
    "boto3": "discover",
    "django": "discover",
    "pytest": "heldout",
    "rich": "heldout",
    "attrs": "heldout",
    "scipy": "discover",
}
