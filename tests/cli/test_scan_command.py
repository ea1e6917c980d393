"""The command as people, CI and other programs run it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scan_world import build_names, isolate, write_tree

GHOST = {"requirements.txt": "requests\nghost-1\n"}


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    isolate(monkeypatch, tmp_path)
    monkeypatch.setenv("UNGHOST_UNIVERSE", str(build_names(tmp_path / "pypi.names")))
    monkeypatch.setenv("UNGHOST_OFFLINE", "1")


def scan(*arguments: str, cwd: Path, text: str | bytes = b"") -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "unghost.cli", "scan", *arguments],
        cwd=cwd,
        input=text.encode() if isinstance(text, str) else text,
        capture_output=True,
        check=False,
    )
    out, err = done.stdout.decode(), done.stderr.decode()
    return subprocess.CompletedProcess(done.args, done.returncode, out, err)


def test_findings_are_told_and_give_1(tmp_path: Path) -> None:
    done = scan(cwd=write_tree(tmp_path / "p", GHOST))
    assert done.returncode == 1
    assert "requirements.txt" in done.stdout
    assert "  2 | ghost-1\n    | ^^^^^^^\n" in done.stdout
    assert "\x1b" not in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("files", "arguments", "code"),
    [
        ({"requirements.txt": "requests\n"}, [], 0),
        (GHOST, [], 1),
        (GHOST, ["--fail-on", "never"], 0),
        ({"a.sh": "npm i x\n"}, [], 3),
        ({"a.sh": "npm i x\n"}, ["--fail-on", "never"], 3),
        ({"a.sh": "npm i x\n", **GHOST}, [], 1),
        ({"a.png": b"\0"}, [], 4),
        (GHOST, ["nothing-here"], 2),
        (GHOST, ["--format", "xml"], 2),
        (GHOST, ["--fail-on", "all"], 2),
        (GHOST, ["--universe", "nowhere"], 2),
        (GHOST, ["--ecosystem", "pipy"], 2),
        (GHOST, ["--baseline", "nowhere.json"], 2),
        (GHOST, ["--write-baseline"], 2),
        (GHOST, ["--as-of", "2020-01-01"], 2),
        (GHOST, ["-", "a.py"], 2),
        (GHOST, ["-", "--fix"], 2),
        ({"a.dat": b"\0", "b.txt": "x"}, ["a.dat", "b.txt"], 3),
        ({"unghost.toml": '[scan]\nuniverse = ["x\\u0000"]\n'}, [], 2),
        (GHOST, ["--no-such-flag"], 2),
    ],
)
def test_exit_codes(
    tmp_path: Path, files: dict[str, str | bytes], arguments: list[str], code: int
) -> None:
    done = scan(*arguments, cwd=write_tree(tmp_path / "p", files))
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    if code == 2 and "flag" not in str(arguments):
        assert done.stderr.startswith("unghost: ")
        assert done.stderr.count("\n") == 1
        assert done.stdout == ""


def test_standard_input_is_a_text_of_any_kind(tmp_path: Path) -> None:
    done = scan("-", cwd=tmp_path, text="Try `pip install ghost-2`.")
    assert (done.returncode, "ghost-2" in done.stdout) == (1, True)
    done = scan("-", "--as", "python", cwd=tmp_path, text="import requests\n")
    assert done.returncode == 0
    done = scan("-", cwd=tmp_path, text=b"\0\xff\0")
    assert done.returncode == 2
    assert "is not a text" in done.stderr


def test_a_named_file_of_no_known_kind_is_read_as_a_text(tmp_path: Path) -> None:
    write_tree(tmp_path / "p", {"answer.out": "You can run `pip install ghost-3` for that.\n"})
    assert scan("answer.out", cwd=tmp_path / "p").returncode == 1
    assert scan(cwd=tmp_path / "p").returncode == 4


@pytest.mark.parametrize("name", ["json", "sarif"])
def test_machines_get_one_document(tmp_path: Path, name: str) -> None:
    done = scan("--format", name, cwd=write_tree(tmp_path / "p", GHOST))
    assert json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (1, "")


def test_a_report_goes_to_a_file(tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "p", GHOST)
    done = scan("--format", "json", "-o", "out/report.json", cwd=folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert json.loads((folder / "out/report.json").read_text())["summary"]["errors"] == 1


def test_a_baseline_is_written_and_used(tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "p", GHOST)
    done = scan("--baseline", "base.json", "--write-baseline", cwd=folder)
    assert (done.returncode, "1 finding" in done.stderr) == (0, True)
    done = scan("--baseline", "base.json", cwd=folder)
    assert (done.returncode, "1 by baseline" in done.stdout) == (0, True)
    write_tree(folder, {"requirements.txt": "ghost-0\nrequests\n\nghost-1\n"})
    done = scan("--baseline", "base.json", cwd=folder)
    assert done.returncode == 1
    assert "ghost-0" in done.stdout
    write_tree(folder, {"unghost.toml": '[scan]\nbaseline = "new.json"\n'})
    done = scan("--baseline", "new.json", "--write-baseline", cwd=folder)
    assert (done.returncode, "2 findings" in done.stderr) == (0, True)
    write_tree(folder, GHOST)
    assert scan(cwd=folder).returncode == 0


def test_settings_of_the_project_are_below_flags(tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "p", {**GHOST, "unghost.toml": '[scan]\nfail-on = "never"\n'})
    assert scan(cwd=folder).returncode == 0
    assert scan("--fail-on", "error", cwd=folder).returncode == 1
    write_tree(tmp_path, {"safe.toml": "[scan]\n"})
    assert scan("--config", str(tmp_path / "safe.toml"), cwd=folder).returncode == 1


def test_a_diff_is_shown_before_anything_is_mended(tmp_path: Path) -> None:
    folder = write_tree(
        tmp_path / "p", {"requirements.txt": "yaml\nghost-1\n", "a.py": "import g\n"}
    )
    done = scan("--diff", cwd=folder)
    assert done.returncode == 1
    assert "-yaml\n" in done.stdout
    assert "+pyyaml\n" in done.stdout
    assert "not fixed: g (a.py:1)" in done.stderr
    assert (folder / "requirements.txt").read_text() == "yaml\nghost-1\n"
    done = scan("--fix", cwd=folder)
    assert done.returncode == 1
    assert "fixed 2 findings in 1 file" in done.stderr
    assert (folder / "requirements.txt").read_text().startswith("pyyaml\n# unghost:")
    (folder / "a.py").unlink()
    assert scan("--fix", cwd=folder).returncode == 0


def test_a_name_is_explained(tmp_path: Path) -> None:
    done = scan("--explain", "reqeusts", cwd=tmp_path)
    assert done.returncode == 1
    assert "requests" in done.stdout
    assert "does not have it" in done.stdout
    assert scan("--explain", "requests", cwd=tmp_path).returncode == 0
    assert scan("--explain", "npm:left-pad", cwd=tmp_path).returncode == 3
    assert scan("--explain", "cv2", cwd=tmp_path).stdout.count("opencv-python") >= 1
    done = scan("--explain", "a\x1b[31mb", cwd=tmp_path)
    assert "\x1b" not in done.stdout + done.stderr


def test_control_characters_of_names_and_paths_reach_no_terminal(tmp_path: Path) -> None:
    folder = write_tree(
        tmp_path / "p",
        {
            "a\x1b[2Jb/requirements.txt": "ghost-1 # \x1b[31m \u202e \u200b \x07\n",
            "x.py": '"""\x9b31m\u2066"""; import ghost_3\n',
            os.fsdecode(b"\xff\xfe.py"): "import ghost_4\n",
        },
    )
    for name in ("text", "github"):
        done = scan("--format", name, cwd=folder)
        assert done.returncode == 1
        bad = [c for c in done.stdout if not c.isprintable() and c != "\n"]
        assert bad == []
    assert len(json.loads(scan("--format", "json", cwd=folder).stdout)["findings"]) >= 3


def test_a_reader_that_goes_away_ends_it_quietly(tmp_path: Path) -> None:
    files = {
        f"f{n}/requirements.txt": "".join(f"g-{n}-{m}\n" for m in range(200)) for n in range(50)
    }
    folder = write_tree(tmp_path / "p", files)
    command = [sys.executable, "-m", "unghost.cli", "scan"]
    with subprocess.Popen(command, cwd=folder, stdout=-1, stderr=-1) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


def test_an_interrupt_ends_it_and_its_processes(tmp_path: Path) -> None:
    files = {f"m{number}.py": "import numpy\n" * 20000 for number in range(150)}
    folder = write_tree(tmp_path / "p", files)
    command = [sys.executable, "-m", "unghost.cli", "scan"]
    with subprocess.Popen(
        command,
        cwd=folder,
        stdout=-1,
        stderr=-1,
        start_new_session=True,
        # A shell may have started the tests with the signal switched off.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:
        workers = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        while not workers.read_text():
            assert process.poll() is None, "the scan ended before it could be interrupted"
            time.sleep(0.01)
        time.sleep(1)
        # As a terminal does, to all processes at once.
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate()
    assert process.returncode == 130
    assert err.decode().count("\n") == 1
    assert b"Traceback" not in err
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
