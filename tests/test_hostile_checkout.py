"""A checkout whose files name addresses and ask for credentials, against all that asks registries.

Everything runs in the checkout, against two servers on loopback: the user's own settings name one,
the files of the checkout name the other, which must hear nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from typer.testing import CliRunner

import unghost
from hook_cases import claude
from registry_stub import Reply, Stub, json_reply, running
from scan_world import build_names, isolate, write_tree
from unghost.cli import app
from unghost.ecosystems import ecosystem, ecosystem_names
from unghost.hook.respond import Options, respond
from unghost.mcp_server.questions import Questions
from unghost.names.clients import read_clients, user_setup
from unghost.names.pull import list_address
from unghost.names.snapshot import Snapshot
from unghost.scan.settings import ScanSettings

SECRET = "s3cr3t"
INSTALLS = """\
pip install ghost-pypi
npm install ghost-npm
cargo add ghost-crate
go get example.org/ghost/mod@latest
gem install ghost-gem
composer require ghost/php
dotnet add package Ghost.Net
"""
ASKED = {
    "pypi": "/simple/ghost-pypi/",
    "npm": "/npm/ghost-npm",
    "crates": "/crates/gh/os/ghost-crate",
    "go": "/go/example.org/ghost/mod/@latest",
    "rubygems": "/gems/info/ghost-gem",
    "packagist": "/php/p2/ghost/php.json",
    "nuget": "/net/ghost.net/index.json",
}
"""Where the user's own server is asked for the ghost of each ecosystem."""
NAMES = {
    "pypi": "ghost-pypi",
    "npm": "ghost-npm",
    "crates": "ghost-crate",
    "go": "example.org/ghost/mod",
    "rubygems": "ghost-gem",
    "packagist": "ghost/php",
    "nuget": "Ghost.Net",
}
ENVIRON = {
    "UV_INDEX_CORP_USERNAME": "me",
    "UV_INDEX_CORP_PASSWORD": SECRET,
    "POETRY_HTTP_BASIC_CORP_USERNAME": "me",
    "POETRY_HTTP_BASIC_CORP_PASSWORD": SECRET,
    "NPM_TOKEN": SECRET,
    "NODE_AUTH_TOKEN": SECRET,
    "NUGET_TOKEN": SECRET,
    "CARGO_REGISTRIES_CORP_TOKEN": SECRET,
}


class Ground(NamedTuple):
    """The checkout, the server of the user's settings, and that of the checkout's files."""

    folder: Path
    good: Stub
    evil: Stub


def hostile(url: str) -> dict[str, str]:
    """Return the files in which a project may set a client, all of which name one server."""
    host = url.removeprefix("http:")
    uv = f'[[index]]\nname = "corp"\nurl = "{url}/uv/"\ndefault = true\n'
    pyproject = (
        f'[[tool.uv.index]]\nname = "corp"\nurl = "{url}/tool-uv/"\ndefault = true\n'
        f'[tool.uv.pip]\nextra-index-url = ["{url}/extra/"]\n'
        f'[[tool.poetry.source]]\nname = "corp"\nurl = "{url}/poetry/"\n'
    )
    pom = (
        "<project><repositories><repository><id>corp</id>"
        f"<url>{url}/pom/${{env.NPM_TOKEN}}/</url></repository></repositories></project>"
    )
    nuget = (
        f'<configuration><packageSources><clear/><add key="corp" value="{url}/%NUGET_TOKEN%"/>'
        "</packageSources><packageSourceCredentials><corp><add key='Username' value='me'/>"
        "<add key='ClearTextPassword' value='%NUGET_TOKEN%'/></corp></packageSourceCredentials>"
        "</configuration>"
    )
    composer = {
        "repositories": {
            "packagist.org": {"type": "composer", "url": f"{url}/composer"},
            "corp": {"type": "composer", "url": f"{url}/private", "only": ["acme/*"]},
        }
    }
    cargo = (
        f'[source.crates-io]\nreplace-with = "corp"\n[registries.corp]\nindex = "sparse+{url}/"\n'
    )
    return {
        "uv.toml": uv,
        "pyproject.toml": pyproject,
        "pip.conf": f"[global]\nindex-url = {url}/pip/\n",
        ".venv/pip.conf": f"[global]\nindex-url = {url}/venv/\n",
        ".pip/pip.conf": f"[global]\nindex-url = {url}/pip/\n",
        ".npmrc": f"registry={url}/${{NPM_TOKEN}}/\n{host}/:_authToken=${{NPM_TOKEN}}\n"
        f"@acme:registry={url}/acme/\n",
        ".yarnrc.yml": f'npmRegistryServer: "{url}/yarn"\nnpmAuthToken: "${{NPM_TOKEN}}"\n',
        "bunfig.toml": f'[install.registry]\nurl = "{url}/bun"\ntoken = "$NPM_TOKEN"\n',
        ".cargo/config.toml": cargo,
        ".cargo/config": cargo,
        "go/env": f"GOPROXY={url}/go\n",
        "go.env": f"GOPROXY={url}/go\n",
        ".gemrc": f":sources:\n- {url}/gemrc/\n",
        ".bundle/config": f'BUNDLE_MIRROR__ALL: "{url}/bundle/"\n',
        "Gemfile": f'source "{url}/gemfile"\ngem "rake"\n',
        "composer.json": json.dumps(composer),
        "auth.json": json.dumps({"http-basic": {host[2:]: {"username": "a", "password": SECRET}}}),
        "NuGet.Config": nuget,
        "pom.xml": pom,
        "settings.gradle": f'pluginManagement {{ repositories {{ maven {{ url "{url}/g" }} }} }}\n',
        ".m2/settings.xml": f"<settings><mirrors><mirror><id>m</id><mirrorOf>*</mirrorOf><url>{url}"
        "</url></mirror></mirrors></settings>",
        "a.sh": INSTALLS,
    }


def users(url: str) -> dict[str, str]:
    """Return the files in the user's folder, which name the user's own server."""
    return {
        ".cargo/config.toml": '[source.crates-io]\nreplace-with = "mine"\n[source.mine]\n'
        f'registry = "sparse+{url}/crates/"\n',
        ".gemrc": f":sources:\n- {url}/gems/\n",
        "config/composer/config.json": json.dumps(
            {"repositories": {"packagist.org": {"type": "composer", "url": f"{url}/php"}}}
        ),
        ".nuget/NuGet/NuGet.Config": '<configuration><packageSources><add key="mine" value='
        f'"{url}/net/v3.json"/></packageSources></configuration>',
        ".m2/settings.xml": f"<settings><mirrors><mirror><id>m</id><mirrorOf>*</mirrorOf><url>{url}"
        "/maven/</url></mirror></mirrors><servers><server><id>corp</id><username>me</username>"
        f"<password>{SECRET}</password></server></servers></settings>",
        "config/pypoetry/auth.toml": f"[http-basic.corp]\nusername = 'me'\npassword = '{SECRET}'\n",
    }


@pytest.fixture
def ground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ground]:
    isolate(monkeypatch, tmp_path)
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    with running() as good, running() as evil:
        monkeypatch.setenv("PIP_INDEX_URL", f"{good.url}/simple/")
        monkeypatch.setenv("npm_config_registry", f"{good.url}/npm/")
        monkeypatch.setenv("GOPROXY", f"{good.url}/go")
        write_tree(tmp_path / "home", users(good.url))
        resource = {"@type": "PackageBaseAddress/3.0.0", "@id": f"{good.url}/net/"}
        good.routes["/net/v3.json"] = json_reply({"resources": [resource]})
        good.routes["/php/packages.json"] = json_reply({"metadata-url": "/php/p2/%package%.json"})
        # Whatever is asked of it is there, so that a name that it were asked for would be clean.
        evil.reply = lambda asked: evil.asked.append(asked) or Reply(b"{}")  # type: ignore[method-assign,func-returns-value]
        folder = write_tree(tmp_path / "checkout", hostile(evil.url))
        (folder / ".git").mkdir()
        monkeypatch.chdir(folder)
        yield Ground(folder, good, evil)


def _run(*words: str, text: str = "") -> int:
    return CliRunner().invoke(app, list(words), input=text).exit_code


def _check_each(ground: Ground) -> None:
    for eco, name in NAMES.items():
        assert _run("check", name, "--ecosystem", eco) in (1, 3), eco


def _scan(ground: Ground) -> None:
    assert _run("scan") == 1


def _scan_text(ground: Ground) -> None:
    assert _run("scan", "-", "--as", "bash", text=INSTALLS) == 1


def _from_python(ground: Ground) -> None:
    assert unghost.scan_paths().active
    assert unghost.scan_text(INSTALLS, language="bash").active
    for eco, name in NAMES.items():
        assert unghost.check_names([name], eco)[0].status != "ok"


def _hook(ground: Ground) -> None:
    for call in (
        claude("Bash", ground.folder, command=INSTALLS),
        claude("Write", ground.folder, file_path="b.sh", content=INSTALLS),
    ):
        said = json.loads(respond(json.dumps(call).encode(), Options()).out)
        assert said["hookSpecificOutput"]["permissionDecision"] == "deny"


def _mcp_names(ground: Ground) -> None:
    questions = Questions(ScanSettings(), ground.folder)
    for eco, name in NAMES.items():
        answer = questions.ask("check_names", {"names": [name], "ecosystem": eco})
        assert answer.structure is not None
        assert answer.structure["names"][0]["status"] != "ok"


def _mcp_text(ground: Ground) -> None:
    given = {"text": INSTALLS, "language": "bash"}
    answer = Questions(ScanSettings(), ground.folder).ask("scan_text", given)
    assert answer.structure is not None
    assert answer.structure["counts"]["errors"]


CALLERS = [_scan, _scan_text, _check_each, _from_python, _hook, _mcp_names, _mcp_text]


@pytest.mark.parametrize("caller", CALLERS)
def test_a_checkout_neither_says_whom_to_ask_nor_gets_a_secret(
    ground: Ground, caller: Callable[[Ground], None]
) -> None:
    caller(ground)
    assert ground.evil.asked == []
    assert set(ASKED.values()) <= set(ground.good.paths())
    assert SECRET not in str(ground.good.asked)


@pytest.mark.parametrize("caller", CALLERS)
def test_an_incomplete_snapshot_makes_no_difference(
    ground: Ground, caller: Callable[[Ground], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Path(os.environ["XDG_DATA_HOME"]) / "unghost/snapshots"
    place.mkdir(parents=True)
    for eco in NAMES:
        one = {"go": "example.org/one", "packagist": "some/one"}.get(eco, "one")
        build_names(place / f"{eco}.names", (one,), eco, complete=False)
    caller(ground)
    assert ground.evil.asked == []
    assert SECRET not in str(ground.good.asked)


@pytest.mark.parametrize("eco", ecosystem_names())
def test_a_checkout_names_no_list_to_pull(ground: Ground, eco: str) -> None:
    try:
        address = list_address(ecosystem(eco))
    except unghost.UnghostError:
        return
    assert ground.evil.url not in address.url
    assert SECRET not in str(dict(address.headers))


@pytest.mark.parametrize("eco", ["pypi", "npm", "rubygems", "packagist", "nuget"])
def test_a_pull_in_a_checkout_reads_the_users_own_list(ground: Ground, eco: str) -> None:
    projects = json.dumps({"projects": [{"name": "flask"}]}).encode()
    kind = {"Content-Type": "application/vnd.pypi.simple.v1+json"}
    ground.good.routes["/simple/"] = Reply(projects, headers=kind)
    code = _run("names", "pull", eco)
    assert ground.evil.asked == []
    assert ground.good.asked
    assert SECRET not in str(ground.good.asked)
    if eco == "pypi":
        assert code == 0
        place = Path(os.environ["XDG_DATA_HOME"]) / "unghost/snapshots/pypi.names"
        assert list(Snapshot.open(place)) == ["flask"]


@pytest.mark.parametrize("eco", ecosystem_names())
def test_of_a_checkout_only_what_it_leaves_open_is_read(ground: Ground, eco: str) -> None:
    """The files are understood: what they name is known, and is only not asked."""
    clients = read_clients([eco], ground.folder, until=float("inf"))
    named = [*clients.in_place[eco], *clients.beside[eco]]
    assert any(ground.evil.url in place for place in named) == (eco not in ("apt", "go"))
    setup = clients.setups[eco]
    private = {"npm": ("@acme/*",), "packagist": ("acme/*",)}.get(eco, ())
    assert setup == user_setup(eco)._replace(private=private)


def test_a_program_that_the_checkout_holds_is_not_run(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("apt-get", "npm", "python3", "python"):
        program = ground.folder / "bin" / name
        write_tree(ground.folder, {f"bin/{name}": f"#!/bin/sh\ntouch {ground.folder}/ran\n"})
        program.chmod(0o755)
    monkeypatch.delenv("npm_config_registry")
    monkeypatch.setenv("PATH", os.pathsep.join(["", ".", "bin"]))
    for eco in ecosystem_names():
        user_setup(eco)
    assert not (ground.folder / "ran").exists()


def test_settings_of_clients_are_read_in_one_place(repo_root: Path) -> None:
    source = repo_root / "src" / "unghost"
    readers = [
        str(path.relative_to(source))
        for path in source.rglob("*.py")
        if "registry.setup(" in path.read_text() and path.name != "base.py"
    ]
    assert readers == ["names/clients.py"]
