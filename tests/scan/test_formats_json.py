from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest
from hypothesis import given

from scan_cases import hostile_reports, make_finding, make_report, one_of_everything
from unghost import __version__
from unghost.records import MentionKind
from unghost.scan.finding import RULES, Report, Suppression
from unghost.scan.output import render

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "src/unghost/data/schemas/scan-report-1.json").read_text(
        encoding="utf-8"
    )
)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def read(report: Report, fail_on: Any = "error") -> dict[str, Any]:
    written: dict[str, Any] = json.loads(render(report, "json", color=False, fail_on=fail_on))
    return written


def test_a_small_report_in_full() -> None:
    found = make_finding(
        "x flask-zorp",
        line=3,
        start=20,
        end=30,
        suggestions=("flask-zap",),
        fingerprint="0123",
        suppressed=Suppression("settings", "moved soon", "2027-01-31"),
    )
    assert read(make_report(found)) == {
        "schema": 1,
        "tool": {"name": "unghost", "version": __version__},
        "root": "/srv/shop",
        "summary": {
            "errors": 0,
            "warnings": 0,
            "unverified": 0,
            "suppressed": {"comment": 0, "settings": 1, "baseline": 0},
            "files": 2,
            "names": 5,
            "left_out": 0,
            "skipped": {
                "links": 0,
                "environments": 0,
                "installed": 0,
                "excluded": 0,
                "ignored": 0,
                "lists": 0,
            },
            "problems": 0,
            "exit_code": 0,
        },
        "truths": [
            {
                "ecosystem": "pypi",
                "snapshot": "pypi-2026-10-01",
                "as_of": "2026-10-01",
                "label": "a complete snapshot of PyPI (800,000 names)",
            }
        ],
        "findings": [
            {
                "rule": "ghost",
                "level": "error",
                "name": "flask-zorp",
                "raw": "flask-zorp",
                "canonical": "flask-zorp",
                "ecosystem": "pypi",
                "kind": "manifest",
                "path": "requirements.txt",
                "line": 3,
                "column": 3,
                "end_column": 13,
                "start": 20,
                "end": 30,
                "text": "x flask-zorp",
                "why": "PyPI has no package flask-zorp (it is not in the snapshot)",
                "help": RULES["ghost"].help,
                "suggestions": ["flask-zap"],
                "replacement": None,
                "first_seen": None,
                "snapshot": "pypi-2026-10-01",
                "fingerprint": "0123",
                "suppressed": {"by": "settings", "reason": "moved soon", "until": "2027-01-31"},
            }
        ],
        "problems": [],
    }


def test_the_summary_counts_and_gives_the_exit_code() -> None:
    summary = read(one_of_everything())["summary"]
    assert summary == {
        "errors": 3,
        "warnings": 1,
        "unverified": 1,
        "suppressed": {"comment": 1, "settings": 1, "baseline": 1},
        "files": 3,
        "names": 1312,
        "left_out": 4,
        "skipped": {
            **{"links": 1, "environments": 0, "installed": 2, "excluded": 0},
            **{"ignored": 1200, "lists": 3},
        },
        "problems": 1,
        "exit_code": 1,
    }
    assert read(one_of_everything(), "never")["summary"]["exit_code"] == 3
    new = make_report(make_finding(rule="new"))
    assert read(new)["summary"]["exit_code"] == 0
    assert read(new, "warning")["summary"]["exit_code"] == 1
    assert read(make_report(files=0))["summary"]["exit_code"] == 4


def test_a_report_with_everything_keeps_to_the_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    VALIDATOR.validate(read(one_of_everything()))


def test_the_schema_refuses_what_is_missing_and_what_is_more() -> None:
    whole = read(one_of_everything())
    places = list(_objects(whole))
    assert len(places) == 18
    for steps in places:
        grown = deepcopy(whole)
        _at(grown, steps)["surplus"] = 1
        assert not VALIDATOR.is_valid(grown), steps
        for key in _at(whole, steps):
            shrunk = deepcopy(whole)
            del _at(shrunk, steps)[key]
            assert not VALIDATOR.is_valid(shrunk), (steps, key)


def _objects(value: Any, steps: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        yield steps
        for key, item in value.items():
            yield from _objects(item, (*steps, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _objects(item, (*steps, index))


def _at(value: Any, steps: tuple[Any, ...]) -> Any:
    for step in steps:
        value = value[step]
    return value


def test_the_schema_knows_what_the_records_know() -> None:
    finding = SCHEMA["$defs"]["finding"]["properties"]
    assert finding["rule"]["enum"] == list(RULES)
    assert finding["level"]["enum"] == list(dict.fromkeys(rule.level for rule in RULES.values()))
    assert finding["kind"]["enum"] == list(get_args(MentionKind))


def test_the_schema_describes_every_property() -> None:
    described = [
        (key, part)
        for steps in _objects(SCHEMA)
        for key, part in _at(SCHEMA, steps).get("properties", {}).items()
        if steps[-1:] != ("properties",)
    ]
    assert len(described) > 45
    assert [key for key, part in described if not part.get("description", "").endswith(".")] == []


@pytest.mark.parametrize("bad", ["\ud800", "a\udcffb", "\ud83d\ude00"])
def test_lone_surrogates_are_replaced(bad: str) -> None:
    written = render(make_report(make_finding(path=bad)), "json", color=False, fail_on="error")
    assert "\\ud8" not in written
    assert set("ab\ufffd") >= set(json.loads(written)["findings"][0]["path"])


@given(hostile_reports())
def test_any_text_gives_json_that_keeps_to_the_schema(report: Report) -> None:
    written = render(report, "json", color=False, fail_on="warning")
    assert written.isascii()
    found = json.loads(written)
    VALIDATOR.validate(found)
    names = [finding.name.encode("utf-8", "replace") for finding in report.findings]
    assert len(found["findings"]) == len(names)
    for finding, given_name in zip(found["findings"], report.findings, strict=True):
        clean = "".join("\ufffd" if 0xD800 <= ord(c) < 0xE000 else c for c in given_name.name)
        assert finding["name"] == clean
