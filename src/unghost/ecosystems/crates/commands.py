"""Commands of Cargo that fetch crates.

Source: the Cargo book on ``cargo add`` and ``cargo install``, and ``cargo binstall --help``, found.
"""

from __future__ import annotations

from unghost.ecosystems.base import Command, Reference
from unghost.ecosystems.crates.names import is_valid


def read_crate(word: str) -> Reference | None:
    """Read ``name`` or ``name@version``; None for folders, addresses and features (``+derive``)."""
    name, _, version = word.partition("@")
    if not is_valid(name):
        return None
    return Reference(0, len(name), name, version or None)


def _flags(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ELSEWHERE = _flags("--git --path --registry --index")
_SHARED = "--manifest-path --lockfile-path --color --config -Z -C --target --branch --tag --rev"
_ADD = _flags(f"{_SHARED} -F --features --rename -p --package --base")
_INSTALL = _flags(
    f"{_SHARED} -F --features --version --vers --root -j --jobs --bin --example --profile"
    " --target-dir --message-format"
)
_BINSTALL = _flags(
    f"{_SHARED} --version --root --install-path --pkg-url --pkg-fmt --bin-dir --targets"
    " --strategies --disable-strategies --rate-limit --log-level --maximum-resolution-timeout"
    " --github-token --min-tls-version --root-certificates"
)

COMMANDS = (
    Command(("cargo",), (("add",),), read_crate, valued=_ADD, elsewhere=_ELSEWHERE),
    Command(("cargo",), (("install",),), read_crate, valued=_INSTALL, elsewhere=_ELSEWHERE),
    Command(("cargo",), (("binstall",),), read_crate, valued=_BINSTALL, elsewhere=_ELSEWHERE),
    Command(("cargo-binstall",), ((),), read_crate, valued=_BINSTALL, elsewhere=_ELSEWHERE),
)
"""All forms in which a command names crates."""
