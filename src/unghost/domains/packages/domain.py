"""The packages domain: find and verify put together."""

from __future__ import annotations

from collections.abc import Sequence

from unghost.domains.packages.answers import find_in_answer
from unghost.domains.packages.verify import Judge
from unghost.errors import UnghostError
from unghost.names.universe import Universe
from unghost.records import Completion, Mention, Prompt, Verdict


class PackagesDomain:
    """Packages of PyPI.

    Args:
        universe: What exists.
        suggest: Whether verdicts on absent names carry the nearest real ones; a search each, which
            training and measuring do without.

    Raises:
        UnghostError: The universe is of another ecosystem; every name would be unknown.
    """

    def __init__(self, universe: Universe, *, suggest: bool = False) -> None:
        if universe.ecosystem.name != "pypi":
            raise UnghostError(
                f"the universe holds names of {universe.ecosystem.title}, but models are asked for"
                " packages of Python: give a snapshot of pypi, or --universe demo"
            )
        self._judge = Judge(universe, suggest=suggest)

    def find(self, prompt: Prompt, completion: Completion) -> list[Mention]:
        """See :class:`~unghost.domains.base.Domain`."""
        return find_in_answer(
            completion.text,
            completion.id,
            asks=prompt.asks,
            truncated=completion.finish_reason == "length",
        )

    def verify(self, mentions: Sequence[Mention]) -> list[Verdict]:
        """See :class:`~unghost.domains.base.Domain`."""
        return [self._judge(mention) for mention in mentions]
