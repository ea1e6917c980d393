"""Objectives: each one a pure function from a batch of tokens to named terms."""

from __future__ import annotations

from unghost.objectives import ascent, hybrid, npo, policy_gradient, sft, valid_mass
from unghost.objectives.base import (
    Objective,
    ObjectiveSettings,
    Term,
    Terms,
    get_objective,
    objective,
    objective_names,
)
from unghost.objectives.batch import HeadOutput, TokenBatch

__all__ = [
    "HeadOutput",
    "Objective",
    "ObjectiveSettings",
    "Term",
    "Terms",
    "TokenBatch",
    "ascent",
    "get_objective",
    "hybrid",
    "npo",
    "objective",
    "objective_names",
    "policy_gradient",
    "sft",
    "valid_mass",
]
