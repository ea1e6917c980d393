from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest

from unghost.domains.packages.confirm import confirm
from unghost.ecosystems.registry import Setup
from unghost.names import live as live_module
from unghost.names.live import LiveCheck
from unghost.names.live_cache import ABSENCE_SECONDS, PRESENCE_SECONDS, LiveCache
from unghost.records import TRUNCATED, Mention, Status, Verdict
from unghost.registries.address import Address
from unghost.registries.client import Unreachable

PUBLIC = Address("https://public.example/simple/", "a test")
PRIVATE = Address("https://private.example/simple/", "a test")


class Registries:
    """Stands in for the network: what each host has, and what was asked of it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, has: Mapping[str, set[str] | int]) -> None:
        self.has, self.asked = has, list[tuple[str, str]]()
        self.at_once = self.most_at_once = 0
        monkeypatch.setattr(live_module, "brief", self.brief)

    async def brief(self, client: object, address: Address, url: str) -> tuple[int, bytes]:
        host, name = httpx.URL(url).host, unquote(url.rstrip("/").rpartition("/")[2])
        self.asked.append((host, name))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        held = self.has[host]
        if isinstance(held, int):
            if held == 0:
                raise Unreachable(f"{host} does not answer")
            return held, b""
        return (200 if name in held else 404), b""


def check(setup: Setup, cache: LiveCache | None = None) -> LiveCheck:
    return LiveCheck({"pypi": setup}, cache or LiveCache(None))


def setup(**other: object) -> Setup:
    return Setup(bulk=None, lookup=PUBLIC, **other)  # type: ignore[arg-type]


def ask(live: LiveCheck, *names: str) -> list[str]:
    return [answer.status for answer in live.ask([("pypi", name) for name in names]).values()]


def test_a_registry_says_what_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    registries = Registries(monkeypatch, {"public.example": {"flask"}})
    assert ask(check(setup()), "flask", "flasq", "flask") == ["exists", "absent"]
    assert len(registries.asked) == 2


@pytest.mark.parametrize("failure", [0, 500, 403, 401, 302])
def test_what_does_not_answer_is_unknown(monkeypatch: pytest.MonkeyPatch, failure: int) -> None:
    Registries(monkeypatch, {"public.example": failure})
    assert ask(check(setup()), "flask", "flasq") == ["unknown", "unknown"]


def test_a_registry_that_is_down_is_not_asked_on_and_on(monkeypatch: pytest.MonkeyPatch) -> None:
    registries = Registries(monkeypatch, {"public.example": 0})
    statuses = ask(check(setup()), *(f"n{i}" for i in range(300)))
    assert set(statuses) == {"unknown"}
    assert len(registries.asked) < 40


def test_no_more_than_sixteen_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    registries = Registries(monkeypatch, {"public.example": set()})
    assert set(ask(check(setup()), *(f"n{i}" for i in range(200)))) == {"absent"}
    assert registries.most_at_once <= 16


def test_a_name_with_an_index_of_its_own_is_never_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    registries = Registries(monkeypatch, {"public.example": set()})
    assert ask(check(setup(private=("acme-*",))), "acme-secret", "other") == ["private", "absent"]
    assert registries.asked == [("public.example", "other")]


def test_private_indexes_are_asked_first(monkeypatch: pytest.MonkeyPatch) -> None:
    has = {"private.example": {"inner"}, "public.example": {"flask"}}
    registries = Registries(monkeypatch, has)
    live = check(setup(others=(PRIVATE,)))
    assert ask(live, "inner", "flask", "nope") == ["private", "exists", "absent"]
    assert ("public.example", "inner") not in registries.asked


@pytest.mark.parametrize("failure", [0, 503, 401])
def test_what_a_silent_private_index_may_have_is_not_told_to_the_public_one(
    monkeypatch: pytest.MonkeyPatch, failure: int
) -> None:
    registries = Registries(monkeypatch, {"private.example": failure, "public.example": {"inner"}})
    assert ask(check(setup(others=(PRIVATE,))), "inner") == ["unknown"]
    assert {host for host, _ in registries.asked} == {"private.example"}


def test_without_an_address_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    Registries(monkeypatch, {})
    assert ask(LiveCheck({"pypi": Setup(None, None)}, LiveCache(None)), "x") == ["unknown"]
    assert ask(LiveCheck({}, LiveCache(None)), "x") == ["unknown"]


def test_answers_are_kept_for_their_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    registries = Registries(monkeypatch, {"public.example": {"flask"}})
    clock = [1000.0]

    def asked(seconds: float) -> int:
        clock[0] = 1000.0 + seconds
        before = len(registries.asked)
        cache = LiveCache(tmp_path / "c" / "live.sqlite", lambda: clock[0])
        assert ask(check(setup(), cache), "flask", "flasq") == ["exists", "absent"]
        cache.close()
        return len(registries.asked) - before

    assert asked(0) == 2
    assert asked(ABSENCE_SECONDS - 1) == 0
    assert asked(ABSENCE_SECONDS + 1) == 1
    assert asked(PRESENCE_SECONDS + 1) == 2
    assert asked(-10) == 2


def _broken(path: Path) -> None:
    path.write_bytes(b"no database" * 100)


def _folder(path: Path) -> None:
    path.mkdir()


def _other_schema(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE answers (x)")


@pytest.mark.parametrize("spoil", [_broken, _folder, _other_schema])
def test_a_spoilt_cache_is_done_without(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    Registries(monkeypatch, {"public.example": {"flask"}})
    spoil(tmp_path / "live.sqlite")
    assert ask(check(setup(), LiveCache(tmp_path / "live.sqlite")), "flask") == ["exists"]


def _mention(name: str, kind: str = "install", **other: str) -> Mention:
    return Mention("i", "s", 0, 1, 1, 1, name, name, "pypi", kind, "python", **other)  # type: ignore[arg-type]


def _verdict(name: str, status: Status) -> Verdict:
    near = ("near",) if status == "absent" else ()
    return Verdict("i", name, status, "name", "pypi:x", "2026-01-01", suggestions=near)


def test_verdicts_are_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    registries = Registries(monkeypatch, {"public.example": {"flask", "google-cloud-storage"}})
    mentions = [
        _mention("Flask"),
        _mention("flasq"),
        _mention("google.cloud.storage", "import"),
        _mention("google.clout", "import"),
        _mention("decided"),
        _mention("cut-o", evidence=TRUNCATED),
        _mention("from-git", origin="git"),
    ]
    statuses: list[Status] = ["unknown"] * 4 + ["absent", "unknown", "unknown"]
    verdicts = [_verdict(m.name, s) for m, s in zip(mentions, statuses, strict=True)]
    found = confirm(mentions, verdicts, check(setup()))
    assert [verdict.status for verdict in found] == [
        *["exists", "absent", "exists", "absent"],
        *["absent", "unknown", "unknown"],
    ]
    assert [verdict.canonical for verdict in found[:3]] == [
        *["flask", "flasq", "google-cloud-storage"]
    ]
    assert found[4:] == verdicts[4:]
    assert "public.example" in found[0].evidence
    assert found[0].suggestions == ()
    assert ("public.example", "decided") not in registries.asked
    again = confirm(mentions, verdicts, check(setup()), statuses=("unknown", "absent"))
    assert again[4].evidence.startswith("not in")


def test_a_module_that_another_name_may_have_stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    registries = Registries(monkeypatch, {"public.example": {"python-miio"}})
    names = ("miio.device", "invented", "miio")
    mentions = [_mention(name, "install" if name == "miio" else "import") for name in names]
    verdicts = [_verdict(name, "unknown") for name in names]
    assert confirm(mentions, verdicts, check(setup()))[0].status == "absent"
    found = confirm(mentions, verdicts, check(setup()), likely=True)
    assert [(one.status, one.suggestions) for one in found] == [
        ("unknown", ("python-miio",)),
        ("absent", ()),
        ("absent", ()),
    ]
    assert "may be of python-miio" in found[0].evidence
    # A snapshot that named it already need not be helped.
    known = replace(_verdict("miio", "unknown"), suggestions=("python-miio",))
    asked = len(registries.asked)
    assert confirm([_mention("miio", "import")], [known], check(setup()))[0].status == "unknown"
    assert len(registries.asked) == asked + 1


def test_a_guess_without_an_answer_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(Registries):
        async def brief(self, client: object, address: Address, url: str) -> tuple[int, bytes]:
            if "python-" in url:
                raise Unreachable("too slow")
            return await super().brief(client, address, url)

    Slow(monkeypatch, {"public.example": set()})
    verdict = _verdict("miio", "unknown")
    (found,) = confirm([_mention("miio", "import")], [verdict], check(setup()), likely=True)
    assert found.status == "unknown"
    assert "cannot be reached" in found.evidence


def test_an_outage_leaves_verdicts_unknown_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    Registries(monkeypatch, {"public.example": 0})
    (found,) = confirm([_mention("x")], [_verdict("x", "unknown")], check(setup()))
    assert found.status == "unknown"
    assert "cannot be reached" in found.evidence
