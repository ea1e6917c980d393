"""The registries that npm, Yarn and Bun are set to.

Source: npm's documentation of its configuration files and of scopes, Yarn's of ``.yarnrc.yml``,
Bun's of ``bunfig.toml``; found. The environment goes before the project, the project before the
user, the user before the machine.
"""

from __future__ import annotations

import shutil
import subprocess
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from unghost.registries import files
from unghost.registries.address import Address, Credentials, basic, bearer, same_place
from unghost.registries.files import expander

_PATIENCE = 15.0
_REGISTRY = ":registry"


@dataclass(frozen=True, slots=True)
class NpmRegistries:
    """The registry that is set, if one is, and scopes with a registry of their own."""

    main: Address | None
    scopes: Mapping[str, Address]

    def private(self, main: Address | None) -> tuple[str, ...]:
        """Return patterns of the names that are never asked of the main registry."""
        apart = (
            scope
            for scope, address in self.scopes.items()
            if main is None or not same_place(address.url, main.url)
        )
        return tuple(f"{scope}/*" for scope in sorted(apart))


def npm_registries(
    environ: Mapping[str, str], project: Path, home: Path, known: Credentials
) -> NpmRegistries:
    """Read the settings of npm, and of Yarn and Bun where npm has none."""
    values, places = _npm_settings(environ, project, home)
    found = [_of_npm(values, places, known), *_of_yarn(environ, project, home, known)]
    found += _of_bun(environ, project, home, known)
    main = next((one.main for one in found if one.main is not None), None)
    scopes: dict[str, Address] = {}
    for one in reversed(found):
        scopes.update(one.scopes)
    return NpmRegistries(main, scopes)


def npm_default(environ: Mapping[str, str], home: Path, known: Credentials) -> Address | None:
    """Return the registry that npm uses by default, by asking npm; None without npm.

    It is asked in the user's folder, so that nothing of a project has a say.
    """
    program = shutil.which("npm", path=environ.get("PATH", ""))
    if program is None:
        return None
    try:
        done = subprocess.run(
            [program, "config", "get", "registry"],
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            cwd=home,
            env={**environ, "HOME": str(home)},
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return known.address(done.stdout, "npm's default") if done.returncode == 0 else None


def _npm_settings(
    environ: Mapping[str, str], project: Path, home: Path
) -> tuple[dict[str, str], dict[str, str]]:
    values: dict[str, str] = {}
    places: dict[str, str] = {}
    variables = {
        key[len("npm_config_") :]: value
        for key, value in environ.items()
        if key.lower().startswith("npm_config_") and value
    }
    of_lower = {key.lower().replace("_", "-"): value for key, value in variables.items()}
    for path in _npm_files(environ, project, home, of_lower):
        mine = path.parent == project
        expand = expander(environ, "${", "}", _is_npms if mine else None)
        for key, value in files.settings(files.read_text(path) or "", "#;["):
            name, text = expand(_unquoted(key)), expand(_unquoted(value))
            values[name], places[name] = text, str(path)
    for key, value in variables.items():
        name = key if key.startswith("//") else key.lower().replace("_", "-")
        values[name], places[name] = value, f"npm_config_{key}"
    return values, places


def _npm_files(
    environ: Mapping[str, str], project: Path, home: Path, variables: Mapping[str, str]
) -> Iterator[Path]:
    """Return npm's files, the least important first."""
    if variables.get("globalconfig"):
        yield Path(variables["globalconfig"])
    else:
        prefix = variables.get("prefix") or environ.get("PREFIX")
        node = shutil.which("node", path=environ.get("PATH", ""))
        if not prefix and node:
            prefix = str(Path(node).parent.parent)
        if prefix:
            yield Path(prefix) / "etc" / "npmrc"
    yield Path(variables.get("userconfig") or home / ".npmrc")
    yield project / ".npmrc"


def _of_npm(
    values: Mapping[str, str], places: Mapping[str, str], known: Credentials
) -> NpmRegistries:
    def address(key: str) -> Address | None:
        url = values[key]
        return known.address(url, places[key], _npm_headers(values, url))

    scopes = {}
    for key in values:
        if key.startswith("@") and key.endswith(_REGISTRY):
            found = address(key)
            if found is not None:
                scopes[key.removesuffix(_REGISTRY)] = found
    return NpmRegistries(address("registry") if "registry" in values else None, scopes)


def _npm_headers(values: Mapping[str, str], url: str) -> dict[str, str] | None:
    """Find the credentials of an address: those of the longest part of it that has some."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    host, elements = parts.netloc.rpartition("@")[2], parts.path.strip("/").split("/")
    for count in range(len(elements), -1, -1):
        bare = "//" + "/".join([host, *filter(None, elements[:count])])
        for place in (f"{bare}/", bare):
            for name, header in _NPM_SECRETS.items():
                if values.get(f"{place}:{name}"):
                    return header(values, place)
    return None


def _password(values: Mapping[str, str], place: str) -> dict[str, str] | None:
    try:
        password = b64decode(values[f"{place}:_password"]).decode()
    except (NotBase64, ValueError):
        return None
    return basic(values.get(f"{place}:username", ""), password)


_NPM_SECRETS: dict[str, Callable[[Mapping[str, str], str], dict[str, str] | None]] = {
    "_authToken": lambda values, place: bearer(values[f"{place}:_authToken"]),
    "_auth": lambda values, place: {"Authorization": f"Basic {values[f'{place}:_auth']}"},
    "_password": _password,
}


def _of_yarn(
    environ: Mapping[str, str], project: Path, home: Path, known: Credentials
) -> Iterator[NpmRegistries]:
    variable = environ.get("YARN_NPM_REGISTRY_SERVER", "")
    token = environ.get("YARN_NPM_AUTH_TOKEN")
    headers = bearer(token) if token else None
    yield NpmRegistries(known.address(variable, "YARN_NPM_REGISTRY_SERVER", headers), {})
    for folder in (project, home):
        expand = expander(environ, "${", "}", _is_npms if folder == project else None)
        path = folder / ".yarnrc.yml"
        values = files.read_yaml(path)
        main = _entry(values, "npmRegistryServer", "npmAuthToken", expand, str(path), known)
        scopes = {}
        for name, entry in files.table(values, "npmScopes").items():
            key = "npmRegistryServer"
            found = _entry(files.table(entry), key, "npmAuthToken", expand, str(path), known)
            if found is not None:
                scopes[f"@{name}"] = found
        yield NpmRegistries(main, scopes)


def _of_bun(
    environ: Mapping[str, str], project: Path, home: Path, known: Credentials
) -> Iterator[NpmRegistries]:
    user = Path(environ.get("XDG_CONFIG_HOME") or home) / ".bunfig.toml"
    for path in (project / "bunfig.toml", user):
        expand = _bun_expander(environ, path.parent == project)
        install = files.table(files.read_toml(path), "install")
        main = _bun_entry(install.get("registry"), expand, str(path), known)
        scopes = {}
        for name, value in files.table(install, "scopes").items():
            found = _bun_entry(value, expand, str(path), known)
            if found is not None:
                scopes[f"@{name.removeprefix('@')}"] = found
        yield NpmRegistries(main, scopes)


def _bun_expander(environ: Mapping[str, str], projects: bool) -> Callable[[str], str]:
    def expand(text: str) -> str:
        name = text.removeprefix("$")
        if name == text or (projects and not _is_npms(name)):
            return text
        return environ.get(name, text)

    return expand


def _bun_entry(
    value: Any, expand: Callable[[str], str], place: str, known: Credentials
) -> Address | None:
    entry = {"url": value} if isinstance(value, str) else files.table(value)
    return _entry(entry, "url", "token", expand, place, known)


def _entry(
    values: Mapping[str, Any],
    url: str,
    token: str,
    expand: Callable[[str], str],
    place: str,
    known: Credentials,
) -> Address | None:
    secret = expand(files.text_of(values.get(token)))
    headers = bearer(secret) if secret else None
    return known.address(expand(files.text_of(values.get(url))), place, headers)


def _is_npms(variable: str) -> bool:
    return "NPM" in variable.upper() or variable == "NODE_AUTH_TOKEN"


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    return text
