"""Passing on a name once where a list has it many times, in bounded memory."""

from __future__ import annotations

_MOST = 1 << 18
"""Names remembered; behind them a name may be passed on again, which does no harm."""


class Distinct:
    """Remembers which names were seen lately, and their earliest days."""

    def __init__(self) -> None:
        self._days: dict[str, str] = {}

    def is_news(self, name: str, day: str | None) -> bool:
        """Return whether a name was not seen, or not with a day as early as this one."""
        known = self._days.get(name)
        if known is not None and (day is None or (known and known <= day)):
            return False
        if len(self._days) >= _MOST:
            self._days.clear()
        self._days[name] = day or ""
        return True
