"""What is installed is read from metadata alone; the environment here is made by the tests."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from unghost.domains.packages.verify import Judge
from unghost.ecosystems.project import Installed
from unghost.ecosystems.pypi.installed import read_installed
from unghost.names.building import build_snapshot
from unghost.names.imports import ImportMap, bundled_imports
from unghost.names.snapshot import Snapshot
from unghost.names.universe import Universe
from unghost.records import Mention

ENVIRONMENT = {
    "PyYAML": ["yaml/__init__.py", "yaml/nodes.py", "_yaml/__init__.py"],
    "pytest": ["pytest/__init__.py", "_pytest/__init__.py", "_pytest/fixtures.py", "py.py"],
    "typing_extensions": ["typing_extensions.py", "../../../bin/x"],
    "zope.interface": ["zope/interface/__init__.py", "zope/interface/ro.py"],
    "google-cloud-storage": ["google/cloud/storage/__init__.py"],
    "google-api-core": ["google/api_core/__init__.py", "google/api_core/retry/__init__.py"],
    "cffi": ["cffi/__init__.py", "_cffi_backend.cpython-311-x86_64-linux-gnu.so"],
    "Shapely": ["shapely/__init__.py", "shapely.libs/libgeos.so", "shapely/lib.abi3.so"],
    "types-only": ["only-stubs/__init__.pyi", "only_fast.pyi"],
}
"""Distributions of all kinds: single modules, packages, namespaces, extensions, stubs."""
IMPORTED = """
yaml yaml.nodes _yaml pytest _pytest.fixtures py typing_extensions zope.interface zope.interface.ro
google.cloud.storage google.cloud google.api_core.retry cffi _cffi_backend shapely.lib only_fast
os os.path tomllib distutils.core imp asyncore telnetlib __main__ test.support _thread _socket
_xxsubinterpreters _interpreters _interpchannels _testcapi _colorize _pyrepl xxlimited cPickle
urllib2 __pypy__
"""
"""What code may import in this environment, of this Python or another."""


def imports(installed: Installed) -> ImportMap:
    return ImportMap(installed.modules, "installed", installed=True)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("site-packages")
    for name, files in ENVIRONMENT.items():
        _install(folder, name, files)
    return read_installed([folder])


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


def _status(judge: Judge, module: str) -> str:
    return judge(Mention("i", "s", 0, 1, 1, 1, module, module, "pypi", "import", "python")).status


@pytest.mark.parametrize("module", IMPORTED.split())
def test_no_installed_name_is_ever_absent(
    module: str, installed: Installed, universe: Universe
) -> None:
    judge = Judge(universe, installed={"pypi": installed}, suggest=False)
    assert _status(judge, module) in ("exists", "stdlib")


@pytest.mark.parametrize("module", ["yamlzq", "zope.zqinterface", "google.zqcloud", "_zqthread"])
def test_what_nothing_brings_is_absent(
    module: str, installed: Installed, universe: Universe
) -> None:
    judge = Judge(universe, installed={"pypi": installed}, suggest=False)
    assert _status(judge, module) == "absent"


def test_every_installed_distribution_exists_under_every_way_of_writing_it(
    universe: Universe, installed: Installed
) -> None:
    judge = Judge(universe, installed={"pypi": installed})
    assert len(installed.names) == len(ENVIRONMENT)
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
    assert "cffi" in installed.names
    assert "devpi_server" not in sys.modules
