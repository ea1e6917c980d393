"""Waiting between the attempts of a request, as long as the server asks or longer each time."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 60.0
"""Seconds of the longest single wait."""

_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]+)?")


class Backoff:
    """The waits between the attempts of one request.

    Args:
        attempts: How often the request is tried.
        first_wait: Seconds before the second attempt; doubled for each further one.
    """

    def __init__(self, attempts: int, first_wait: float) -> None:
        self._left, self._next = attempts - 1, first_wait

    async def wait(self, asked: float = 0.0) -> bool:
        """Wait before the next attempt; False, at once, if there were enough of them.

        Args:
            asked: Seconds that the server asks for; see :func:`retry_after`.
        """
        if self._left <= 0:
            return False
        # Jitter, so that requests that failed together do not come back together.
        seconds = max(asked, self._next * random.uniform(0.75, 1.25))
        self._left, self._next = self._left - 1, self._next * 2
        await asyncio.sleep(min(LONGEST_WAIT, seconds))
        return True


def retry_after(headers: Mapping[str, str]) -> float:
    """Read for how many seconds a server asks to wait: a number or a date (RFC 9110, found)."""
    value = headers.get("Retry-After", "").strip()
    if _SECONDS.fullmatch(value):
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    now = datetime.now(UTC) if until.tzinfo else datetime.now()
    return max(0.0, (until - now).total_seconds())
