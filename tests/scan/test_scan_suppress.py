from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from unghost.errors import UnghostError
from unghost.scan.finding import Finding, Report, Suppression, fingerprint
from unghost.scan.judging.suppress import (
    by_baseline,
    by_comments,
    by_settings,
    read_baseline,
    write_baseline,
)
from unghost.scan.settings import Ignore

TODAY = "2026-06-15"
FINDING = Finding(
    rule="ghost",
    name="Acme_Tool",
    raw="Acme_Tool",
    canonical="acme-tool",
    ecosystem="pypi",
    kind="manifest",
    path="app/requirements.txt",
    line=3,
    column=1,
    start=10,
    end=19,
    text="Acme_Tool",
    text_column=1,
    why="it is not there",
)

COUNTS = [
    ("x  # unghost: ignore[acme-tool]: ours", Suppression("comment", "ours")),
    ("// unghost: ignore[Acme_Tool] -- ours", Suppression("comment", "ours")),
    ("<!-- unghost: ignore[acme-*]: ours -->", Suppression("comment", "ours")),
    ("/* unghost:ignore [x, acme-tool] : ours */", Suppression("comment", "ours")),
    (
        "# unghost: ignore[acme-tool] until 2026-06-15: ours",
        Suppression("comment", "ours", "2026-06-15"),
    ),
    ("# unghost: ignore[*]: all of them", Suppression("comment", "all of them")),
]
FAULTS = [
    ("# unghost: ignore[acme-tool]", "needs a name and a reason"),
    ("# unghost: ignore", "needs a name and a reason"),
    ("# unghost: ignore: everything", "needs a name"),
    ("# unghost: ignore[]: everything", "needs a name"),
    ("# unghost: ignore[acme-tool]:", "gives no reason"),
    ("<!-- unghost: ignore[acme-tool]: -->", "gives no reason"),
    ("# unghost: ignore[acme-tool] until 2026-06-14: ours", "ended on 2026-06-14"),
    ("# unghost: ignore[acme-tool] until tomorrow: ours", "needs a date"),
]


@pytest.mark.parametrize(("comment", "suppression"), COUNTS)
def test_a_comment_with_name_and_reason_counts(comment: str, suppression: Suppression) -> None:
    assert by_comments(FINDING, [comment], TODAY).suppression == suppression


@pytest.mark.parametrize(("comment", "fault"), FAULTS)
def test_a_comment_that_lacks_something_counts_for_nothing_and_is_told(
    comment: str, fault: str
) -> None:
    said = by_comments(FINDING, [comment], TODAY)
    assert said.suppression is None
    assert said.fault is not None
    assert fault in said.fault


@pytest.mark.parametrize(
    "comment", ["# unghost: ignore[other]: ours", "# ignore[acme-tool]: x", "# unghost is good", ""]
)
def test_a_comment_on_something_else_says_nothing(comment: str) -> None:
    said = by_comments(FINDING, [comment], TODAY)
    assert (said.suppression, said.fault) == (None, None)


@pytest.mark.parametrize(
    "comment", ["unghost: ignore[" + "a" * 39_000, "unghost: ignore " * 2_500, "ignore[" * 5_000]
)
def test_a_hostile_comment_ignores_nothing(comment: str) -> None:
    # A pattern that backtracks would not come to an end.
    said = by_comments(FINDING, [comment], TODAY)
    assert said.suppression is None
    assert (said.fault is not None) == comment.startswith("unghost")


@pytest.mark.parametrize(
    ("ignore", "counts"),
    [
        (Ignore("acme-*", "ours"), True),
        (Ignore("acme-*", "ours", ecosystem="pypi", path="app/*"), True),
        (Ignore("acme-*", "ours", ecosystem="npm"), False),
        (Ignore("acme-*", "ours", path="docs/*"), False),
        (Ignore("acme-*", "ours", until=TODAY), True),
        (Ignore("other", "ours"), False),
    ],
)
def test_ignores_of_the_settings(ignore: Ignore, counts: bool) -> None:
    said = by_settings(FINDING, [ignore], TODAY)
    assert (said.suppression is not None) == counts
    assert said.fault is None


def test_an_ignore_that_is_over_is_told() -> None:
    said = by_settings(FINDING, [Ignore("acme-tool", "ours", until="2026-06-14")], TODAY)
    assert said.suppression is None
    assert said.fault == "the ignore of acme-tool ended on 2026-06-14"


def test_a_fingerprint_is_of_the_name_and_not_of_the_line() -> None:
    moved = replace(FINDING, line=300, column=9, start=5000, end=5009, text="other")
    assert fingerprint(moved, 0) == fingerprint(FINDING, 0)
    assert fingerprint(FINDING, 1) != fingerprint(FINDING, 0)
    for other in ({"path": "b"}, {"canonical": "b"}, {"rule": "new"}, {"ecosystem": "npm"}):
        assert fingerprint(replace(FINDING, **other), 0) != fingerprint(FINDING, 0)


def test_a_baseline_keeps_what_counts_and_what_it_had(tmp_path: Path) -> None:
    kept = replace(FINDING, fingerprint="a")
    had = replace(FINDING, fingerprint="b", suppressed=Suppression("baseline", "x"))
    ignored = replace(FINDING, fingerprint="c", suppressed=Suppression("comment", "x"))
    report = Report("/", (kept, had, ignored), (), 1, 3)
    assert write_baseline(tmp_path / "base.json", report) == 2
    known = read_baseline(tmp_path / "base.json")
    assert known == {"a", "b"}
    assert by_baseline(kept).suppressed == Suppression("baseline", "it is in the baseline")
    assert by_baseline(ignored) == ignored


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"schema": 2, "findings": []}',
        '{"schema": 1, "findings": [1]}',
        '{"schema": 1, "findings": {"a": 1}}',
        "[" * 99999,
        "\xff",
    ],
)
def test_what_is_no_baseline_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "base.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(UnghostError, match="write"):
        read_baseline(tmp_path / "base.json")


def test_a_baseline_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnghostError, match="cannot read the baseline"):
        read_baseline(tmp_path / "base.json")


def test_the_baseline_is_json_that_people_can_review(tmp_path: Path) -> None:
    write_baseline(tmp_path / "b", Report("/", (replace(FINDING, fingerprint="a"),), (), 1, 1))
    assert json.loads((tmp_path / "b").read_text()) == {
        "schema": 1,
        "findings": [
            {
                "fingerprint": "a",
                "rule": "ghost",
                "ecosystem": "pypi",
                "name": "Acme_Tool",
                "path": "app/requirements.txt",
            }
        ],
    }
