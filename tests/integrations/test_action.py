"""The action for GitHub: what it declares, and what its steps do in a checkout.

Its steps are run as a runner does it: ``action.yml`` is read, expressions in ``env`` and ``if`` are
filled in, and the text of each ``run`` is given to bash. Steps that are other actions are left out.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from registry_stub import Reply, Stub, running
from scan_cases import NASTY, hostile_reports, make_finding, make_report
from unghost.names.building import build_snapshot
from unghost.scan.finding import Problem

ROOT = Path(__file__).parents[2]
ACTION = ROOT / "action.yml"
SCRIPT = ROOT / "tools" / "action" / "run.sh"
GHOST = "flask-zorpify"
DECLARED: dict[str, Any] = yaml.safe_load(ACTION.read_text("utf-8"))
STEPS: list[dict[str, Any]] = DECLARED["runs"]["steps"]
RUNS = [step for step in STEPS if "run" in step]
_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}", re.DOTALL)
_NAME = re.compile(r"(?:inputs|steps|runner)\.[\w.-]+")
_OUTPUT = re.compile(r"([\w-]+)<<(unghost_[0-9a-f]{32})\n(.*?)\n\2\n", re.DOTALL)


@dataclass
class Run:
    """What a run of the action left behind."""

    code: int = 0
    log: str = ""
    summary: str = ""
    steps: dict[str, dict[str, str]] = field(default_factory=dict)
    used: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)

    @property
    def outputs(self) -> dict[str, str]:
        """The outputs of the action."""
        return {name: self.fill(each["value"], {}) for name, each in DECLARED["outputs"].items()}

    @property
    def commands(self) -> list[str]:
        """What the runner takes for its own."""
        return [line for line in self.log.splitlines() if line.lstrip().startswith("::")]

    def fill(self, text: str, inputs: dict[str, str]) -> str:
        return _EXPRESSION.sub(lambda found: self.value(found[1], inputs), text)

    def value(self, name: str, inputs: dict[str, str]) -> str:
        match name.split("."):
            case ["inputs", key]:
                return inputs[key]
            case ["steps", step, "outputs", key]:
                return self.steps.get(step, {}).get(key, "")
            case ["runner", "os"]:
                return "Linux"
        raise AssertionError(f"no value for {name}")

    def holds(self, condition: str, inputs: dict[str, str]) -> bool:
        python = _NAME.sub(lambda found: repr(self.value(found[0], inputs)), condition)
        return bool(eval(python.replace("&&", "and"), {"__builtins__": {}}))


@dataclass
class Checkout:
    """A checkout on a machine of its own, as far as variables and folders make one."""

    folder: Path
    env: dict[str, str]
    temp: Path

    def put(self, path: str, text: str) -> None:
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")

    def run(self, *, cached: str | None = None, **given: str) -> Run:
        """Run the action; ``cached`` says what the cache had: ``exact``, ``older`` or nothing."""
        inputs = {name: str(each["default"]) for name, each in DECLARED["inputs"].items()}
        wanted = {name.replace("_", "-"): str(value) for name, value in given.items()}
        assert set(wanted) <= set(inputs)
        inputs |= {"version": "installed", **wanted}
        made = Run()
        for number, step in enumerate(STEPS):
            if not made.holds(step.get("if", "True"), inputs):
                continue
            if "uses" in step:
                values = {key: made.fill(str(v), inputs) for key, v in step["with"].items()}
                made.used.append((step["uses"].partition("@")[0], values))
                hit = "true" if cached == "exact" else "false"
                outputs = {"cache-hit": hit, "cache-primary-key": values.get("key", "")}
                made.steps[step.get("id", "")] = outputs
                continue
            env = {name: made.fill(value, inputs) for name, value in step["env"].items()}
            self._bash(step, number, env, made)
            if made.code:
                break
        return made

    def _bash(self, step: dict[str, Any], number: int, env: dict[str, str], made: Run) -> None:
        files = {name: self.temp / f"{number}-{name}" for name in ("output", "summary", "run.sh")}
        for file in files.values():
            file.write_text("")
        files["run.sh"].write_text(step["run"], encoding="utf-8")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(files["run.sh"])],
            cwd=self.folder,
            env={
                **self.env,
                "GITHUB_OUTPUT": str(files["output"]),
                "GITHUB_STEP_SUMMARY": str(files["summary"]),
                **env,
            },
            capture_output=True,
            check=False,
        )
        made.code = done.returncode
        made.log += (done.stdout + done.stderr).decode("utf-8")
        made.summary += files["summary"].read_text("utf-8")
        text = files["output"].read_text("utf-8")
        assert _OUTPUT.sub("", text) == ""
        made.steps[step["id"]] = {name: value for name, _, value in _OUTPUT.findall(text)}
        made.marks += [mark for _, mark, _ in _OUTPUT.findall(text)]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    folders = {name: tmp_path / name.lower() for name in ("HOME", "RUNNER_TEMP")}
    folders |= {f"XDG_{name}_HOME": tmp_path / name for name in ("DATA", "CONFIG", "CACHE")}
    made = Checkout(
        tmp_path / "work" / "shop",
        {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.defpath]),
            **{name: str(place) for name, place in folders.items()},
            "PIP_CONFIG_FILE": os.devnull,
            "UV_NO_CONFIG": "1",
            "LC_ALL": "C.UTF-8",
            "OMP_NUM_THREADS": "1",
            "GITHUB_WORKSPACE": str(tmp_path / "work" / "shop"),
            "GITHUB_ACTION_PATH": str(ROOT),
        },
        tmp_path / "steps",
    )
    for place in (*folders.values(), made.folder / ".git", made.temp):
        place.mkdir(parents=True)
    return made


@pytest.fixture
def pypi(tmp_path: Path) -> str:
    path = tmp_path / "a pypi.names"
    build_snapshot(
        ["flask", "requests"],
        path,
        ecosystem="pypi",
        source="a test",
        date="2026-10-01",
        complete=True,
    )
    return str(path)


# What the action declares.


def test_no_expression_stands_in_a_script() -> None:
    assert RUNS
    for step in RUNS:
        assert "${{" not in step["run"]
        assert step["shell"] == "bash"
        for name, value in step["env"].items():
            kind = re.fullmatch(r"\$\{\{ (inputs|steps)\.[\w.-]+ \}\}", value)
            assert kind is not None
            assert name.startswith("INPUT_" if kind[1] == "inputs" else "UNGHOST_")


def test_other_actions_are_pinned_to_a_commit_with_its_version() -> None:
    lines = [line for line in ACTION.read_text("utf-8").splitlines() if "uses:" in line]
    assert len(lines) == len(STEPS) - len(RUNS) == 3
    for line in lines:
        assert re.search(r"uses: actions/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line)


def test_every_input_is_used_and_none_is_missing() -> None:
    used = set(re.findall(r"inputs\.([\w-]+)", yaml.safe_dump(DECLARED["runs"])))
    assert used == set(DECLARED["inputs"])
    for each in (*DECLARED["inputs"].values(), *DECLARED["outputs"].values()):
        assert each["description"]
    assert all("default" in each for each in DECLARED["inputs"].values())
    read = {f"INPUT_{name}" for name in re.findall(r'_\w+\("([A-Z_]+)"\)', _script_text())}
    read |= {f"INPUT_{kind}_FILE" for kind in ("SARIF", "JUNIT", "JSON")}
    assert read == {name for name in RUNS[-1]["env"] if name.startswith("INPUT_")}


def _script_text() -> str:
    return (SCRIPT.parent / "scan.py").read_text("utf-8")


def test_it_asks_for_no_secret_and_no_token() -> None:
    """So it works in a pull request of a fork."""
    text = ACTION.read_text("utf-8").lower()
    assert "secrets." not in text
    assert "token" not in text


@pytest.mark.skipif(
    shutil.which("shellcheck", path=f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}")
    is None
    and os.environ.get("UNGHOST_REQUIRE_TOOLS") != "1",
    reason="this machine has no shellcheck",
)
def test_shellcheck_finds_nothing() -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}"
    subprocess.run(["shellcheck", str(SCRIPT)], check=True, env={"PATH": path})


# What a run does.


def test_one_run_tells_everybody(checkout: Checkout, pypi: str) -> None:
    checkout.put("requirements.txt", f"flask\n{GHOST}==1.0\n")
    checkout.put("app/views.py", "import requests\nimport flask\n")
    made = checkout.run(
        universe=pypi,
        offline="true",
        sarif_file="out/unghost.sarif",
        junit_file="out/unghost.xml",
        json_file="out/unghost.json",
    )
    assert made.code == 1
    assert made.outputs == {
        "findings": "1",
        "unverified": "0",
        "exit-code": "1",
        "sarif-file": "out/unghost.sarif",
    }
    (command,) = made.commands
    assert command.startswith("::error file=requirements.txt,line=2,col=1,")
    assert GHOST in command
    assert "unghost: 1 error" in made.log
    out = checkout.folder / "out"
    (run,) = json.loads((out / "unghost.sarif").read_text())["runs"]
    (result,) = run["results"]
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"] == "requirements.txt"
    assert ElementTree.parse(out / "unghost.xml").getroot().get("failures") == "1"
    report = json.loads((out / "unghost.json").read_text())
    assert report["summary"]["exit_code"] == 1
    assert [one["fingerprint"] for one in report["findings"]] == list(
        result["partialFingerprints"].values()
    )
    assert made.summary.startswith("### unghost: 1 error")
    assert _table(made.summary) == [
        ["requirements.txt:2", GHOST, "error: The package does not exist", "flask"]
    ]
    # No other action was needed, and no mark can be guessed from another one.
    assert made.used == []
    assert len(set(made.marks)) == len(made.marks) > 4


def test_a_clean_checkout_passes(checkout: Checkout, pypi: str) -> None:
    checkout.put("requirements.txt", "flask\n")
    made = checkout.run(universe=pypi, offline="true")
    assert (made.code, made.commands) == (0, [])
    assert made.outputs == {
        "findings": "0",
        "unverified": "0",
        "exit-code": "0",
        "sarif-file": "",
    }
    assert "clean: 1 name in 1 file" in made.summary


@pytest.mark.parametrize(
    ("fail_on", "code", "step"), [("", 1, 1), ("error", 1, 1), ("warning", 1, 1), ("never", 0, 0)]
)
def test_what_fails_the_step(
    checkout: Checkout, pypi: str, fail_on: str, code: int, step: int
) -> None:
    checkout.put("requirements.txt", f"{GHOST}\n")
    made = checkout.run(universe=pypi, offline="true", fail_on=fail_on)
    assert made.code == step
    assert made.outputs["findings"] == "1"
    assert made.outputs["exit-code"] == str(code)


def test_what_nothing_can_verify_is_told_and_is_no_success(checkout: Checkout) -> None:
    checkout.put("Cargo.toml", '[package]\nname = "shop"\n[dependencies]\nserde = "1"\n')
    made = checkout.run(offline="TRUE")
    assert made.code == 3
    assert made.outputs["unverified"] == "1"
    assert made.outputs["exit-code"] == "3"
    assert made.commands[0].startswith("::notice file=Cargo.toml,line=4,")
    assert "<code>crates</code>: <code>serde</code>" in made.summary
    never = checkout.run(offline="true", fail_on="never")
    assert (never.code, never.outputs["exit-code"]) == (0, "3")


def test_nothing_to_scan_is_no_success(checkout: Checkout, pypi: str) -> None:
    made = checkout.run(universe=pypi, offline="true")
    assert (made.code, made.outputs["exit-code"]) == (4, "4")


def test_paths_ecosystems_baseline_and_settings(checkout: Checkout, pypi: str) -> None:
    checkout.put("our docs/use.md", f"    pip install {GHOST}\n    npm install zorpify-x\n")
    checkout.put("requirements.txt", f"{GHOST}\n")
    given = {"universe": pypi, "offline": "true"}
    made = checkout.run(paths="  our docs\n\n", ecosystems="pypi", **given)
    assert [cells[0] for cells in _table(made.summary)] == ["our docs/use.md:1"]
    assert made.outputs["unverified"] == "0"
    made = checkout.run(paths="our docs", ecosystems="pypi,npm", **given)
    assert made.outputs["unverified"] == "1"
    words = ("--universe", pypi, "--offline", "--ecosystem", "pypi")
    unghost = [sys.executable, "-I", "-m", "unghost.cli", "scan", *words]
    subprocess.run(
        [*unghost, "--baseline", "known.json", "--write-baseline"],
        cwd=checkout.folder,
        env=checkout.env,
        check=True,
    )
    made = checkout.run(baseline="known.json", ecosystems="pypi", **given)
    assert (made.code, made.outputs["findings"]) == (0, "0")
    ignore = f'[[scan.ignore]]\nname = "{GHOST}"\nreason = "ours"\n'
    checkout.put("ours.toml", f'[scan]\necosystems = ["pypi"]\nexclude = ["our docs"]\n{ignore}')
    assert checkout.run(config="ours.toml", **given).code == 0


def test_settings_in_a_folder_leave_paths_those_of_the_repository(
    checkout: Checkout, pypi: str
) -> None:
    checkout.put("services/shop/unghost.toml", '[scan]\nfail-on = "never"\noffline = true\n')
    checkout.put("services/shop/requirements.txt", f"{GHOST}\n")
    made = checkout.run(paths="services/shop", universe=pypi, sarif_file="all.sarif")
    assert made.code == 0
    assert made.commands[0].startswith("::error file=services/shop/requirements.txt,line=1,")
    assert _table(made.summary)[0][0] == "services/shop/requirements.txt:1"
    (run,) = json.loads((checkout.folder / "all.sarif").read_text())["runs"]
    assert run["originalUriBaseIds"]["ROOT"]["uri"].endswith("/work/shop/")
    place = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"] == "services/shop/requirements.txt"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"paths": "no-such"}, "no-such does not exist"),
        ({"fail-on": "sometimes"}, "fail-on"),
        ({"offline": "maybe"}, "use true or false"),
        ({"ecosystems": "cobol"}, "cobol"),
        ({"universe": "no.names"}, "no.names"),
        ({"baseline": "no.json"}, "no.json"),
        ({"config": "no.toml"}, "no.toml"),
        ({"sarif-file": "a.md/x"}, "a.md"),
    ],
)
def test_what_cannot_be_is_an_error_of_one_line(
    checkout: Checkout, given: dict[str, str], said: str
) -> None:
    checkout.put("a.md", "# A\n")
    made = checkout.run(**{"offline": "true", **given})
    assert (made.code, made.outputs["exit-code"]) == (2, "2")
    (command,) = made.commands
    assert command.startswith("::error title=unghost::")
    assert said in command
    assert made.summary.startswith("### unghost could not scan")
    assert made.outputs["sarif-file"] == ""
    assert "Traceback" not in made.log


# What the guide says.

GUIDE = (ROOT / "docs" / "guides" / "ci.md").read_text("utf-8")


def test_the_guide_shows_what_a_run_says(checkout: Checkout) -> None:
    checkout.put("requirements.txt", "flask==3.0.3\nflask-zorpify==1.2\n")
    checkout.put(
        "docs/install.md", "# Install\n\n```sh\npip install requests zorpify-client\n```\n"
    )
    made = checkout.run(**_workflow()["steps"][1]["with"])
    assert made.outputs["findings"] == "2"
    for line in made.log.splitlines():
        assert f"\n    {line}\n" in GUIDE
    assert f"> {made.summary.splitlines()[0]}\n" in GUIDE
    for place, name, wrong, meant in _table(made.summary):
        names = ", ".join(f"`{one}`" for one in meant.split(", ")) if meant else ""
        assert f"| `{place}` | `{name}` | {wrong} | {names}".rstrip() in GUIDE


def test_the_workflow_of_the_guide_fits_the_action() -> None:
    job = _workflow()
    scan, upload = job["steps"][1:]
    assert set(scan["with"]) <= set(DECLARED["inputs"])
    assert scan["with"]["sarif-file"] == upload["with"]["sarif_file"]
    named = set(re.findall(r"outputs\.([\w-]+)", upload["if"]))
    assert named <= set(DECLARED["outputs"])
    assert all(f"`{name}`" in GUIDE for name in (*DECLARED["inputs"], *DECLARED["outputs"]))


def _workflow() -> dict[str, Any]:
    found = re.search(r"\n((?:    name: ghosts\n)(?:(?:    .*)?\n)+)", GUIDE)
    assert found is not None
    job: dict[str, Any] = yaml.safe_load(textwrap.dedent(found[1]))["jobs"]["unghost"]
    return job


# What is hostile.

_PWN = (
    "$(touch pwned)",
    "`touch pwned`",
    "; touch pwned #",
    "' ; touch pwned ; '",
    '" ; touch pwned ; "',
    "| touch pwned",
    "${IFS}\\$(touch${IFS}pwned)",
    "-rf",
    "--output=pwned",
    "%0A::add-mask::a",
    "::add-mask::a",
    "##[add-mask]a",
)


def _pwned(tmp_path: Path) -> list[Path]:
    return [*tmp_path.rglob("pwned"), *tmp_path.rglob("pwned.*")]


def _is_tame(made: Run) -> None:
    assert made.code in range(5)
    assert all(re.match(r"::(error|warning|notice) ", line) for line in made.commands)
    assert not any(re.match(r"\s*##\[", line) for line in made.log.splitlines())
    assert "Traceback" not in made.log


@pytest.mark.parametrize("name", sorted(DECLARED["inputs"]))
def test_a_hostile_input_stays_data(
    checkout: Checkout, pypi: str, tmp_path: Path, name: str
) -> None:
    checkout.put("requirements.txt", f"{GHOST}\n")
    given = {"universe": pypi, "offline": "true", name: "\n".join(_PWN)}
    _is_tame(checkout.run(**given))
    assert _pwned(tmp_path) == []
    one_line = {**given, name: _PWN[0]}
    _is_tame(checkout.run(**one_line))
    assert _pwned(tmp_path) == []


def test_hostile_names_of_files_are_scanned_as_any_other(
    checkout: Checkout, pypi: str, tmp_path: Path
) -> None:
    names = sorted(name.replace("/", "") for name in _PWN)
    for name in names:
        checkout.put(name, f"#!/bin/sh\npip install {GHOST}\n")
        checkout.put(f"d/{name}.md", f"    pip install {GHOST}\n")
    made = checkout.run(
        paths="\n".join([*names, "d"]), universe=pypi, offline="true", sarif_file=_PWN[0]
    )
    assert made.code == 1
    assert made.outputs["findings"] == str(2 * len(names))
    assert (checkout.folder / _PWN[0]).read_text().startswith("{")
    _is_tame(made)
    assert _pwned(tmp_path) == []
    expected = {f"{name}:2" for name in names} | {f"d/{name}.md:1" for name in names}
    assert {cells[0] for cells in _table(made.summary)} == expected


def test_nothing_of_the_checkout_is_run(checkout: Checkout, pypi: str, tmp_path: Path) -> None:
    evil = f"open({str(tmp_path / 'pwned')!r}, 'w')\n"
    names = "pip venv site sitecustomize usercustomize json secrets typing scan httpx ensurepip"
    for name in names.split():
        checkout.put(f"{name}.py", evil)
    checkout.put("unghost/__init__.py", evil)
    checkout.put(".env", "PYTHONSTARTUP=pip.py\n")
    checkout.env["PYTHONPATH"] = str(checkout.folder)
    made = checkout.run(universe=pypi, offline="true", pull="pypi=http://127.0.0.1:9/simple/")
    assert made.outputs["exit-code"] in ("0", "1", "3")
    assert _pwned(tmp_path) == []


# The summary, read as a code host would read it.

_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table")


def _table(summary: str) -> list[list[str]]:
    """Return the texts of the cells of the first table, by rows."""
    rows: list[list[str]] = []
    for token in _MARKDOWN.parse(summary):
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and rows and len(rows[-1]) < 4:
            texts = [one.content for one in token.children or () if one.type != "html_inline"]
            rows[-1].append("".join(texts))
    return rows[1:]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("action_scan", SCRIPT.parent / "scan.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@given(report=hostile_reports())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_name_is_markup_in_a_summary(script: ModuleType, report: Any) -> None:
    text = script.summary_of(report)
    allowed = {"<code>", "</code>", "<br>"}
    for token in _MARKDOWN.parse(text):
        assert token.type != "html_block"
        for one in token.children or ():
            assert one.type in ("text", "html_inline", "softbreak", "text_special")
            assert one.type != "html_inline" or one.content in allowed
    assert len(_table(text)) == len(report.active)
    assert all(len(cells) == 4 for cells in _table(text))
    assert text.replace("\n", "").isprintable()


def test_a_name_is_shown_as_it_is_written(script: ModuleType) -> None:
    for nasty in (
        "@acme/team",
        "a|b`c`",
        "<img src=x onerror=y>",
        "![x](https://a.example)",
        ":x:",
    ):
        text = script.summary_of(make_report(make_finding(nasty, nasty)))
        assert _table(text)[0][1] == nasty
        assert nasty not in text


def test_a_summary_is_never_too_large_for_the_runner(script: ModuleType) -> None:
    long = "\U0001f600" * 10_000
    found = make_finding(long, long, path=long, suggestions=(long,) * 5)
    open_ones = [replace(found, rule="unverified", name=f"{n}{long}") for n in range(3000)]
    text = script.summary_of(
        make_report(*[found] * 3000, *open_ones, problems=(Problem(long, long),) * 3000)
    )
    assert len(text.encode()) < 1 << 20
    for word in ("findings", "names", "files"):
        assert f"and 2,900 more {word}" in text


@given(value=st.sampled_from(NASTY) | st.text())
def test_no_value_ends_an_output_early(
    tmp_path_factory: pytest.TempPathFactory, script: ModuleType, value: str
) -> None:
    place = tmp_path_factory.mktemp("output") / "file"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GITHUB_OUTPUT", str(place))
        script.set_output("name", value)
    with place.open(encoding="utf-8", newline="") as file:
        first, _, rest = file.read().partition("\n")
    mark = first.removeprefix("name<<")
    assert rest.endswith(f"\n{mark}\n")
    assert mark not in rest.removesuffix(f"{mark}\n")


# Snapshots that are pulled first.


@pytest.fixture
def stub() -> Iterator[Stub]:
    with running() as server:
        body = json.dumps({"projects": [{"name": "flask"}, {"name": "requests"}]}).encode()
        kind = {"Content-Type": "application/vnd.pypi.simple.v1+json"}
        server.routes["/simple/"] = Reply(body, headers=kind)
        yield server


def test_a_pulled_snapshot_is_what_exists_and_is_kept_for_the_day(
    checkout: Checkout, stub: Stub
) -> None:
    checkout.put("requirements.txt", f"flask\n{GHOST}\n")
    # What the checkout says of indexes has no say in what is pulled and kept.
    checkout.put("uv.toml", f'[[index]]\nurl = "{stub.url}/evil/"\ndefault = true\n')
    checkout.env["PIP_INDEX_URL"] = f"{stub.url}/simple/"
    made = checkout.run(pull="pypi", offline="true", cache_key="7")
    assert made.code == 1, made.log
    assert made.outputs["findings"] == "1"
    assert stub.paths() == ["/simple/"]
    (restored, kept) = made.used
    assert (restored[0], kept[0]) == ("actions/cache/restore", "actions/cache/save")
    assert kept[1]["path"] == restored[1]["path"]
    assert (Path(kept[1]["path"]) / "pypi.names").is_file()
    key = restored[1]["key"]
    assert re.fullmatch(r"unghost-7-Linux-\d+-\d+-\d{4}-\d\d-\d\d", key)
    assert kept[1]["key"] == key
    assert key.startswith(restored[1]["restore-keys"])
    again = checkout.run(pull="pypi", offline="true", cached="exact")
    assert again.outputs["findings"] == "1"
    assert [name for name, _ in again.used] == ["actions/cache/restore"]
    assert stub.paths() == ["/simple/"]
    other = checkout.run(pull="pypi npm", offline="true", cached="exact", cache_key="7")
    assert other.used[0][1]["key"] != key


def test_an_address_is_given_behind_the_ecosystem(checkout: Checkout, stub: Stub) -> None:
    checkout.put("requirements.txt", "flask\n")
    made = checkout.run(pull=f"pypi={stub.url}/simple/", offline="true")
    assert made.code == 0, made.log
    assert stub.paths() == ["/simple/"]


def test_a_list_that_cannot_be_had_is_told_and_not_kept(checkout: Checkout, stub: Stub) -> None:
    checkout.put("requirements.txt", f"{GHOST}\n")
    made = checkout.run(pull=f"pypi={stub.url}/none/", offline="true")
    assert made.code == 3
    assert [name for name, _ in made.used] == ["actions/cache/restore"]
    assert any(line.startswith("::warning title=unghost::") for line in made.commands)
    assert made.outputs["unverified"] == "1"


# What is installed.


@pytest.fixture
def pip_calls(checkout: Checkout, tmp_path: Path) -> Path:
    """A python that writes down what it is asked for and installs nothing."""
    tools, calls = tmp_path / "tools", tmp_path / "calls"
    tools.mkdir()
    fake = tools / "python"
    fake.write_text(
        "#!/bin/sh\n"
        f'(IFS="\t"; printf "%s\\n" "$PWD\t$*") >>"{calls}"\n'
        'case "$3" in\n'
        '  venv) mkdir -p "$5/bin" && cp "$0" "$5/bin/python" ;;\n'
        "  pip) ;;\n"
        f'  *) exec "{sys.executable}" "$@" ;;\n'
        "esac\n"
    )
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    checkout.env["PATH"] = os.pathsep.join([str(tools), os.defpath])
    return calls


@pytest.mark.parametrize(("version", "what"), [("", str(ROOT)), ("1.2.3rc1", "unghost==1.2.3rc1")])
def test_unghost_gets_an_environment_of_its_own(
    checkout: Checkout, pip_calls: Path, pypi: str, version: str, what: str
) -> None:
    checkout.put("requirements.txt", "flask\n")
    made = checkout.run(version=version, universe=pypi, offline="true", python_version="3.12")
    assert made.code == 0, made.log
    assert made.used == [
        ("actions/setup-python", {"python-version": "3.12", "update-environment": "False"})
    ]
    temp = checkout.env["RUNNER_TEMP"]
    calls = [line.split("\t") for line in pip_calls.read_text("utf-8").splitlines()]
    assert [call[:4] for call in calls[:2]] == [
        [temp, "-I", "-m", "venv"],
        [temp, "-I", "-m", "pip"],
    ]
    assert calls[0][-1] == f"{temp}/unghost-venv"
    assert calls[1][-1] == what
    assert all(call[1] == "-I" for call in calls)
    assert made.steps["prepare"]["python"] == f"{temp}/unghost-venv/bin/python"


@pytest.mark.parametrize(
    "version", ["--pre", "1.0 --index-url=x", "1.0\n2.0", "git+https://x", "a"]
)
def test_a_version_is_a_version(checkout: Checkout, pip_calls: Path, version: str) -> None:
    made = checkout.run(version=version)
    assert made.code == 2
    (command,) = made.commands
    assert command.startswith("::error title=unghost::version: ")
    assert not pip_calls.exists()


def test_a_python_without_unghost_is_no_installed_one(checkout: Checkout, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    fake = tools / "python"
    fake.write_text("#!/bin/sh\nexit 1\n")
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    checkout.env["PATH"] = os.pathsep.join([str(tools), os.defpath])
    made = checkout.run()
    assert made.code == 2
    assert "wants a python on the path that has unghost" in made.commands[0]
