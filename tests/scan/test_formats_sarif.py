from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import jsonschema
import pytest
from hypothesis import given

from scan_cases import hostile_reports, make_finding, make_report, one_of_everything
from unghost import __version__
from unghost.scan.finding import RULES, Problem, Report, Suppression
from unghost.scan.output import render

_FILE = Path(__file__).parent / "sarif-2.1.0.json"
VALIDATOR = jsonschema.Draft4Validator(json.loads(_FILE.read_text(encoding="utf-8")))
URI = re.compile(r"(?:[A-Za-z0-9/._~-]|%[0-9A-F]{2})*")


def read(report: Report) -> dict[str, Any]:
    written = render(report, "sarif", color=False, fail_on="error")
    assert written.isascii()
    log: dict[str, Any] = json.loads(written)
    return log


def results(report: Report) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read(report)["runs"][0]["results"]
    return found


def test_the_schema_is_the_official_one_unchanged() -> None:
    digest = hashlib.sha256(_FILE.read_bytes()).hexdigest()
    assert digest == "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"
    assert not VALIDATOR.is_valid({"version": "2.1.0", "runs": [{"tool": {}}]})


def test_a_small_log_in_full() -> None:
    found = make_finding("x flask-zorp", line=3, suggestions=("flask-zap",), fingerprint="0123")
    log = read(make_report(found, problems=(Problem("big.json", "it is too large"),)))
    rules = log["runs"][0]["tool"]["driver"].pop("rules")
    assert [rule["id"] for rule in rules] == list(RULES)
    assert rules[3] == {
        "id": "placeholder",
        "shortDescription": {"text": "The registry holds this name to keep others from it."},
        "fullDescription": {"text": "The registry holds this name to keep others from it."},
        "help": {"text": "Take the name that was meant: what is there holds no code."},
        "defaultConfiguration": {"level": "warning"},
    }
    assert log == {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
        "sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "unghost",
                        "version": __version__,
                        "semanticVersion": __version__,
                    }
                },
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {
                    "ROOT": {
                        "description": {"text": "The folder that was scanned."},
                        "uri": "file:///srv/shop/",
                    }
                },
                "invocations": [
                    {
                        "executionSuccessful": True,
                        "toolExecutionNotifications": [
                            {
                                "level": "warning",
                                "message": {
                                    "text": "big.json could not be read completely: it is too large"
                                },
                                "locations": [
                                    {
                                        "physicalLocation": {
                                            "artifactLocation": {
                                                "uri": "big.json",
                                                "uriBaseId": "ROOT",
                                            }
                                        }
                                    }
                                ],
                            }
                        ],
                    }
                ],
                "results": [
                    {
                        "ruleId": "ghost",
                        "ruleIndex": 0,
                        "level": "error",
                        "message": {
                            "text": "PyPI has no package flask-zorp (it is not in the snapshot)."
                            " Did you mean flask-zap?"
                        },
                        "locations": [
                            {
                                "physicalLocation": {
                                    "artifactLocation": {
                                        "uri": "requirements.txt",
                                        "uriBaseId": "ROOT",
                                    },
                                    "region": {
                                        "startLine": 3,
                                        "startColumn": 3,
                                        "endLine": 3,
                                        "endColumn": 13,
                                    },
                                }
                            }
                        ],
                        "partialFingerprints": {"unghost/v1": "0123"},
                        "suppressions": [],
                    }
                ],
            }
        ],
    }


def test_everything_keeps_to_the_schema_and_to_its_rule() -> None:
    log = read(one_of_everything())
    VALIDATOR.validate(log)
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        rule = rules[result["ruleIndex"]]
        assert rule["id"] == result["ruleId"]
        assert rule["defaultConfiguration"]["level"] == result["level"]
    levels = [result["level"] for result in run["results"] if not result["suppressions"]]
    assert levels == ["error", "error", "error", "warning", "note"]


def test_a_fix_puts_the_replacement_where_the_name_stands() -> None:
    line = "dep = ['你bs4']"
    found = make_finding(line, "bs4", replacement="beautifulsoup4", line=2)
    (result,) = results(make_report(found))
    (fix,) = result["fixes"]
    (change,) = fix["artifactChanges"]
    assert change["artifactLocation"] == {"uri": "requirements.txt", "uriBaseId": "ROOT"}
    (edit,) = change["replacements"]
    region = edit["deletedRegion"]
    assert (region["startLine"], region["endLine"]) == (2, 2)
    before, after = line[: region["startColumn"] - 1], line[region["endColumn"] - 1 :]
    assert before + edit["insertedContent"]["text"] + after == "dep = ['你beautifulsoup4']"
    assert "fixes" not in results(make_report(make_finding()))[0]


@pytest.mark.parametrize(
    ("said", "kind", "reason"),
    [
        (Suppression("comment", "our own", "2027-01-31"), "inSource", "our own (until 2027-01-31)"),
        (Suppression("settings", "our own"), "external", "our own"),
        (Suppression("baseline", "it was there"), "external", "it was there"),
    ],
)
def test_who_suppressed_a_finding_is_said(said: Suppression, kind: str, reason: str) -> None:
    (result,) = results(make_report(make_finding(suppressed=said)))
    assert result["suppressions"] == [{"kind": kind, "status": "accepted", "justification": reason}]


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("docs/set up.md", "docs/set%20up.md"),
        ("a:b/c#d?e%.txt", "a%3Ab/c%23d%3Fe%25.txt"),
        ("你.txt", "%E4%BD%A0.txt"),
        ("caf\udce9.txt", "caf%E9.txt"),
        ("x\ud800", "x%EF%BF%BD"),
    ],
)
def test_paths_become_relative_uris(path: str, uri: str) -> None:
    (result,) = results(make_report(make_finding(path=path)))
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": uri, "uriBaseId": "ROOT"}


def test_a_text_from_standard_input_is_not_below_the_root() -> None:
    (result,) = results(make_report(make_finding(path="<stdin>")))
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "%3Cstdin%3E"}


@pytest.mark.parametrize(
    ("root", "uri"),
    [("/srv/my shop", "file:///srv/my%20shop/"), ("/", "file:///"), (".", None)],
)
def test_the_root_is_an_absolute_folder_or_only_described(root: str, uri: str | None) -> None:
    bases = read(make_report(root=root))["runs"][0]["originalUriBaseIds"]
    assert bases["ROOT"].get("uri") == uri


def test_a_name_over_two_lines_ends_in_the_second() -> None:
    (result,) = results(make_report(make_finding("a\nbc", "a\nbc", line=4, column=7)))
    assert result["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 4,
        "startColumn": 7,
        "endLine": 5,
        "endColumn": 3,
    }


def test_a_message_holds_neither_links_nor_placeholders() -> None:
    (result,) = results(make_report(make_finding(why="flask-zorp {0} [a](https://example.org)")))
    said = result["message"]["text"]
    assert said.startswith("flask-zorp {{0}} [a] (https://example.org). ")


@given(hostile_reports())
def test_any_text_gives_a_valid_log(report: Report) -> None:
    log = read(report)
    VALIDATOR.validate(log)
    found = log["runs"][0]["results"]
    assert len(found) == len(report.findings)
    for result, finding in zip(found, report.findings, strict=True):
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert URI.fullmatch(uri)
        if finding.path.isascii():
            assert unquote_to_bytes(uri).decode("ascii") == finding.path
        assert "](" not in result["message"]["text"]
        undoubled = result["message"]["text"].replace("{{", "").replace("}}", "")
        assert not {"{", "}"} & set(undoubled)
