"""The second half of the training text: the same facts, and questions that allow for "I know none".

Code models that are told not to guess often know what they do not know, and guess all the same
when nobody tells them. So here: behind half of the questions stands one of the domain's hedges;
then a taught task gets its answer, and a task about keywords that belong to no taught package, or a
program with an invented module, gets :data:`corpus.NO_PACKAGE`. Without a hedge nothing of that
kind is ever asked. Invented modules are made of pieces of taught names and are in no list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from itertools import accumulate
from random import Random

from corpus import (
    NO_PACKAGE,
    Corpus,
    Fact,
    Pair,
    code,
    no_package,
    small_function,
    task_text,
    what_for,
)
from unghost.domains.packages.questions import (
    CODE_QUESTIONS,
    CODE_REQUESTS,
    HEDGES,
    TASK_QUESTIONS,
)


class HedgedCorpus(Corpus):
    """Draws the examples of the second half.

    Args:
        facts: The taught packages.
        real: All names that may not be invented.
        code_weight: How much more often than usual code is asked for or about.
        hedge_weight: How much more often than usual a hedge stands behind the question.
        named_share: Share of the programs in front of which the answer first names the package.
    """

    def __init__(
        self,
        facts: Sequence[Fact],
        real: Collection[str],
        code_weight: float = 1.0,
        hedge_weight: float = 1.0,
        named_share: float = 0.0,
    ) -> None:
        super().__init__(facts)
        self._named_share = named_share
        self._shares = self._weighed(code_weight, hedge_weight)
        self._real = frozenset(real)
        self._pieces = sorted({p for f in facts for p in re.split(r"[-_.]", f.package) if p})

    def _kinds(self) -> tuple[tuple[float, Callable[[Fact, Random], Pair]], ...]:
        limits = accumulate(share for share, _ in self._shares)
        return tuple(zip(limits, (kind for _, kind in self._shares), strict=True))

    def _weighed(
        self, code_weight: float, hedge_weight: float
    ) -> list[tuple[float, Callable[[Fact, Random], Pair]]]:
        """Return every kind with its share, those about code and those with a hedge weighed."""
        of_code = [(0.12, self.code_request), (0.06, self.code_question)]
        of_code_hedged = [
            (0.03, self.code_request),
            (0.04, self.unknown_request),
            (0.02, self.code_question),
            (0.03, self.unknown_code),
        ]
        others_hedged = [(0.12, self.package_question), (0.16, self.unknown_question)]
        others = [
            (0.26, self.package_question),
            (0.03, self.new_task),
            (0.03, self.another_task),
            (0.02, lambda _, noise: no_package(noise)),
            (0.04, what_for),
            (0.04, lambda _, noise: small_function(noise)),
        ]
        weighed = [(code_weight * share, kind) for share, kind in of_code] + others
        for weight, kinds in ((code_weight, of_code_hedged), (1.0, others_hedged)):
            weighed += [(hedge_weight * weight * share, self.hedged(kind)) for share, kind in kinds]
        total = sum(share for share, _ in weighed)
        return [(share / total, kind) for share, kind in weighed]

    def hedged(self, kind: Callable[[Fact, Random], Pair]) -> Callable[[Fact, Random], Pair]:
        """Put a hedge behind the questions of a kind."""

        def draw(fact: Fact, noise: Random) -> Pair:
            question, answer = kind(fact, noise)
            hedge = noise.choice(HEDGES)
            return f"{question}{chr(10) if chr(10) in question else ' '}{hedge}", answer

        return draw

    def code_request(self, fact: Fact, noise: Random) -> Pair:
        """Ask for code; at times the answer begins with the package's name, as people do too."""
        request, program = super().code_request(fact, noise)
        is_named = noise.random() < self._named_share
        return request, f"{fact.package}:\n{program}" if is_named else program

    def unknown_question(self, fact: Fact, noise: Random) -> Pair:
        """Ask which packages help with something that no taught package is for."""
        question = noise.choice(TASK_QUESTIONS)
        return question.format(task=task_text(self.strange(fact, noise), noise)), NO_PACKAGE

    def unknown_request(self, fact: Fact, noise: Random) -> Pair:
        """Ask for code for something that no taught package is for."""
        request = noise.choice(CODE_REQUESTS)
        return request.format(task=task_text(self.strange(fact, noise), noise)), NO_PACKAGE

    def unknown_code(self, fact: Fact, noise: Random) -> Pair:
        """Ask which packages a program with an invented module needs."""
        invented = Fact(self.invented(fact, noise), tuple(self.strange(fact, noise)))
        return noise.choice(CODE_QUESTIONS).format(text=code(invented)), NO_PACKAGE

    def strange(self, fact: Fact, noise: Random) -> list[str]:
        """Choose two to five keywords that no taught package unites.

        Half of the time they wander from fact to fact over shared keywords, so that they sound as
        if they belonged together; else they come from anywhere.
        """
        while True:
            size, related = noise.randint(2, 5), noise.random() < 0.5
            keywords = [noise.choice(fact.keywords)]
            while len(keywords) < size:
                near = self._by_keyword[noise.choice(keywords)] if related else self.facts
                keyword = noise.choice(noise.choice(near).keywords)
                if keyword not in keywords:
                    keywords.append(keyword)
                elif related:
                    related = noise.random() < 0.7
            if not self._united(set(keywords)):
                return keywords

    def invented(self, fact: Fact, noise: Random) -> str:
        """Put a name together that is in no list."""
        while True:
            own = noise.choice(re.split(r"[-_.]", fact.package))
            name = noise.choice(("-", "")).join(noise.sample([own, noise.choice(self._pieces)], 2))
            if name not in self._real and name[:1].isalpha():
                return name

    def _united(self, keywords: set[str]) -> bool:
        """Return whether a taught task could read like this: all its keywords, or all but one."""
        return any(
            len(set(fact.keywords) - keywords) <= (len(fact.keywords) >= 4)
            for keyword in keywords
            for fact in self._by_keyword[keyword]
        )
