"""The guide's example is an ecosystem: its code is imported and its table is run."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import test_tables

from unghost import ecosystems
from unghost.ecosystems.base import Ecosystem
from unghost.registries.address import Address
from unghost.syntax.markdown import blocks

GUIDE = Path(__file__).parents[2] / "docs/guides/ecosystems.md"


def fences() -> dict[str, str]:
    text = GUIDE.read_text(encoding="utf-8")
    return {block.language: block.text for block in blocks(text) if block.language}


def clear() -> None:
    """Forget what was made of the declarations."""
    for name, module in list(sys.modules.items()):
        for value in vars(module).values() if name.startswith("unghost.") else ():
            if hasattr(value, "cache_clear"):
                value.cache_clear()


@pytest.fixture
def pub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ecosystem]:
    (tmp_path / "pub.py").write_text(fences()["python"], encoding="utf-8")
    (tmp_path / "pub.toml").write_text(fences()["toml"], encoding="utf-8")
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
    table = test_tables.table_of("pub")
    for key, run in (
        ("command", test_tables.test_install_commands),
        ("import", test_tables.test_imports),
        ("builtin", test_tables.test_builtin_modules),
        ("candidates", test_tables.test_candidates),
        ("manifest", test_tables.test_manifests_and_lock_files),
        ("lookup", test_tables.test_single_name_addresses),
    ):
        for case in table[key]:
            run("pub", case)


SCAN = """
import sys
from pathlib import Path

from unghost import ecosystems

ecosystems.__path__.append(sys.argv[1])

from unghost.names.building import build_snapshot
from unghost.scan.scanner import scan_files
from unghost.scan.settings import ScanSettings

snapshot = Path(sys.argv[1]) / "pub.names"
names = ["http", "path"]
build_snapshot(names, snapshot, ecosystem="pub", source="t", date="2026-01-01", complete=True)
settings = ScanSettings(universe=(str(snapshot),), offline=True)
for found in scan_files([Path(sys.argv[2])], settings, root=Path(sys.argv[2])).findings:
    print(found.rule, found.path, found.line, found.name)
"""
FILES = {
    "pubspec.yaml": "name: shop\nenvironment: {sdk: ^3.4.0}\ndependencies:\n  http: any\n"
    "  ghost_a: ^1.0.0\n  ours: {path: ../ours}\n",
    "lib/main.dart": "import 'dart:io';\nimport 'package:http/http.dart';\n"
    "import 'package:shop/cart.dart';\nimport 'package:flutter/material.dart';\n"
    "import 'package:ghost_b/b.dart';\n",
    "run": "#!/usr/bin/env dart\nimport 'package:ghost_c/c.dart';\n",
    "install.sh": "flutter pub add http ghost_d && sudo dart pub add dev:ghost_e:^2\n",
    "README.md": "```dart\nimport 'package:ghost_f/f.dart';\n```\n\n"
    "```pubspec\ndependencies:\n  ghost_g: any\n```\n\n"
    "```yaml\nenvironment:\n  sdk: ^3.4.0\ndependencies:\n  ghost_h: any\n```\n\n"
    "```\nimport 'package:ghost_i/i.dart';\n```\n\n"
    "Use the Dart `ghost_j` package. Then run `dart pub add ghost_k`.\n",
}


def test_a_scan_finds_what_it_declares_and_no_other_file_knows_it(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code/pub.py").write_text(fences()["python"], encoding="utf-8")
    for path, text in FILES.items():
        place = tmp_path / "shop" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    arguments = [sys.executable, "-c", SCAN, tmp_path / "code", tmp_path / "shop"]
    done = subprocess.run(arguments, text=True, capture_output=True, check=True)
    assert done.stdout.splitlines() == [
        "ghost README.md 2 ghost_f/f.dart",
        "ghost README.md 7 ghost_g",
        "ghost README.md 14 ghost_h",
        "ghost README.md 18 ghost_i/i.dart",
        "ghost README.md 21 ghost_j",
        "ghost README.md 21 ghost_k",
        "ghost install.sh 1 ghost_d",
        "ghost install.sh 1 ghost_e",
        "ghost lib/main.dart 5 ghost_b/b.dart",
        "ghost pubspec.yaml 5 ghost_a",
        "ghost run 2 ghost_c/c.dart",
    ]


def test_a_wrong_table_fails(pub: Ecosystem) -> None:
    (case,) = test_tables.table_of("pub")["manifest"]
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
