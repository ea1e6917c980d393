"""PyPI: the packages of Python."""

from __future__ import annotations

from functools import partial

from unghost.ecosystems.base import Ecosystem, Manifest, Registry
from unghost.ecosystems.pypi.code import read_nox, read_setup
from unghost.ecosystems.pypi.commands import COMMANDS
from unghost.ecosystems.pypi.ini import read_setup_cfg, read_tox
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

_REQUIREMENTS = (
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
_LIST = (b",", b"==", b"[", b"`", b"*", b";", b":", b")", b".\n", b". ")
_SHELL = (b"==", b">", b"<", b"~=", b"!=", b"[", b"@", b"'", b'"', b"`")


def _load_registry() -> Registry:
    # Only pulling and asking need it, and it takes long to import.
    from unghost.ecosystems.pypi.registry import REGISTRY

    return REGISTRY


ECOSYSTEM = Ecosystem(
    name="pypi",
    title="PyPI",
    canonical=canonical,
    is_valid=is_valid,
    load_registry=_load_registry,
    commands=COMMANDS,
    manifests=(
        Manifest(_REQUIREMENTS, read_requirements),
        Manifest(("pyproject.toml",), read_pyproject),
        Manifest(("uv.toml",), partial(read_tool, "uv")),
        Manifest(("hatch.toml",), partial(read_tool, "hatch")),
        Manifest(("tox.toml",), partial(read_tool, "tox")),
        Manifest(("setup.cfg",), read_setup_cfg),
        Manifest(("tox.ini",), read_tox),
        Manifest(("setup.py",), read_setup),
        Manifest(("noxfile.py",), read_nox),
        Manifest(("Pipfile",), read_pipfile),
        Manifest(("environment*.yml", "environment*.yaml"), read_environment),
        Manifest(("manifest.json",), read_component),
        Manifest(("Pipfile.lock",), read_pipfile_lock, lock=True),
        Manifest(("poetry.lock",), read_poetry_lock, lock=True),
        Manifest(("uv.lock",), read_uv_lock, lock=True),
        Manifest(("pdm.lock",), read_pdm_lock, lock=True),
        Manifest(("pylock.toml", "pylock.*.toml"), read_pylock, lock=True),
    ),
    languages=("python",),
    is_builtin=is_builtin,
    candidates=candidates,
    providers=likely_providers,
    among=lambda names: Providers(names).of,
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
