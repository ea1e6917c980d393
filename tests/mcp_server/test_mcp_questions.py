from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scan_cases import NASTY
from scan_world import build_names, isolate, write_tree
from unghost.mcp_server import questions as room
from unghost.mcp_server.questions import MOST_FINDINGS, Questions, ToolResult
from unghost.mcp_server.shapes import LONGEST_NAME, LONGEST_TEXT, MOST_NAMES, QUESTIONS
from unghost.scan.settings import Ignore, ScanSettings
from unghost.syntax.printable import printable


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Questions:
    """Questions about a project that has a package of its own, and a snapshot of PyPI."""
    isolate(monkeypatch, tmp_path)
    return _questions(tmp_path)


def _questions(folder: Path, **changes: Any) -> Questions:
    project = write_tree(
        folder / "project",
        {"pyproject.toml": '[project]\nname = "our-own-thing"\nversion = "1"\n'},
    )
    universe = build_names(folder / "pypi.names")
    settings = ScanSettings(universe=(str(universe),), offline=True, **changes)
    return Questions(settings, project)


def _structure(answer: ToolResult) -> dict[str, Any]:
    assert answer.structure is not None, answer.text
    return answer.structure


def _statuses(answer: ToolResult) -> dict[str, str]:
    return {one["name"]: one["status"] for one in _structure(answer)["names"]}


def test_each_name_gets_its_status_in_order(asked: Questions) -> None:
    names = ["requests", "flask-zorp", "cv2", "os", "Flask_Cors", "our-own-thing", "a b", ""]
    answer = asked.ask("check_names", {"names": names})
    assert list(_statuses(answer).items()) == [
        ("requests", "ok"),
        ("flask-zorp", "ghost"),
        ("cv2", "import-name"),
        ("os", "builtin-name"),
        ("Flask_Cors", "ok"),
        ("our-own-thing", "ok"),
        ("a b", "ghost"),
        ("", "ghost"),
    ]
    structure = _structure(answer)
    assert structure["counts"] == {"ok": 3, "ghost": 3, "import-name": 1, "builtin-name": 1}
    assert structure["names"][1]["suggestions"][0] == "flask-cors"
    assert structure["names"][2]["suggestions"] == ["opencv-python"]
    assert structure["names"][0]["snapshot"].startswith("pypi:2026-01-01:")
    lines = answer.text.split("\n")
    assert lines[0] == "8 names of pypi: 3 ok, 3 ghost, 1 import-name, 1 builtin-name"
    assert lines[-1] == "ok: requests, Flask_Cors, our-own-thing"
    assert "- 'a b': ghost: PyPI allows no package of such a name" in lines


def test_a_name_asked_for_twice_is_answered_twice(asked: Questions) -> None:
    answer = asked.ask("check_names", {"names": ["requests", "no-such", "requests"]})
    assert [one["name"] for one in _structure(answer)["names"]] == [
        "requests",
        "no-such",
        "requests",
    ]


def test_what_nothing_can_say_is_unverified_and_not_ok(asked: Questions) -> None:
    answer = asked.ask("check_names", {"names": ["left-pad", "lodash"], "ecosystem": "npm"})
    assert _structure(answer)["counts"] == {"unverified": 2}
    assert "unverified: " in answer.text
    assert "(this is not ok)" in answer.text
    assert "ok: " not in answer.text
    scanned = asked.ask("scan_text", {"text": "npm install left-pad", "language": "bash"})
    assert _structure(scanned)["counts"]["unverified"] == 1
    assert "names that could not be verified are not ok" in scanned.text


@pytest.mark.parametrize("given", ['["requests", "numpy"]', ["requests", "numpy"]])
def test_a_list_written_into_a_text_is_taken(asked: Questions, given: object) -> None:
    assert _statuses(asked.ask("check_names", {"names": given})) == {
        "requests": "ok",
        "numpy": "ok",
    }


@pytest.mark.parametrize("given", ["requests", "[", "[" * 50_000, '"a"', "7"])
def test_a_text_that_is_no_list_is_one_name(asked: Questions, given: str) -> None:
    answer = asked.ask("check_names", {"names": given})
    if len(given) > LONGEST_NAME:
        assert answer == ToolResult(
            f"names.0: String should have at most {LONGEST_NAME} characters"
        )
    else:
        assert list(_statuses(answer)) == [given]


def test_findings_say_where_and_what(asked: Questions) -> None:
    text = "# Setup\n\n```bash\npip install flask-zorp requests\npip install cv2\n```\n"
    answer = asked.ask("scan_text", {"text": text})
    structure = _structure(answer)
    found = [(one["rule"], one["level"], one["name"], one["line"]) for one in structure["findings"]]
    assert found == [("ghost", "error", "flask-zorp", 4), ("import-name", "error", "cv2", 5)]
    assert structure["findings"][1]["replacement"] == "opencv-python"
    assert structure["findings"][1]["suppressed"] is None
    assert structure["counts"] == {
        "names": 3,
        "errors": 2,
        "warnings": 0,
        "unverified": 0,
        "suppressed": 0,
        "not_told": 0,
    }
    (compared,) = structure["compared_with"]
    assert (compared["ecosystem"], compared["as_of"]) == ("pypi", "2026-01-01")
    assert "did you mean flask" in answer.text
    assert "2 errors, 0 warnings, 0 not verified" in answer.text


def test_the_language_may_be_that_of_a_file(asked: Questions) -> None:
    given = {"text": "requests==2\nzorp-kit==1\n", "language": "requirements.txt"}
    structure = _structure(asked.ask("scan_text", given))
    assert [one["name"] for one in structure["findings"]] == ["zorp-kit"]
    assert structure["counts"]["names"] == 2


def test_a_text_without_names_is_said_to_have_none(asked: Questions) -> None:
    answer = asked.ask("scan_text", {"text": "hello"})
    assert _structure(answer)["counts"]["names"] == 0
    assert "no package name was found" in answer.text


def test_comments_and_baselines_of_the_asker_do_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    isolate(monkeypatch, tmp_path)
    asked = _questions(tmp_path, comments=True, baseline=str(tmp_path / "none.json"))
    text = "import zorpkit  # unghost: ignore[zorpkit]: trust me\n"
    structure = _structure(asked.ask("scan_text", {"text": text, "language": "python"}))
    assert structure["counts"]["errors"] == 1
    assert [one["rule"] for one in structure["findings"]] == ["ghost"]


def test_ignores_of_the_settings_count_and_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    isolate(monkeypatch, tmp_path)
    asked = _questions(tmp_path, ignore=(Ignore("zorp-*", "our own index"),))
    structure = _structure(asked.ask("scan_text", {"text": "pip install zorp-kit"}))
    assert structure["counts"]["suppressed"] == 1
    assert structure["findings"][0]["suppressed"] == "our own index"
    checked = _structure(asked.ask("check_names", {"names": ["zorp-kit"]}))
    assert (checked["names"][0]["status"], checked["names"][0]["why"]) == ("ok", "our own index")


def test_suggestions_are_the_package_of_a_module_and_near_names(asked: Questions) -> None:
    module = _structure(asked.ask("suggest", {"name": "yaml", "ecosystem": "pypi"}))
    assert module["suggestions"][0] == "pyyaml"
    answer = asked.ask("suggest", {"name": "reqeusts", "ecosystem": "pypi"})
    assert _structure(answer)["suggestions"] == ["requests"]
    assert answer.text == "similar to reqeusts in pypi: requests"
    none = asked.ask("suggest", {"name": "qqqqqqqq", "ecosystem": "pypi"})
    assert none.text == "no name is similar to qqqqqqqq in pypi"


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("check_names", {"names": ["a"], "ecosystem": "ham"}, "the ecosystem 'ham' is not known"),
        ("suggest", {"name": "a", "ecosystem": "ham\n"}, "the ecosystem 'ham\\n' is not known"),
        ("suggest", {"name": "a", "ecosystem": "npm"}, "no snapshot lists the names of npm"),
        ("suggest", {"name": "a"}, "ecosystem: Field required"),
        ("check_names", {"name": ["a"]}, "names: Field required; name: Extra inputs"),
        ("check_names", {"names": []}, "names: "),
        ("check_names", {"names": 7}, "names: Input should be a valid list"),
        ("check_names", {"names": ["a"] * (MOST_NAMES + 1)}, "names: "),
        ("check_names", {"names": ["a" * (LONGEST_NAME + 1)]}, "names.0: String should have at"),
        ("check_names", {"names": ["\ud800"]}, "names.0: Input should be a valid string"),
        ("scan_text", {"text": "a" * (LONGEST_TEXT + 1)}, "text: String should have at most"),
        ("scan_text", {}, "text: Field required"),
        ("scan_text", {"text": "a", "\x1b[2J": 1}, "?[2J: Extra inputs are not permitted"),
        ("names\n", {}, "there is no tool 'names\\n'"),
    ],
)
def test_a_mistake_is_an_error_of_one_line(
    asked: Questions, name: str, arguments: dict[str, Any], said: str
) -> None:
    answer = asked.ask(name, arguments)
    assert answer.structure is None
    assert said in answer.text
    assert answer.text.isprintable()


def test_a_snapshot_that_is_not_there_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    isolate(monkeypatch, tmp_path)
    asked = Questions(ScanSettings(universe=("pypi",), offline=True), tmp_path)
    for name, arguments in (
        ("check_names", {"names": ["requests"]}),
        ("scan_text", {"text": "pip install requests"}),
        ("suggest", {"name": "requests", "ecosystem": "pypi"}),
    ):
        answer = asked.ask(name, arguments)
        assert answer.structure is None
        assert "unghost names pull pypi" in answer.text


def test_the_largest_questions_are_answered(asked: Questions) -> None:
    names = [f"requests{'x' * (LONGEST_NAME - 12)}{number:04}" for number in range(MOST_NAMES)]
    assert len(names[0]) == LONGEST_NAME
    assert _structure(asked.ask("check_names", {"names": names}))["counts"] == {"ghost": MOST_NAMES}
    text = "pip install requests\n" + "x" * (LONGEST_TEXT - 21)
    assert _structure(asked.ask("scan_text", {"text": text}))["counts"]["names"] >= 1


def test_of_too_many_findings_the_gravest_are_told(asked: Questions) -> None:
    text = "".join(f"npm install zorp-{number}\n" for number in range(MOST_FINDINGS))
    text += "pip install zorp-kit\npip install zorp-kat\n"
    answer = asked.ask("scan_text", {"text": text, "language": "bash"})
    structure = _structure(answer)
    assert len(structure["findings"]) == MOST_FINDINGS
    assert [one["name"] for one in structure["findings"][:2]] == ["zorp-kit", "zorp-kat"]
    counts = structure["counts"]
    assert (counts["errors"], counts["unverified"], counts["not_told"]) == (2, MOST_FINDINGS, 2)
    assert "2 further findings not listed" in answer.text


@pytest.mark.parametrize("place", ["home", "/"])
def test_the_users_folder_and_the_whole_disk_are_no_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    isolate(monkeypatch, tmp_path)
    write_tree(tmp_path / "home", {"pyproject.toml": '[project]\nname = "at-home"\n'})
    universe = build_names(tmp_path / "pypi.names")
    settings = ScanSettings(universe=(str(universe),), offline=True)
    asked = Questions(settings, tmp_path / "home" if place == "home" else Path(place))
    assert _statuses(asked.ask("check_names", {"names": ["at-home"]})) == {"at-home": "ghost"}


def test_a_failure_of_unghost_is_one_line_and_logged(
    asked: Questions, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr(room, "check", broken)
    with caplog.at_level(logging.ERROR):
        answer = asked.ask("check_names", {"names": ["requests"]})
    assert answer == ToolResult("unghost itself failed at this: its log (stderr) says how")
    assert "a secret" in caplog.text


def _hostile() -> st.SearchStrategy[str]:
    installs = st.sampled_from(("pip install ", "npm i ", "import ", "requests", "zorp-kit", "\n"))
    nasty = st.sampled_from(NASTY)
    return st.lists(installs | nasty | st.text(st.characters(), max_size=5), max_size=6).map(
        "".join
    )


def _arguments() -> st.SearchStrategy[dict[str, Any]]:
    text = _hostile()
    ecosystem = st.sampled_from(("pypi", "npm", "go", "maven", "apt")) | text
    language = st.none() | st.sampled_from(("python", "bash", "package.json")) | text
    anything = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | text,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
        max_leaves=5,
    )
    return (
        st.fixed_dictionaries({"names": st.lists(text, max_size=4), "ecosystem": ecosystem})
        | st.fixed_dictionaries({"text": text, "language": language})
        | st.fixed_dictionaries({"name": text, "ecosystem": ecosystem})
        | st.dictionaries(st.sampled_from(("names", "text", "name")) | text, anything, max_size=3)
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(name=st.sampled_from(tuple(QUESTIONS)) | _hostile(), arguments=_arguments())
def test_hostile_questions_get_answers_that_can_be_sent_and_read(
    asked: Questions, name: str, arguments: dict[str, Any]
) -> None:
    answer = asked.ask(name, arguments)
    assert "unghost itself failed" not in answer.text
    lines = answer.text.split("\n")
    assert all(printable(line) == line for line in lines)
    answer.text.encode()
    if answer.structure is None:
        assert len(lines) == 1
        return
    json.dumps(answer.structure, ensure_ascii=False, allow_nan=False).encode()
    assert QUESTIONS[name].result.model_validate(answer.structure)
