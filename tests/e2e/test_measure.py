from __future__ import annotations

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from e2e.conftest import run_command


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
    assert "Ghost rate" in shown.stdout
    as_json = run_command(
        [sys.executable, "-m", "unghost.cli", "report", str(run), "--format", "json"]
    )
    assert json.loads(as_json.stdout) == report


def test_a_server_is_measured_and_never_asked_twice(tmp_path: Path) -> None:
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append(body)
            text = "requests, no-such-package-xyz"
            choice = {"message": {"content": text}, "finish_reason": "stop"}
            data = json.dumps({"choices": [choice]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    sets = ["--base-url", url, "--set", "measure.code_share=0"]
    try:
        done = run_command(measure(tmp_path / "run", "served", *sets))
        first = len(asked)
        again = run_command(measure(tmp_path / "run", "served", *sets))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert done.returncode == again.returncode == 1, done.stderr
    assert first == len(asked) == 10
    assert all(body["temperature"] == 0 and body["model"] == "served" for body in asked)
    report = json.loads((tmp_path / "run/report.json").read_text(encoding="utf-8"))
    assert report["heldout"]["before"]["rate"]["value"] == 0.5
