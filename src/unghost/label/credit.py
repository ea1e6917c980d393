"""Credit: which token changed the chance of a real name."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from unghost.label.blame import ReadAnswer


class _Node:
    """A prefix of answers to one prompt: the answers below it and the sum of their rewards."""

    __slots__ = ("answers", "children", "rewards")

    def __init__(self) -> None:
        self.rewards = Fraction(0)
        self.answers = 0
        self.children: dict[int, _Node] = {}


def advantages(answers: Sequence[ReadAnswer]) -> list[tuple[Fraction, ...]]:
    """Return by answer and token the change of V(prefix) that the token brought, in [-1, 1].

    The answers to one prompt are merged into a prefix tree. An answer's reward is the share of its
    decided names that exist; V of a prefix is the mean reward of the answers that begin with it. An
    answer without decided names (an abstention, prose, a name broken off or unknown) has no reward
    and counts nowhere; where only such answers go, V stays as it was. The changes along an answer
    add up to its reward minus the prompt's mean. One answer alone brings no change at all, so it
    takes two or more to learn anything.

    Source: SPO-tree (arXiv 2505.23564), whose leaf rewards, mean of the leaves below as V and
    advantage V(child) - V(parent) were found in its released code; the natural tree of independent
    samples, the reward and the neutral answers are ours. Worked: answers ``ab``, ``ac``, ``d`` with
    rewards 1, 0, 0 have V = 1/3, V(a) = 1/2, so ``a`` brings 1/6, ``b`` 1/2, ``c`` -1/2 and ``d``
    -1/3.
    """
    roots: dict[str, _Node] = {}
    for answer in answers:
        reward = answer.reward()
        if reward is None:
            continue
        node = roots.setdefault(answer.completion.prompt_id, _Node())
        _count(node, reward)
        for token_id in answer.token_ids:
            node = node.children.setdefault(token_id, _Node())
            _count(node, reward)
    return [_changes(roots.get(each.completion.prompt_id), each.token_ids) for each in answers]


def _count(node: _Node, reward: Fraction) -> None:
    node.rewards += reward
    node.answers += 1


def _changes(node: _Node | None, token_ids: tuple[int, ...]) -> tuple[Fraction, ...]:
    found = []
    for token_id in token_ids:
        child = None if node is None else node.children.get(token_id)
        if node is None or child is None:  # only answers without reward go this way
            found.append(Fraction(0))
        else:
            found.append(child.rewards / child.answers - node.rewards / node.answers)
        node = child
    return tuple(found)
