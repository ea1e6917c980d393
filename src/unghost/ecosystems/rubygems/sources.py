"""Addresses that serve the public gems."""

from __future__ import annotations

from unghost.syntax.address import host_of

_PUBLIC = frozenset({"rubygems.org", "index.rubygems.org", "www.rubygems.org"})


def is_public(url: str) -> bool:
    """Return whether a source is rubygems.org; Bundler also takes the word ``rubygems`` for it."""
    return url in ("rubygems", "rubyforge", "gemcutter") or host_of(url) in _PUBLIC
