"""The tuned model as others load it: merged safetensors with a filled model card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from unghost.atomic import write_text
from unghost.config import UnlearnConfig
from unghost.embedded import MODEL_NAME, model_path
from unghost.generate.load import load_model
from unghost.train.adapter import export_merged


def export(config: UnlearnConfig, run: Path, report: dict[str, Any], path: Path) -> None:
    """Write the kept round merged into the original, loadable by plain transformers.

    Args:
        config: The run's configuration.
        run: The run's folder, with ``adapter/``.
        report: The run's report, for the card.
        path: The folder to write; replaced if it is there.

    Raises:
        UnghostError: No round was kept, or the folder cannot be written.
    """
    place = str(model_path()) if config.model == MODEL_NAME else config.model
    loaded = load_model(place, dtype=config.dtype, device="cpu")
    export_merged(loaded.model, run / "adapter", loaded.tokenizer, path)
    write_text(path / "README.md", card(report))


def card(report: dict[str, Any]) -> str:
    """Fill a model card from a report."""
    heldout, universe = report["heldout"], report["universe"]
    verdict = report["verdict"]
    rows = [
        ("ghost rate", _percent(heldout["before"]["rate"]), _percent(heldout["after"]["rate"])),
        (
            "names per answer",
            _number(heldout["before"]["names_per_answer"]),
            _number(heldout["after"]["names_per_answer"]),
        ),
    ]
    for key, label in (("perplexity", "perplexity elsewhere"), ("exact_match", "exact match")):
        if heldout.get(key):
            rows.append((label, _number(heldout[key]["before"]), _number(heldout[key]["after"])))
    table = "\n".join(f"| {label} | {before} | {after} |" for label, before, after in rows)
    said = "yes" if verdict["success"] else "no: " + "; ".join(verdict["reasons"])
    return f"""---
library_name: transformers
tags:
- unghost
- unlearning
---

# {report["model"]}, unlearned

Invented package names were unlearned with unghost {report["versions"]["unghost"]}
(objective `{report["config"]["objective"]}`, round {report["config"]["kept_round"]} kept).

| held-out tasks | before | after |
|---|---|---|
{table}

Share of right answers kept: {_percent(heldout["retention"])}. Called a success: {said}.

What exists was decided by {universe["label"]} ({universe["count"]} names, {universe["as_of"]}).
Intervals are 95 %. Figures say nothing about names registered later, nor about other ecosystems.
"""


def _percent(estimate: dict[str, Any] | None) -> str:
    if not estimate or estimate["value"] is None:
        return "not measured"
    return f"{estimate['value']:.1%} ({estimate['low']:.1%} to {estimate['high']:.1%})"


def _number(estimate: dict[str, Any] | None) -> str:
    if not estimate or estimate["value"] is None:
        return "not measured"
    return f"{estimate['value']:.3f} ({estimate['low']:.3f} to {estimate['high']:.3f})"
