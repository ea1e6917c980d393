"""Pulls from and questions to servers of others, on loopback, and apt's own lists."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
import real_servers
from real_servers import Server

from unghost.ecosystems import ecosystem
from unghost.names.pull import list_address, pull
from unghost.names.snapshot import Snapshot
from unghost.registries.address import Address, bearer
from unghost.registries.client import make_client, status

PACKAGES = ["demo", "zope.interface", "Big_Name"]
NPM_PACKAGES = ["left-pad", "@acme/tool", "@secret/tool"]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def pypiserver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with real_servers.pypiserver(tmp_path_factory.mktemp("pypiserver"), PACKAGES) as server:
        yield server


@pytest.fixture(scope="session")
def devpi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with real_servers.devpi(tmp_path_factory.mktemp("devpi"), PACKAGES) as server:
        yield server


@pytest.fixture(scope="session")
def verdaccio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with real_servers.verdaccio(tmp_path_factory.mktemp("verdaccio"), NPM_PACKAGES) as server:
        yield server


def statuses(name: str, address: Address, *packages: str) -> list[int]:
    async def run() -> list[int]:
        lookup = ecosystem(name).registry.lookup
        async with make_client() as client:
            urls = [lookup(address.url, package) for package in packages]
            return [await status(client, address, url) for url in urls]

    return asyncio.run(run())


@pytest.mark.parametrize("which", ["pypiserver", "devpi"])
def test_a_server_of_python_packages(
    request: pytest.FixtureRequest, tmp_path: Path, which: str
) -> None:
    server: Server = request.getfixturevalue(which)
    environ = {"PIP_INDEX_URL": server.url, "PIP_CONFIG_FILE": "/dev/null"}
    address = list_address(ecosystem("pypi"), environ=environ, home=tmp_path)
    output = tmp_path / "pypi.names"
    assert pull("pypi", output, address).header.complete
    assert list(Snapshot.open(output)) == ["big-name", "demo", "zope-interface"]
    found = statuses("pypi", address, "demo", "zope-interface", "no-such-demo")
    assert found == [200, 200, 404]


def test_a_server_of_npm_packages(verdaccio: Server, tmp_path: Path) -> None:
    (tmp_path / ".npmrc").write_text(f"registry={verdaccio.url}\n")
    address = list_address(ecosystem("npm"), environ={}, home=tmp_path)
    output = tmp_path / "npm.names"
    assert pull("npm", output, address).header.complete
    assert list(Snapshot.open(output)) == ["@acme/tool", "left-pad"]
    assert pull("npm", output, address).before == 2
    found = statuses("npm", address, "left-pad", "@acme/tool", "no-such-pad", "@acme/no-such")
    assert found == [200, 200, 404, 404]


def test_a_token_of_npm_opens_what_is_secret(verdaccio: Server, tmp_path: Path) -> None:
    place = verdaccio.url.removeprefix("http:")
    text = f"registry={verdaccio.url}\n{place}:_authToken=${{NPM_TOKEN}}\n"
    (tmp_path / ".npmrc").write_text(text)
    environ = {"NPM_TOKEN": verdaccio.token}
    address = list_address(ecosystem("npm"), environ=environ, home=tmp_path)
    assert address.headers == bearer(verdaccio.token)
    output = tmp_path / "npm.names"
    pull("npm", output, address)
    assert "@secret/tool" in Snapshot.open(output)
    assert statuses("npm", address, "@secret/tool") == [200]
    bare = Address(address.url, "a test")
    assert statuses("npm", bare, "@secret/tool")[0] not in (200, 404, 410)


def test_apts_own_lists(tmp_path: Path) -> None:
    setup = ecosystem("apt").registry.setup(dict(real_servers.os.environ), tmp_path, tmp_path)
    if setup.bulk is None or setup.bulk.url != "apt:lists":
        pytest.skip("apt has no lists here")
    output = tmp_path / "apt.names"
    header = pull("apt", output, setup.bulk).header
    snapshot = Snapshot.open(output)
    assert header.count > 1000
    assert header.skipped < header.count / 1000
    for name in ("bash", "coreutils", "apt", "awk"):
        assert name in snapshot
    assert "no-such-package-of-apt" not in snapshot
