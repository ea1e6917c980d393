"""The guide's example is an ecosystem: its code is imported and its table is run."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import test_tables

from unghost import ecosystems
from unghost.ecosystems.base import Address, Ecosystem
from unghost.mentions.commands import installs
from unghost.mentions.documents import manifests
from unghost.syntax.markdown import blocks

GUIDE = Path(__file__).parents[2] / "docs/guides/ecosystems.md"
CACHES = (
    ecosystems.ecosystem_names,
    ecosystems.ecosystem,
    ecosystems.all_ecosystems,
    installs.installs,
    manifests.known,
)


def clear() -> None:
    for cache in CACHES:
        cache.cache_clear()


@pytest.fixture
def pub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ecosystem]:
    text = GUIDE.read_text(encoding="utf-8")
    fences = {block.language: block.text for block in blocks(text) if block.language}
    (tmp_path / "pub.py").write_text(fences["python"], encoding="utf-8")
    (tmp_path / "pub.toml").write_text(fences["toml"], encoding="utf-8")
    monkeypatch.setattr(ecosystems, "__path__", [*ecosystems.__path__, str(tmp_path)])
    monkeypatch.setattr(test_tables, "FOLDER", tmp_path)
    clear()
    yield ecosystems.ecosystem("pub")
    del sys.modules["unghost.ecosystems.pub"], ecosystems.pub  # type: ignore[attr-defined]
    monkeypatch.undo()
    clear()


def test_the_example_is_an_ecosystem_like_any_other(pub: Ecosystem) -> None:
    assert "pub" in ecosystems.ecosystem_names()
    test_tables.test_a_table_has_all_that_an_ecosystem_declares("pub")
    test_tables.test_forms_and_grammar_of_names("pub")
    table = test_tables._table("pub")
    for key, run in (
        ("command", test_tables.test_install_commands),
        ("manifest", test_tables.test_manifests_and_lock_files),
        ("lookup", test_tables.test_single_name_addresses),
    ):
        for case in table[key]:
            run("pub", case)


def test_a_wrong_table_fails(pub: Ecosystem) -> None:
    (case,) = test_tables._table("pub")["manifest"]
    with pytest.raises(AssertionError):
        test_tables.test_manifests_and_lock_files("pub", {**case, "names": ["http"]})


class Body(httpx.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b'{"packages": ["http", "te'
        yield b'st"], "nextUrl": null}'


def test_its_names_are_pulled_from_where_its_client_is_set_to(pub: Ecosystem) -> None:
    def bulk(environ: dict[str, str]) -> Address:
        address = pub.registry.setup(environ, Path(), Path()).bulk
        assert address is not None
        return address

    def answer(request: httpx.Request) -> httpx.Response:
        assert str(request.url) == "https://pub.example/api/package-names"
        return httpx.Response(200, stream=Body())

    async def names() -> list[str]:
        address = bulk({"PUB_HOSTED_URL": "https://pub.example/"})
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            pages = [page async for page in pub.registry.feed(client, address, {})]
        return [entry.name for page in pages for entry in page.entries]

    assert bulk({}).url == "https://pub.dev"
    assert asyncio.run(names()) == ["http", "test"]


def test_the_guide_names_every_field_of_a_declaration() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    assert [field for field in Ecosystem.__dataclass_fields__ if f"`{field}`" not in text] == []
