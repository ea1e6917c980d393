from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry_stub import Asked, Reply, Stub, json_reply, running
from unghost.ecosystems import ecosystem
from unghost.ecosystems.registry import Entry, Page
from unghost.errors import UnghostError
from unghost.names.building import build_snapshot
from unghost.names.pull import Pulled, list_address, pull
from unghost.names.snapshot import Snapshot, verify_snapshot
from unghost.names.spool import Spool
from unghost.names.universe import default_path
from unghost.registries import client
from unghost.registries.address import Address, basic

SIMPLE = "application/vnd.pypi.simple.v1+json"


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    monkeypatch.setattr(client, "FIRST_WAIT", 0.01)
    with running() as server:
        yield server


def simple(names: list[str], **headers: str) -> Reply:
    body = json.dumps({"projects": [{"name": name} for name in names]}).encode()
    return Reply(body, headers={"Content-Type": SIMPLE, **headers})


def pypi(stub: Stub, output: Path, **more: object) -> Pulled:
    return pull("pypi", output, Address(f"{stub.url}/simple/", "a test"), **more)  # type: ignore[arg-type]


def some(count: int) -> list[str]:
    return [f"name-{number}" for number in range(count)]


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))


def test_pulls_a_list(stub: Stub, tmp_path: Path) -> None:
    stub.routes["/simple/"] = simple(["Flask", "zope.interface", "not a name", "x\ny", "flask"])
    told: list[tuple[int, int | None]] = []
    output = tmp_path / "sub" / "pypi.names"
    pulled = pypi(stub, output, progress=lambda done, total: told.append((done, total)))
    snapshot = Snapshot.open(output)
    assert list(snapshot) == ["flask", "zope-interface"]
    assert pulled.header == snapshot.header == verify_snapshot(output)
    assert (snapshot.header.skipped, snapshot.header.complete) == (2, True)
    assert snapshot.header.source == f"{stub.url}/simple/"
    assert told[-1][0] == 5
    assert pulled.before is None
    assert leftovers(output.parent) == []


def test_a_refresh_takes_over_what_changed(stub: Stub, tmp_path: Path) -> None:
    output = tmp_path / "pypi.names"
    stub.routes["/simple/"] = simple(some(100))
    pypi(stub, output)
    stub.routes["/simple/"] = simple([*some(95), "new"])
    assert pypi(stub, output).before == 100
    snapshot = Snapshot.open(output)
    assert "new" in snapshot
    assert "name-99" not in snapshot


def test_an_unchanged_list_leaves_all_as_it_was(stub: Stub, tmp_path: Path) -> None:
    def reply(asked: Asked) -> Reply:
        known = asked.headers.get("if-none-match") == '"1"'
        return Reply(status=304) if known else simple(some(9), ETag='"1"')

    stub.routes["/simple/"] = reply
    output = tmp_path / "pypi.names"
    assert not pypi(stub, output).unchanged
    before = output.read_bytes()
    pulled = pypi(stub, output)
    assert pulled.unchanged
    assert pulled.header.count == 9
    assert output.read_bytes() == before
    assert leftovers(tmp_path) == []


def test_another_address_is_read_anew(stub: Stub, tmp_path: Path) -> None:
    stub.routes["/simple/"] = simple(some(9), ETag='"1"')
    stub.routes["/other/"] = simple(some(9), ETag='"1"')
    output = tmp_path / "pypi.names"
    pypi(stub, output)
    pull("pypi", output, Address(f"{stub.url}/other/", "a test"))
    assert "if-none-match" not in stub.asked[-1].headers


def test_a_server_that_says_unchanged_to_a_stranger(stub: Stub, tmp_path: Path) -> None:
    stub.routes["/simple/"] = Reply(status=304)
    with pytest.raises(UnghostError, match="unchanged"):
        pypi(stub, tmp_path / "pypi.names")


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b'{"projects": [{"name": "a"}', headers={"Content-Type": SIMPLE}),
        Reply(b"<html>", headers={"Content-Type": SIMPLE}),
        Reply(b'{"projects": [{"name": "a"}]}', headers={"Content-Type": SIMPLE}, cut=20),
        Reply(status=503),
        Reply(status=403),
        simple([]),
    ],
    ids=["cut off", "no json", "broken off", "down", "refused", "empty"],
)
def test_what_fails_leaves_the_older_snapshot(stub: Stub, tmp_path: Path, reply: Reply) -> None:
    output = tmp_path / "pypi.names"
    stub.routes["/simple/"] = simple(some(9))
    pypi(stub, output)
    before = output.read_bytes()
    stub.routes["/simple/"] = reply
    with pytest.raises(UnghostError):
        pypi(stub, output)
    assert output.read_bytes() == before
    assert leftovers(tmp_path) == []
    stub.routes["/simple/"] = simple(some(10))
    assert pypi(stub, output).header.count == 10


def test_a_list_that_loses_too_much_is_refused(stub: Stub, tmp_path: Path) -> None:
    output = tmp_path / "pypi.names"
    stub.routes["/simple/"] = simple(some(100))
    pypi(stub, output)
    stub.routes["/simple/"] = simple(some(89))
    with pytest.raises(UnghostError, match=r"89 names.*had 100.*--allow-shrink"):
        pypi(stub, output)
    assert len(Snapshot.open(output)) == 100
    assert leftovers(tmp_path) == []
    assert pypi(stub, output, allow_shrink=True).header.count == 89
    stub.routes["/simple/"] = simple(some(81))
    assert pypi(stub, output).header.count == 81


def test_popularity_stays_or_is_given(stub: Stub, tmp_path: Path) -> None:
    output = tmp_path / "pypi.names"
    stub.routes["/simple/"] = simple(some(20))
    assert pypi(stub, output).header.popular == 0
    assert pypi(stub, output, popular=["Name.3", "name-4", "nobody"]).header.popular == 2
    stub.routes["/simple/"] = simple([*some(4), *(f"more-{n}" for n in range(20))])
    pypi(stub, output)
    snapshot = Snapshot.open(output)
    assert [name for name in snapshot if snapshot.is_popular(name)] == ["name-3"]


def test_a_snapshot_of_something_else_is_not_written_over(stub: Stub, tmp_path: Path) -> None:
    stub.routes["/simple/"] = simple(some(9))
    thesis = tmp_path / "thesis.txt"
    thesis.write_text("years of work")
    with pytest.raises(UnghostError, match="not a snapshot"):
        pypi(stub, thesis)
    assert thesis.read_text() == "years of work"
    crates = tmp_path / "crates.names"
    build_snapshot(
        ["serde"], crates, ecosystem="crates", source="x", date="2026-01-01", complete=True
    )
    with pytest.raises(UnghostError, match="names of crates"):
        pypi(stub, crates)


def test_a_damaged_snapshot_is_replaced(stub: Stub, tmp_path: Path) -> None:
    output = tmp_path / "pypi.names"
    stub.routes["/simple/"] = simple(some(9))
    pypi(stub, output)
    output.write_bytes(output.read_bytes()[:-7])
    assert pypi(stub, output).header.count == 9
    output.write_bytes(b"unghost names 1\nof old")
    assert pypi(stub, output).header.count == 9


class Catalog:
    """A catalog as NuGet's, whose pages are one package each."""

    def __init__(self, stub: Stub, count: int) -> None:
        self.stub, self.items, self.slow = stub, list[tuple[str, str]](), 0.0
        stub.routes["/v3/index.json"] = json_reply(
            {"resources": [{"@id": f"{stub.url}/catalog", "@type": "Catalog/3.0.0"}]}
        )
        stub.routes["/catalog"] = self.index
        for number in range(count):
            self.publish(f"P{number}", f"2020-01-01T00:00:{number // 10:02}.{number % 10}Z")

    @property
    def address(self) -> Address:
        return Address(f"{self.stub.url}/v3/index.json", "a test")

    def publish(self, name: str, moment: str) -> None:
        number = len(self.items)
        self.items.append((name, moment))
        item = {"@id": "x", "@type": "x", "commitTimeStamp": moment, "nuget:id": name}

        def page(asked: Asked) -> Reply:
            time.sleep(self.slow)
            return json_reply({"items": [item]})

        self.stub.routes[f"/page/{number}"] = page

    def index(self, asked: Asked) -> Reply:
        items = [
            {"@id": f"{self.stub.url}/page/{number}", "commitTimeStamp": moment}
            for number, (_, moment) in enumerate(self.items)
        ]
        return json_reply({"items": items})

    def pages_asked(self) -> int:
        return sum(path.startswith("/page/") for path in self.stub.paths())


def test_a_refresh_goes_on_from_the_snapshots_state(stub: Stub, tmp_path: Path) -> None:
    catalog, output = Catalog(stub, 40), tmp_path / "nuget.names"
    assert pull("nuget", output, catalog.address).header.count == 40
    assert catalog.pages_asked() == 40
    catalog.publish("Newcomer", "2024-05-05T00:00:00Z")
    stub.asked.clear()
    pulled = pull("nuget", output, catalog.address)
    assert (pulled.before, pulled.header.count, catalog.pages_asked()) == (40, 41, 1)
    snapshot = Snapshot.open(output)
    assert snapshot.first_seen("newcomer") == "2024-05-05"
    assert snapshot.first_seen("p0") == "2020-01-01"


def test_a_pull_that_fails_goes_on(stub: Stub, tmp_path: Path) -> None:
    catalog, output = Catalog(stub, 40), tmp_path / "nuget.names"
    sound = stub.routes["/page/30"]
    stub.routes["/page/30"] = Reply(status=503)
    with pytest.raises(UnghostError, match="503"):
        pull("nuget", output, catalog.address)
    assert leftovers(tmp_path) == [".nuget.names.pull"]
    stub.routes["/page/30"] = sound
    stub.asked.clear()
    assert pull("nuget", output, catalog.address).header.count == 40
    assert catalog.pages_asked() == 16
    assert leftovers(tmp_path) == []


def test_a_spool_of_another_address_is_begun_anew(stub: Stub, tmp_path: Path) -> None:
    catalog, output = Catalog(stub, 40), tmp_path / "nuget.names"
    stub.routes["/page/30"] = Reply(status=404)
    with pytest.raises(UnghostError):
        pull("nuget", output, catalog.address)
    with running() as other:
        small = Catalog(other, 5)
        assert pull("nuget", output, small.address).header.count == 5


def test_a_state_that_leads_nowhere_is_given_up(stub: Stub, tmp_path: Path) -> None:
    names = ["left-pad", "react", "vue"]
    seq = [1000]
    stub.routes["/"] = lambda asked: json_reply({"update_seq": seq[0], "doc_count": len(names)})
    stub.routes["/_changes"] = lambda asked: json_reply({"results": [], "last_seq": seq[0]})

    def documents(asked: Asked) -> Reply:
        start = json.loads(asked.query.get("startkey", '""'))
        return json_reply({"rows": [{"id": name} for name in sorted(names) if name >= start]})

    stub.routes["/_all_docs"] = documents
    output, address = tmp_path / "npm.names", Address(stub.url, "a test")
    pull("npm", output, address)
    names.append("svelte")
    pull("npm", output, address)
    assert "svelte" not in Snapshot.open(output)  # no change was told
    seq[0] = 5
    pull("npm", output, address)
    assert "svelte" in Snapshot.open(output)


def test_removed_names_go(stub: Stub, tmp_path: Path) -> None:
    log = [("a", False), ("b", False)]
    stub.routes["/"] = lambda asked: json_reply({"update_seq": len(log)})

    def changes(asked: Asked) -> Reply:
        since = int(asked.query["since"])
        rows = [
            {"seq": seq, "id": name, "deleted": gone}
            for seq, (name, gone) in enumerate(log[since:], since + 1)
        ]
        return json_reply({"results": rows, "last_seq": len(log)})

    def documents(asked: Asked) -> Reply:
        return json_reply(
            {"rows": [{"id": "a"}, {"id": "b"}] if not asked.query.get("startkey") else []}
        )

    stub.routes |= {"/_changes": changes, "/_all_docs": documents}
    output, address = tmp_path / "npm.names", Address(stub.url, "a test")
    pull("npm", output, address)
    log.extend([("a", True), ("c", False), ("b", True), ("b", False)])
    pull("npm", output, address, allow_shrink=True)
    assert list(Snapshot.open(output)) == ["b", "c"]


def test_a_registry_that_does_not_list_all_gives_no_complete_snapshot(
    stub: Stub, tmp_path: Path
) -> None:
    stub.routes["/-/all"] = json_reply({"_updated": 1, "mine": {}})
    stub.routes["/npm"] = json_reply({})
    pulled = pull("npm", tmp_path / "npm.names", Address(stub.url, "a test"))
    assert not pulled.header.complete


def test_two_pulls_at_once(stub: Stub, tmp_path: Path) -> None:
    catalog, output = Catalog(stub, 9), tmp_path / "nuget.names"
    about = {"ecosystem": "nuget", "source": "x", "base": ""}
    with (
        Spool(output.with_name(".nuget.names.pull"), about, {}),
        pytest.raises(UnghostError, match="another process"),
    ):
        pull("nuget", output, catalog.address)
    pull("nuget", output, catalog.address)


PULL = """
import sys
from pathlib import Path
from unghost.registries.address import Address
from unghost.names.pull import pull
print(pull("nuget", Path(sys.argv[1]), Address(sys.argv[2], "a test")).header.count)
"""


def test_a_killed_pull_goes_on(stub: Stub, tmp_path: Path) -> None:
    catalog, output = Catalog(stub, 200), tmp_path / "nuget.names"
    catalog.slow = 0.05
    command = [sys.executable, "-c", PULL, str(output), catalog.address.url]
    process = subprocess.Popen(command)
    try:
        while catalog.pages_asked() < 40:
            assert process.poll() is None
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
    finally:
        process.kill()
        process.wait()
    assert not output.exists()
    catalog.slow = 0.0
    stub.asked.clear()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "200"
    assert 0 < catalog.pages_asked() <= 200 - 24
    assert list(Snapshot.open(output)) == sorted(f"p{number}" for number in range(200))
    assert leftovers(tmp_path) == []


def spool_at(path: Path, state: dict[str, object] | None = None) -> Spool:
    return Spool(path, {"ecosystem": "x", "source": "y", "base": ""}, state or {})


def test_a_spool_remembers_pages_with_a_state(tmp_path: Path) -> None:
    path = tmp_path / "spool"
    with spool_at(path) as spool:
        spool.add(Page([Entry("a", "2020-01-01"), Entry("b")], {"at": 1}, 2))
        spool.add(Page([Entry("a", removed=True), Entry("tab\there")], {"at": 2}, 3, partial=True))
    with spool_at(path) as spool:
        assert (spool.state, spool.partial, spool.finished) == ({"at": 2}, True, False)
        assert list(spool.entries()) == [
            Entry("a", "2020-01-01"),
            Entry("b"),
            Entry("a", removed=True),
            Entry("tab\there"),
        ]


def test_a_spool_without_a_state_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "spool"
    with spool_at(path, {"etag": "x"}) as spool:
        spool.add(Page([Entry("a")], {}, 1))
    assert not path.exists()
    with spool_at(path) as spool:
        spool.add(Page([Entry("a")], {"at": 1}, 1))
        spool.add(Page([Entry("b")], {}, 2))
    with spool_at(path, {"etag": "x"}) as spool:
        assert spool.state == {"etag": "x"}
        assert not list(spool.entries())


def test_a_finished_spool_is_not_read_again(tmp_path: Path) -> None:
    path = tmp_path / "spool"
    with spool_at(path) as spool:
        spool.add(Page([Entry("a")], {}, 1, day="2020-02-02"))
        spool.finish("2026-01-01")
    with spool_at(path) as spool:
        assert spool.finished
        assert (spool.day, spool.state) == ("2020-02-02", {})
        assert list(spool.entries()) == [Entry("a")]


KILLED = """
import os, signal, sys
from pathlib import Path
from unghost.ecosystems.registry import Entry, Page
from unghost.names.spool import Spool

def many():
    for number in range(200_000):
        yield Entry(f"some-rather-long-name-{number}")
    os.kill(os.getpid(), signal.SIGKILL)

spool = Spool(Path(sys.argv[1]), {"ecosystem": "x", "source": "y", "base": ""}, {})
spool.add(Page([Entry("a")], {"at": 1}, 1))
spool.add(Page(many(), {"at": 2}, 2))
"""


def test_what_a_kill_left_half_written_is_no_matter(tmp_path: Path) -> None:
    path = tmp_path / "spool"
    done = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert path.stat().st_size > 1_000_000
    with spool_at(path) as spool:
        assert (spool.state, list(spool.entries())) == ({"at": 1}, [Entry("a")])
    assert [entry.name for entry in tmp_path.iterdir()] == ["spool"]


@pytest.mark.parametrize("cut", [4096, 5000, 8192, 12_200])
def test_a_spool_that_lacks_pages_is_begun_anew(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "spool"
    with spool_at(path) as spool:
        spool.add(Page([Entry("a")], {"at": 1}, 1))
        spool.finish("2026-01-01")
    path.write_bytes(path.read_bytes()[:-cut])
    for _ in range(2):
        with spool_at(path) as spool:
            assert not list(spool.entries())
            assert (spool.state, spool.finished) == ({}, False)


@pytest.mark.parametrize("content", [b"", b'{"spool": 1}\n+a\n={"state": {"at": 1}}\n'])
def test_a_file_that_is_something_else_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "spool"
    path.write_bytes(content)
    with spool_at(path) as spool:
        spool.add(Page([Entry("a")], {"at": 1}, 1))
    with spool_at(path) as spool:
        assert spool.state == {"at": 1}


def test_a_disk_that_is_full_is_said(tmp_path: Path) -> None:
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    with spool_at(tmp_path / "spool") as spool:
        spool.add(Page([Entry("a")], {"at": 1}, 1))
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limit[1]))
            with pytest.raises(UnghostError, match="cannot write"):
                spool.add(Page([Entry(f"name-{n}") for n in range(50_000)], {"at": 2}, 1))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    with spool_at(tmp_path / "spool") as spool:
        assert (spool.state, list(spool.entries())) == ({"at": 1}, [Entry("a")])


def test_a_folder_that_cannot_be_written(stub: Stub, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    stub.routes["/simple/"] = simple(some(9))
    with pytest.raises(UnghostError, match=r"cannot (write|read)"):
        pypi(stub, tmp_path / "file" / "pypi.names")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def address_of(name: str, home: Path, source: str | None = None, **environ: str) -> Address:
    environ.setdefault("PIP_CONFIG_FILE", os.devnull)
    return list_address(ecosystem(name), source, environ=environ, home=home)


def test_the_address_is_the_clients(home: Path) -> None:
    found = address_of("pypi", home, PIP_INDEX_URL="https://me:s3@index.example/simple/")
    assert found == Address("https://index.example/simple/", "PIP_INDEX_URL", basic("me", "s3"))


def test_nothing_names_an_address(home: Path) -> None:
    with pytest.raises(UnghostError, match=r"npm's list.*--from"):
        address_of("npm", home)


def test_a_given_address_has_the_credentials_of_its_host(home: Path) -> None:
    environ = {"PIP_INDEX_URL": "https://me:s3@index.example/simple/"}
    found = address_of("pypi", home, "https://index.example/other/", **environ)
    assert found.headers == basic("me", "s3")
    assert found.said_by == "--from"
    for url in ("https://elsewhere.example/", "http://index.example/", "https://index.example:8/"):
        assert not address_of("pypi", home, url, **environ).headers


def test_a_given_file(home: Path) -> None:
    (home / "Packages").write_text("Package: bash\n")
    found = address_of("apt", home, str(home / "Packages"))
    assert found.url == (home / "Packages").as_uri()
    assert pull("apt", home / "apt.names", found).header.count == 1


@pytest.mark.parametrize("source", ["nonsense", "ftp://x.example/", "https://", "https://[x/"])
def test_a_given_address_that_is_none(home: Path, source: str) -> None:
    with pytest.raises(UnghostError, match="not the address of a list"):
        address_of("pypi", home, source)


def test_snapshots_have_a_place() -> None:
    assert default_path("pypi").name == "pypi.names"
    assert "unghost" in default_path("pypi").parts


MEMORY = """
import sys
from pathlib import Path
from unghost.registries.address import Address
from unghost.names.pull import pull
print(pull("pypi", Path(sys.argv[1]), Address(sys.argv[2], "a test")).header.count)
# Not ru_maxrss, which counts the memory of the process that this one was forked from.
print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])
"""


@pytest.mark.slow
def test_a_long_list_takes_little_memory(stub: Stub, tmp_path: Path) -> None:
    count = 300_000

    def reply(asked: Asked) -> Reply:
        def pieces() -> Iterator[bytes]:
            yield b'{"projects": ['
            for start in range(0, count, 1000):
                names = (f"some-rather-long-name-of-{n:x}" for n in range(start, start + 1000))
                yield b"," * bool(start) + ",".join(f'{{"name": "{n}"}}' for n in names).encode()
            yield b"]}"

        return Reply(headers={"Content-Type": SIMPLE}, pieces=pieces())

    stub.routes["/simple/"] = reply
    command = [sys.executable, "-c", MEMORY, str(tmp_path / "x.names"), f"{stub.url}/simple/"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    names, kilobytes = map(int, done.stdout.split())
    assert names == count
    assert kilobytes < 160_000
