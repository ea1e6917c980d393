from __future__ import annotations

from typing import Any

import yaml

from unghost.report.card import card

Report = dict[str, Any]


def test_the_section_says_figures_method_and_limits(report: Report) -> None:
    text = card(report)
    for said in (
        "## Invented packages",
        "**Invented names in 5.0 % of answers, was 37.5 %.",
        "| | before | after | change |",
        "| Answers with an invented name | 37.5 % \\[",
        "as of 2026-04-01",
        "unghost unlearn tiny-test-bed --run runs/again --objective hybrid --seed 7",
        "### Limits",
    ):
        assert said in text, said


def test_the_hub_can_read_the_metrics(report: Report) -> None:
    _, front, _ = card(report).split("---\n", 2)
    (model,) = yaml.safe_load(front)["model-index"]
    (result,) = model["results"]
    assert model["name"] == "tiny-test-bed"
    assert result["task"] == {"type": "text-generation"}
    assert result["dataset"]["type"] == "unghost-packages"
    metrics = {metric["type"]: metric["value"] for metric in result["metrics"]}
    assert metrics["unghost_invented"] == 5.0
    assert all(metric["name"] for metric in result["metrics"])


def test_a_measurement_has_one_column_and_its_warning(measurement: Report) -> None:
    measurement["config"]["measure"] = {"heldout_tasks": 7, "temperature": 0.7}
    measurement["config"]["tasks"] = "/home/me/tasks.jsonl"
    text = card(measurement)
    assert "| | measured |" in text
    assert "25.0 % of the answers were cut off" in text
    assert "--tasks tasks.jsonl --seed 7 --set measure.heldout_tasks=7\n" in text
    assert "/home" not in text


def test_nothing_a_model_is_called_becomes_markup(report: Report) -> None:
    report["domain"]["plural"] = "x|<img>\n# y"
    report["model"] = "a\n```\n# b"
    text = card(report)
    assert "<img" not in text
    assert "\n# " not in text
    assert text[text.index("## ") :].count("```") == 2


def test_a_run_that_measured_nothing_has_no_metrics(report: Report) -> None:
    report["heldout"] = None
    assert card(report).startswith("## Invented packages")
