"""A page in Chromium, driven over a pipe: keys, sizes, colours, and what a script in it says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
_START = """
import fcntl, os, sys
high = [fcntl.fcntl(int(fd), fcntl.F_DUPFD, 10) for fd in sys.argv[1:3]]
os.dup2(high[0], 3)
os.dup2(high[1], 4)
os.execvp(sys.argv[3], sys.argv[3:])
"""
"""Starts a browser that reads from file 3 and writes to file 4, as it wants for a pipe."""
_LOADED = """
new Promise((done) => {
  if (document.readyState === "complete") done();
  else addEventListener("load", () => done());
})
"""


class Page:
    """An open page."""

    def __init__(self, read: IO[bytes], write: IO[bytes]) -> None:
        self._read, self._write = read, write
        self._number, self._session = 0, ""

    def open(self, address: str, width: int, *, dark: bool = False) -> None:
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self.call("Emulation.setDeviceMetricsOverride", **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.call("Page.navigate", url=address)
        self.ask(_LOADED)

    def ask(self, script: str) -> Any:
        """Give the value of an expression in the page."""
        found = self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def press(self, key: str) -> None:
        code = {"Tab": 9, "Escape": 27, " ": 32, "ArrowRight": 39}[key]
        press = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        self.call("Input.dispatchKeyEvent", type="keyDown", **press)
        self.call("Input.dispatchKeyEvent", type="keyUp", **press)

    def type(self, text: str) -> None:
        self.call("Input.insertText", text=text)

    def call(self, method: str, **values: Any) -> Any:
        self._number += 1
        message = {"id": self._number, "method": method, "params": values}
        if self._session:
            message["sessionId"] = self._session
        self._write.write(json.dumps(message).encode() + b"\0")
        while True:
            data = bytearray()
            while (byte := self._read.read(1)) != b"\0":
                assert byte, "chromium ended"
                data += byte
            answer = json.loads(data)
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]


@contextmanager
def chromium(page: Path, width: int = 1280, *, dark: bool = False) -> Iterator[Page]:
    """Open a page in a Chromium of its own."""
    to_read, to_write = os.pipe()
    from_read, from_write = os.pipe()
    options = [*OPTIONS, f"--user-data-dir={page.parent / 'profile'}", "--remote-debugging-pipe"]
    pipes = (to_read, from_write)
    command = [sys.executable, "-c", _START, *map(str, pipes), "chromium", *options]
    process = subprocess.Popen(
        command, pass_fds=pipes, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    for end in pipes:
        os.close(end)
    try:
        with os.fdopen(from_read, "rb") as read, os.fdopen(to_write, "wb", buffering=0) as write:
            view = Page(read, write)
            view.open(page.as_uri(), width, dark=dark)
            yield view
    finally:
        process.kill()
        process.wait()
