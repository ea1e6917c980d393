from __future__ import annotations

from pathlib import Path

import pytest

from scan_world import write_tree
from unghost.errors import UnghostError
from unghost.scan.settings import Ignore, ScanSettings, read_settings

FULL = """
universe = ["demo"]
ecosystems = ["pypi", "npm"]
offline = true
as-of = 2026-01-31
exclude = ["docs"]
private = {pypi = ["acme-*"]}
local = ["helpers"]
python = "3.12"
new-days = 7
fail-on = "warning"
comments = false
baseline = "base.json"
[[scan.ignore]]
name = "x-*"
reason = "ours"
until = "2027-01-31"
path = "docs/*"
ecosystem = "npm"
"""


def test_all_settings_are_read(tmp_path: Path) -> None:
    write_tree(tmp_path, {"unghost.toml": "[scan]\n" + FULL})
    assert read_settings(tmp_path) == ScanSettings(
        universe=("demo",),
        ecosystems=("pypi", "npm"),
        offline=True,
        as_of="2026-01-31",
        exclude=("docs",),
        private={"pypi": ("acme-*",)},
        local=("helpers",),
        python="3.12",
        new_days=7,
        fail_on="warning",
        comments=False,
        baseline=str(tmp_path / "base.json"),
        ignore=(Ignore("x-*", "ours", "npm", "docs/*", "2027-01-31"),),
    )


def test_pyproject_is_read_where_there_is_no_file_of_our_own(tmp_path: Path) -> None:
    write_tree(tmp_path, {"pyproject.toml": "[tool.unghost.scan]\noffline = true\n"})
    assert read_settings(tmp_path).offline
    write_tree(tmp_path, {"unghost.toml": "[scan]\noffline = false\n"})
    assert not read_settings(tmp_path).offline


def test_settings_of_other_tools_are_none_of_ours(tmp_path: Path) -> None:
    write_tree(tmp_path, {"pyproject.toml": '[tool.other]\nx = "unghost"\n'})
    assert read_settings(tmp_path) == ScanSettings()
    assert read_settings(tmp_path / "nowhere") == ScanSettings()


def test_a_file_elsewhere_is_read_instead(tmp_path: Path) -> None:
    write_tree(tmp_path, {"p/unghost.toml": "[scan]\noffline = true\n", "safe.toml": "[scan]\n"})
    assert not read_settings(tmp_path / "p", tmp_path / "safe.toml").offline


def test_a_snapshot_is_named_relative_to_the_settings(tmp_path: Path) -> None:
    write_tree(tmp_path, {"mine.toml": '[scan]\nuniverse = ["n.names"]\n', "n.names": ""})
    settings = read_settings(tmp_path, tmp_path / "mine.toml")
    assert settings.universe == (str(tmp_path / "n.names"),)


def test_a_project_may_not_name_a_snapshot_file(tmp_path: Path) -> None:
    write_tree(tmp_path, {"unghost.toml": '[scan]\nuniverse = ["n.names"]\n', "n.names": ""})
    with pytest.raises(UnghostError, match="may name demo or an ecosystem"):
        read_settings(tmp_path)


BAD = [
    ("nonsense = 1", "there is no setting 'nonsense'"),
    ("offline = 1", "offline: use true or false"),
    ('ecosystems = ["pipy"]', "ecosystems: the ecosystem 'pipy' is not known"),
    ('as-of = "soon"', "as-of: 'soon' is not a date"),
    ('fail-on = "all"', "fail-on: 'all': use error, warning or never"),
    ("new-days = -1", "new-days: use a number of days"),
    ("new-days = true", "new-days: use a number of days"),
    ("exclude = [1]", "exclude: use a text"),
    ("exclude = 3", "exclude: use a list of texts"),
    ("private = ['x']", "private: use a table"),
    ("private = {pipy = ['x']}", "private: the ecosystem 'pipy'"),
    ("ignore = [1]", "ignore: use a table with name and reason"),
    ("ignore = [{name = 'x', reason = 'y', ecosystem = []}]", "use a text"),
    ("ignore = [{name = 'x'}]", "ignore: the ignore of 'x' gives no reason"),
    ("ignore = [{name = 'x', reason = ' '}]", "gives no reason"),
    ("ignore = [{reason = 'x'}]", "ignore: use a text"),
    ("ignore = [{name = 'x', reason = 'y', expires = 'z'}]", "an ignore has no 'expires'"),
    ("ignore = [{name = 'x', reason = 'y', until = 'z'}]", "'z' is not a date"),
    ("x = [", "cannot read the settings"),
]


@pytest.mark.parametrize(("line", "said"), BAD)
def test_what_makes_no_sense_is_refused_with_its_place(
    tmp_path: Path, line: str, said: str
) -> None:
    write_tree(tmp_path, {"unghost.toml": f"[scan]\n{line}\n"})
    with pytest.raises(UnghostError) as caught:
        read_settings(tmp_path)
    assert said in str(caught.value)
    assert str(tmp_path / "unghost.toml") in str(caught.value)


def test_a_file_that_is_asked_for_and_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnghostError, match="cannot read the settings"):
        read_settings(tmp_path, tmp_path / "no.toml")


def test_flags_are_checked_alike(tmp_path: Path) -> None:
    given = {"fail_on": "never", "offline": None, "universe": ("demo",)}
    settings = read_settings(tmp_path, given=given)
    assert settings == ScanSettings(fail_on="never", universe=("demo",))
    with pytest.raises(UnghostError, match="as-of: 'x' is not a date"):
        read_settings(tmp_path, given={"as_of": "x"})
