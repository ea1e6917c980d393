from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pytest
from hypothesis import given

from scan_cases import hostile_reports, make_finding, make_report, one_of_everything
from unghost.scan.finding import Problem, Report, Suppression
from unghost.scan.output import render

GOLDEN = """\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="unghost" tests="4" failures="1" errors="1" skipped="1" time="0">
  <testsuite name="unghost" tests="4" failures="1" errors="1" skipped="1" time="0">
    <testcase classname="a&lt;b.txt" name="ghost: flask-zorp (line 3, column 1)" time="0">
      <failure message="&quot;flask-zorp&quot; &amp; &#233;" type="ghost">a&lt;b.txt:3:1
flask-zorp==1.2
&quot;flask-zorp&quot; &amp; &#233;
did you mean flask-zap?</failure>
    </testcase>
    <testcase classname="b.txt" name="ghost: flask-zorp (line 1, column 1)" time="0">
      <skipped message="suppressed by comment until 2027-01-31 (ours): PyPI has no package \
flask-zorp (it is not in the snapshot)">b.txt:1:1
flask-zorp==1.2
suppressed by comment until 2027-01-31 (ours): PyPI has no package flask-zorp (it is not in the \
snapshot)
did you mean flask-zap?</skipped>
    </testcase>
    <testcase classname="big.json" name="could not be read completely" time="0">
      <error message="it is too large" type="not-read">big.json: it is too large</error>
    </testcase>
    <testcase classname="unghost" name="scan" time="0">
      <system-out>1 error, 0 warnings, 0 not verified in 2 files, 5 names; 1 suppressed (1 by \
comment); 1 could not be read completely
compared with a complete snapshot of PyPI (800,000 names), 2026-10-01</system-out>
    </testcase>
  </testsuite>
</testsuites>
"""


def junit(report: Report, fail_on: Any = "error") -> ET.Element:
    written = render(report, "junit", color=False, fail_on=fail_on)
    assert written.isascii()
    return ET.fromstring(written)


def outcomes(root: ET.Element) -> list[str]:
    return [outcome.tag for case in root.iter("testcase") for outcome in case]


def test_a_small_report_in_full() -> None:
    near = ("flask-zap",)
    report = make_report(
        make_finding(path="a<b.txt", line=3, why='"flask-zorp" & \u00e9', suggestions=near),
        make_finding(
            path="b.txt", suggestions=near, suppressed=Suppression("comment", "ours", "2027-01-31")
        ),
        problems=(Problem("big.json", "it is too large"),),
    )
    assert render(report, "junit", color=False, fail_on="error") == GOLDEN


@pytest.mark.parametrize(
    ("fail_on", "error", "warning", "failures"),
    [
        ("error", "failure", "system-out", "3"),
        ("warning", "failure", "failure", "4"),
        ("never", "system-out", "system-out", "0"),
    ],
)
def test_findings_fail_from_a_level_on(
    fail_on: str, error: str, warning: str, failures: str
) -> None:
    root = junit(one_of_everything(), fail_on)
    assert outcomes(root) == [
        *(error, error, error, "skipped"),
        *(warning, "skipped"),
        *("skipped", "skipped"),
        *("error", "system-out"),
    ]
    (suite,) = root
    assert root.get("failures") == suite.get("failures") == failures
    assert suite.get("skipped") == "4"


def test_the_file_is_the_class_and_each_finding_a_test() -> None:
    cases = list(junit(one_of_everything()).iter("testcase"))
    assert [case.get("classname") for case in cases] == [
        *["requirements.txt"] * 4,
        *["docs/set up.md"] * 2,
        *["tools/req.txt"] * 2,
        "data/big.json",
        "unghost",
    ]
    assert len({(case.get("classname"), case.get("name")) for case in cases}) == len(cases)
    assert cases[4].get("name") == "new: 你好-kit (line 7, column 13)"


def test_a_clean_report_is_a_test_that_passed() -> None:
    root = junit(make_report())
    assert (root.get("tests"), root.get("failures"), root.get("skipped")) == ("1", "0", "0")
    assert outcomes(root) == ["system-out"]
    assert root.findtext(".//system-out", "").startswith("clean: 5 names in 2 files; 0 suppressed")


def test_characters_that_xml_forbids_are_replaced() -> None:
    bad = "a\x00b\x1bc\ufffed\ud800e\tf"
    (case, _) = junit(make_report(make_finding(bad, bad, path=bad))).iter("testcase")
    assert case.get("classname") == "a?b?c?d?e   f"


@given(hostile_reports())
def test_any_text_gives_xml_whose_counts_are_right(report: Report) -> None:
    root = junit(report, "warning")
    (suite,) = root
    assert root.attrib == suite.attrib
    assert all(len(case) == 1 for case in suite)
    tags = outcomes(root)
    assert suite.get("tests") == str(len(tags))
    assert len(tags) == len(report.findings) + len(report.problems) + 1
    for kind, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert suite.get(kind) == str(tags.count(tag))
    assert tags.count("failure") == len(report.active)
    assert tags.count("error") == len(report.problems)
