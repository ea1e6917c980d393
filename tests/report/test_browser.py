"""The page in a real browser: it draws, runs nothing of a model's, and fits a narrow screen."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from unghost.report.page import write_page

pytestmark = pytest.mark.chromium

Report = dict[str, Any]
HOSTILE = (
    "</span><script>document.title='pwned'</script><img src=x onerror=\"document.title='pwned'\">"
)


def browse(page: Path, *options: str, width: int = 1280) -> str:
    """Open a page without a window and give what the browser prints."""
    profile = page.parent / "profile"
    done = subprocess.run(
        [
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={profile}",
            f"--window-size={width},900",
            *options,
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_the_dom_holds_the_page_and_the_switch(report: Report, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    write_page(report, page)
    dom = browse(page, "--dump-dom")
    assert "Invented names in 5.0 % of answers" in dom
    assert dom.count("<svg") == 5
    assert re.search(r'<button type="button" class="theme">(Light|Dark)</button>', dom)


def test_nothing_a_model_wrote_runs(report: Report, tmp_path: Path) -> None:
    for side in ("before", "after"):
        report["examples"][0][side].append({"text": HOSTILE, "role": "plain", "kl": None})
    report["examples"][0]["question"] = HOSTILE
    report["model"] = report["stopping"] = HOSTILE
    page = tmp_path / "report.html"
    write_page(report, page)
    dom = browse(page, "--dump-dom")
    assert "<title>unghost: demo</title>" in dom
    assert "<img" not in dom


def test_the_policy_stops_what_escaping_would_not(report: Report, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    write_page(report, page)
    broken = page.read_text(encoding="utf-8").replace("<main>", f"<main>{HOSTILE}")
    page.write_text(broken, encoding="utf-8")
    assert "<title>unghost: demo</title>" in browse(page, "--dump-dom")


def test_a_screenshot_has_a_picture_in_it(report: Report, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    write_page(report, page)
    shot = tmp_path / "shot.png"
    browse(page, f"--screenshot={shot}", width=1280)
    data = shot.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert len(data) > 30_000  # a blank page of this size has a tenth of that
