"""PyPI: the packages of Python."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from unghost.ecosystems.base import Asking, Ecosystem, Hook, Inclusion, Manifest, Prose, Starter
from unghost.ecosystems.project import Environments, Included, Installed
from unghost.ecosystems.pypi.clues import CLUES
from unghost.ecosystems.pypi.code import read_nox, read_setup
from unghost.ecosystems.pypi.commands import COMMANDS
from unghost.ecosystems.pypi.ini import read_setup_cfg, read_tox
from unghost.ecosystems.pypi.languages import (
    CLAIMS,
    LANGUAGES,
    importable,
    of_version,
    own_module,
    was_builtin,
)
from unghost.ecosystems.pypi.locks import (
    read_pdm_lock,
    read_pipfile_lock,
    read_poetry_lock,
    read_pylock,
    read_uv_lock,
)
from unghost.ecosystems.pypi.manifests import read_component, read_environment, read_pipfile
from unghost.ecosystems.pypi.names import candidates, canonical, is_builtin, is_valid
from unghost.ecosystems.pypi.providers import Providers, likely_providers
from unghost.ecosystems.pypi.pyproject import read_pyproject, read_tool
from unghost.ecosystems.pypi.requirements import read_requirements

if TYPE_CHECKING:
    from unghost.ecosystems.registry import RegistrySpec

_PATTERNS = (
    "requirements*.txt",
    "requirements*.in",
    "*requirements.txt",
    "*requirements.in",
    "constraints*.txt",
    "constraints*.in",
    "*constraints.txt",
    "requirements/*.txt",
    "requirements/*.in",
    "requirements/*/*.txt",
    "requirements/*/*.in",
)
_REQUIREMENTS = Manifest(
    _PATTERNS,
    read_requirements,
    tags="requirements requirements.txt pip-requirements",
    fences="ini python",
)
_CODE = "python py python3"
_INCLUDING = re.compile(rb"-\0{0,3}(?:[UIqvh]\0{0,3}){0,9}r|\bsync\b|--with-req")
"""Bytes that a text has, of one or two a character, if it may name files to read."""
_INCLUDING_BY_FILE = ("pyproject.toml", "setup.cfg")
_LIST = (b",", b"==", b"[", b"`", b"*", b";", b":", b")", b".\n", b". ")
_SHELL = (b"==", b">", b"<", b"~=", b"!=", b"[", b"@", b"'", b'"', b"`")


def _load_registry() -> RegistrySpec:
    # Only pulling and asking need it, and it takes long to import.
    from unghost.ecosystems.pypi.registry import REGISTRY

    return REGISTRY


def _may_include(data: bytes, path: str) -> bool:
    by_file = path.endswith(_INCLUDING_BY_FILE) and b"file" in data
    return by_file or _INCLUDING.search(data) is not None


def _find_included(text: str, path: str, is_list: bool, is_manifest: bool) -> Included:
    # Few files include any.
    from unghost.ecosystems.pypi.included import find_included

    return find_included(text, path, is_list, is_manifest)


def _is_environment(names: Container[str]) -> bool:
    return "pyvenv.cfg" in names and ("bin" in names or "Scripts" in names)


def _installed(
    root: Path, environ: Mapping[str, str], is_made_here: Callable[[str], bool]
) -> Installed | None:
    # What reads metadata takes long to import.
    from unghost.ecosystems.pypi.installed import installed_for

    return installed_for(root, environ, is_made_here)


def _is_name_in_prose(name: str) -> bool:
    # With two dots it is rather a module inside of a package, and with this beginning a
    # distribution of Linux.
    return name.count(".") < 2 and not name.lower().startswith("python3-")


def _doubt(name: str) -> str:
    is_linux = name.startswith("python")
    return "distributions of Linux give such names" if is_linux else ""


_CONDA = (Starter(("run",), frozenset({"-n", "-p", "--name", "--prefix", "--cwd"})),)
_UV_RUN = "--with --with-editable --with-requirements -p --python --extra"

ECOSYSTEM = Ecosystem(
    name="pypi",
    title="PyPI",
    asking=Asking(
        "Python packages", language="Python", install="pip install", manifest="requirements.txt"
    ),
    canonical=canonical,
    is_valid=is_valid,
    load_registry=_load_registry,
    commands=COMMANDS,
    starters={
        "uv": (Starter(("run",), frozenset(_UV_RUN.split())),),
        **dict.fromkeys(("conda", "mamba", "micromamba"), _CONDA),
        **dict.fromkeys(("poetry", "pipenv", "pdm", "rye", "hatch"), (Starter(("run",)),)),
    },
    aliases={"sys.executable": "python"},
    manifests=(
        _REQUIREMENTS,
        Manifest(("pyproject.toml",), read_pyproject, root=True),
        Manifest(("uv.toml",), partial(read_tool, "uv")),
        Manifest(("hatch.toml",), partial(read_tool, "hatch")),
        Manifest(("tox.toml",), partial(read_tool, "tox")),
        Manifest(("setup.cfg",), read_setup_cfg),
        Manifest(("tox.ini",), read_tox),
        Manifest(("setup.py",), read_setup, fences=_CODE, also="code"),
        Manifest(("noxfile.py",), read_nox, fences=_CODE, also="code"),
        Manifest(("Pipfile",), read_pipfile, comment="# "),
        Manifest(("environment*.yml", "environment*.yaml"), read_environment),
        Manifest(("manifest.json",), read_component),
        Manifest(("Pipfile.lock",), read_pipfile_lock, lock=True),
        Manifest(("poetry.lock",), read_poetry_lock, lock=True),
        Manifest(("uv.lock",), read_uv_lock, lock=True),
        Manifest(("pdm.lock",), read_pdm_lock, lock=True),
        Manifest(("pylock.toml", "pylock.*.toml"), read_pylock, lock=True),
    ),
    clues=CLUES,
    languages=LANGUAGES,
    is_builtin=is_builtin,
    of_version=of_version,
    was_builtin=was_builtin,
    candidates=candidates,
    providers=likely_providers,
    among=lambda names: Providers(names).of,
    importable=importable,
    own_module=own_module,
    claims=CLAIMS,
    environments=Environments(
        frozenset({"site-packages", ".tox", ".nox"}), _is_environment, _installed
    ),
    inclusion=Inclusion(_REQUIREMENTS, _may_include, _find_included),
    prose=Prose(
        hints="pypi pip pip3 python python3 requirements.txt",
        topic="python",
        others="conda mamba",
        is_name=_is_name_in_prose,
        of_modules=True,
        doubt=_doubt,
    ),
    hook=Hook("python", default=True),
    affixes=("py", "python"),
    separators=b"-_.",
    folds_case=True,
    terminators={
        "list": _LIST,
        "prose": (*_LIST, b"?", b"!", b"'", b'"'),
        "install": (*_SHELL, b";", b"&", b"|", b")"),
        "manifest": (*_SHELL, b";", b",", b"#"),
        "import": (b",", b".", b";", b"#", b"`"),
    },
)
