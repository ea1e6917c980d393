from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from registry_stub import Reply, Stub, running
from unghost.cli import app
from unghost.errors import UnghostError
from unghost.names.snapshot import Snapshot

runner = CliRunner()


@pytest.fixture
def stub() -> Iterator[Stub]:
    with running() as server:
        server.routes["/simple/"] = simple(["Flask", "zope.interface", "a b"])
        yield server


def simple(names: list[str]) -> Reply:
    body = json.dumps({"projects": [{"name": name} for name in names]}).encode()
    return Reply(body, headers={"Content-Type": "application/vnd.pypi.simple.v1+json"})


@pytest.fixture(autouse=True)
def _no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("UV_NO_CONFIG", "1")
    for name in ("HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX"):
        monkeypatch.delenv(name, raising=False)


def run(*words: str) -> str:
    done = runner.invoke(app, ["names", "pull", *words], catch_exceptions=False)
    assert done.exit_code == 0
    return done.stderr + done.stdout


def test_pulls_from_where_the_client_is_set_to(
    stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = stub.url.replace("//", "//me:s3cret@")
    monkeypatch.setenv("PIP_INDEX_URL", f"{url}/simple/")
    said = run("pypi", "-o", "x.names")
    snapshot = Snapshot.open(tmp_path / "x.names")
    assert list(snapshot) == ["flask", "zope-interface"]
    assert f"{stub.url}/simple/ (PIP_INDEX_URL)" in said
    assert f"sha256 {snapshot.header.sha256}" in said
    assert "2 names of" in said
    assert "1 entry skipped" in said
    assert "s3cret" not in said
    assert "s3cret" not in (tmp_path / "x.names").read_bytes().decode("latin-1")
    assert "2 before" in run("pypi", "-o", "x.names")


def test_pulls_from_a_given_address_into_the_usual_place(stub: Stub, tmp_path: Path) -> None:
    facts = json.loads(
        run("pypi", "--from", f"{stub.url}/simple/", "--format", "json").splitlines()[-1]
    )
    path = Path(facts["path"])
    assert path.is_relative_to(tmp_path / "XDG_DATA_HOME")
    assert facts["sha256"] == Snapshot.open(path).header.sha256
    assert (facts["names"], facts["skipped"], facts["complete"]) == (2, 1, True)
    assert facts["unchanged"] is False


def test_popular_names_and_a_list_that_shrinks(stub: Stub, tmp_path: Path) -> None:
    address = ["--from", f"{stub.url}/simple/", "-o", "x.names"]
    (tmp_path / "popular.txt").write_text("flask\n")
    run("pypi", *address, "--popular", "popular.txt")
    assert Snapshot.open(tmp_path / "x.names").is_popular("flask")
    stub.routes["/simple/"] = simple(["flask"])
    with pytest.raises(UnghostError, match="--allow-shrink"):
        run("pypi", *address)
    assert "1 names of" in run("pypi", *address, "--allow-shrink")
    assert Snapshot.open(tmp_path / "x.names").is_popular("flask")


def test_an_ecosystem_that_is_not_known() -> None:
    with pytest.raises(UnghostError, match="'conda' is not known"):
        run("conda")


def test_nothing_names_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UnghostError, match="--from"):
        run("npm")
