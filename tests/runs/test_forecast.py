from __future__ import annotations

from typing import Any

from unghost.config import UnlearnConfig, resolve
from unghost.evaluate.plan import MeasureSettings
from unghost.generate.budget import EndpointSettings
from unghost.runs.forecast import forecast


def config(**measure: Any) -> UnlearnConfig:
    return resolve({"universe": "demo", "measure": {"heldout_tasks": 5} | measure})


def test_samples_and_longer_answers_are_more_tokens() -> None:
    plain = forecast(config(long_share=0.0))
    assert sum(plain.answers.values()) >= 5
    assert plain.answer_tokens == sum(plain.answers.values()) * MeasureSettings().max_new_tokens
    again = forecast(config(long_share=0.0, samples=2, max_new_tokens=100))
    assert again.answers == {form: 3 * count for form, count in plain.answers.items()}
    assert again.answer_tokens == sum(again.answers.values()) * 100
    assert again.prompt_tokens == 3 * plain.prompt_tokens


def test_questions_about_long_answers_are_counted_with_the_answers() -> None:
    plain, long = forecast(config(long_share=0.0)), forecast(config(long_share=1.0))
    more = {form: n for form, n in long.answers.items() if form not in plain.answers}
    assert more
    assert set(more.values()) == {5}
    assert long.prompt_tokens > plain.prompt_tokens + 5 * MeasureSettings().long_max_new_tokens


def test_it_is_told_with_the_cost_if_there_are_prices() -> None:
    found = forecast(config())
    assert len(found.lines(None)) == 2
    url = "http://127.0.0.1:9/v1"
    free, paid = EndpointSettings(url), EndpointSettings(url, price_in=1e6, price_out=0.0)
    assert not any("cost" in line for line in found.lines(free))
    assert f"about {found.prompt_tokens:,}.0000 at" in "\n".join(found.lines(paid))
    assert "a guess" in found.lines(free)[-1]
