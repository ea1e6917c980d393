"""A loopback server that answers for all registries, out of one truth, by the path's shape.

Run as a process of its own: ``python server.py TRUTH.json --latency 50 --mode ok``. It prints its
port. ``/-/seen`` gives the number of requests and the names that were not there, and forgets them.
``TRUTH.json`` has ``names`` (by ecosystem, canonical) and ``versions`` (of every package).

Every package has the same plausible story: ten years old, many releases, well used, with
a repository; so that no peer has a reason to doubt a name but that it is not there.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import signal
from collections import Counter
from collections.abc import Callable
from functools import cache
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from unghost.ecosystems import ecosystem as ecosystem_of

OLD, NEW = "2015-06-01T12:00:00", "2026-05-04T12:00:00"
WEEKLY = 750_000
MARK = "NAME-OF-PACKAGE"
"""Stands for the name in an answer's text, which is made once."""

Answer = tuple[int, bytes]
GONE: Answer = (404, b'{"message": "Not Found", "error": "Not found"}')
HOME = f"https://code.example/people/{MARK}"


class Truth:
    """The names that there are, and what a registry tells of one."""

    def __init__(self, path: Path) -> None:
        table = json.loads(path.read_text(encoding="utf-8"))
        self.names = {ecosystem: frozenset(names) for ecosystem, names in table["names"].items()}
        self.versions: list[str] = table["versions"]
        self.missing: Counter[str] = Counter()
        self.requests = 0
        self.body = cache(self._body)

    def has(self, ecosystem: str, name: str) -> bool:
        """Return whether a name is there, and note it if not."""
        known = self.names.get(ecosystem, frozenset())
        declared = ecosystem_of(ecosystem)
        found = declared.is_valid(name) and declared.canonical(name) in known
        if not found:
            self.missing[f"{ecosystem} {name}"] += 1
        return found

    def tell(self, kind: Callable[[Truth], object], ecosystem: str, name: str) -> Answer:
        """Answer with a kind of text if the name is there."""
        if not self.has(ecosystem, name):
            return GONE
        return 200, self.body(kind).replace(MARK.encode(), name.encode())

    def _body(self, kind: Callable[[Truth], object]) -> bytes:
        return json.dumps(kind(self)).encode()


def times(truth: Truth) -> list[tuple[str, str]]:
    """Return each version a day, the first one the oldest."""
    count = len(truth.versions)
    days = [f"{2015 + 10 * at // count}-06-01T12:00:00" for at in range(count)]
    return list(zip(truth.versions, days, strict=True))


def pypi(truth: Truth) -> object:
    releases = {
        version: [
            {
                "filename": f"{MARK}-{version}.tar.gz",
                "packagetype": "sdist",
                "size": 20_000,
                "upload_time": day,
                "upload_time_iso_8601": day + ".000000Z",
                "url": f"{HOME}/{version}.tar.gz",
                "yanked": False,
                "yanked_reason": None,
            }
        ]
        for version, day in times(truth)
    }
    last = truth.versions[-1]
    info = {
        "author": "Ada Example",
        "author_email": "ada@code.example",
        "description": "A long text. " * 40,
        "home_page": HOME,
        "license": "MIT",
        "maintainer": "Ada Example",
        "name": MARK,
        "project_urls": {"Homepage": HOME, "Source": HOME, "Documentation": f"{HOME}/docs"},
        "summary": "Does what it says",
        "version": last,
        "yanked": False,
    }
    return {"info": info, "last_serial": 1, "releases": releases, "urls": releases[last]}


def npm(truth: Truth) -> object:
    people = [{"name": "ada"}, {"name": "grace"}]
    repository = {"type": "git", "url": f"git+{HOME}.git"}
    versions = {
        version: {
            "name": MARK,
            "version": version,
            "maintainers": people,
            "dist": {"tarball": f"{HOME}/{version}.tgz", "unpackedSize": 20_000},
        }
        for version in truth.versions
    }
    return {
        "name": MARK,
        "description": "Does what it says",
        "dist-tags": {"latest": truth.versions[-1]},
        "homepage": HOME,
        "license": "MIT",
        "maintainers": people,
        "repository": repository,
        "time": {"created": OLD + ".000Z", "modified": NEW + ".000Z"}
        | {version: day + ".000Z" for version, day in times(truth)},
        "versions": versions,
    }


def crate(truth: Truth) -> object:
    told = {
        "id": MARK,
        "name": MARK,
        "created_at": OLD + "+00:00",
        "updated_at": NEW + "+00:00",
        "description": "Does what it says",
        "downloads": 100 * WEEKLY,
        "recent_downloads": 12 * WEEKLY,
        "newest_version": truth.versions[-1],
        "max_version": truth.versions[-1],
        "repository": HOME,
    }
    versions = [{"num": version, "created_at": day + "+00:00"} for version, day in times(truth)]
    return {"crate": told, "versions": versions}


def gem(truth: Truth) -> object:
    return {
        "name": MARK,
        "created_at": OLD + ".000Z",
        "version_created_at": NEW + ".000Z",
        "downloads": 100 * WEEKLY,
        "version": truth.versions[-1],
        "info": "Does what it says",
        "homepage_uri": HOME,
        "source_code_uri": HOME,
    }


def gem_versions(truth: Truth) -> object:
    return [{"number": version, "created_at": day + ".000Z"} for version, day in times(truth)]


def packagist(truth: Truth) -> object:
    source = {"type": "git", "url": f"{HOME}.git"}
    versions = [
        {"name": MARK, "version": version, "time": day + "+00:00", "source": source}
        for version, day in reversed(times(truth))
    ]
    return {"packages": {MARK: versions}}


def packagist_use(_: Truth) -> object:
    return {"downloads": {"total": 400 * WEEKLY, "monthly": 4 * WEEKLY, "daily": WEEKLY // 7}}


def pypi_use(_: Truth) -> object:
    used = {"last_day": WEEKLY // 7, "last_week": WEEKLY, "last_month": 4 * WEEKLY}
    return {"data": used, "package": MARK, "type": "recent_downloads"}


def go_version(truth: Truth) -> object:
    return {"Version": "v" + truth.versions[-1], "Time": OLD + "Z"}


def page(_: Truth) -> object:
    return {"name": MARK, "files": [], "meta": {"api-version": "1.0"}}


def npm_use(truth: Truth, period: str, names: str) -> Answer:
    """Answer for one name, or for several between commas."""
    count = WEEKLY * (4 if "month" in period else 1)
    wanted = names.split(",")
    known = {
        name: {"downloads": count, "package": name, "start": OLD[:10], "end": NEW[:10]}
        if truth.has("npm", name)
        else None
        for name in wanted
    }
    if len(wanted) == 1:
        only = known[names]
        return (200, json.dumps(only).encode()) if only else GONE
    return 200, json.dumps(known).encode()


def maven_search(truth: Truth, query: str) -> Answer:
    words = dict(part.split(":", 1) for part in re.split(r"[+ ]AND[+ ]", query) if ":" in part)
    name = f"{words.get('g', '')}:{words.get('a', '')}".replace('"', "")
    found = [{"id": name, "versionCount": 120, "latestVersion": truth.versions[-1]}]
    docs = found if truth.has("maven", name) else []
    return 200, json.dumps({"response": {"numFound": len(docs), "docs": docs}}).encode()


def go_name(escaped: str) -> str:
    return re.sub("!([a-z])", lambda match: match[1].upper(), escaped)


Answerer = Callable[[Truth, re.Match[str]], Answer]


def told(kind: Callable[[Truth], object], ecosystem: str) -> Answerer:
    return lambda truth, match: truth.tell(kind, ecosystem, match[1])


def plain_text(text: bytes) -> Answerer:
    return lambda truth, match: (200, text) if truth.has("go", go_name(match[1])) else GONE


SHAPES: list[tuple[str, Answerer]] = [
    (r"/pypi/([^/]+)/json", told(pypi, "pypi")),
    (r"/simple/([^/]+)/", told(page, "pypi")),
    (r"/api/packages/([^/]+)/recent", told(pypi_use, "pypi")),
    (r"/downloads/point/([^/]+)/(.+)", lambda t, m: npm_use(t, m[1], m[2])),
    (r"/api/v1/crates/([^/]+)", told(crate, "crates")),
    (r"/api/v1/gems/([^/]+)\.json", told(gem, "rubygems")),
    (r"/api/v1/versions/([^/]+)\.json", told(gem_versions, "rubygems")),
    (r"/p2/([^/]+/[^/]+)\.json", told(packagist, "packagist")),
    (r"/packages/([^/]+/[^/]+)/stats\.json", told(packagist_use, "packagist")),
    (r"/solrsearch/select\?(.+)", lambda t, m: maven_search(t, parse_qs(m[1])["q"][0])),
    (r"/v3/projects/.+", lambda t, m: (200, b'{"starsCount": 5000}')),
    (r"/(.+)/@v/list", plain_text(b"v0.1.0\nv1.0.0\nv1.2.0\n")),
    (r"/(.+)/@(?:latest|v/[^/]+\.info)", lambda t, m: t.tell(go_version, "go", go_name(m[1]))),
    (r"/(@[^/]+/[^/]+|[^/@]+)", told(npm, "npm")),
]
COMPILED = [(re.compile(shape), answerer) for shape, answerer in SHAPES]


def answer(truth: Truth, target: str) -> Answer:
    """Answer a request's target by the first shape that it has."""
    parts = urlsplit(target)
    path = unquote(parts.path) + (f"?{parts.query}" if "/solrsearch/" in parts.path else "")
    for shape, answerer in COMPILED:
        match = shape.fullmatch(path)
        if match:
            return answerer(truth, match)
    truth.missing[f"path {target}"] += 1
    return GONE


class Connection(asyncio.Protocol):
    """One connection: requests without bodies, answered in order, each after the latency."""

    def __init__(self, truth: Truth, latency: float, mode: str) -> None:
        self.truth, self.latency, self.mode = truth, latency, mode
        self.received, self.transport = b"", asyncio.Transport()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep where to answer."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Take requests out of what has come."""
        self.received += data
        while b"\r\n\r\n" in self.received:
            head, _, self.received = self.received.partition(b"\r\n\r\n")
            self.respond(head)

    def respond(self, head: bytes) -> None:
        """Answer one request when its time has come."""
        line, _, fields = head.decode("latin-1").partition("\r\n")
        method, target, _ = line.split(" ", 2)
        truth = self.truth
        if target == "/-/seen":
            seen = {"requests": truth.requests, "missing": dict(truth.missing)}
            truth.requests = 0
            truth.missing.clear()
            self.send(200, json.dumps(seen).encode(), close=True)
            return
        truth.requests += 1
        if self.mode == "timeout":
            return
        status, body = int(self.mode) if self.mode != "ok" else 0, b'{"message": "later"}'
        if not status:
            status, body = answer(truth, target)
        close = "connection: close" in fields.lower()
        body = b"" if method == "HEAD" else body
        asyncio.get_running_loop().call_later(self.latency, self.send, status, body, close)

    def send(self, status: int, body: bytes, close: bool) -> None:
        """Write an answer."""
        if self.transport.is_closing():
            return
        head = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: application/json\r\n"
        )
        head += f"Content-Length: {len(body)}\r\n"
        head += "Retry-After: 1\r\n" if status == 429 else ""
        head += "Connection: close\r\n" if close else ""
        self.transport.write(head.encode() + b"\r\n" + body)
        if close:
            self.transport.close()


async def serve(truth: Truth, latency: float, mode: str) -> None:
    loop, end = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, end.set)
    server = await loop.create_server(
        lambda: Connection(truth, latency, mode), "127.0.0.1", 0, backlog=512
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await end.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("truth", type=Path)
    parser.add_argument("--latency", type=float, default=0.0, help="milliseconds a request")
    parser.add_argument("--mode", choices=("ok", "503", "429", "timeout"), default="ok")
    options = parser.parse_args()
    asyncio.run(serve(Truth(options.truth), options.latency / 1e3, options.mode))


if __name__ == "__main__":
    main()
