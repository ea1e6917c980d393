"""The generator protocol: back ends that answer prompts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from unghost.plugins.registry import Registry
from unghost.records import Completion, Prompt, Sampling


class Generator(Protocol):
    """Anything that answers prompts: a local model, or one behind an HTTP endpoint."""

    @property
    def model_id(self) -> str:
        """Name of the model, the same for the same weights."""
        ...

    @property
    def stop_ids(self) -> frozenset[int]:
        """Ids of the tokens that end an answer; empty if answers come without token ids."""
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


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """The model to ask, and how to reach it; a back end uses the parts that it needs.

    Attributes:
        model: A model folder, a hub name, ``embedded``, or a server's name of the model.
        system: A system prompt for every prompt.
        device: Where local weights run.
        dtype: In which type local weights are loaded.
        base_url: Address of a server, with its version path.
        api_key_env: Environment variable that holds the server's key.
    """

    model: str
    system: str | None = None
    device: str = "auto"
    dtype: str = "auto"
    base_url: str | None = None
    api_key_env: str = "OPENAI_API_KEY"


BackEnd = Callable[[ModelChoice], Generator]

GENERATORS: Registry[BackEnd] = Registry(
    "generator",
    "unghost.generators",
    callable,
    {
        "openai": "unghost.generate.http:open_endpoint",
        "transformers": "unghost.generate.local:open_local",
    },
)
"""All back ends by name; imported when they are asked for, as each needs libraries of its own."""


def open_generator(choice: ModelChoice, name: str | None = None) -> Generator:
    """Return a generator for a model.

    Args:
        choice: The model.
        name: The back end, a name or ``module:attribute``; None takes ``openai`` where an address
            is given and ``transformers`` elsewhere.

    Raises:
        UnghostError: The back end is unknown or lacks a library, or the model cannot be opened.
    """
    return GENERATORS.get(name or ("openai" if choice.base_url else "transformers"))(choice)
