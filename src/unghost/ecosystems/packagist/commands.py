"""Commands of Composer that fetch packages.

Source: the command-line reference of Composer, found.
"""

from __future__ import annotations

from unghost.ecosystems.base import Command, Reference
from unghost.ecosystems.packagist.names import is_valid

_VALUED = frozenset({
    "-d", "--apcu-autoloader-prefix", "--ignore-platform-req", "--stability", "--with",
    "--working-dir",
})  # fmt: skip
_REPOSITORIES = frozenset({"--repository", "--repository-url"})
_REQUIRE = ("require", "req", "r")
_UPDATE = ("update", "u", "upgrade")


def read_package(word: str) -> Reference | None:
    """Read ``vendor/package`` and a constraint after ``:``, ``=`` or a blank; None for folders."""
    end = min((at for mark in ":=@ " if (at := word.find(mark)) >= 0), default=len(word))
    name = word[:end]
    if not is_valid(name):
        return None
    return Reference(0, end, name, word[end + 1 :] or None)


COMMANDS = (
    Command(
        ("composer", "composer.phar"),
        (
            *((verb,) for verb in (*_REQUIRE, *_UPDATE)),
            *(("global", verb) for verb in (*_REQUIRE, *_UPDATE)),
        ),
        read_package,
        valued=_VALUED,
        elsewhere=_REPOSITORIES,
    ),
    Command(
        ("composer", "composer.phar"),
        (("create-project",),),
        read_package,
        valued=_VALUED,
        elsewhere=_REPOSITORIES,
        once=True,
    ),
    Command(
        ("php", "symfony", "sail", "ddev", "lando"),
        tuple((runner, verb) for runner in ("composer", "composer.phar") for verb in _REQUIRE),
        read_package,
        valued=_VALUED,
        elsewhere=_REPOSITORIES,
    ),
)
