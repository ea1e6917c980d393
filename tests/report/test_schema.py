from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from unghost.errors import UnghostError
from unghost.report.schema import read_report, validate, write_report

Report = dict[str, Any]


def test_round_trip(report: Report, tmp_path: Path) -> None:
    write_report(report, tmp_path / "report.json")
    assert read_report(tmp_path / "report.json") == report


@pytest.mark.parametrize("version", [0, 1, 3, None, "4"])
def test_other_versions_are_refused(report: Report, version: Any) -> None:
    report["version"] = version
    with pytest.raises(UnghostError, match="reads version 4"):
        validate(report)


def test_the_wrong_place_is_named(report: Report) -> None:
    report["rounds"][1]["discover"]["arms"][0]["yield"] = "many"
    with pytest.raises(UnghostError, match=r"rounds\.1\.discover\.arms\.0\.yield") as caught:
        validate(report)
    assert "\n" not in str(caught.value)


def test_missing_and_unknown_keys_are_named(report: Report) -> None:
    with pytest.raises(UnghostError, match="surplus"):
        validate({**report, "surplus": 1})
    rate = report["rounds"][0]["validate"]["by_asks"]["code"]["rate"]
    rate["surplus"] = 1
    with pytest.raises(UnghostError, match=r"rate\.surplus"):
        validate(report)
    del rate["surplus"]
    del report["heldout"]["cut"]
    with pytest.raises(UnghostError, match=r"heldout\.cut"):
        validate(report)


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"version": 1}'])
def test_a_broken_file_is_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "report.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnghostError) as caught:
        read_report(path)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UnghostError, match="cannot read the report"):
        read_report(tmp_path / "none.json")


def test_no_half_report_is_written(report: Report, tmp_path: Path) -> None:
    report["heldout"]["retention"]["value"] = "high"
    with pytest.raises(UnghostError):
        write_report(report, tmp_path / "report.json")
    assert list(tmp_path.iterdir()) == []
