"""The page in a real browser: it draws, runs nothing of a model's, and is used by keyboard."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from report.browser import Page, chromium
from unghost.report.page import write_page

pytestmark = pytest.mark.chromium

Report = dict[str, Any]
HOSTILE = (
    "</span></script><script>document.title='pwned'</script>"
    "<img src=x onerror=\"document.title='pwned'\">"
)
DOM = "document.documentElement.outerHTML"
FOCUS = "document.activeElement"
COUNT = "document.querySelector('[role=status]').textContent"
CONTRAST = """
(() => {
  const light = (rgb) => rgb.match(/[\\d.]+/g).slice(0, 3).map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  return [...document.querySelectorAll('.part')].map((part) => {
    const style = getComputedStyle(part);
    const fills = style.backgroundImage === 'none' ? [style.backgroundColor]
      : style.backgroundImage.match(/rgb\\([^)]*\\)/g);
    return Math.min(...fills.map((fill) => ratio(light(style.color), light(fill))));
  });
})()
"""


def written(report: Report, folder: Path) -> Path:
    page = folder / "report.html"
    write_page(report, page)
    return page


def tab_to_a_name(view: Page) -> None:
    for _ in range(40):
        view.press("Tab")
        if view.ask(f"'evidence' in {FOCUS}.dataset"):
            return
    raise AssertionError("no name can be reached by the Tab key")


def test_the_page_draws_itself(report: Report, tmp_path: Path) -> None:
    with chromium(written(report, tmp_path)) as view:
        dom = view.ask(DOM)
    assert "Invented names in 5.0&nbsp;% of answers" in dom
    assert dom.count("<svg") == 5
    assert re.search(r'<button type="button" class="theme">(Light|Dark)</button>', dom)


def test_nothing_a_model_wrote_runs(report: Report, tmp_path: Path) -> None:
    for side in ("before", "after"):
        report["answers"][0][side] |= {"text": HOSTILE, "names": []}
    report["answers"][0]["question"] = HOSTILE
    report["model"] = report["stopping"] = HOSTILE
    with chromium(written(report, tmp_path)) as view:
        assert view.ask("document.title") == "unghost: demo"
        assert view.ask("document.querySelectorAll('img').length") == 0
        assert "onerror" in view.ask("document.querySelector('.example').textContent")


def test_the_policy_stops_what_escaping_would_not(report: Report, tmp_path: Path) -> None:
    page = written(report, tmp_path)
    broken = page.read_text(encoding="utf-8").replace("<main>", f"<main>{HOSTILE}")
    page.write_text(broken, encoding="utf-8")
    with chromium(page) as view:
        assert view.ask("document.title") == "unghost: demo"


def test_evidence_comes_with_the_tab_key_and_goes_with_escape(
    report: Report, tmp_path: Path
) -> None:
    with chromium(written(report, tmp_path)) as view:
        tab_to_a_name(view)
        tip = f"document.getElementById({FOCUS}.getAttribute('aria-describedby') || '')"
        assert view.ask(f"{tip}.textContent").startswith("invented: qzv•")
        assert view.ask(f"{tip}.getBoundingClientRect().width") > 0
        view.press("Escape")
        assert view.ask("document.getElementById('evidence').hidden")


def test_answers_are_found_by_what_happened_and_by_words(report: Report, tmp_path: Path) -> None:
    with chromium(written(report, tmp_path)) as view:
        assert view.ask(COUNT) == "120 of 120 questions"
        view.ask("document.querySelector('.pills input:checked').focus()")
        view.press("ArrowRight")
        assert view.ask("document.querySelector('.pills input:checked').value") == "invented → none"
        assert view.ask(COUNT) == "39 of 120 questions"
        view.ask("document.querySelector('input[type=search]').focus()")
        view.type("plotrix TASK")
        assert view.ask(COUNT) == "0 of 120 questions"
        view.ask("document.querySelector('input[type=search]').value = ''")
        view.type("qzv• 17")
        assert view.ask(COUNT) == "1 of 120 questions"
        assert "task 17" in view.ask("document.querySelector('.list').textContent")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("dark", [False, True])
def test_it_fits_and_can_be_read(report: Report, tmp_path: Path, width: int, dark: bool) -> None:
    with chromium(written(report, tmp_path), width, dark=dark) as view:
        view.ask("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        tab_to_a_name(view)
        assert view.ask("document.documentElement.scrollWidth") <= width
        contrast = view.ask(CONTRAST)
    assert len(contrast) > 10
    assert min(contrast) >= 4.5
