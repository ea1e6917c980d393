from __future__ import annotations

import base64
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from unghost.ecosystems import ecosystem, ecosystem_names
from unghost.ecosystems.registry import Setup
from unghost.registries import files
from unghost.registries.address import Address, same_place, shown

CORP = "https://corp.example/simple/"
OTHER = "https://other.example/simple/"


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def read(name: str, project: Path, home: Path, environ: Mapping[str, str] | None = None) -> Setup:
    return ecosystem(name).registry.setup(environ or {}, project, home)


def said(address: Address | None) -> str:
    assert address is not None
    return address.url


def secret(address: Address | None) -> str:
    """The credential of an address: a user with a password, or a token."""
    assert address is not None
    kind, _, value = address.headers.get("Authorization", "").partition(" ")
    return base64.b64decode(value).decode() if kind == "Basic" else value


def basic_of(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.fixture
def default() -> str:
    from pip._internal.models.index import PyPI

    return PyPI.simple_url


@pytest.mark.parametrize("name", ecosystem_names())
def test_nothing_set_is_sound(name: str, project: Path, home: Path) -> None:
    found = read(name, project, home)
    assert not found.others
    assert not found.private
    for address in (found.bulk, found.lookup):
        assert address is None or (address.said_by and not address.headers)


@pytest.mark.parametrize("name", ecosystem_names())
def test_broken_files_say_nothing(name: str, project: Path, home: Path) -> None:
    plain = read(name, project, home)
    for folder in (project, home, home / ".config"):
        for file in BROKEN:
            for junk in (b"\x00\xff{[<%%%\n=\n:: - [", b"", b"[" * 100_000, b"<a>" * 10_000):
                path = folder / file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(junk)
                assert read(name, project, home) == plain
            path.unlink()


BROKEN = [
    "uv.toml", "pyproject.toml", "pip/pip.conf", ".pip/pip.conf", ".netrc", ".npmrc",
    ".yarnrc.yml", "bunfig.toml", ".cargo/config.toml", "go/env", ".gemrc", ".bundle/config",
    ".m2/settings.xml", "pom.xml", "NuGet.Config", ".nuget/NuGet/NuGet.Config", "composer.json",
    ".composer/config.json", "auth.json", "uv/uv.toml", "pypoetry/auth.toml",
]  # fmt: skip


def test_pip_says_its_default(project: Path, home: Path, default: str) -> None:
    found = read("pypi", project, home)
    assert same_place(said(found.lookup), default)
    assert found.bulk == found.lookup


def test_another_python_is_asked_where_pip_is_not_ours(
    project: Path, home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "pip._internal.models.index", None)
    put(tmp_path / "bin" / "python3", f"#!/bin/sh\necho {CORP}\n")
    (tmp_path / "bin" / "python3").chmod(0o755)
    found = read("pypi", project, home, {"PATH": str(tmp_path / "bin")})
    assert said(found.lookup) == CORP


def test_without_any_pip_nothing_names_an_index(
    project: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pip._internal.models.index", None)
    assert read("pypi", project, home) == Setup(None, None)


def pip_conf(url: str, extra: str = "") -> str:
    return f"[global]\nindex-url = {url}\n{extra}"


def test_where_pip_looks_and_in_which_order(project: Path, home: Path, tmp_path: Path) -> None:
    """Each place goes before those above it."""
    venv = tmp_path / "venv"
    environ = {"XDG_CONFIG_DIRS": str(tmp_path / "xdg")}
    steps = [
        (tmp_path / "xdg" / "pip" / "pip.conf", {}),
        (files.SYSTEM / "pip.conf", {}),
        (home / ".pip" / "pip.conf", {}),
        (home / ".config" / "pip" / "pip.conf", {}),
        (project / ".venv" / "pip.conf", {}),
        (venv / "pip.conf", {"VIRTUAL_ENV": str(venv)}),
        (tmp_path / "named.conf", {"PIP_CONFIG_FILE": str(tmp_path / "named.conf")}),
    ]
    for number, (path, more) in enumerate(steps):
        environ |= more
        put(path, pip_conf(f"https://index{number}.example/simple"))
        found = read("pypi", project, home, environ)
        assert said(found.lookup) == f"https://index{number}.example/simple"
        assert found.lookup is not None
        assert found.lookup.said_by == str(path)
    environ["PIP_INDEX_URL"] = CORP
    assert said(read("pypi", project, home, environ).lookup) == CORP


def test_a_named_file_takes_the_place_of_the_users(project: Path, home: Path) -> None:
    put(home / ".pip" / "pip.conf", f"[global]\nextra-index-url = {OTHER}\n")
    put(home / "named.conf", "[global]\ntimeout = 3\n")
    assert said(read("pypi", project, home).others[0]) == OTHER
    assert not read("pypi", project, home, {"PIP_CONFIG_FILE": str(home / "named.conf")}).others


def test_pip_reads_no_file_if_told_so(project: Path, home: Path, default: str) -> None:
    put(home / ".pip" / "pip.conf", pip_conf(CORP))
    found = read("pypi", project, home, {"PIP_CONFIG_FILE": os.devnull})
    assert same_place(said(found.lookup), default)


def test_pips_options_of_a_command_and_in_any_writing(project: Path, home: Path) -> None:
    text = f"[global]\nindex_url = {OTHER}\n[install]\n--index-url = {CORP}\n"
    put(home / ".pip" / "pip.conf", text)
    assert said(read("pypi", project, home).lookup) == CORP


def test_pip_that_may_ask_nobody(project: Path, home: Path) -> None:
    put(home / ".pip" / "pip.conf", pip_conf(CORP, "no-index = true\n"))
    assert read("pypi", project, home) == Setup(None, None)


def test_indexes_beside_the_first_are_private(project: Path, home: Path) -> None:
    extra = f"extra-index-url = {OTHER}\n  file:///srv/simple\n  {CORP}\n  /not/a/url\n"
    put(home / ".pip" / "pip.conf", pip_conf(CORP, extra))
    found = read("pypi", project, home)
    assert said(found.lookup) == CORP
    assert [one.url for one in found.others] == [OTHER, "file:///srv/simple"]


def test_the_public_index_says_what_is_public_wherever_it_is_named(
    project: Path, home: Path, default: str
) -> None:
    put(home / ".pip" / "pip.conf", pip_conf(CORP, f"extra-index-url = {default}\n"))
    found = read("pypi", project, home)
    assert same_place(said(found.lookup), default)
    assert [one.url for one in found.others] == [CORP]


def test_credentials_in_an_address_move_into_a_header(project: Path, home: Path) -> None:
    url = "https://me%40corp:p%3Ass@corp.example:8443/simple/"
    found = read("pypi", project, home, {"PIP_INDEX_URL": url})
    assert said(found.lookup) == "https://corp.example:8443/simple/"
    assert secret(found.lookup) == "me@corp:p:ss"
    assert "p:ss" not in repr(found)
    assert "p%3Ass" not in repr(found)
    assert "p%3Ass" not in shown(url)


def test_netrc_gives_credentials_to_its_hosts_alone(project: Path, home: Path) -> None:
    put(home / ".netrc", "machine corp.example login me password s3\ndefault login x password y\n")
    environ = {"PIP_INDEX_URL": CORP, "PIP_EXTRA_INDEX_URL": OTHER}
    found = read("pypi", project, home, environ)
    assert secret(found.lookup) == "me:s3"
    assert secret(found.others[0]) == ""
    put(home / "elsewhere", "machine other.example login you password s4\n")
    found = read("pypi", project, home, {**environ, "NETRC": str(home / "elsewhere")})
    assert secret(found.lookup) == ""
    assert secret(found.others[0]) == "you:s4"


UV = """
[[index]]
name = "corp"
url = "https://corp.example/simple/"
default = true
[[index]]
name = "beside"
url = "https://other.example/simple/"
[[index]]
name = "pinned"
url = "https://pinned.example/simple/"
explicit = true
"""


def test_uvs_indexes(project: Path, home: Path) -> None:
    put(project / "uv.toml", UV)
    environ = {"UV_INDEX_BESIDE_USERNAME": "me", "UV_INDEX_BESIDE_PASSWORD": "s3"}
    found = read("pypi", project, home, environ)
    assert said(found.lookup) == CORP
    assert [one.url for one in found.others] == [OTHER]
    assert secret(found.others[0]) == "me:s3"


def test_uv_in_the_project_and_around_it(project: Path, home: Path) -> None:
    indented = UV.replace("[[index]]", "[[tool.uv.index]]")
    put(project.parent / "pyproject.toml", indented)
    assert said(read("pypi", project, home).lookup) == CORP
    put(project / "pyproject.toml", "[tool.uv]\nindex-url = 'https://near.example/simple'\n")
    assert said(read("pypi", project, home).lookup) == "https://near.example/simple"
    put(project / "uv.toml", "[pip]\nindex-url = 'https://nearer.example/simple'\n")
    assert said(read("pypi", project, home).lookup) == "https://nearer.example/simple"
    environ = {"UV_NO_CONFIG": "1", "PIP_INDEX_URL": OTHER}
    assert said(read("pypi", project, home, environ).lookup) == OTHER


def test_the_order_of_clients(project: Path, home: Path) -> None:
    environ: dict[str, str] = {}
    put(home / ".config" / "uv" / "uv.toml", "index-url = 'https://a.example/simple'\n")
    assert said(read("pypi", project, home).lookup) == "https://a.example/simple"
    put(home / ".pip" / "pip.conf", pip_conf("https://b.example/simple"))
    assert said(read("pypi", project, home).lookup) == "https://b.example/simple"
    poetry = "[[tool.poetry.source]]\nname = 'c'\nurl = 'https://c.example/simple'\n"
    put(project / "pyproject.toml", poetry)
    assert said(read("pypi", project, home).lookup) == "https://c.example/simple"
    put(project / "uv.toml", "index-url = 'https://d.example/simple'\n")
    assert said(read("pypi", project, home).lookup) == "https://d.example/simple"
    environ["UV_INDEX_URL"] = "https://e.example/simple"
    assert said(read("pypi", project, home, environ).lookup) == "https://e.example/simple"
    environ["UV_DEFAULT_INDEX"] = "name=https://f.example/simple?a=b"
    found = read("pypi", project, home, environ)
    assert said(found.lookup) == "https://f.example/simple?a=b"
    hosts = [one.url[8:9] for one in found.others]
    assert hosts == ["d", "c", "b", "a"]


def test_poetrys_sources(project: Path, home: Path) -> None:
    text = ""
    for name, priority in (("corp", ""), ("more", "supplemental"), ("pinned", "explicit")):
        text += f"[[tool.poetry.source]]\nname = '{name}'\nurl = 'https://{name}.example/simple'\n"
        text += f"priority = '{priority}'\n" * bool(priority)
    put(project / "pyproject.toml", text)
    auth = "[http-basic.corp]\nusername = 'me'\npassword = 's3'\n"
    put(home / ".config" / "pypoetry" / "auth.toml", auth)
    environ = {"POETRY_HTTP_BASIC_MORE_USERNAME": "you", "POETRY_HTTP_BASIC_MORE_PASSWORD": "s4"}
    found = read("pypi", project, home, environ)
    assert said(found.lookup) == "https://corp.example/simple"
    assert secret(found.lookup) == "me:s3"
    assert [one.url for one in found.others] == ["https://more.example/simple"]
    assert secret(found.others[0]) == "you:s4"


NPM = "https://npm.example/repo/"


def test_npms_default_is_asked_of_npm_and_lists_nothing(
    project: Path, home: Path, tmp_path: Path
) -> None:
    put(tmp_path / "bin" / "npm", f'#!/bin/sh\n[ "$*" = "config get registry" ] && echo {NPM}\n')
    (tmp_path / "bin" / "npm").chmod(0o755)
    found = read("npm", project, home, {"PATH": str(tmp_path / "bin")})
    assert said(found.lookup) == NPM
    assert found.bulk is None


def test_where_npm_looks_and_in_which_order(project: Path, home: Path, tmp_path: Path) -> None:
    environ = {"npm_config_prefix": str(tmp_path / "prefix")}
    for number, path in enumerate(
        [tmp_path / "prefix" / "etc" / "npmrc", home / ".npmrc", project / ".npmrc"]
    ):
        put(path, f"; a comment\n# another\nregistry = https://npm{number}.example/\n")
        assert said(read("npm", project, home, environ).lookup) == f"https://npm{number}.example/"
    environ["NPM_CONFIG_REGISTRY"] = NPM
    found = read("npm", project, home, environ)
    assert said(found.lookup) == said(found.bulk) == NPM


def test_npms_files_may_be_elsewhere(project: Path, home: Path) -> None:
    put(home / "mine", "registry=https://mine.example/")
    put(home / "global", "@acme:registry=https://acme.example/")
    environ = {
        "npm_config_userconfig": str(home / "mine"),
        "NPM_CONFIG_GLOBALCONFIG": str(home / "global"),
    }
    found = read("npm", project, home, environ)
    assert said(found.lookup) == "https://mine.example/"
    assert found.private == ("@acme/*",)


def test_scopes_with_a_registry_of_their_own_are_private(project: Path, home: Path) -> None:
    text = f"registry={NPM}\n@acme:registry=https://acme.example/\n@same:registry={NPM[:-1]}\n"
    put(project / ".npmrc", text)
    put(home / ".yarnrc.yml", "npmScopes:\n  corp:\n    npmRegistryServer: https://corp.example\n")
    put(project / "bunfig.toml", '[install.scopes]\nbun = { url = "https://bun.example/" }\n')
    assert read("npm", project, home).private == ("@acme/*", "@bun/*", "@corp/*")


def test_npms_credentials_are_those_of_the_address(project: Path, home: Path) -> None:
    put(
        home / ".npmrc",
        f"registry={NPM}\n//npm.example/repo/:_authToken=t0\n//other.example/:_authToken=t1\n",
    )
    assert secret(read("npm", project, home).lookup) == "t0"
    put(home / ".npmrc", f"registry={NPM}\n//npm.example/:_auth={basic_of('me:s3')}\n")
    assert secret(read("npm", project, home).lookup) == "me:s3"
    password = basic_of("s4")
    put(
        home / ".npmrc",
        f"registry={NPM}\n//npm.example/:username=you\n//npm.example/:_password={password}\n",
    )
    assert secret(read("npm", project, home).lookup) == "you:s4"
    put(home / ".npmrc", f"registry={NPM}\n//npm.example.org/:_authToken=t1\n_authToken=t2\n")
    assert secret(read("npm", project, home).lookup) == ""


def test_variables_in_npms_files(project: Path, home: Path) -> None:
    environ = {"HOST": "npm.example", "CLOUD_SECRET": "s3", "NPM_TOKEN": "t0"}
    text = "registry=https://${HOST}/\n//npm.example/:_authToken=${CLOUD_SECRET}\n"
    put(home / ".npmrc", text)
    found = read("npm", project, home, environ)
    assert said(found.lookup) == "https://npm.example/"
    assert secret(found.lookup) == "s3"


def test_a_projects_file_brings_out_no_secret_but_npms(project: Path, home: Path) -> None:
    environ = {"CLOUD_SECRET": "s3", "NPM_TOKEN": "t0"}
    for name, wanted in (("CLOUD_SECRET", "${CLOUD_SECRET}"), ("NPM_TOKEN", "t0")):
        text = f"registry=https://evil.example/\n//evil.example/:_authToken=${{{name}}}\n"
        put(project / ".npmrc", text)
        assert secret(read("npm", project, home, environ).lookup) == wanted


def test_yarn_and_bun_name_a_registry_where_npm_does_not(project: Path, home: Path) -> None:
    put(project / "bunfig.toml", '[install]\nregistry = "https://bun.example/"\n')
    assert said(read("npm", project, home).lookup) == "https://bun.example/"
    put(project / ".yarnrc.yml", "npmRegistryServer: https://yarn.example\nnpmAuthToken: t0\n")
    found = read("npm", project, home)
    assert said(found.lookup) == "https://yarn.example"
    assert secret(found.lookup) == "t0"
    put(project / ".npmrc", f"registry={NPM}\n")
    assert said(read("npm", project, home).lookup) == NPM


MIRROR = """
[source.crates-io]
replace-with = "mirror"
[source.mirror]
registry = "sparse+https://crates.example/index/"
"""


def test_cargos_default_and_a_source_in_its_place(project: Path, home: Path) -> None:
    plain = read("crates", project, home)
    assert said(plain.lookup) == "https://index.crates.io/"
    put(home / ".cargo" / "config.toml", MIRROR)
    assert said(read("crates", project, home).lookup) == "https://crates.example/index/"
    near = MIRROR.replace("crates.example", "near.example")
    put(project.parent / ".cargo" / "config", near)
    found = read("crates", project, home)
    assert said(found.lookup) == "https://near.example/index/"
    assert found.bulk == plain.bulk


def test_cargos_source_may_be_a_registry_with_a_token(project: Path, home: Path) -> None:
    text = '[source.crates-io]\nreplace-with = "corp"\n[registries.corp]\nindex = "sparse+https://corp.example/"\n'
    put(home / "cargo" / "config.toml", text)
    put(home / "cargo" / "credentials.toml", '[registries.corp]\ntoken = "t0"\n')
    environ = {"CARGO_HOME": str(home / "cargo")}
    found = read("crates", project, home, environ)
    assert said(found.lookup) == "https://corp.example/"
    assert found.lookup is not None
    assert found.lookup.headers == {"Authorization": "t0"}
    environ["CARGO_REGISTRIES_CORP_TOKEN"] = "t1"
    lookup = read("crates", project, home, environ).lookup
    assert lookup is not None
    assert lookup.headers == {"Authorization": "t1"}


@pytest.mark.parametrize(
    "place", ['registry = "https://git.example/index"', 'directory = "vendor"']
)
def test_a_source_that_answers_no_question(project: Path, home: Path, place: str) -> None:
    text = f'[source.crates-io]\nreplace-with = "v"\n[source.v]\n{place}\n'
    put(project / ".cargo" / "config.toml", text)
    assert read("crates", project, home).lookup is None


def test_sources_that_replace_one_another_for_ever(project: Path, home: Path) -> None:
    text = '[source.crates-io]\nreplace-with = "v"\n[source.v]\nreplace-with = "crates-io"\n'
    put(project / ".cargo" / "config.toml", text)
    read("crates", project, home)


def test_gos_proxies(project: Path, home: Path) -> None:
    assert said(read("go", project, home).lookup) == "https://proxy.golang.org"
    put(home / ".config" / "go" / "env", "GOPROXY=https://corp.example|direct\nGOPRIVATE=*.corp\n")
    found = read("go", project, home)
    assert said(found.lookup) == "https://corp.example"
    assert found.private == ("*.corp",)
    text = "https://corp.example,https://proxy.golang.org,direct"
    found = read("go", project, home, {"GOPROXY": text})
    assert said(found.lookup) == "https://proxy.golang.org"
    assert [one.url for one in found.others] == ["https://corp.example"]


@pytest.mark.parametrize("value", ["off", "direct", "direct,off", ","])
def test_go_without_a_proxy(project: Path, home: Path, value: str) -> None:
    found = read("go", project, home, {"GOPROXY": value})
    assert found.lookup is None
    assert found.bulk is not None


def test_gos_private_modules(project: Path, home: Path) -> None:
    environ = {
        "GOPRIVATE": "*.corp.example, git.example/team",
        "GONOPROXY": "none",
        "GONOSUMDB": "sum.example",
    }
    found = read("go", project, home, environ)
    assert found.private == ("*.corp.example", "git.example/team", "sum.example")


def test_gos_file_may_be_elsewhere_or_nowhere(project: Path, home: Path) -> None:
    put(home / "env", "GOPROXY=https://corp.example\n")
    found = read("go", project, home, {"GOENV": str(home / "env")})
    assert said(found.lookup) == "https://corp.example"
    put(home / ".config" / "go" / "env", "GOPROXY=https://corp.example\n")
    assert said(read("go", project, home, {"GOENV": "off"}).lookup) == "https://proxy.golang.org"


def test_gems_sources(project: Path, home: Path) -> None:
    assert said(read("rubygems", project, home).lookup) == "https://rubygems.org/"
    put(home / ".gemrc", ":sources:\n- https://gems.example/\n- https://rubygems.org\n")
    found = read("rubygems", project, home)
    assert said(found.lookup) == "https://rubygems.org"
    assert [one.url for one in found.others] == ["https://gems.example/"]
    put(home / "rc", "sources: ['https://me:s3@only.example/']\n")
    found = read("rubygems", project, home, {"GEMRC": str(home / "rc")})
    assert said(found.lookup) == "https://only.example/"
    assert secret(found.lookup) == "me:s3"
    assert not found.others


def test_bundlers_mirror_and_credentials(project: Path, home: Path) -> None:
    mirror = 'BUNDLE_MIRROR__HTTPS://RUBYGEMS__ORG/: "https://my-mirror.example/"\n'
    put(home / ".bundle" / "config", mirror + 'BUNDLE_MY___MIRROR__EXAMPLE: "me:s3"\n')
    found = read("rubygems", project, home)
    assert said(found.lookup) == said(found.bulk) == "https://my-mirror.example/"
    assert secret(found.lookup) == "me:s3"
    environ = {"BUNDLE_MIRROR__HTTPS://RUBYGEMS__ORG/": "https://env.example/"}
    assert said(read("rubygems", project, home, environ).lookup) == "https://env.example/"
    put(project / ".bundle" / "config", "---\nBUNDLE_MIRROR__ALL: https://all.example\n")
    assert said(read("rubygems", project, home, environ).lookup) == "https://env.example/"


def settings(*parts: str) -> str:
    return f'<settings xmlns="http://maven.apache.org/SETTINGS/1.0.0">{"".join(parts)}</settings>'


MVN_MIRROR = """<mirrors><mirror><id>corp</id><mirrorOf>{}</mirrorOf>
<url>https://corp.example/maven</url></mirror></mirrors>"""
SERVER = """<servers><server><id>corp</id><username>me</username><password>{}</password></server>
</servers>"""


@pytest.mark.parametrize(
    ("mirror_of", "is_central"),
    [
        ("central", True),
        ("*", True),
        ("external:*", True),
        ("*,!central", False),
        ("!central, *", False),
        ("other", False),
        ("other,central", True),
    ],
)
def test_mavens_mirrors(project: Path, home: Path, mirror_of: str, is_central: bool) -> None:
    put(home / ".m2" / "settings.xml", settings(MVN_MIRROR.format(mirror_of)))
    url = said(read("maven", project, home).lookup)
    assert (url == "https://corp.example/maven") == is_central


def test_mavens_credentials(project: Path, home: Path) -> None:
    mirror = MVN_MIRROR.format("*")
    put(home / ".m2" / "settings.xml", settings(mirror, SERVER.format("${env.MVN_PASSWORD}")))
    found = read("maven", project, home, {"MVN_PASSWORD": "s3"})
    assert secret(found.lookup) == "me:s3"
    put(home / ".m2" / "settings.xml", settings(mirror, SERVER.format("{encrypted=}")))
    assert secret(read("maven", project, home).lookup) == ""


def test_mavens_other_repositories_are_private(project: Path, home: Path) -> None:
    repository = "<repositories><repository><id>{0}</id><url>https://{0}.example/</url></repository></repositories>"
    put(project / "pom.xml", f"<project>{repository.format('pom')}</project>")
    profiles = f"""<profiles><profile><id>on</id>{repository.format("on")}</profile>
    <profile><id>off</id>{repository.format("off")}</profile>
    <profile><id>d</id><activation><activeByDefault>true</activeByDefault></activation>
    {repository.format("default")}</profile></profiles>
    <activeProfiles><activeProfile>on</activeProfile></activeProfiles>"""
    put(home / ".m2" / "settings.xml", settings(profiles))
    found = read("maven", project, home)
    assert said(found.lookup) == "https://repo.maven.apache.org/maven2/"
    hosts = sorted(one.url for one in found.others)
    assert hosts == ["https://default.example/", "https://on.example/", "https://pom.example/"]


def test_mavens_settings_of_the_machine(project: Path, home: Path, tmp_path: Path) -> None:
    put(tmp_path / "mvn" / "conf" / "settings.xml", settings(MVN_MIRROR.format("central")))
    environ = {"MAVEN_HOME": str(tmp_path / "mvn")}
    assert said(read("maven", project, home, environ).lookup) == "https://corp.example/maven"


NUGET = """<configuration><packageSources>{}
<add key="My Feed" value="https://feed.example/v3/index.json"/>
<add key="folder" value="./packages"/></packageSources>
<packageSourceCredentials><My_x0020_Feed><add key="Username" value="me"/>
<add key="ClearTextPassword" value="%NUGET_SECRET%"/></My_x0020_Feed></packageSourceCredentials>
{}</configuration>"""
NUGET_ORG = "https://api.nuget.org/v3/index.json"


def test_nugets_sources(project: Path, home: Path) -> None:
    put(project.parent / "NuGet.Config", NUGET.format("", ""))
    found = read("nuget", project, home, {"NUGET_SECRET": "s3"})
    assert said(found.lookup) == said(found.bulk) == NUGET_ORG
    assert [one.url for one in found.others] == ["https://feed.example/v3/index.json"]
    assert secret(found.others[0]) == "me:s3"


def test_nugets_sources_may_be_cleared_and_switched_off(project: Path, home: Path) -> None:
    put(project / "nuget.config", NUGET.format("<clear/>", ""))
    found = read("nuget", project, home)
    assert said(found.lookup) == "https://feed.example/v3/index.json"
    assert not found.others
    off = '<disabledPackageSources><add key="My Feed" value="true"/></disabledPackageSources>'
    put(project / "nuget.config", NUGET.format("", off))
    assert not read("nuget", project, home).others


def test_nugets_files_from_near_to_far(project: Path, home: Path) -> None:
    add = '<configuration><packageSources><add key="corp" value="https://{}.example/"/></packageSources></configuration>'
    for number, path in enumerate(
        [
            home / ".nuget" / "NuGet" / "NuGet.Config",
            project.parent / "NuGet.config",
            project / "nuget.config",
        ]
    ):
        put(path, add.format(f"feed{number}"))
        found = read("nuget", project, home)
        assert said(found.lookup) == f"https://feed{number}.example/"
        assert not found.others


def test_nugets_mapped_patterns_are_private(project: Path, home: Path) -> None:
    mapping = """<packageSourceMapping>
    <packageSource key="nuget.org"><package pattern="*"/><package pattern="Shared.*"/>
    </packageSource>
    <packageSource key="My Feed"><package pattern="Contoso.*"/><package pattern="shared.*"/>
    <package pattern="*"/></packageSource></packageSourceMapping>"""
    put(project / "nuget.config", NUGET.format("", mapping))
    assert read("nuget", project, home).private == ("contoso.*",)


def test_a_projects_nuget_file_brings_out_no_other_secret(project: Path, home: Path) -> None:
    text = NUGET.format("", "").replace("%NUGET_SECRET%", "%CLOUD_SECRET%")
    put(project / "nuget.config", text)
    found = read("nuget", project, home, {"CLOUD_SECRET": "s3"})
    assert secret(found.others[0]) == "me:%CLOUD_SECRET%"


def test_composers_repositories(project: Path, home: Path) -> None:
    assert said(read("packagist", project, home).lookup) == "https://repo.packagist.org/"
    put(
        project / "composer.json",
        """{"repositories": [{"type": "composer", "url": "https://satis.example",
        "only": ["acme/*"]}, {"type": "vcs", "url": "https://git.example/x"},
        {"type": "path", "url": "../x"}]}""",
    )
    found = read("packagist", project, home)
    assert said(found.lookup) == "https://repo.packagist.org/"
    assert [one.url for one in found.others] == ["https://satis.example"]
    assert found.private == ("acme/*",)


def test_composers_public_repository_may_be_replaced_or_forbidden(
    project: Path, home: Path
) -> None:
    text = '{"repositories": {"packagist.org": {"type": "composer", "url": "https://m.example"}}}'
    put(home / "composer" / "config.json", text)
    environ = {"COMPOSER_HOME": str(home / "composer")}
    assert said(read("packagist", project, home, environ).lookup) == "https://m.example"
    text = '{"repositories": [{"packagist.org": false}, {"type": "composer", "url": "https://s.example"}]}'
    put(project / "composer.json", text)
    found = read("packagist", project, home)
    assert said(found.lookup) == "https://s.example"
    assert not found.others
    put(project / "composer.json", '{"repositories": {"packagist.org": false}}')
    assert read("packagist", project, home) == Setup(None, None)


def test_composers_credentials(project: Path, home: Path) -> None:
    text = '{"repositories": [{"type": "composer", "url": "https://s.example:8080/x"}]}'
    put(project / "composer.json", text)
    auth = '{"http-basic": {"s.example:8080": {"username": "me", "password": "s3"}}}'
    put(home / ".composer" / "auth.json", auth)
    assert secret(read("packagist", project, home).others[0]) == "me:s3"
    environ = {"COMPOSER_AUTH": '{"bearer": {"s.example:8080": "t0"}}'}
    assert secret(read("packagist", project, home, environ).others[0]) == "t0"


APT = """#!/bin/sh
case "$*" in
  *--no-release-info*) echo "$SOURCES";;
  *) echo "$LISTS";;
esac
"""


def test_apt_says_where_its_lists_are(project: Path, home: Path, tmp_path: Path) -> None:
    put(tmp_path / "bin" / "apt-get", APT)
    (tmp_path / "bin" / "apt-get").chmod(0o755)
    environ = {"PATH": f"{tmp_path / 'bin'}:/bin:/usr/bin"}
    assert read("apt", project, home, environ) == Setup(None, None)
    environ["SOURCES"] = "https://archive.example/Packages"
    assert said(read("apt", project, home, environ).bulk) == "apt:sources"
    environ["LISTS"] = "/var/lib/x_Packages"
    found = read("apt", project, home, environ)
    assert said(found.bulk) == "apt:lists"
    assert found.lookup is None


LOOKUPS = {
    ("pypi", "flask-login"): "https://b.example/x/flask-login/",
    ("npm", "left-pad"): "https://b.example/x/left-pad",
    ("npm", "@acme/tool"): "https://b.example/x/@acme%2Ftool",
    ("crates", "a"): "https://b.example/x/1/a",
    ("crates", "ab"): "https://b.example/x/2/ab",
    ("crates", "abc"): "https://b.example/x/3/a/abc",
    ("crates", "serde"): "https://b.example/x/se/rd/serde",
    ("go", "github.com/Azure/sdk"): "https://b.example/x/github.com/!azure/sdk/@latest",
    ("rubygems", "rails"): "https://b.example/x/info/rails",
    (
        "maven",
        "org.apache:commons-io",
    ): "https://b.example/x/org/apache/commons-io/maven-metadata.xml",
    ("nuget", "newtonsoft.json"): "https://b.example/x/newtonsoft.json/index.json",
    ("packagist", "symfony/http-kernel"): "https://b.example/x/p2/symfony/http-kernel.json",
}


@pytest.mark.parametrize(("case", "url"), LOOKUPS.items(), ids=lambda case: str(case)[:40])
def test_the_address_of_a_single_name(case: tuple[str, str], url: str) -> None:
    name, package = case
    for base in ("https://b.example/x", "https://b.example/x/"):
        assert ecosystem(name).registry.lookup(base, package) == url


def test_a_crate_is_asked_for_in_each_spelling() -> None:
    spellings = ecosystem("crates").registry.spellings
    assert spellings("serde") == ("serde",)
    assert spellings("serde-json") == ("serde-json", "serde_json")
    found = spellings("a-b-c")
    assert set(found) == {"a-b-c", "a_b_c", "a-b_c", "a_b-c"}
    assert found[:2] == ("a-b-c", "a_b_c")
    assert len(spellings("-".join("abcdefghijklmnop"))) == 64
    assert ecosystem("pypi").registry.spellings("serde-json") == ("serde-json",)
