"""The environment that the tests run in, which is a large one, is the test case."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from unghost.domains.packages.verify import Judge
from unghost.ecosystems.project import Installed
from unghost.ecosystems.pypi.installed import read_installed
from unghost.ecosystems.spot import to_mentions
from unghost.mentions.imports import find_imports
from unghost.names.building import build_snapshot
from unghost.names.imports import ImportMap, bundled_imports
from unghost.names.snapshot import Snapshot
from unghost.names.universe import Universe
from unghost.records import Mention

SITE = Path(sysconfig.get_paths()["purelib"])
LONGEST = 200_000
MANY = 2_500


def imports(installed: Installed) -> ImportMap:
    return ImportMap(installed.modules, "installed", installed=True)


@pytest.fixture(scope="module")
def installed() -> Installed:
    return read_installed([SITE])


@pytest.fixture(scope="module")
def universe(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Universe:
    path = tmp_path_factory.mktemp("installed") / "pypi.names"
    build_snapshot(
        sorted(installed.names),
        path,
        ecosystem="pypi",
        source="what is installed",
        date="2026-01-01",
        complete=True,
    )
    return Universe(Snapshot.open(path), bundled_imports())


def _mentions() -> Iterator[Mention]:
    files = sorted(path for path in SITE.rglob("*.py") if path.stat().st_size < LONGEST)
    step = max(1, len(files) // MANY)
    for path in files[::step]:
        text = path.read_text(encoding="utf-8", errors="replace")
        yield from to_mentions(find_imports(text, "python"), text, path.as_posix())


def _can_be_imported(module: str) -> bool:
    """Return whether Python would find a module, without importing what it is inside of."""
    top, _, rest = module.partition(".")
    try:
        spec = find_spec(top)
    except (ImportError, ValueError):
        return False
    if spec is None or spec.origin is not None:
        return spec is not None
    # A namespace is shared: the part of it that was asked for may be missing. Folders of the tests
    # themselves look like one, too.
    part = rest.partition(".")[0]
    folders = [Path(folder) for folder in spec.submodule_search_locations or ()]
    folders = [folder for folder in folders if folder.is_relative_to(SITE)]
    if not rest:
        return bool(folders)
    return any((folder / name).exists() for folder in folders for name in (part, f"{part}.py"))


def test_no_installed_name_is_ever_absent(installed: Installed, universe: Universe) -> None:
    judge = Judge(universe, installed={"pypi": installed}, suggest=False)
    statuses: dict[str, str] = {}
    for mention in _mentions():
        statuses[mention.name] = judge(mention).status
    absent = [name for name, status in statuses.items() if status == "absent"]
    assert len(statuses) > 2_000
    assert sum(status == "exists" for status in statuses.values()) > 500
    assert [name for name in absent if _can_be_imported(name)] == []


def test_every_installed_distribution_exists_under_every_way_of_writing_it(
    universe: Universe, installed: Installed
) -> None:
    judge = Judge(universe, installed={"pypi": installed})
    for name in installed.names:
        for written in (name, name.upper(), name.replace("-", "_"), name.replace("-", ".")):
            mention = Mention("i", "s", 0, 1, 1, 1, written, written, "pypi", "install")
            assert judge(mention).status == "exists", written


def test_facts_name_the_distribution_with_the_evidence(installed: Installed) -> None:
    assert imports(installed).distributions("yaml.nodes")[0].distribution == "pyyaml"
    (pytest_provider,) = imports(installed).distributions("_pytest.fixtures")
    assert pytest_provider.distribution == "pytest"
    assert pytest_provider.evidence == "installed: _pytest"


def _install(folder: Path, name: str, files: list[str], url: str | None = None) -> None:
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "RECORD").write_text("".join(f"{file},,\n" for file in files))
    if url:
        (info / "direct_url.json").write_text(f'{{"url": "{url}"}}')


def test_namespaces_and_distributions_from_elsewhere(tmp_path: Path) -> None:
    _install(
        tmp_path, "spam-storage", ["spam/cloud/storage/__init__.py", "spam/cloud/storage/a.py"]
    )
    _install(tmp_path, "spam-core", ["spam/core/__init__.py", "_spam.cpython-311-x86_64.so"])
    _install(tmp_path, "inner", ["inner.py", "../../../bin/inner"], "file:///home/x")
    found = read_installed([tmp_path])
    assert found.names == {"spam-storage", "spam-core", "inner"}
    assert found.elsewhere == {"inner"}
    assert imports(found).distributions("spam.cloud.storage.a")[0].distribution == "spam-storage"
    assert imports(found).distributions("spam.cloud") == ()
    assert imports(found).namespace("spam.cloud")[0].distribution == "spam-storage"
    build_snapshot(
        ["spam-storage"],
        tmp_path / "s",
        ecosystem="pypi",
        source="t",
        date="2026-01-01",
        complete=True,
    )
    judge = Judge(
        Universe(Snapshot.open(tmp_path / "s"), ImportMap({}, "t")), installed={"pypi": found}
    )

    def status(module: str) -> str:
        mention = Mention("i", "s", 0, 1, 1, 1, module, module, "pypi", "import", "python")
        return judge(mention).status

    assert status("spam.cloud.storage.a") == "exists"
    assert status("spam") == "exists"
    assert status("spam.core") == "unknown"
    assert status("inner") == "private"
    assert status("outer") == "absent"


def test_reading_metadata_imports_nothing(installed: Installed) -> None:
    assert "devpi-server" in installed.names
    assert "devpi_server" not in sys.modules
