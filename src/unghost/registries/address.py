"""Addresses of registries, and the credentials that belong to their hosts."""

from __future__ import annotations

import netrc
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Address:
    """An address that a client is configured to ask, and where that is written.

    ``headers`` carry credentials and are never logged.
    """

    url: str
    said_by: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


def shown(url: str) -> str:
    """Return an address as it may be shown: without what could be a secret."""
    parts = _split(url)
    if parts is None:
        return "an address that cannot be read"
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


def is_sound(url: str) -> bool:
    """Return whether a text is an address that can be asked."""
    parts = _split(url)
    if parts is None:
        return False
    return parts.scheme == "file" or (parts.scheme in ("http", "https") and bool(parts.hostname))


def slashed(url: str) -> str:
    """Return an address with a slash at its end, so that others can be joined to it."""
    return f"{url.rstrip('/')}/"


def same_origin(one: str, other: str) -> bool:
    """Return whether addresses share scheme, host and port, so that both may see a secret."""
    return _origin(one) is not None and _origin(one) == _origin(other)


def same_place(one: str, other: str) -> bool:
    """Return whether two addresses differ at most in credentials and a slash at the end."""
    parts, others = _split(one), _split(other)
    if parts is None or others is None or not same_origin(one, other):
        return False
    return parts.path.rstrip("/") == others.path.rstrip("/")


def basic(user: str, password: str) -> dict[str, str]:
    """Return the header of a user and a password."""
    return {"Authorization": f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"}


def bearer(token: str) -> dict[str, str]:
    """Return the header of a token."""
    return {"Authorization": f"Bearer {token}"}


class Credentials:
    """Credentials by host from ``~/.netrc``; its ``default`` entry names no host and is ignored.

    Args:
        environ: ``NETRC`` names another file.
        home: The user's folder.
    """

    def __init__(self, environ: Mapping[str, str], home: Path) -> None:
        try:
            self._hosts = netrc.netrc(environ.get("NETRC") or str(home / ".netrc")).hosts
        except (OSError, netrc.NetrcParseError, UnicodeDecodeError):
            self._hosts = {}

    def address(
        self, url: str, said_by: str, headers: Mapping[str, str] | None = None
    ) -> Address | None:
        """Return an address with its credentials: those given, else in the URL, else of its host.

        Credentials in a URL are moved into a header. None if it cannot be one of a registry.
        """
        parts = _split(url.strip())
        if parts is None or not is_sound(url.strip()):
            return None
        user, at, host = parts.netloc.rpartition("@")
        bare = urlunsplit((parts.scheme, host, parts.path, parts.query, ""))
        if headers:
            return Address(bare, said_by, dict(headers))
        if at:
            name, _, password = user.partition(":")
            return Address(bare, said_by, basic(unquote(name), unquote(password)))
        entry = self._hosts.get(parts.hostname or "")
        if entry is not None and parts.hostname != "default":
            return Address(bare, said_by, basic(entry[0] or "", entry[2] or ""))
        return Address(bare, said_by)


def _origin(url: str) -> tuple[str, str, int | None] | None:
    parts = _split(url)
    if parts is None or not parts.hostname:
        return None
    return parts.scheme, parts.hostname.lower(), parts.port or _PORTS.get(parts.scheme)


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # a port that is none shows only when it is asked for
    except ValueError:
        return None
    return parts
