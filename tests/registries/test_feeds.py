"""The readers of lists, against servers of the documented shapes."""

from __future__ import annotations

import asyncio
import bz2
import gzip
import io
import json
import lzma
import struct
import tarfile
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from registry_stub import Asked, Reply, Stub, json_reply
from unghost.ecosystems import ecosystem
from unghost.ecosystems.feeds import Outdated, Unchanged
from unghost.ecosystems.go import registry as go_registry
from unghost.ecosystems.npm import registry as npm_registry
from unghost.ecosystems.registry import Page
from unghost.errors import UnghostError
from unghost.registries.address import Address
from unghost.registries.client import Unreachable, make_client

Dated = dict[str, str | None]


def pages(name: str, url: str, state: Mapping[str, object] | None = None) -> list[Page]:
    async def run() -> list[Page]:
        async with make_client() as client:
            feed = ecosystem(name).registry.feed
            return [page async for page in feed(client, Address(url, "a test"), state or {})]

    return asyncio.run(run())


def names(some: list[Page]) -> list[str]:
    return [entry.name for page in some for entry in page.entries if not entry.removed]


def dated(some: list[Page]) -> Dated:
    return {entry.name: entry.first_seen for page in some for entry in page.entries}


def removed(some: list[Page]) -> list[str]:
    return [entry.name for page in some for entry in page.entries if entry.removed]


# PyPI: the simple index

SIMPLE = "application/vnd.pypi.simple.v1+json"


def simple(*projects: str, **headers: str) -> Reply:
    value = {"meta": {"api-version": "1.1", "_last-serial": 7}, "projects": []}
    value["projects"] = [{"_last-serial": 1, "name": name} for name in projects]
    return Reply(json.dumps(value).encode(), headers={"Content-Type": SIMPLE, **headers})


def html(body: str, kind: str = "text/html; charset=utf-8") -> Reply:
    return Reply(body.encode(), headers={"Content-Type": kind})


def test_a_simple_index_in_json(stub: Stub) -> None:
    stub.routes["/simple/"] = simple("Flask", "zope.interface", "Ünïcode")
    assert names(pages("pypi", f"{stub.url}/simple")) == ["Flask", "zope.interface", "Ünïcode"]
    assert SIMPLE in stub.asked[0].headers["accept"]


def test_a_simple_index_in_html(stub: Stub) -> None:
    body = """<!DOCTYPE html><html><body><h1>Links</h1><!-- <a>hidden</a> -->
    <a href="/simple/flask/">Flask</a><br/><A HREF='x/'>a&amp;b</A> text
    <a href="zope-interface/">zope<b>.</b>interface</a></body></html>"""
    stub.routes["/simple/"] = html(body)
    assert names(pages("pypi", f"{stub.url}/simple/")) == ["Flask", "a&b", "zope.interface"]


def test_an_unchanged_index(stub: Stub) -> None:
    def reply(asked: Asked) -> Reply:
        if asked.headers.get("if-none-match") == '"v1"':
            return Reply(status=304)
        return simple("flask", ETag='"v1"')

    stub.routes["/simple/"] = reply
    found = pages("pypi", f"{stub.url}/simple/")
    assert found[-1].state == {"etag": '"v1"'}
    assert all(not page.state for page in found[:-1])
    with pytest.raises(Unchanged):
        pages("pypi", f"{stub.url}/simple/", found[-1].state)


@pytest.mark.parametrize(
    "reply",
    [
        html('<html><body><a href="a">a</a>', "text/html"),
        html("<a" + " x" * 100_000, "text/html"),
        Reply(b"{}", headers={"Content-Type": "image/png"}),
        Reply(b'{"projects": [{"name": "a"}', headers={"Content-Type": SIMPLE}),
        Reply(b"<html>", headers={"Content-Type": SIMPLE}),
        Reply(status=401),
        Reply(status=404),
        Reply(status=500),
    ],
    ids=["no end", "long tag", "no index", "cut off", "no json", "refused", "none", "broken"],
)
def test_what_is_no_simple_index(stub: Stub, reply: Reply) -> None:
    reply.unmarked = True
    stub.routes["/simple/"] = reply
    with pytest.raises(UnghostError):
        pages("pypi", f"{stub.url}/simple/")


def test_a_connection_that_breaks_in_a_list(stub: Stub) -> None:
    reply = simple(*(f"name-{number}" for number in range(1000)))
    reply.cut = len(reply.body) - 3
    stub.routes["/simple/"] = reply
    with pytest.raises(Unreachable):
        pages("pypi", f"{stub.url}/simple/")


# npm: a replication feed


class Replicate:
    """The public feed since 2025: no more than a page, and no documents in it."""

    def __init__(self, packages: list[str], largest: int) -> None:
        self.log = [(name, False) for name in packages]
        self.largest = largest

    def install(self, stub: Stub) -> None:
        stub.routes["/registry/"] = lambda asked: json_reply(
            {"db_name": "registry", "doc_count": len(self.now()), "update_seq": len(self.log)}
        )
        stub.routes["/registry/_all_docs"] = self.documents
        stub.routes["/registry/_changes"] = self.changes

    def now(self) -> list[str]:
        state = dict(self.log)
        return sorted(name for name, gone in state.items() if not gone)

    def size(self, asked: Asked) -> int:
        assert asked.query.keys() <= {"limit", "startkey", "since"}
        return min(int(asked.query["limit"]), self.largest)

    def documents(self, asked: Asked) -> Reply:
        start = json.loads(asked.query.get("startkey", '""'))
        ids = [name for name in self.now() if name >= start][: self.size(asked)]
        rows = [{"id": name, "key": name, "value": {"rev": "1-a"}} for name in ids]
        return json_reply({"total_rows": len(self.now()), "offset": 0, "rows": rows})

    def changes(self, asked: Asked) -> Reply:
        since = int(asked.query["since"])
        log = list(enumerate(self.log, 1))[since : since + self.size(asked)]
        rows: list[dict[str, Any]] = [
            {
                "seq": seq,
                "id": name,
                "changes": [{"rev": "1-a"}],
                **({"deleted": True} if gone else {}),
            }
            for seq, (name, gone) in log
        ]
        return json_reply({"results": rows, "last_seq": log[-1][0] if log else since})


PACKAGES = ["@acme/tool", "_design/app", "left-pad", "lodash", "react", "weiß", "a b"]


@pytest.mark.parametrize("largest", [2, 3, 7, 10_000])
def test_a_replication_feed(stub: Stub, largest: int) -> None:
    feed = Replicate(PACKAGES, largest)
    feed.install(stub)
    found = pages("npm", f"{stub.url}/registry")
    assert sorted(names(found)) == sorted(set(PACKAGES) - {"_design/app"})
    assert found[-1].state == {"since": len(feed.log)}
    assert found[0].total == len(PACKAGES)
    feed.log += [("react", True), ("vue", False), ("lodash", False), ("lodash", True)]
    stub.asked.clear()
    later = pages("npm", f"{stub.url}/registry", found[-1].state)
    assert names(later) == ["vue", "lodash"]
    assert removed(later) == ["react", "lodash"]
    assert "/registry/_all_docs" not in stub.paths()


def test_what_happens_while_a_feed_is_read_is_not_lost(stub: Stub) -> None:
    feed = Replicate(PACKAGES, 2)
    feed.install(stub)
    documents = feed.documents

    def publishing(asked: Asked) -> Reply:
        reply = documents(asked)
        if json.loads(asked.query.get("startkey", '""')) >= "lodash":
            feed.log.append(("aaa-new", False))
        return reply

    stub.routes["/registry/_all_docs"] = publishing
    assert "aaa-new" in names(pages("npm", f"{stub.url}/registry"))


def test_a_feed_is_gone_on_from_each_of_its_states(stub: Stub) -> None:
    feed = Replicate(PACKAGES, 2)
    feed.install(stub)
    all_pages = pages("npm", f"{stub.url}/registry")
    for place, page in enumerate(all_pages):
        begun = all_pages[: place + 1]
        rest = pages("npm", f"{stub.url}/registry", page.state)
        assert set(names(begun) + names(rest)) == set(PACKAGES) - {"_design/app"}


def test_a_feed_that_was_set_back(stub: Stub) -> None:
    Replicate(PACKAGES, 2).install(stub)
    with pytest.raises(Outdated):
        pages("npm", f"{stub.url}/registry", {"since": 1000})


def test_a_busy_feed_ends(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(npm_registry, "LIMIT", 1)
    feed = Replicate(PACKAGES, 1)
    feed.install(stub)
    changes = feed.changes

    def growing(asked: Asked) -> Reply:
        feed.log.append((f"new-{len(feed.log)}", False))
        return changes(asked)

    stub.routes["/registry/_changes"] = growing
    assert "new-7" in names(pages("npm", f"{stub.url}/registry"))


@pytest.mark.parametrize(
    "value", [{}, {"rows": 3}, {"rows": [3]}, {"rows": [{"id": 3}]}, [], None, "text"]
)
def test_what_is_no_page_of_a_feed(stub: Stub, value: object) -> None:
    Replicate(PACKAGES, 2).install(stub)
    stub.routes["/registry/_all_docs"] = json_reply(value)
    with pytest.raises(UnghostError, match="cannot be read"):
        pages("npm", f"{stub.url}/registry")


def listing(stub: Stub, passes_on: bool) -> None:
    stub.routes["/"] = Reply(b"<html>", headers={"Content-Type": "text/html"})
    stub.routes["/-/all"] = json_reply(
        {"_updated": 99999, "left-pad": {"name": "left-pad"}, "@a/b": {"versions": {"x": {}}}}
    )
    if passes_on:
        stub.routes["/npm"] = json_reply({"name": "npm"})


@pytest.mark.parametrize("passes_on", [False, True])
def test_a_registry_that_lists(stub: Stub, passes_on: bool) -> None:
    listing(stub, passes_on)
    found = pages("npm", stub.url)
    assert names(found) == ["left-pad", "@a/b"]
    assert any(page.partial for page in found) == passes_on
    with pytest.raises(Outdated):
        pages("npm", stub.url, {"etag": "x"})


def test_a_registry_that_does_not_list(stub: Stub) -> None:
    stub.routes["/"] = json_reply({})
    with pytest.raises(UnghostError, match="--from"):
        pages("npm", stub.url)


# crates.io: the dump

CSV = """created_at,description,id,name,readme
2014-11-20 19:00:00+00,"JSON, fast",1,serde_json,"a ""quoted""
text,
with lines"
2015-01-01 00:00:00+00,,2,rand,
"2016-01-01 00:00:00+00","","3","Tokio","x"
"""


def dump(csv: str = CSV, name: str = "2026-03-01-020000/data/crates.csv") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        files = {"2026-03-01-020000/README.md": b"# dump", name: csv.encode()}
        files["2026-03-01-020000/data/versions.csv"] = bytes(100_000)
        for path, data in files.items():
            info = tarfile.TarInfo(path)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def test_the_dump_of_crates(stub: Stub) -> None:
    stub.routes["/dump"] = Reply(dump(), headers={"ETag": '"d1"'})
    found = pages("crates", f"{stub.url}/dump")
    assert dated(found) == {"serde_json": "2014-11-20", "rand": "2015-01-01", "Tokio": "2016-01-01"}
    assert found[-1].state == {"etag": '"d1"'}


@pytest.mark.parametrize(
    "data",
    [
        dump(CSV.replace("name", "title")),
        dump(CSV.replace('"x"', '"x')),
        dump(CSV + "one,two\n"),
        dump(name="other/crates.txt"),
        dump()[:200],
        b"<html>",
        b"",
    ],
    ids=["columns", "quotes", "row", "file", "cut off", "no gzip", "empty"],
)
def test_what_is_no_dump(stub: Stub, data: bytes) -> None:
    stub.routes["/dump"] = Reply(data)
    with pytest.raises(UnghostError, match=r"cut off|cannot be read"):
        pages("crates", f"{stub.url}/dump")


def test_a_dump_that_breaks_is_taken_up(stub: Stub) -> None:
    rows = "".join(f"2020-01-01 00:00:00+00,,{n},crate-{n},\n" for n in range(20_000))
    body = dump(CSV + rows)
    cuts = [len(body) // 3]

    def reply(asked: Asked) -> Reply:
        start = int(asked.headers.get("range", "bytes=0-")[6:-1])
        if not start:
            return Reply(body, headers={"ETag": '"d1"'}, cut=cuts[0])
        return Reply(body[start:], 206, {"Content-Range": f"bytes {start}-/{len(body)}"})

    stub.routes["/dump"] = reply
    assert len(names(pages("crates", f"{stub.url}/dump"))) == 20_003
    assert len(stub.asked) == 2


# Go: the index


def go_index(rows: list[tuple[str, str]]) -> Callable[[Asked], Reply]:
    def reply(asked: Asked) -> Reply:
        since = datetime.fromisoformat(asked.query["since"])
        some = [row for row in rows if datetime.fromisoformat(row[1]) >= since]
        lines = [
            json.dumps({"Path": path, "Version": "v1.0.0", "Timestamp": time})
            for path, time in some[: int(asked.query["limit"])]
        ]
        return Reply("".join(f"{line}\n" for line in lines).encode())

    return reply


GO = [
    ("golang.org/x/text", "2019-04-10T19:08:52.997264Z"),
    ("github.com/Azure/sdk", "2019-04-10T19:08:53Z"),
    ("golang.org/x/text", "2020-01-01T00:00:00.5Z"),
    ("example.com/a", "2020-01-02T00:00:00Z"),
    ("example.com/b", "2020-01-02T00:00:00Z"),
    ("example.com/c", "2020-01-02T00:00:00Z"),
    ("example.com/d", "2020-01-03T00:00:00Z"),
]


@pytest.mark.parametrize("limit", [2, 3, 4, 2000])
def test_the_index_of_go(stub: Stub, monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    monkeypatch.setattr(go_registry, "LIMIT", limit)
    rows = list(GO)
    stub.routes["/index"] = go_index(rows)
    found = pages("go", f"{stub.url}/index")
    assert dated(found)["golang.org/x/text"] == "2019-04-10"
    assert set(names(found)) == {path for path, _ in GO} - (
        {"example.com/c"} if limit < 3 else set()
    )
    assert found[-1].state == {"since": "2020-01-03T00:00:00Z"}
    rows.append(("example.com/e", "2020-01-04T00:00:00Z"))
    later = pages("go", f"{stub.url}/index", found[-1].state)
    assert set(names(later)) == {"example.com/d", "example.com/e"}


@pytest.mark.parametrize("body", [b"<html>", b'{"Path": 3}', b"[1]\n", b'{"Path": "a"}\n{"Pa'])
def test_what_is_no_index_of_go(stub: Stub, body: bytes) -> None:
    stub.routes["/index"] = Reply(body)
    with pytest.raises(UnghostError, match="cannot be read"):
        pages("go", f"{stub.url}/index")


# RubyGems: the compact index


def test_the_names_of_gems(stub: Stub) -> None:
    stub.routes["/names"] = Reply(b"---\nrails\nRedCloth\n_\n", headers={"ETag": '"n1"'})
    found = pages("rubygems", stub.url)
    assert names(found) == ["rails", "RedCloth", "_"]
    assert found[-1].state == {"etag": '"n1"'}


def test_a_list_of_lines_whose_end_nobody_would_miss(stub: Stub) -> None:
    stub.routes["/names"] = Reply(b"---\nrails\n", unmarked=True)
    with pytest.raises(UnghostError, match="how long"):
        pages("rubygems", stub.url)


def test_a_list_of_lines_in_chunks(stub: Stub) -> None:
    stub.routes["/names"] = Reply(pieces=iter([b"---\nra", b"ils\n", b"rake"]))
    assert names(pages("rubygems", stub.url)) == ["rails", "rake"]


# Maven: the index of a repository


def nexus(*artifacts: tuple[str, str]) -> Reply:
    data = struct.pack(">Bq", 1, 0)
    for coordinates, info in artifacts:
        data += struct.pack(">i", 2)
        for name, value in ((b"u", coordinates.encode()), (b"i", info.encode())):
            data += b"\x05" + struct.pack(">H", len(name)) + name
            data += struct.pack(">i", len(value)) + value
    return Reply(gzip.compress(data))


INDEX = "/maven2/.index/nexus-maven-repository-index"


def properties(chain: str, last: int, kept: int) -> Reply:
    text = f"#Thu Aug 13 04:01:32 UTC 2026\nnexus.index.id=central\nnexus.index.chain-id={chain}\n"
    text += "nexus.index.timestamp=20260813030842.666 +0000\n"
    text += f"nexus.index.last-incremental={last}\n"
    for place in range(kept):
        text += f"nexus.index.incremental-{place}={last - place}\n"
    return Reply(text.encode())


def test_the_index_of_maven_and_its_chunks(stub: Stub) -> None:
    stub.routes[f"{INDEX}.properties"] = properties("c1", 10, 3)
    stub.routes[f"{INDEX}.gz"] = nexus(
        ("org.a|b|1|NA|jar", "jar|1600000000000|1"), ("org.a|b|0|NA", "jar|1500000000000|1")
    )
    found = pages("maven", f"{stub.url}/maven2")
    assert dated(found) == {"org.a:b": "2017-07-14"}
    assert found[-1].state == {"chain": "c1", "chunk": 10}
    assert found[-1].day == "2026-08-13"
    stub.routes[f"{INDEX}.properties"] = properties("c1", 12, 3)
    stub.routes[f"{INDEX}.11.gz"] = nexus(("org.a|c|1|NA", "jar|1600000000000|1"))
    stub.routes[f"{INDEX}.12.gz"] = nexus(("org.a|d|1|NA", "jar|1600000000000|1"))
    stub.asked.clear()
    later = pages("maven", f"{stub.url}/maven2", found[-1].state)
    assert names(later) == ["org.a:c", "org.a:d"]
    assert later[-1].state == {"chain": "c1", "chunk": 12}
    assert f"{INDEX}.gz" not in stub.paths()
    for page in later[:-1]:
        assert page.state
    assert not [p for p in pages("maven", f"{stub.url}/maven2", later[-1].state) if p.entries]


@pytest.mark.parametrize(
    "state", [{"chain": "c0", "chunk": 10}, {"chain": "c1", "chunk": 1}, {"x": 1}]
)
def test_an_index_of_maven_that_cannot_be_gone_on_from(stub: Stub, state: dict[str, Any]) -> None:
    stub.routes[f"{INDEX}.properties"] = properties("c1", 12, 3)
    with pytest.raises(Outdated):
        pages("maven", f"{stub.url}/maven2", state)


def test_an_index_of_maven_that_is_cut_off(stub: Stub) -> None:
    stub.routes[f"{INDEX}.properties"] = properties("c1", 1, 0)
    reply = nexus(("org.a|b|1|NA", "jar|1|1"))
    stub.routes[f"{INDEX}.gz"] = Reply(gzip.compress(gzip.decompress(reply.body)[:-3]))
    with pytest.raises(UnghostError, match="cut off"):
        pages("maven", f"{stub.url}/maven2")


def test_a_mirror_of_maven_without_an_index(stub: Stub) -> None:
    with pytest.raises(UnghostError, match=r"404.*--from"):
        pages("maven", f"{stub.url}/maven2")


# NuGet: the catalog


def catalog(stub: Stub, *some: list[tuple[str, str, str]]) -> None:
    """Serve pages of items: kind, id and time."""
    root = stub.url
    resources = [
        {"@id": f"{root}/catalog/index.json", "@type": "Catalog/3.0.0"},
        {"@id": f"{root}/flat/", "@type": "PackageBaseAddress/3.0.0"},
    ]
    stub.routes["/v3/index.json"] = json_reply({"version": "3.0.0", "resources": resources})
    items = []
    for number, page in enumerate(some):
        url = f"{root}/catalog/page{number}.json"
        items.append({"@id": url, "commitTimeStamp": page[-1][2], "count": len(page)})
        stub.routes[f"/catalog/page{number}.json"] = json_reply(
            {
                "items": [
                    {"@id": "x", "@type": f"nuget:{k}", "commitTimeStamp": t, "nuget:id": i}
                    for k, i, t in reversed(page)
                ]
            }
        )
    stub.routes["/catalog/index.json"] = json_reply({"items": items[::-1]})


FIRST = [
    ("PackageDetails", "Newtonsoft.Json", "2015-02-01T06:22:45.8488496Z"),
    ("PackageDetails", "NUnit", "2015-02-01T06:22:46Z"),
    ("PackageDelete", "Gone", "2015-02-01T06:22:46.1Z"),
]
SECOND = [
    ("PackageDetails", "Newtonsoft.Json", "2016-01-01T00:00:00Z"),
    ("PackageDetails", "Serilog", "2016-01-02T00:00:00Z"),
]


def test_the_catalog_of_nuget(stub: Stub) -> None:
    catalog(stub, FIRST, SECOND)
    found = pages("nuget", f"{stub.url}/v3/index.json")
    assert dated(found) == {
        "Newtonsoft.Json": "2015-02-01",
        "NUnit": "2015-02-01",
        "Serilog": "2016-01-02",
    }
    assert found[-1].state == {"cursor": "2016-01-02T00:00:00Z"}
    catalog(stub, FIRST, [*SECOND, ("PackageDetails", "Polly", "2016-01-02T00:00:00.5Z")])
    stub.asked.clear()
    later = pages("nuget", f"{stub.url}/v3/index.json", found[-1].state)
    assert names(later) == ["Polly"]
    assert "/catalog/page0.json" not in stub.paths()
    again = pages("nuget", f"{stub.url}/v3/index.json", later[-1].state)
    assert not names(again)
    assert again[-1].state == later[-1].state


def test_a_long_catalog_goes_on_from_each_state(stub: Stub) -> None:
    many = [[("PackageDetails", f"P{day}", f"2020-01-{day:02}T00:00:00Z")] for day in range(1, 29)]
    catalog(stub, *many)
    all_pages = pages("nuget", f"{stub.url}/v3/index.json")
    assert len(all_pages) == 4
    for place, page in enumerate(all_pages):
        rest = pages("nuget", f"{stub.url}/v3/index.json", page.state)
        assert len(names(all_pages[: place + 1]) + names(rest)) == 28


@pytest.mark.parametrize("path", ["/v3/index.json", "/catalog/index.json", "/catalog/page0.json"])
@pytest.mark.parametrize("value", [[], {}, {"items": [3], "resources": [3]}, "x"])
def test_what_is_no_catalog(stub: Stub, path: str, value: object) -> None:
    catalog(stub, FIRST)
    stub.routes[path] = json_reply(value)
    with pytest.raises(UnghostError):
        pages("nuget", f"{stub.url}/v3/index.json")


def test_where_nugets_lookups_begin(stub: Stub) -> None:
    catalog(stub, FIRST)
    assert base("nuget", f"{stub.url}/v3/index.json") == f"{stub.url}/flat/"


def base(name: str, url: str) -> str:
    async def run() -> str:
        find = ecosystem(name).registry.base
        assert find is not None
        async with make_client() as client:
            return await find(client, Address(url, "a test"))

    return asyncio.run(run())


# Packagist: the list, or what a repository holds


def test_the_list_of_packagist(stub: Stub, other_stub: Stub) -> None:
    stub.routes["/packages.json"] = json_reply(
        {"packages": [], "metadata-url": "/p2/%package%.json", "list": f"{other_stub.url}/list"}
    )
    other_stub.routes["/list"] = json_reply({"packageNames": ["a/b", "symfony/yaml"]}, ETag='"p1"')
    found = pages("packagist", stub.url)
    assert names(found) == ["a/b", "symfony/yaml"]
    assert found[-1].state == {"etag": '"p1"'}
    assert base("packagist", stub.url) == f"{stub.url}/p2/%package%.json"
    lookup = ecosystem("packagist").registry.lookup
    assert lookup(base("packagist", stub.url), "a/b") == f"{stub.url}/p2/a/b.json"


def test_a_repository_that_says_what_it_has(stub: Stub) -> None:
    stub.routes["/packages.json"] = json_reply({"available-packages": ["a/b", "a/c"]})
    assert names(pages("packagist", stub.url)) == ["a/b", "a/c"]
    assert base("packagist", stub.url) == stub.url


def test_a_repository_that_holds_its_packages(stub: Stub) -> None:
    about = {"packages": {"a/b": {}}, "includes": {"include/all.json": {"sha1": "x"}}}
    stub.routes["/repo/packages.json"] = json_reply(about)
    stub.routes["/repo/include/all.json"] = json_reply({"packages": {"a/c": {}, "a/b": {}}})
    found = pages("packagist", f"{stub.url}/repo")
    assert names(found) == ["a/b", "a/c"]
    assert not found[0].partial


def test_a_repository_that_has_more_than_it_lists(stub: Stub) -> None:
    about = {"available-packages": ["a/b"], "available-package-patterns": ["c/*"]}
    stub.routes["/packages.json"] = json_reply(about)
    assert pages("packagist", stub.url)[0].partial


def test_a_repository_that_lists_nothing(stub: Stub) -> None:
    stub.routes["/packages.json"] = json_reply({"metadata-url": "/p2/%package%.json"})
    with pytest.raises(UnghostError, match="lists no packages"):
        pages("packagist", stub.url)


# apt: lists of packages

PACKAGES_FILE = b"""Package: mawk
Version: 1.3
Provides: awk (= 1), nawk
Description: a pattern scanner
 Package: no
 .

Package: zlib1g
Provides: libz1 [amd64]
"""


@pytest.mark.parametrize(
    ("name", "pack"),
    [("Packages", bytes), ("Packages.gz", gzip.compress), ("Packages.xz", lzma.compress),
     ("Packages.bz2", bz2.compress)],
)  # fmt: skip
def test_a_list_of_apt_at_an_address(
    stub: Stub, tmp_path: Path, name: str, pack: Callable[[bytes], bytes]
) -> None:
    stub.routes[f"/{name}"] = Reply(pack(PACKAGES_FILE))
    wanted = ["mawk", "awk", "nawk", "zlib1g", "libz1"]
    assert names(pages("apt", f"{stub.url}/{name}")) == wanted
    (tmp_path / name).write_bytes(pack(PACKAGES_FILE))
    assert names(pages("apt", (tmp_path / name).as_uri())) == wanted


def fake_apt(folder: Path, monkeypatch: pytest.MonkeyPatch, lists: str, sources: str) -> None:
    program = folder / "bin" / "apt-get"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\ncase "$*" in *--no-release*) echo "{sources}";; *) echo "{lists}";; esac\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")


def test_the_sources_of_apt(stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub.routes["/one/Packages.xz"] = Reply(lzma.compress(b"Package: one\n"))
    stub.routes["/two/Packages.gz"] = Reply(gzip.compress(b"Package: two\n"))
    sources = f"{stub.url}/one/Packages {stub.url}/two/Packages {stub.url}/none/Packages cdrom:x"
    fake_apt(tmp_path, monkeypatch, "", sources)
    assert names(pages("apt", "apt:sources")) == ["one", "two"]


def test_sources_of_apt_that_have_nothing(
    stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_apt(tmp_path, monkeypatch, "", f"{stub.url}/none/Packages")
    with pytest.raises(UnghostError, match="apt-get update"):
        pages("apt", "apt:sources")


def test_the_lists_of_apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a_Packages", "b_Packages"):
        (tmp_path / name).write_bytes(PACKAGES_FILE.replace(b"mawk", name[0].encode() * 2))
    fake_apt(tmp_path, monkeypatch, f"{tmp_path}/a_Packages\n{tmp_path}/b_Packages", "")
    found = pages("apt", "apt:lists")
    assert {"aa", "bb", "awk"} <= set(names(found))
    assert found[-1].day is not None
    (tmp_path / "a_Packages").unlink()
    with pytest.raises(UnghostError, match="cannot read"):
        pages("apt", "apt:lists")
