"""Objectives: each one a pure function from a batch of tokens to named terms, in one file.

Every module of this folder is imported, so a file with a decorated function is all it takes.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

from unghost.objectives.base import OBJECTIVES, Objective, Term, Terms, objective
from unghost.objectives.batch import TokenBatch
from unghost.objectives.quantities import HeadOutput, quantity

__all__ = [
    "OBJECTIVES",
    "HeadOutput",
    "Objective",
    "Term",
    "Terms",
    "TokenBatch",
    "objective",
    "quantity",
]

for _module in pkgutil.iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
