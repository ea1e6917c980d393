from __future__ import annotations

import json
from pathlib import Path

import pytest

from unghost import UnghostError
from unghost.ecosystems.pypi.names import canonical
from unghost.ecosystems.pypi.stdlib import stdlib_modules
from unghost.names.building import build_snapshot
from unghost.names.imports import ImportMap, bundled_imports
from unghost.names.snapshot import Snapshot
from unghost.names.universe import Universe, load_universe

TASKS = Path(__file__).parents[2] / "src/unghost/embedded/tasks.jsonl"


def test_the_demo_universe_holds_all_tasks_and_is_a_closed_world() -> None:
    universe = load_universe("demo")
    packages = [json.loads(line)["package"] for line in TASKS.read_text("utf-8").splitlines()]
    assert all(universe.has(name) and universe.trusted(name) for name in packages)
    assert universe.has("requests")
    assert universe.closed_world
    assert universe.decides_absence
    assert not universe.snapshot.header.complete
    assert "closed world" in universe.label
    assert universe.id.endswith(":closed")


def test_an_incomplete_snapshot_decides_no_absence(tmp_path: Path) -> None:
    path = tmp_path / "s"
    for complete in (False, True):
        build_snapshot(
            ["requests", "new-name"],
            path,
            ecosystem="pypi",
            source="a test",
            date="2026-01-01",
            complete=complete,
            popular=["requests"],
        )
        universe = load_universe(str(path))
        assert universe.decides_absence == complete
        assert universe.trusted("requests")
        assert not universe.trusted("new-name")
        assert universe.label.startswith("a complete" if complete else "an incomplete") or (
            "incomplete" in universe.label
        )


def test_there_must_be_a_snapshot(tmp_path: Path) -> None:
    with pytest.raises(UnghostError, match="there is no file"):
        load_universe(str(tmp_path / "none"))


def test_the_longest_prefix_of_a_module_wins() -> None:
    imports = ImportMap({"google.cloud.storage": ["gcs"], "google": ["other"]}, "test")
    assert imports.distributions("google.cloud.storage.blob")[0].distribution == "gcs"
    assert imports.distributions("google.x")[0].evidence == "test: google"
    assert imports.distributions("goog") == ()
    assert list(imports.modules()) == ["google"]


def test_bundled_imports_are_canonical_and_many() -> None:
    facts = json.loads((TASKS.parents[1] / "data/imports/pypi.json").read_text(encoding="utf-8"))
    assert len(facts) > 150
    assert all(canonical(name) == name for names in facts.values() for name in names)
    assert bundled_imports().distributions("cv2")[0].distribution == "opencv-python"


@pytest.mark.parametrize(
    ("module", "version", "there"),
    [
        ("distutils", "3.11", True),
        ("distutils", "3.12", False),
        ("tomllib", "3.10", False),
        ("tomllib", "3.11", True),
        ("cgi", None, True),
        # Private modules, of tests and of newer Pythons, which no interpreter's own list has.
        ("_xxsubinterpreters", None, True),
        ("_interpreters", None, True),
        ("_testcapi", None, True),
        ("_colorize", "3.12", False),
        ("_colorize", "3.99", True),
        ("test", "3.11", True),
        ("os", "3.8", True),
        ("numpy", None, False),
    ],
)
def test_the_standard_library_by_version(module: str, version: str | None, there: bool) -> None:
    assert (module in stdlib_modules(version)) == there


def test_a_strange_version_is_refused() -> None:
    with pytest.raises(UnghostError, match="not a Python version"):
        stdlib_modules("three")


def test_a_universe_outlives_what_opened_its_snapshot(tmp_path: Path) -> None:
    # The tries point into a mapped file: if that were let go of, this would crash.
    import gc

    build_snapshot(
        [f"n{i}" for i in range(5000)],
        tmp_path / "s",
        ecosystem="pypi",
        source="t",
        date="2026-01-01",
        complete=True,
    )
    universe = Universe(Snapshot.open(tmp_path / "s"), bundled_imports())
    gc.collect()
    assert sum(universe.has(f"n{i}") for i in range(6000)) == 5000
