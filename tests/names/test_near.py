"""Which names are offered for one that does not exist, and in which order."""

from __future__ import annotations

import random
import string
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from unghost.names.building import build_snapshot
from unghost.names.imports import ImportMap
from unghost.names.near import nearest
from unghost.names.snapshot import Snapshot
from unghost.names.universe import Universe, load_universe

NAMES = ["flask", "flask-cors", "flask-swagger", "numpy", "python-dotenv", "requests", "request2"]
NAMES += ["requestsh", "scikit-learn", "scikit-learns", "tensorflow"]


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    path = tmp_path_factory.mktemp("names") / "pypi.names"
    build_snapshot(NAMES, path, ecosystem="pypi", source="a test", date="2026-01-01", complete=True)
    return Snapshot.open(path)


def unpopular(_: str) -> bool:
    return False


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("reqeusts", "requests"),
        ("equests", "requests"),
        ("rrequests", "requests"),
        ("flask-core", "flask-cors"),
        ("swagger-flask", "flask-swagger"),
        ("scikitlearn", "scikit-learn"),
        ("dotenv", "python-dotenv"),
        ("flask-cors-extra", "flask-cors"),
        ("tensorflow-gpu-2", "tensorflow"),
    ],
)
def test_what_is_meant_comes_first(snapshot: Snapshot, name: str, first: str) -> None:
    assert nearest(name, snapshot, unpopular)[0] == first


def test_what_is_far_is_not_offered(snapshot: Snapshot) -> None:
    assert nearest("zzzzzzzz", snapshot, unpopular) == ()
    assert nearest("numpy", snapshot, unpopular) == ()
    assert nearest("", snapshot, unpopular) == ()
    assert nearest("x" * 5000, snapshot, unpopular) == ()


def test_popularity_counts_as_much_as_a_slip(snapshot: Snapshot) -> None:
    assert nearest("requestz", snapshot, unpopular)[0] == "request2"
    assert nearest("requestz", snapshot, lambda name: name == "requests")[0] == "requests"


def test_lists_without_popularity_are_ranked_by_the_bundled_one(tmp_path: Path) -> None:
    names = ["requestsa", "requests"]
    build_snapshot(
        names, tmp_path / "s", ecosystem="pypi", source="a test", date="2026-01-01", complete=True
    )
    universe = Universe(Snapshot.open(tmp_path / "s"), ImportMap({}, "test"))
    assert universe.nearest("requestsx") == ("requests", "requestsa")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet="abcfklnorqstu-", min_size=1, max_size=14))
def test_what_one_slip_makes_is_always_found(snapshot: Snapshot, name: str) -> None:
    found = nearest(name, snapshot, unpopular, limit=20)
    for other in NAMES:
        near = OSA.distance(name, other) == 1
        if near and OSA.normalized_similarity(name, other) >= 0.6:
            assert other in found


def test_slips_in_popular_names_lead_back_to_them() -> None:
    universe = load_universe("demo")
    rng = random.Random(0)
    names = [name for name in universe.snapshot if universe.snapshot.is_popular(name)]
    wrong = []
    for name in rng.sample([name for name in names if len(name) > 6], 200):
        at = rng.randrange(len(name) - 1)
        letter = rng.choice(string.ascii_lowercase)
        slip = rng.choice(
            [
                name[:at] + name[at + 1 :],
                name[:at] + letter + name[at + 1 :],
                name[:at] + name[at + 1] + name[at] + name[at + 2 :],
                name[:at] + letter + name[at:],
            ]
        )
        if not universe.has(slip) and name not in universe.nearest(slip):
            wrong.append((slip, name))
    assert len(wrong) <= 2, wrong
