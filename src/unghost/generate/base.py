"""What can answer prompts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from unghost.records import Completion, Prompt, Sampling


class Generator(Protocol):
    """Anything that answers prompts: a local model, or one behind an HTTP endpoint."""

    @property
    def model_id(self) -> str:
        """Name of the model, the same for the same weights."""
        ...

    def generate(
        self,
        prompts: Sequence[Prompt],
        sampling: Sampling,
        *,
        samples: int = 1,
        round: int = 0,
        seed: int = 0,
    ) -> list[Completion]:
        """Answer each prompt ``samples`` times.

        The noise of a sequence comes from a hash of seed, prompt id, sample number and round alone,
        so that an answer does not depend on what else is asked.

        Returns:
            Completions by prompt in the order given, then by sample number.
        """
        ...
