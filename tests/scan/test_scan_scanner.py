"""From files to findings: every rule, with and without a registry that answers."""

from __future__ import annotations

import shutil
import threading
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from corpus_cases import CORPUS, SHAPES
from registry_stub import Reply, Stub, json_reply, running
from scan_world import NAMES, build_names, offline, write_tree
from unghost.ecosystems.registry import Entry
from unghost.errors import UnghostError
from unghost.names.building import build_snapshot
from unghost.names.universe import default_path
from unghost.scan.finding import Report
from unghost.scan.judging.suppress import write_baseline
from unghost.scan.scanner import scan_files, scan_text
from unghost.scan.settings import Ignore, ScanSettings

PROJECT = {
    "requirements.txt": "requests\nreqeusts==1\nyaml\nsqlite3\n",
    "src/app.py": "import numpy\nimport helper\nimport flask_ghost\nimport cv2\nimport os\n",
    "src/helper.py": "",
    "README.md": "Run `pip install pandsa`.\n",
}


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    with running() as stub:
        monkeypatch.setenv("PIP_INDEX_URL", f"{stub.url}/simple")
        yield stub


def said(report: Report) -> list[tuple[str, str, str, int]]:
    return [(one.rule, one.name, one.path, one.line) for one in report.findings]


def test_a_project_is_scanned(tmp_path: Path, universe: Path) -> None:
    folder = write_tree(tmp_path / "p", PROJECT)
    report = scan_files([folder], offline(universe))
    assert said(report) == [
        ("ghost", "pandsa", "README.md", 1),
        ("ghost", "reqeusts", "requirements.txt", 2),
        ("import-name", "yaml", "requirements.txt", 3),
        ("builtin-name", "sqlite3", "requirements.txt", 4),
        ("ghost", "flask_ghost", "src/app.py", 3),
    ]
    assert (report.files, report.names, report.exit_code()) == (4, 10, 1)
    first = report.findings[0]
    assert (first.text, first.text_column, first.column) == (
        "Run `pip install pandsa`.",
        18,
        18,
    )
    assert first.suggestions[0] == "pandas"
    assert report.findings[2].replacement == "pyyaml"
    assert "not in pypi:2026-01-01" in first.why
    assert [source.as_of for source in report.sources] == ["2026-01-01"]


def test_a_clean_project_has_no_findings(tmp_path: Path, universe: Path) -> None:
    folder = write_tree(tmp_path / "p", {"a.py": "import numpy, os, yaml\n", "b.txt": "hello"})
    report = scan_files([folder], offline(universe))
    assert (report.findings, report.exit_code()) == ((), 0)


def test_nothing_to_scan_is_not_clean(tmp_path: Path, universe: Path) -> None:
    folder = write_tree(tmp_path / "p", {"a.png": b"\0\0"})
    assert scan_files([folder], offline(universe)).exit_code() == 4


@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_real_in_the_corpus_is_an_error(shape: str, tmp_path: Path) -> None:
    """The planted names are errors and nothing else is; placed apart, for the corpus is a tree."""
    folder = tmp_path / "scanned"
    shutil.copytree(CORPUS / shape, folder)
    (folder / "expected.toml").unlink()
    snapshots = []
    for source in sorted((CORPUS / "universe").glob("*.txt")):
        names = tuple(source.read_text(encoding="utf-8").split())
        snapshots.append(str(build_names(tmp_path / source.stem, names, source.stem)))
    settings = ScanSettings(universe=tuple(snapshots), offline=True)
    report = scan_files([folder], settings, root=folder)
    table = tomllib.loads((CORPUS / shape / "expected.toml").read_text(encoding="utf-8"))
    planted = {ghost["name"] for ghost in table.get("ghost", [])}
    errors = {one.name for one in report.findings if one.rule == "ghost"}
    assert planted <= errors
    assert errors <= planted


def test_ecosystems_that_were_not_asked_for_are_counted(tmp_path: Path, universe: Path) -> None:
    folder = write_tree(tmp_path / "p", {"x.sh": "pip install numpy\nnpm install a b\n"})
    report = scan_files([folder], offline(universe, ecosystems=("pypi",)))
    assert (report.names, report.left_out, report.findings) == (1, 2, ())
    everything = scan_files([folder], offline(universe))
    assert said(everything) == [("unverified", "a", "x.sh", 2), ("unverified", "b", "x.sh", 2)]
    assert everything.exit_code() == 3


def test_what_a_private_index_may_have_is_open_while_nobody_is_asked(
    tmp_path: Path, universe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://packages.example/simple")
    folder = write_tree(tmp_path / "p", {"requirements.txt": "acme-tool\n"})
    report = scan_files([folder], offline(universe))
    assert said(report) == [("unverified", "acme-tool", "requirements.txt", 1)]
    assert "packages.example" in report.findings[0].why
    named = scan_files([folder], offline(universe, private={"pypi": ("acme-*",)}))
    assert named.findings == ()


def test_what_is_installed_is_no_ghost(
    tmp_path: Path, universe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "p" / ".venv"))
    site = ".venv/lib/python3.11/site-packages"
    files = {
        "a.py": "import odd_module\nimport other_ghost\n",
        ".venv/pyvenv.cfg": "",
        f"{site}/flask_cors-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: Flask-Cors\n",
        f"{site}/flask_cors-1.0.dist-info/RECORD": "odd_module/__init__.py,,\n",
    }
    report = scan_files([write_tree(tmp_path / "p", files)], offline(universe))
    assert [one.name for one in report.findings] == ["other_ghost"]


def test_new_names_are_warnings(tmp_path: Path) -> None:
    today = date.today()
    days = {"newcomer": today - timedelta(days=3), "numpy": today - timedelta(days=3000)}
    build_snapshot(
        [Entry(name, day.isoformat()) for name, day in days.items()],
        tmp_path / "dated",
        ecosystem="pypi",
        source="a test",
        date=today.isoformat(),
        complete=True,
    )
    folder = write_tree(tmp_path / "p", {"requirements.txt": "newcomer\nnumpy\n"})
    report = scan_files([folder], offline(tmp_path / "dated"))
    assert said(report) == [("new", "newcomer", "requirements.txt", 1)]
    assert report.findings[0].first_seen == days["newcomer"].isoformat()
    assert (report.exit_code(), report.exit_code("warning")) == (0, 1)
    assert scan_files([folder], offline(tmp_path / "dated", new_days=2)).findings == ()
    assert scan_files([folder], offline(tmp_path / "dated", new_days=0)).findings == ()


def test_names_registered_since_the_snapshot_are_new_and_others_are_ghosts(
    tmp_path: Path, universe: Path, registry: Stub
) -> None:
    registry.routes["/simple/fresh/"] = Reply(b"here")
    folder = write_tree(tmp_path / "p", {"requirements.txt": "fresh\nghost-1\nrequests\n"})
    report = scan_files([folder], ScanSettings(universe=(str(universe),)))
    assert said(report) == [
        ("new", "fresh", "requirements.txt", 1),
        ("ghost", "ghost-1", "requirements.txt", 2),
    ]
    assert "after 2026-01-01" in report.findings[0].why
    assert sorted(set(registry.paths())) == ["/simple/fresh/", "/simple/ghost-1/"]
    assert [source.snapshot for source in report.sources][1] == "live"


def test_a_clean_project_asks_nobody(tmp_path: Path, universe: Path, registry: Stub) -> None:
    folder = write_tree(tmp_path / "p", {"requirements.txt": "requests\n", "a.py": "import cv2\n"})
    scan_files([folder], ScanSettings(universe=(str(universe),)))
    assert registry.asked == []


def test_without_a_snapshot_the_registry_is_asked(tmp_path: Path, registry: Stub) -> None:
    for name in ("requests", "opencv-python", "argparse"):
        registry.routes[f"/simple/{name}/"] = Reply(b"here")
    files = {
        "requirements.txt": "requests\nargparse\nsqlite3\nyaml\nghost-1\n",
        "a.py": "import cv2\n",
    }
    report = scan_files([write_tree(tmp_path / "p", files)], ScanSettings())
    assert said(report) == [
        ("builtin-name", "sqlite3", "requirements.txt", 3),
        ("import-name", "yaml", "requirements.txt", 4),
        ("ghost", "ghost-1", "requirements.txt", 5),
    ]
    assert "/simple/cv2/" not in registry.paths()


@pytest.mark.parametrize("status", [503, 429, 500])
def test_a_registry_that_is_down_leaves_names_open_and_ghosts_ghosts(
    tmp_path: Path, universe: Path, registry: Stub, status: int
) -> None:
    for name in ("ghost-1", "other"):
        registry.routes[f"/simple/{name}/"] = Reply(b"", status)
    folder = write_tree(tmp_path / "p", {"requirements.txt": "ghost-1\n"})
    report = scan_files([folder], ScanSettings(universe=(str(universe),)))
    assert said(report) == [("ghost", "ghost-1", "requirements.txt", 1)]
    assert "not in pypi:2026-01-01" in report.findings[0].why
    assert "cannot be reached" in report.findings[0].why
    assert report.sources[-1].label.endswith("which cannot be reached")
    unknown = scan_text("pip install other\n", ScanSettings(), root=folder, language="sh")
    assert [one.rule for one in unknown.findings] == ["unverified"]
    assert unknown.exit_code() == 3


def test_a_registry_that_never_answers_is_not_waited_for(tmp_path: Path, registry: Stub) -> None:
    done = threading.Event()

    def never(_: object) -> Reply:
        done.wait(60)
        return Reply(b"")

    registry.routes["/simple/slow/"] = never
    try:
        report = scan_text(
            "pip install slow\n", ScanSettings(), root=tmp_path, language="sh", within=0.5
        )
    finally:
        done.set()
    assert [one.rule for one in report.findings] == ["unverified"]
    assert "no answer in the time there was" in report.findings[0].why


def test_settings_of_a_client_that_make_no_sense_do_not_stop_a_scan(
    tmp_path: Path, universe: Path
) -> None:
    folder = write_tree(
        tmp_path / "p",
        {"requirements.txt": "ghost-1\n", "uv.toml": "index-url = [\n", "pyproject.toml": "[["},
    )
    report = scan_files([folder], offline(universe))
    assert ("ghost", "ghost-1", "requirements.txt", 1) in said(report)


def test_comments_settings_and_baseline_suppress(tmp_path: Path, universe: Path) -> None:
    text = (
        "a-ghost # unghost: ignore[a-ghost]: ours\nb-ghost\nc-ghost\n"
        "# unghost: ignore[d-ghost]: x\nd-ghost\n"
    )
    folder = write_tree(tmp_path / "p", {"requirements.txt": text})
    settings = offline(universe, ignore=(Ignore("b-*", "ours"),))
    report = scan_files([folder], settings)
    assert [(one.name, one.suppressed and one.suppressed.by) for one in report.findings] == [
        ("a-ghost", "comment"),
        ("b-ghost", "settings"),
        ("c-ghost", None),
        ("d-ghost", "comment"),
    ]
    assert report.exit_code() == 1
    without = scan_files([folder], offline(universe, comments=False))
    assert len(without.active) == 4


def test_an_expired_ignore_is_told_and_its_finding_counts(tmp_path: Path, universe: Path) -> None:
    text = "a-ghost # unghost: ignore[a-ghost] until 2020-01-01: ours\n"
    report = scan_files([write_tree(tmp_path / "p", {"requirements.txt": text})], offline(universe))
    assert [one.rule for one in report.findings] == ["ghost", "ignore"]
    assert "ended on 2020-01-01" in report.findings[1].why


def test_equal_names_in_a_file_have_fingerprints_of_their_own(
    tmp_path: Path, universe: Path
) -> None:
    folder = write_tree(tmp_path / "p", {"a.sh": "pip install g-1\npip install g-1\n"})
    before = [one.fingerprint for one in scan_files([folder], offline(universe)).findings]
    assert len(set(before)) == 2
    write_tree(folder, {"a.sh": "\n\n# more\npip install g-1\npip install g-1\n"})
    assert [one.fingerprint for one in scan_files([folder], offline(universe)).findings] == before


def test_two_universes_of_one_ecosystem_are_refused(tmp_path: Path, universe: Path) -> None:
    other = build_names(tmp_path / "other")
    with pytest.raises(UnghostError, match="two universes hold names of pypi"):
        scan_files([tmp_path], ScanSettings(universe=(str(universe), str(other)), offline=True))


def test_pulled_snapshots_are_used_by_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = default_path("pypi")
    assert str(place).startswith(str(tmp_path))
    place.parent.mkdir(parents=True)
    build_names(place, NAMES)
    folder = write_tree(tmp_path / "p", {"requirements.txt": "ghost-1\n"})
    report = scan_files([folder], ScanSettings(offline=True))
    assert said(report) == [("ghost", "ghost-1", "requirements.txt", 1)]


def test_a_text_is_scanned_as_what_it_is(tmp_path: Path, universe: Path) -> None:
    settings = offline(universe)
    answer = "Use this:\n\n```python\nimport ghost_one\n```\n"
    assert [one.name for one in scan_text(answer, settings, root=tmp_path).findings] == [
        "ghost_one"
    ]
    manifest = scan_text("ghost-2>1\n", settings, root=tmp_path, language="requirements.txt")
    assert said(manifest) == [("ghost", "ghost-2", "<stdin>", 1)]


def test_a_closed_universe_is_believed(tmp_path: Path, registry: Stub) -> None:
    folder = write_tree(tmp_path / "p", {"requirements.txt": "unghost-test-not-there\n"})
    report = scan_files([folder], ScanSettings(universe=("demo",)))
    assert [one.rule for one in report.findings] == ["ghost"]
    assert registry.asked == []


def test_what_the_registry_itself_holds_is_a_placeholder(
    tmp_path: Path, registry: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("npm_config_registry", registry.url)
    held = {"dist-tags": {"latest": "0.0.2-security"}}
    registry.routes["/held"] = json_reply(held)
    registry.routes["/real"] = json_reply({"dist-tags": {"latest": "1.0.0"}})
    folder = write_tree(tmp_path / "p", {"a.sh": "npm install held real\n"})
    for _ in range(2):
        report = scan_files([folder], ScanSettings())
        assert said(report) == [("placeholder", "held", "a.sh", 1)]
    # The second time the cache knew it.
    assert sorted(registry.paths()) == ["/held", "/real"]
    assert (report.exit_code(), report.exit_code("warning")) == (0, 1)


def test_a_baseline_of_ghosts_holds_where_they_cannot_be_verified(
    tmp_path: Path, universe: Path
) -> None:
    folder = write_tree(tmp_path / "p", {"requirements.txt": "ghost-1\nghost-1\n"})
    write_baseline(tmp_path / "base", scan_files([folder], offline(universe)))
    there = str(tmp_path / "base")
    assert scan_files([folder], offline(universe, baseline=there)).exit_code() == 0
    open_ = scan_files([folder], ScanSettings(offline=True, baseline=there))
    assert [one.rule for one in open_.suppressed] == ["unverified", "unverified"]
    # And not the other way round: what was never verified may be a ghost.
    write_baseline(tmp_path / "open", scan_files([folder], ScanSettings(offline=True)))
    settings = offline(universe, baseline=str(tmp_path / "open"))
    assert len(scan_files([folder], settings).active) == 2


def test_a_project_decides_neither_whom_to_ask_nor_what_is_sent(
    tmp_path: Path, universe: Path, registry: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NPM_TOKEN", "s3cr3t")
    monkeypatch.setenv("UV_INDEX_CORP_PASSWORD", "s3cr3t")
    monkeypatch.setenv("npm_config_registry", registry.url)
    with running() as evil:
        evil.routes["/simple/ghost-1/"] = Reply(b"here")
        host = evil.url.removeprefix("http:")
        files = {
            ".npmrc": f"registry={evil.url}/${{NPM_TOKEN}}/\n{host}/:_authToken=${{NPM_TOKEN}}\n",
            "pyproject.toml": f'[[tool.uv.index]]\nname = "corp"\nurl = "{evil.url}/simple"\n',
            "a.sh": "pip install ghost-1\nnpm install ghost-2\n",
        }
        folder = write_tree(tmp_path / "p", files)
        report = scan_files([folder], ScanSettings(universe=(str(universe),)))
        assert evil.asked == []
    assert sorted(registry.paths()) == ["/ghost-2", "/simple/ghost-1/"]
    # What stands beside the public index may have them, so they are open, and nothing is clean.
    assert [one.rule for one in report.findings] == ["unverified", "ghost"]
    assert all("which only the project names" in one.why for one in report.findings)
    assert "s3cr3t" not in str(report)


def test_a_module_of_what_is_declared_is_no_ghost(tmp_path: Path) -> None:
    names = build_names(tmp_path / "pypi.names", ("python-miio", "zha-quirks", "flask"))
    files = {"a.py": "import miio.device\nimport zhaquirks\nimport invented_thing\n"}
    folder = write_tree(tmp_path / "p", files)
    open_ = scan_files([folder], offline(names))
    assert [(one.rule, one.name) for one in open_.findings] == [
        ("unverified", "miio.device"),
        ("ghost", "zhaquirks"),
        ("ghost", "invented_thing"),
    ]
    assert "may be of python-miio" in open_.findings[0].why
    write_tree(folder, {"requirements.txt": "python-miio==1\nzha-quirks\nflask\n"})
    assert [one.name for one in scan_files([folder], offline(names)).findings] == ["invented_thing"]


def test_a_module_in_words_is_no_package(tmp_path: Path, universe: Path) -> None:
    text = "We use the Python `numpy.linalg` package and the Python `tools` package.\n"
    files = {"README.md": text, "lib/tools/__init__.py": "", "b.md": "the Python `nope.x` library"}
    report = scan_files([write_tree(tmp_path / "p", files)], offline(universe))
    assert {one.name for one in report.findings} <= {"nope.x"}


def test_what_was_not_looked_at_is_counted(tmp_path: Path, universe: Path) -> None:
    files = {
        ".gitignore": "out/\n*.log.py\n",
        "out/a.py": "import ghost_1\n",
        "b.log.py": "import ghost_2\n",
        "node_modules/x/package.json": "{}",
        "skipped/c.py": "import ghost_3\n",
        "d.py": "import numpy\n",
    }
    folder = write_tree(tmp_path / "p", files)
    (folder / "link.py").symlink_to("d.py")
    report = scan_files([folder], offline(universe, exclude=("skipped",)))
    assert report.skipped == {"ignored": 2, "installed": 1, "excluded": 1, "links": 1}
    assert report.exit_code() == 0
