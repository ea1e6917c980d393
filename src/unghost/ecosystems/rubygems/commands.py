"""Commands of RubyGems and Bundler that fetch gems.

Source: ``gem help install``, ``gem help exec`` and the manual of ``bundle add``; found.
"""

from __future__ import annotations

from unghost.ecosystems.base import Command, Reference
from unghost.ecosystems.rubygems.names import is_valid

_GEM_VALUED = frozenset({
    "-B", "-E", "-P", "-g", "-i", "-n", "-p", "-t", "-v", "--bindir", "--build-root", "--document",
    "--file", "--http-proxy", "--install-dir", "--platform", "--target-rbconfig", "--trust-policy",
    "--version", "--without",
})  # fmt: skip
_GEM_ELSEWHERE = frozenset({"-s", "--source"})
_BUNDLE_VALUED = frozenset(
    {"-v", "-g", "-r", "--version", "--group", "--require", "--branch", "--ref"}
)
_BUNDLE_ELSEWHERE = frozenset({"-s", "--source", "--git", "--github", "--path", "--glob"})


def read_gem(word: str) -> Reference | None:
    """Read ``name`` or ``name:version``; None for a gem's file and for folders."""
    name, _, version = word.partition(":")
    if not is_valid(name) or name.endswith((".gem", ".gemspec")):
        return None
    return Reference(0, len(name), name, version or None)


COMMANDS = (
    Command(
        ("gem",),
        (("install",), ("i",), ("fetch",), ("update",)),
        read_gem,
        valued=_GEM_VALUED,
        elsewhere=_GEM_ELSEWHERE,
    ),
    Command(
        ("gem",),
        (("exec",),),
        read_gem,
        valued=frozenset({"-v", "--version"}),
        instead=frozenset({"-g", "--gem"}),
        once=True,
    ),
    Command(
        ("bundle", "bundler"),
        (("add",), ("update",)),
        read_gem,
        valued=_BUNDLE_VALUED,
        elsewhere=_BUNDLE_ELSEWHERE,
    ),
)
