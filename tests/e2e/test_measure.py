from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from e2e.conftest import run_command
from unghost.names.building import build_snapshot
from unghost.records import record_id, split_of
from unghost.storage.folder import RUN_VERSION


def measure(run: Path, model: str, *more: str) -> list[str]:
    base = [sys.executable, "-m", "unghost.cli", "measure", model, "--run", str(run)]
    sets = ["--set", "measure.heldout_tasks=10", "--set", "measure.max_new_tokens=40"]
    return [*base, "--universe", "demo", *sets, *more]


def test_a_local_model_is_measured_and_shown_again(tmp_path: Path) -> None:
    run = tmp_path / "run"
    done = run_command(measure(run, "embedded"))
    assert done.returncode in (0, 1), done.stderr
    report = json.loads((run / "report.json").read_text(encoding="utf-8"))
    before = report["heldout"]["before"]
    assert before["answers"] >= 10
    assert done.returncode == (1 if before["statuses"]["absent"] else 0)
    assert report["heldout"]["after"] is None
    shown = run_command([sys.executable, "-m", "unghost.cli", "report", str(run)])
    assert "Answers with an invented name" in shown.stdout
    as_json = run_command(
        [sys.executable, "-m", "unghost.cli", "report", str(run), "--format", "json"]
    )
    assert json.loads(as_json.stdout) == report


def test_a_measurement_is_computed_again_by_another_snapshot(tmp_path: Path) -> None:
    run, snapshot = tmp_path / "run", tmp_path / "s.names"
    sets = ["--set", "measure.samples=2", "--set", "measure.long_share=0"]
    done = run_command(measure(run, "embedded", *sets))
    assert done.returncode in (0, 1), done.stderr
    report = json.loads((run / "report.json").read_text(encoding="utf-8"))
    sampled = pq.read_table(run / "round-000/completions/sampled-heldout-00000.parquet")
    assert len(sampled) == 20

    def again(*more: str) -> dict[str, Any]:
        command = [sys.executable, "-m", "unghost.cli", "report", str(run), *more]
        shown = run_command(command)
        assert shown.returncode == 0, shown.stderr
        text = (run / "again/report.json").read_text(encoding="utf-8")
        found: dict[str, Any] = json.loads(text)
        return found

    same = again("--out", str(run / "again"))
    assert same["heldout"] == report["heldout"]
    # In a world of one name, all others are ghosts; nothing is asked to find that out.
    build_snapshot(
        ["requests"], snapshot, ecosystem="pypi", source="a test", date="2026-01-01", complete=True
    )
    other = again("--universe", str(snapshot))
    assert other["universe"]["count"] == 1
    rates = [found["heldout"]["before"] for found in (report, other)]
    assert rates[0]["answers"] == rates[1]["answers"]
    assert rates[0]["statuses"]["exists"] > 0 == rates[1]["statuses"]["exists"]
    assert json.loads((run / "report.json").read_text(encoding="utf-8")) == report


def test_only_a_measurement_is_computed_again(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(json.dumps({"run_version": RUN_VERSION}), encoding="utf-8")
    command = [sys.executable, "-m", "unghost.cli", "report", str(tmp_path), "--universe", "demo"]
    done = run_command(command)
    assert done.returncode == 2
    assert "is no measurement" in done.stderr


def test_the_type_that_was_measured_is_recorded_and_kept(tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert run_command(measure(run, "embedded")).returncode in (0, 1)
    header = json.loads((run / "run.json").read_text(encoding="utf-8"))
    report = json.loads((run / "report.json").read_text(encoding="utf-8"))
    assert header["dtype"] == report["config"]["dtype"]
    assert header["dtype"].split()[0] in ("fp32", "bf16")
    # As if another type had been found fastest when the run began.
    header["dtype"] = "bf16 (measured: 3.1 times fp32)"
    (run / "run.json").write_text(json.dumps(header), encoding="utf-8")
    (run / "report.json").unlink()
    assert run_command(measure(run, "embedded")).returncode in (0, 1)
    report = json.loads((run / "report.json").read_text(encoding="utf-8"))
    assert report["config"]["dtype"] == header["dtype"]
    done = run_command(measure(run, "embedded", "--set", "dtype=fp32"))
    assert done.returncode == 2
    assert "dtype" in done.stderr


@dataclass
class Server:
    """Answers every question alike but those for tasks, and remembers what it was asked."""

    url: str
    asked: list[Any]


@pytest.fixture
def server() -> Iterator[Server]:
    asked: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append(body)
            text = "requests, no-such-package-xyz"
            if body["messages"][-1]["content"].startswith("Write one sentence that"):
                text = f"Count the {len(asked)} birds of our garden."
            choice = {"message": {"content": text}, "finish_reason": "stop"}
            data = json.dumps({"choices": [choice]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
    thread.start()
    yield Server(f"http://127.0.0.1:{listening.server_address[1]}/v1", asked)
    listening.shutdown()
    thread.join()
    listening.server_close()


def test_a_server_is_measured_and_never_asked_twice(server: Server, tmp_path: Path) -> None:
    sets = ["--base-url", server.url, "--set", "measure.long_share=0"]
    done = run_command(measure(tmp_path / "run", "served", *sets))
    first = len(server.asked)
    again = run_command(measure(tmp_path / "run", "served", *sets))
    assert done.returncode == again.returncode == 1, done.stderr
    assert first == len(server.asked) == 10
    assert all(body["temperature"] == 0 and body["model"] == "served" for body in server.asked)
    report = json.loads((tmp_path / "run/report.json").read_text(encoding="utf-8"))
    assert report["heldout"]["before"]["rate"]["value"] == 0.5


def test_another_ecosystem_is_asked_for_its_own_packages(server: Server, tmp_path: Path) -> None:
    snapshot, tasks, run = tmp_path / "npm.names", tmp_path / "tasks.csv", tmp_path / "run"
    told = {"ecosystem": "npm", "source": "a test", "date": "2026-01-01"}
    build_snapshot(["requests", "@scope/walks"], snapshot, complete=True, **told)
    rows = [f"Draw walk number {n}.;@scope/walks requests" for n in range(40)]
    tasks.write_text("\n".join(["task;right", *rows]), encoding="utf-8")
    more = ["--base-url", server.url, "--universe", str(snapshot), "--tasks", str(tasks)]
    done = run_command(measure(run, "served", *more, "--set", 'measure.forms=["packages"]'))
    assert done.returncode == 1, done.stderr
    assert all("npm" in body["messages"][-1]["content"] for body in server.asked)
    report = json.loads((run / "report.json").read_text(encoding="utf-8"))
    assert report["heldout"]["before"]["statuses"]["exists"] == len(server.asked) > 0
    # The same names are none that PyPI allows.
    done = run_command(measure(tmp_path / "other", "served", *more[:2], *more[4:]))
    assert done.returncode == 2
    assert "line 2: '@scope/walks' is not a package name of PyPI (and 39 more" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_model_is_measured_on_tasks_that_it_writes_itself(server: Server, tmp_path: Path) -> None:
    run = tmp_path / "run"
    sets = ["--set", "measure.own_tasks=3", "--set", "measure.long_share=0"]
    done = run_command(measure(run, "served", "--base-url", server.url, *sets))
    assert done.returncode == 1, done.stderr
    asked = [body["messages"][-1]["content"] for body in server.asked]
    assert len(asked) == 6 + 3
    assert all("birds of our garden" in content for content in asked[6:])
    report = json.loads((run / "report.json").read_text(encoding="utf-8"))
    assert "on 3 tasks that the model wrote itself" in report["stopping"]
    assert report["heldout"]["before"]["answers"] == 3
    shown = run_command(
        [sys.executable, "-m", "unghost.cli", "report", str(run), "--out", str(run / "again")]
    )
    assert shown.returncode == 0, shown.stderr
    again = json.loads((run / "again/report.json").read_text(encoding="utf-8"))
    assert (again["heldout"], again["stopping"]) == (report["heldout"], report["stopping"])


WITHOUT_TRAINING = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top in ("torch", "transformers", "tokenizers", "safetensors", "peft", "accelerate"):
            raise ModuleNotFoundError(f"No module named {top!r}", name=top)

sys.meta_path.insert(0, Missing())
import unghost.measure
from unghost.cli import main

main()
"""


def test_a_server_is_measured_without_what_training_needs(server: Server, tmp_path: Path) -> None:
    sets = ["--base-url", server.url, "--set", "measure.long_share=0"]
    python, _, _, *arguments = measure(tmp_path / "run", "served", *sets)
    done = run_command([python, "-c", WITHOUT_TRAINING, *arguments])
    assert done.returncode == 1, done.stderr
    assert len(server.asked) == 10
    assert (tmp_path / "run/report.html").is_file()


def test_an_incomplete_snapshot_is_measured_and_exits_three(tmp_path: Path) -> None:
    snapshot = tmp_path / "s.names"
    build_snapshot(
        ["requests"], snapshot, ecosystem="pypi", source="a test", date="2026-01-01", complete=False
    )
    done = run_command(measure(tmp_path / "run", "embedded", "--universe", str(snapshot)))
    assert done.returncode == 3, done.stderr
    assert "No ghost found" not in done.stdout


def test_an_edited_tasks_file_is_refused(tmp_path: Path) -> None:
    tasks = tmp_path / "tasks.jsonl"
    lines = [json.dumps({"task": f"own task {n}"}) for n in range(20)]
    tasks.write_text("\n".join(lines), encoding="utf-8")
    arguments = measure(tmp_path / "run", "embedded", "--tasks", str(tasks))
    first = run_command(arguments)
    assert first.returncode in (0, 1), first.stderr
    header = json.loads((tmp_path / "run/run.json").read_text(encoding="utf-8"))
    assert header["versions"]["torch"]
    assert header["threads"] == 1
    tasks.write_text("\n".join([*lines, lines[0]]), encoding="utf-8")
    again = run_command(arguments)
    assert again.returncode == 2
    assert "sha256.tasks" in again.stderr


def test_tasks_without_a_held_out_one_are_refused(tmp_path: Path) -> None:
    tasks = tmp_path / "tasks.jsonl"
    text = next(f"x{n}" for n in range(99) if split_of(record_id("task", f"x{n}")) != "heldout")
    tasks.write_text(json.dumps({"task": text}), encoding="utf-8")
    done = run_command(measure(tmp_path / "run", "embedded", "--tasks", str(tasks)))
    assert done.returncode == 2
    assert "0 into heldout" in done.stderr
