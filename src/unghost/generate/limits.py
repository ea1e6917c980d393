"""How many requests may be under way at once: more while all is well, half when a server is busy.

Additive increase and multiplicative decrease (AIMD), as TCP does it, with its slow start: found;
what counts as busy, and holding back where answers become slow, is ours.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from unghost.registries.backoff import LONGEST_WAIT

_FIRST = 2
_SLOWER = 3.0
"""Answers this much slower than the fastest round: more at once would only wait in a queue."""


class AdaptiveLimit:
    """The number of requests that may be under way at once, learned from how they go.

    It doubles from round to round (as many answers as requests are allowed) until answers become
    slow or the server is busy once, and grows by one a round from then on. It does not grow while
    the answers of a round take three times as long, a token, as those of the fastest one.

    Args:
        most: Never more than this.
        first_wait: Seconds without new requests after the first sign that a server is busy;
            doubled for each further one until there is an answer.
        clock: Gives seconds.
    """

    def __init__(
        self, most: int, *, first_wait: float = 0.5, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._first_wait, self._clock = most, first_wait, clock
        self._size = float(min(_FIRST, most))
        self._doubling = self._growing = True
        self._cut_at, self._held_until, self._busy = float("-inf"), float("-inf"), 0
        self._fastest = float("inf")
        self._seconds, self._tokens, self._left = 0.0, 0, self.size
        self._heard_at = clock()

    @property
    def size(self) -> int:
        """How many requests may be under way now."""
        return int(self._size)

    @property
    def held(self) -> float:
        """Seconds for which no new request may start."""
        return max(0.0, self._held_until - self._clock())

    @property
    def silence(self) -> float:
        """Seconds since the server last answered, or since :meth:`begin`."""
        return self._clock() - self._heard_at

    def begin(self) -> None:
        """Note that requests start again: time before does not count as silence."""
        self._heard_at = self._clock()

    def answered(self, started: float, tokens: int) -> None:
        """Learn from an answer.

        Args:
            started: When it was asked for, by the clock.
            tokens: Its length, for a long answer is no sign of a slow server; 1 where not counted.
        """
        now = self._clock()
        self._heard_at, self._busy = now, 0
        self._seconds += now - started
        self._tokens += max(1, tokens)
        self._left -= 1
        if self._growing:
            grown = self._size + (1 if self._doubling else 1 / self._size)
            self._size = min(float(self._most), grown)
        if self._left <= 0:
            self._end_round()

    def overloaded(self, started: float, asked: float = 0.0) -> None:
        """Halve the limit and hold new requests: the server said that it is busy, or timed out.

        Requests that were under way together fail together, so those sent before the last cut
        change nothing but how long to wait.

        Args:
            started: When the request that failed was sent, by the clock.
            asked: Seconds that the server asks to wait.
        """
        now = self._clock()
        if started >= self._cut_at:
            self._cut_at, self._size = now, max(1.0, self._size / 2)
            self._doubling = False
            # Jitter, so that several machines that share a key do not come back together.
            wait = self._first_wait * 2.0 ** min(self._busy, 16) * random.uniform(0.75, 1.25)
            self._busy += 1
            asked = max(asked, min(LONGEST_WAIT, wait))
        self._held_until = max(self._held_until, now + asked)

    def _end_round(self) -> None:
        pace = self._seconds / self._tokens
        self._fastest = min(self._fastest, pace)
        self._growing = pace <= _SLOWER * self._fastest
        self._doubling = self._doubling and self._growing
        self._seconds, self._tokens, self._left = 0.0, 0, self.size
