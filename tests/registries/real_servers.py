"""Registries of others, run on loopback from folders of their own."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx
import pytest
from platformdirs import user_cache_path

TOOLS_REQUIRED = os.environ.get("UNGHOST_REQUIRE_TOOLS") == "1"
BIN = Path(sys.executable).parent
_PATIENCE = 120.0


@dataclass
class Server:
    """A running server."""

    url: str
    token: str = ""


def missing(why: str) -> None:
    """Skip what cannot be run here, or fail where tools are required."""
    if TOOLS_REQUIRED:
        pytest.fail(why)
    pytest.skip(why)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def process(command: list[str], url: str, log: Path, cwd: Path) -> Iterator[None]:
    """Run a server until the block ends; wait until it answers."""
    with log.open("wb") as output:
        server = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd=cwd)
        try:
            _wait(server, url, log)
            yield
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        if server.poll() is not None:
            break
        try:
            httpx.get(url, timeout=5.0)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"the server does not answer: {log.read_text(errors='replace')[-2000:]}")


@contextmanager
def pypiserver(folder: Path, packages: list[str]) -> Iterator[Server]:
    (folder / "packages").mkdir()
    for name in packages:
        (folder / "packages" / f"{name}-1.0.tar.gz").write_bytes(b"x")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "pypiserver", "run", "-i", "127.0.0.1", "-p", str(port)]
    command += ["--disable-fallback", str(folder / "packages")]
    with process(command, url, folder / "log", folder):
        yield Server(f"{url}/simple/")


@contextmanager
def devpi(folder: Path, packages: list[str]) -> Iterator[Server]:
    state, port = str(folder / "server"), free_port()
    init = [str(BIN / "devpi-init"), "--serverdir", state, "--no-root-pypi"]
    subprocess.run(init, check=True, capture_output=True, cwd=folder)
    url = f"http://127.0.0.1:{port}"
    command = [str(BIN / "devpi-server"), "--serverdir", state, "--host", "127.0.0.1"]
    with process([*command, "--port", str(port)], f"{url}/+api", folder / "log", folder):
        user = {"password": "s3cret", "email": "me@corp.example"}
        httpx.put(f"{url}/me", json=user).raise_for_status()
        login = httpx.post(f"{url}/+login", json={"user": "me", "password": "s3cret"})
        auth = ("me", login.raise_for_status().json()["result"]["password"])
        index = {"type": "stage", "bases": [], "volatile": True}
        header = {"X-Devpi-Auth": base64.b64encode(":".join(auth).encode()).decode()}
        httpx.put(f"{url}/me/dev", json=index, headers=header).raise_for_status()
        for name in packages:
            form = {":action": "file_upload", "name": name, "version": "1.0"}
            files = {"content": (f"{name}-1.0.tar.gz", b"x")}
            sent = httpx.post(f"{url}/me/dev/", data=form, files=files, headers=header)
            sent.raise_for_status()
        yield Server(f"{url}/me/dev/+simple/")


VERDACCIO = "6.1.2"
# A dependency asks for a tag of node-fetch that no longer exists.
MANIFEST = {
    "private": True,
    "dependencies": {"verdaccio": VERDACCIO},
    "overrides": {"node-fetch": "2.7.0"},
}
CONFIG = """
storage: ./storage
auth:
  htpasswd: {file: ./htpasswd}
uplinks: {}
packages:
  '@secret/*': {access: $authenticated, publish: $authenticated}
  '**': {access: $all, publish: $authenticated}
log: {type: stdout, format: pretty, level: warn}
"""


def installed_verdaccio() -> Path:
    """Install Verdaccio into the user's cache, once."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        missing("this machine has no npm")
    folder = user_cache_path("unghost-tests") / f"verdaccio-{VERDACCIO}"
    program = folder / "node_modules" / "verdaccio" / "bin" / "verdaccio"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("wb") as lock:
        _hold(lock)
        if not (folder / "done").exists():
            (folder / "package.json").write_text(json.dumps(MANIFEST))
            command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"]
            done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
            if done.returncode != 0:
                missing(f"npm cannot install Verdaccio: {done.stderr[-500:]}")
            (folder / "done").touch()
    return program


def _hold(lock: IO[bytes]) -> None:
    fcntl.flock(lock, fcntl.LOCK_EX)


@contextmanager
def verdaccio(folder: Path, packages: list[str]) -> Iterator[Server]:
    program, port = installed_verdaccio(), free_port()
    (folder / "config.yaml").write_text(CONFIG)
    url = f"http://127.0.0.1:{port}"
    command = ["node", str(program), "--config", "config.yaml", "--listen", f"127.0.0.1:{port}"]
    with process(command, f"{url}/-/ping", folder / "log", folder):
        user = {"name": "me", "password": "s3cret-enough", "email": "me@corp.example"}
        made = httpx.put(f"{url}/-/user/org.couchdb.user:me", json=user, timeout=30.0)
        token = made.raise_for_status().json()["token"]
        for name in packages:
            _publish(url, name, {"Authorization": f"Bearer {token}"})
        yield Server(f"{url}/", token)


def _publish(url: str, name: str, headers: Mapping[str, str]) -> None:
    data, tarball = b"x", f"{name}-1.0.0.tgz"
    dist = {"shasum": hashlib.sha1(data).hexdigest(), "tarball": f"{url}/{tarball}"}
    body = {
        "_id": name,
        "name": name,
        "dist-tags": {"latest": "1.0.0"},
        "versions": {"1.0.0": {"name": name, "version": "1.0.0", "dist": dist}},
        "_attachments": {
            tarball: {
                "content_type": "application/octet-stream",
                "data": base64.b64encode(data).decode(),
                "length": len(data),
            }
        },
    }
    sent = httpx.put(f"{url}/{name.replace('/', '%2f')}", json=body, headers=headers, timeout=30.0)
    sent.raise_for_status()
