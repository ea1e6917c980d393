"""Asking for a list only if it is another one than last time (RFC 9110's conditions; found)."""

from __future__ import annotations

from collections.abc import Mapping


class Unchanged(Exception):
    """The list is what it was when the state that was given to its reader was taken."""


class Outdated(Exception):
    """Nothing goes on from the state that was given; the list has to be read from its beginning."""


def conditions(state: Mapping[str, object]) -> dict[str, str]:
    """Return the headers that ask for an answer only if it is not the one of a state."""
    headers = {}
    for key, header in (("etag", "If-None-Match"), ("modified", "If-Modified-Since")):
        value = state.get(key)
        if isinstance(value, str):
            headers[header] = value
    return headers


def validators(headers: Mapping[str, str]) -> dict[str, object]:
    """Return the state of an answer."""
    found = {"etag": headers.get("ETag"), "modified": headers.get("Last-Modified")}
    return {key: value for key, value in found.items() if value}
