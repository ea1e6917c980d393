"""Commands that install from PyPI: of pip, uv, Poetry, PDM, Rye, pipx, Pipenv and setuptools.

Flags are those of the tools' own ``--help``, found: pip 25, uv 0.9, Poetry 2, PDM 2, Rye 0.44,
pipx 1.7, Pipenv 2025.
"""

from __future__ import annotations

import re

from unghost.ecosystems.base import Command, Reference
from unghost.ecosystems.pypi.names import LONGEST
from unghost.records import Origin

_SUFFIXES = ".whl .zip .tar.gz .tar.bz2 .tgz .egg .txt .toml .cfg .in .yml .yaml .lock"
_FILES = tuple(_SUFFIXES.split())
_OPERATORS = ("==", ">=", "<=", "~=", "!=", ">", "<")
_REPOSITORIES = ("git+", "hg+", "svn+", "bzr+")
_LONGEST = 1000
_DEEPEST = 20
"""Brackets of a marker; what reads it goes down into each."""
_ONE = r"(?:(?:[<>]=?|[=!]=) ?[0-9]+(?:\.[0-9]+)*|~= ?[0-9]+(?:\.[0-9]+)+)"
_VARIABLES = "python_version|python_full_version|sys_platform|platform_system|os_name|extra"
_MARK = rf"(?:{_VARIABLES}) ?(?:[<>]=?|[=!]=) ?(?:'[A-Za-z0-9._-]*'|\"[A-Za-z0-9._-]*\")"
_PLAIN = re.compile(
    rf"(?:\[[A-Za-z0-9]+(?:[-_.,][A-Za-z0-9]+)*\])? ?(?P<version>(?:{_ONE}(?:, ?{_ONE})*)?)"
    rf"(?: ?; ?{_MARK}(?: (?:and|or) {_MARK})*)?"
)
"""After a name: extras, versions and a marker as most requirements have them."""


def read_requirement(text: str) -> Reference | None:
    """Read a requirement: a name, its extras, version, address and marker (PEP 508).

    ``name@1.2``, as Poetry and uvx pin a version, is read too.

    Returns:
        None for paths, addresses without a name, and anything else that is not a requirement.
    """
    if len(text) > _LONGEST or text.count("(") > _DEEPEST:
        return None
    begin = len(text) - len(text.lstrip())
    name = _leading_name(text, begin)
    if not name or _is_file(text.partition(";")[0].strip()) or not _has_letter(name):
        return None
    if len(name) == len(text):
        return Reference(0, len(name), name)
    plain = _PLAIN.fullmatch(text, begin + len(name))
    if plain is not None:
        version = ",".join(sorted(plain["version"].replace(" ", "").split(","))) or None
        return Reference(begin, begin + len(name), name, version)
    # Whoever has plain requirements alone need not wait until this is imported.
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        requirement = Requirement(text.strip())
    except InvalidRequirement:
        return None
    if requirement.name != name:
        return None
    version, origin = str(requirement.specifier) or None, _origin(requirement.url or "")
    if requirement.url and origin == "registry":
        version = requirement.url
    return Reference(begin, begin + len(name), name, version, origin)


def read_argument(text: str) -> Reference | None:
    """Read an argument of an install command.

    It may have a version that only the shell knows (``name==$VERSION``), or be the address of
    a repository that says its name (``git+https://..#egg=name``).
    """
    found = read_requirement(text)
    if found is not None or len(text) > _LONGEST:
        return found
    if text.startswith(_REPOSITORIES) or "://" in text:
        return _read_egg(text)
    name = _leading_name(text, 0)
    tail = text[len(name) :]
    if tail.startswith("["):
        tail = tail.partition("]")[2]
    versioned = tail.startswith(_OPERATORS) or (tail[:1] == "=" and tail[1:2].isdigit())
    pinned = tail.startswith("@") and "/" not in tail and len(tail) > 1
    if not name or not (versioned or pinned) or not _has_letter(name):
        return None
    return Reference(0, len(name), name)


def _read_tool(text: str) -> Reference | None:
    """Read what is run as a tool, which may as well be a script in a file."""
    return None if text.endswith(".py") else read_argument(text)


def _read_egg(text: str) -> Reference | None:
    begin = text.find("#egg=") + len("#egg=")
    name = _leading_name(text, begin) if begin >= len("#egg=") else ""
    if not name or not _has_letter(name):
        return None
    return Reference(begin, begin + len(name), name, None, _origin(text))


def _origin(address: str) -> Origin:
    if address.startswith(_REPOSITORIES):
        return "git"
    if "://" in address and not address.startswith("file:"):
        return "url"
    return "path" if "/" in address or "\\" in address or address[:1] == "." else "registry"


def _is_file(text: str) -> bool:
    return text.lower().endswith(_FILES) and "@" not in text


def _has_letter(name: str) -> bool:
    # The grammar lets numbers pass, which are a version that stands apart.
    return any(char.isalpha() for char in name)


def _leading_name(text: str, begin: int) -> str:
    end = begin
    while end < len(text) and (text[end] in "-_." or (text[end].isascii() and text[end].isalnum())):
        end += 1
    name = text[begin:end].rstrip("-_.")
    return name if name[:1].isalnum() and len(name) <= LONGEST else ""


def _flags(text: str) -> frozenset[str]:
    return frozenset(text.split())


_INDEXES = _flags("-i --index-url --index --default-index --source")
_PIP = _flags(
    "--extra-index-url -r --requirement -c --constraint -e --editable -f --find-links -t --target"
    " --prefix --root --src --upgrade-strategy --platform --abi --python-version --implementation"
    " --progress-bar"
    " --proxy --timeout --retries --cert --client-cert --log --cache-dir --trusted-host -C"
    " --config-settings --config-setting --global-option --build-option --no-binary --only-binary"
    " --report --exists-action --keyring-provider --use-feature --use-deprecated --python -d --dest"
    " -w --wheel-dir --build-constraint --group --root-user-action -W -X --path -o --output"
)
_UV = _PIP | _flags(
    "-p --extra --optional --script --tag --rev --branch --package --bounds --resolution"
    " --prerelease --exclude-newer --index-strategy --fork-strategy --link-mode -P"
    " --upgrade-package --reinstall-package --refresh-package --with-requirements --with-editable"
    " --overrides --override --excludes --env-file --directory --project --config-file --color"
    " --allow-insecure-host --build-constraints --constraints --requirements --marker -m --module"
    " --no-build-isolation-package --no-build-package --no-binary-package --torch-backend"
)
_POETRY = _flags("-G --group -E --extras --python --platform --markers -C --directory -P")
_PROJECT = _flags("-p --project -G --group -e --editable --features --path --git --url")
_PIPX = _flags("--suffix --python --backend --fetch-missing-python --pip-args --app")
_PIPENV = _flags("--python --categories --extra-pip-args -r --requirements -e --pypi-mirror")
_WITH = _flags("--with -w")


def _command(
    programs: str,
    forms: str,
    valued: frozenset[str],
    naming: frozenset[str] = frozenset(),
    *,
    once: bool = False,
    arguments: bool = True,
) -> Command:
    """Declare a command, its forms separated by commas."""
    return Command(
        programs=tuple(programs.split()),
        forms=tuple(tuple(form.split()) for form in forms.split(",")),
        read=_read_tool if once else read_argument,
        valued=valued - naming,
        naming=naming,
        instead=_flags("--from --spec") if once else frozenset(),
        elsewhere=_INDEXES,
        once=once,
        arguments=arguments,
    )


COMMANDS: tuple[Command, ...] = (
    _command("pip", "install,download,wheel,lock", _PIP),
    _command(
        "python py pypy ipython pythonw",
        "-m pip install,-mpip install,-m pip download,-m pip wheel,-m easy_install",
        _PIP,
    ),
    _command("python py", "-m uv add,-m uv pip install,-m uv tool install", _UV, _WITH),
    _command("python py", "-m pipx install,-m pipx inject *", _PIPX, _flags("--preinstall")),
    _command("python py", "-m pipx run", _PIPX, once=True),
    _command("python py", "-m pipenv install", _PIPENV),
    _command("uv", "pip install,add", _UV),
    _command("uv", "tool install", _UV, _WITH),
    _command("uv", "tool run", _UV, _WITH, once=True),
    _command("uvx", "", _UV, _WITH, once=True),
    _command("uv", "run", _UV, _WITH, arguments=False),
    _command("poetry", "add,self add", _POETRY),
    _command("pdm", "add", _PROJECT),
    _command("rye", "add,install,tools install", _PROJECT),
    _command("pipx", "install,inject *,runpip * install", _PIPX, _flags("--preinstall")),
    _command("pipx", "run", _PIPX, once=True),
    _command("pipenv", "install", _PIPENV),
    _command("easy_install", "", _PIP),
)
"""All forms in which a command names packages of PyPI; conda and mamba have names of their own."""
