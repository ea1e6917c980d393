"""Verdicts to token weights: which token pays for a ghost, and what every other token is for.

Each generated token is in at most one stream, in this order:

    suppress   tokens of an absent name, as the blame says
    (none)     tokens of an unknown name, and all from a name on that the answer breaks off in
    reinforce  tokens of a name that exists and is trusted
    stop       the final EOS, when the answer gives at least one name that exists
    retain     all other tokens, the rest of absent names included
    distill    tokens of another, better answer of the model's own (:mod:`unghost.label.distill`)

Blame, source of each: ``span`` is the mask of a third-party copy of the paper's released code;
``divergence`` and ``tail`` are ours; ``credit`` is SPO-tree (arXiv 2505.23564) on the natural
prefix tree of several answers to one prompt, its use on names ours. Under ``credit`` a fall of V
counts on all tokens of decided names, and a rise on those of trusted ones.
"""

from __future__ import annotations

from unghost.label.distill import doubtful_answers, label_hedged
from unghost.label.streams import BLAMES, STREAMS, Blame, Labels, Stream, label

__all__ = [
    "BLAMES",
    "STREAMS",
    "Blame",
    "Labels",
    "Stream",
    "doubtful_answers",
    "label",
    "label_hedged",
]
