"""A section for a model card, in the Markdown and YAML of the Hugging Face hub."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from unghost.evaluate.plan import MeasureSettings
from unghost.report.figures import main_rows
from unghost.report.sentences import headline, inventions, outcomes, scope, twins, universe

Data = Mapping[str, Any]

_METRICS = {
    "invented": "Answers with an invented name (%)",
    "real": "Answers with only real names (%)",
    "abstained": "Answers that say it knows none (%)",
    "cut_off": "Answers that were cut off (%)",
}
_LIMITS = (
    "A name that exists is not a name to trust, and may not fit the task.",
    "The figures are of these tasks, this wording and this decoding; other questions give others.",
    "A name published after the day of the list counts as invented.",
)


def card(report: Data, front: str = "", intro: str = "") -> str:
    """Return a model card's section: the metrics as YAML, then the figures and what they rest on.

    Args:
        report: A report as :mod:`unghost.report.schema` describes it.
        front: Further lines of YAML, such as tags.
        intro: Markdown before the section, such as a title.
    """
    metadata = "\n".join(filter(None, [front.strip(), *_metrics(report)]))
    head = f"---\n{metadata}\n---\n\n" if metadata else ""
    return head + intro + _section(report)


def _section(report: Data) -> str:
    head = headline(report)
    trained = bool((report["heldout"] or {}).get("after"))
    parts = [
        f"## Invented {_safe(report['domain']['plural'])}",
        "",
        *(f"**Read with care.** {_safe(warning)}\\\n" for warning in head.warnings),
        f"**{_safe(head.text)}**" + (f" {_safe(head.verdict)}." if head.verdict else ""),
        *(f"- {_safe(reason)}" for reason in head.reasons),
        "",
        *_table(report, trained),
        "",
        *_said(report),
        "### How it was measured",
        "",
        f"With [unghost](https://github.com/OWNER/unghost): {_safe('; '.join(scope(report)))}.",
        _safe(universe(report)),
        "",
        "### How to reproduce",
        "",
        "```",
        _command(report, trained),
        "```",
        "",
        "### Limits",
        "",
        *(f"- {limit}" for limit in _LIMITS),
    ]
    return "\n".join(parts) + "\n"


def _metrics(report: Data) -> Iterator[str]:
    """Yield the metrics of what the run ends with as the hub's ``model-index``."""
    heldout = report["heldout"]
    figures = outcomes(heldout, "after") or outcomes(heldout, "before")
    if figures is None:
        return
    facts = report["universe"]
    yield from (
        "model-index:",
        f"- name: {json.dumps(_name(report))}",
        "  results:",
        "  - task:",
        "      type: text-generation",
        "    dataset:",
        f"      name: {json.dumps('unghost held-out tasks, names of ' + facts['as_of'])}",
        f"      type: {json.dumps('unghost-' + report['domain']['name'])}",
        "    metrics:",
    )
    for key, title in _METRICS.items():
        if figures[key]["value"] is not None:
            yield f"    - type: unghost_{key}"
            yield f"      name: {json.dumps(title)}"
            yield f"      value: {100 * figures[key]['value']:.2f}"


def _table(report: Data, trained: bool) -> Iterator[str]:
    heads = ("before", "after", "change") if trained else ("measured",)
    yield f"| | {' | '.join(heads)} |"
    yield f"|---|{'--:|' * len(heads)}"
    for row in main_rows(report):
        cells = (row.before, row.after, row.change) if trained else (row.before,)
        yield f"| {_safe(row.label)} | {' | '.join(map(_safe, cells))} |"


def _said(report: Data) -> Iterator[str]:
    heldout = report["heldout"] or {}
    measured = heldout.get("measured_after") or heldout.get("measured_before")
    if measured:
        yield _safe(" ".join([*inventions(measured), *twins(measured)]))
        yield ""


def _command(report: Data, trained: bool) -> str:
    """Return the command that measures the same; paths of the machine are left out."""
    config = report["config"]
    named = str(config.get("model") or "")
    model = named if re.fullmatch(r"[\w.-]+(/[\w.-]+)?", named) else _name(report)
    words = ["unghost", "unlearn" if trained else "measure", model, "--run runs/again"]
    if config.get("objective") and trained:
        words.append(f"--objective {config['objective']}")
    for option in ("domain", "universe", "tasks"):
        value = config.get(option)
        if value and value != "packages":
            words.append(f"--{option} {str(value).replace(chr(92), '/').rsplit('/', 1)[-1]}")
    words.append(f"--seed {report['seed']}")
    settings = config.get("measure") or {}
    for field in fields(MeasureSettings):
        value = settings.get(field.name)
        if field.name in settings and value not in (field.default, None, []):
            words.append(f"--set measure.{field.name}={json.dumps(value)}")
    return re.sub(r"[\r\n`]", " ", " ".join(words))


def _name(report: Data) -> str:
    return str(report["model"]).partition("@")[0]


def _safe(text: str) -> str:
    """Escape what Markdown or HTML would read as markup."""
    text = re.sub(r"\s+", " ", text)
    return re.sub(r"([\\`*_|\[\]#])", r"\\\1", text).replace("&", "&amp;").replace("<", "&lt;")
