from __future__ import annotations

import copy
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from unghost.errors import UnghostError
from unghost.report.page import render, write_page

Report = dict[str, Any]
HOSTILE = "</span></script><script>window.pwned=1</script><img src=x onerror='pwned=1'>\"'&<!--"


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += attrs
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("script", "style"):
            self.text += data.replace("\xa0", " ")


def _parse(page: str) -> _Elements:
    parser = _Elements()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    return parser


def _everywhere(value: Any, text: str) -> Any:
    """Put a text wherever a report holds free text."""
    if isinstance(value, dict):
        fixed = {"status", "outcome", "happened", "method", "version"}
        return {k: v if k in fixed else _everywhere(v, text) for k, v in value.items()}
    if isinstance(value, list):
        return [_everywhere(item, text) for item in value]
    return text if isinstance(value, str) else value


def test_the_page_says_what_matters(report: Report) -> None:
    text = _parse(render(report)).text
    for said in (
        "Invented names in 5.0 % of answers, was 37.5 %. Says it knows none: 34.2 %, was 1.7 %.",
        "Right packages kept: 99.1 %.",
        "Success: fewer invented names",
        "Judged by pypi demo, 12,345 names, as of 2026-04-01; any other name counts as invented.",
        "120 answers to 120 held-out tasks",
        "By level of the task",
        "different names were invented",
        "Right answers kept",
        "Fit, shuffled control",
        "Prone prompts (61)",
        "Known tasks right",
        "The frontier: ",
        "seed-0/rarer-task",
        "train.lora.r",
        "Stopped: the upper bound",
    ):
        assert said in text, said


def test_the_head_says_once_what_the_names_were_judged_by(report: Report) -> None:
    assert _parse(render(report)).text.count("as of 2026-04-01") == 1


def test_a_bar_is_said_in_words(report: Report) -> None:
    said = [value for name, value in _parse(render(report)).attributes if name == "aria-label"]
    assert (
        "after: of 100 questions 61 only real names, 5 an invented name, 34 says it knows none"
        in said
    )


def test_a_warning_stands_before_the_headline(measurement: Report) -> None:
    text = _parse(render(measurement)).text
    assert "25.0 % of the answers were cut off" in text
    assert text.index("25.0 % of the answers were cut off") < text.index("Invented names in")


def test_contents_lead_to_sections_that_are_there(report: Report) -> None:
    page = render(report)
    linked = re.findall('href="#([a-z]+)"', page)
    assert linked == re.findall('<section id="([a-z]+)"', page)
    assert linked[:2] == ["outcomes", "price"]


def test_a_failed_run_is_not_called_a_success(failed: Report) -> None:
    text = _parse(render(failed)).text
    assert "Not called a success" in text
    assert "Success:" not in text
    assert "right answers kept: 61.0 %, under 98.0 %" in text


def test_no_ghost_found_is_a_fine_result(without_ghosts: Report) -> None:
    text = _parse(render(without_ghosts)).text
    assert "No ghost found: nothing to unlearn" in text
    assert "Invented names in 0.0 % of answers" in text
    assert "success" not in text.lower()


def test_a_plain_measurement_has_one_column(measurement: Report) -> None:
    text = _parse(render(measurement)).text
    assert "Invented names in 37.5 % of answers. Only real names: 60.8 %." in text
    assert "success" not in text.lower()
    assert "What it cost" not in text


def test_a_run_with_nothing_in_it_renders(without_ghosts: Report) -> None:
    without_ghosts |= {"rounds": [], "heldout": None, "config": {}, "versions": {}}
    assert "nothing to unlearn" in _parse(render(without_ghosts)).text


def test_text_of_a_model_is_never_markup(report: Report) -> None:
    names = _parse(render(report)).names
    hostile = _everywhere(report, HOSTILE)
    hostile["config"] = {HOSTILE: HOSTILE}
    hostile["rounds"][1]["train"]["terms"] = {HOSTILE: 1.0}
    parsed = _parse(render(hostile))
    assert parsed.names.count("script") == names.count("script") == 2
    assert "img" not in parsed.names
    assert not any(name.startswith("on") for name, _ in parsed.attributes)
    assert "window.pwned=1" in parsed.text


def test_hidden_characters_are_shown(report: Report) -> None:
    report["answers"][0]["before"] |= {"text": "a\x00b\u202ec\ud800d", "names": []}
    page = render(report)
    page.encode("utf-8")
    assert "a\\u0000b\\u202ec\\ud800d" in page


def test_all_answers_are_in_the_page_and_the_first_without_a_script(report: Report) -> None:
    page = render(report)
    data = json.loads(re.findall(r'id="answers-data">(.*?)</script>', page)[0])
    assert len(data["rows"]) == data["total"] == 120
    assert data["groups"][:3] == ["invented → none", "still invented", "right → right"]
    assert page[page.index("<noscript>") : page.index("</noscript>")].count("<article") == 20


def test_a_page_of_many_long_answers_stays_small(report: Report) -> None:
    report["answers"] = [copy.deepcopy(row) for row in report["answers"] * 20]
    for row in report["answers"]:
        row["before"]["text"] += "x" * 2000
    page = render(report)
    assert len(page.encode()) < 2_000_000
    assert "of 2400 questions" in page


def test_no_request_leaves_the_page(report: Report) -> None:
    page = render(report)
    parsed = _parse(page)
    assert not re.search(r"""(?:src|action|xlink:href)\s*=|href="[^#]""", page)
    assert not re.search(r"url\(|@import|https?://|fetch\(|innerHTML", page)
    policy = dict(parsed.attributes)["content"]
    assert "default-src 'none'" in page
    assert policy is not None


def test_ghosts_are_masked_everywhere(report: Report) -> None:
    page = render(report)
    assert "plotrix" not in page
    assert "qzv•" in page


def test_the_same_report_gives_the_same_page(report: Report) -> None:
    assert render(report) == render(report)


def test_writing_is_whole_or_not_at_all(report: Report, tmp_path: Path) -> None:
    write_page(report, tmp_path / "report.html")
    before = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert before.startswith("<!doctype html>")
    with pytest.raises(UnghostError, match="version"):
        write_page({**report, "version": 99}, tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == before
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]
