"""The settings of a run.

Defaults, then a TOML file, then dotted overrides; unknown ones are refused.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, is_dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from unghost.discover.plans import ExplorerSettings
from unghost.discover.stopping import StoppingRule
from unghost.domains.registry import PACKAGES
from unghost.embedded import MODEL_NAME
from unghost.errors import UnghostError
from unghost.evaluate.plan import MeasureSettings
from unghost.label import Blame
from unghost.objectives import OBJECTIVES
from unghost.plugins.settings import Coefficient, Count, checked, refuse_unknown
from unghost.train.settings import AdapterSettings, TrainSettings


@dataclass(frozen=True, slots=True)
class SampleSettings:
    """Sampling settings for discovery.

    Attributes:
        samples: Answers a prompt; ``credit`` compares the answers of one prompt and needs several.
        long_samples: Answers in a mode of long answers, such as code; the first is asked about
            again.
        temperature: For questions about names; the published protocol is greedy with one answer.
        long_temperature: For long answers; 0.7 for code in a third-party copy of the released
            code.
        long_top_k: For long answers; 20 there.
        long_top_p: For long answers; 0.9 there.
        max_new_tokens: Longest answer.
    """

    samples: Count = 8
    long_samples: Count = 4
    temperature: Coefficient = 1.0
    long_temperature: Coefficient = 0.7
    long_top_k: Annotated[int, Field(ge=0)] = 20
    long_top_p: Annotated[float, Field(gt=0, le=1)] = 0.9
    max_new_tokens: Count = 96


class UnlearnConfig(BaseModel):
    """All settings of ``unlearn``.

    Attributes:
        model: A model folder, a hub name, or ``embedded``.
        domain: What names are asked for: ``packages``, another registered domain, or a TOML file
            that declares one.
        universe: A snapshot file, or ``demo``; None for the domain's own.
        tasks: A file of tasks (docs/guides/tasks.md); None for the domain's own.
        utility: A JSONL file of prompts (and expected answers) that have nothing to do with
            the names; None for the bundled ones.
        system: A system prompt.
        seed: Of all noise of the run; ``train.seed`` and ``adapter.seed`` are added to it.
        objective: One of ``unghost objectives``, or your own as ``module:attribute``.
        blame: Which tokens of a ghost are suppressed; None leaves it to the objective.
        device: Where the model runs; ``auto`` takes a GPU if there is one.
        dtype: In which type the model is loaded; ``auto`` is bf16 on a GPU that has it; on a CPU it
            is fp32 for training and, for measuring alone, what is found to be faster.
        load_in_4bit: Load the frozen base in 4 bits (GPU only, LoRA only).
        terms: The objective's settings, of the type that it declares.
        explore: How a round of discovery is mixed.
        sample: How the model is sampled.
        train: How a round is trained.
        adapter: What is trained.
        measure: How much is measured.
        stop: When to stop and which round to keep.
        trackers: Trackers of experiments that figures go to, as accelerate calls them: ``wandb``,
            ``tensorboard`` and others.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str = MODEL_NAME
    domain: str = PACKAGES
    universe: str | None = None
    tasks: str | None = None
    utility: str | None = None
    system: str | None = None
    seed: int = Field(default=0, ge=0, lt=2**32)
    objective: str = "hybrid"
    blame: Blame | None = None
    device: str = "auto"
    dtype: Literal["auto", "fp32", "bf16"] = "auto"
    load_in_4bit: bool = False
    terms: Any = Field(default_factory=dict, validate_default=True)
    explore: ExplorerSettings = ExplorerSettings()
    sample: SampleSettings = SampleSettings()
    train: TrainSettings = TrainSettings()
    adapter: AdapterSettings = AdapterSettings()
    measure: MeasureSettings = MeasureSettings()
    stop: StoppingRule = StoppingRule()
    trackers: tuple[str, ...] = ()

    @field_validator("terms")
    @classmethod
    def _are_of_the_objective(cls, values: Any, info: ValidationInfo) -> Any:
        if "objective" not in info.data:
            return values  # it is refused itself
        return OBJECTIVES.get(info.data["objective"]).make_settings(values)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.load_in_4bit and self.adapter.kind == "full":
            raise UnghostError(
                "load_in_4bit freezes the weights that adapter.kind=full trains: take"
                " adapter.kind=lora, or the weights as they are"
            )
        return self

    def train_of(self, round: int) -> TrainSettings:
        """Return the training settings of a round: with its learning rate and the run's seed."""
        lr = self.train.lr * self.train.lr_decay ** (round - 1)
        return replace(self.train, lr=lr, seed=self.seed + self.train.seed)

    @property
    def seeded_adapter(self) -> AdapterSettings:
        """The adapter settings, with the seed of the run in theirs."""
        return replace(self.adapter, seed=self.seed + self.adapter.seed)


def resolve(values: dict[str, Any]) -> UnlearnConfig:
    """Build a checked configuration from nested values.

    Raises:
        UnghostError: An unknown setting, or a value that makes no sense; the message names it.
    """
    refuse_unknown(UnlearnConfig, values)
    for group, inner in values.items():
        default = UnlearnConfig.model_fields[group].default
        if is_dataclass(default) and isinstance(inner, dict):
            refuse_unknown(default, inner, f"{group}.")
    return checked(UnlearnConfig, values)


def read_config(path: Path | None, overrides: Sequence[str] = ()) -> dict[str, Any]:
    """Read nested values from a TOML file and lay dotted overrides (``train.lr=1e-4``) over them.

    Raises:
        UnghostError: The file or an override cannot be read.
    """
    values: dict[str, Any] = {}
    if path is not None:
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise UnghostError(f"cannot read the settings in {path}: {error}") from error
    for override in overrides:
        key, separator, text = override.partition("=")
        if not separator or not key:
            raise UnghostError(f"--set wants name=value, not {override!r}")
        _put(values, key.strip().split("."), _parse(text.strip()))
    return values


def _parse(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except ValueError:
        return text


def _put(values: dict[str, Any], path: list[str], value: Any) -> None:
    for part in path[:-1]:
        values = values.setdefault(part, {})
        if not isinstance(values, dict):
            raise UnghostError(f"--set {'.'.join(path)}: {part} is not a group of settings")
    values[path[-1]] = value
