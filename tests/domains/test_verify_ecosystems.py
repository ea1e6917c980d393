"""Verdicts beyond PyPI: what a module of another language may come from."""

from __future__ import annotations

import pytest

from unghost.domains.packages.verify import Judge
from unghost.names.building import build_snapshot
from unghost.names.imports import bundled_imports
from unghost.names.snapshot import Snapshot
from unghost.names.universe import Universe
from unghost.records import Mention, MentionKind, Origin

NAMES = {
    "npm": ["lodash", "@babel/core", "@types/estree", "JSONStream"],
    "crates": ["serde-json", "tokio"],
    "go": ["github.com/stretchr/testify", "golang.org/x/tools"],
    "rubygems": ["activesupport", "rack"],
    "maven": ["com.google.guava:guava", "org.apache.commons:commons-lang3"],
    "nuget": ["newtonsoft.json", "serilog"],
    "packagist": ["symfony/yaml", "monolog/monolog"],
    "apt": ["build-essential", "libssl-dev"],
}
LANGUAGES = {"npm": "typescript", "crates": "rust", "go": "go", "rubygems": "ruby"}
LANGUAGES |= {"maven": "java", "nuget": "csharp", "packagist": "php"}


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    folder = tmp_path_factory.mktemp("universes")
    opened = []
    for name, names in NAMES.items():
        build_snapshot(
            names,
            folder / name,
            ecosystem=name,
            source="a test",
            date="2026-01-01",
            complete=True,
        )
        opened.append(Universe(Snapshot.open(folder / name), bundled_imports(name)))
    return Judge(*opened)


def mention(
    name: str, ecosystem: str, kind: MentionKind = "import", origin: Origin = "registry"
) -> Mention:
    language = LANGUAGES.get(ecosystem) if kind == "import" else None
    return Mention(
        "i", "s", 0, 1, 1, 1, name, name, ecosystem, kind, language=language, origin=origin
    )


MODULES = [
    ("lodash/merge", "npm", "exists", "lodash"),
    ("@babel/core/lib/x.js", "npm", "exists", "@babel/core"),
    ("estree", "npm", "exists", "@types/estree"),
    ("node:fs", "npm", "stdlib", None),
    ("lodahs/merge", "npm", "absent", "lodahs"),
    ("serde_json", "crates", "exists", "serde-json"),
    ("std", "crates", "stdlib", None),
    ("serde_jsonn", "crates", "absent", "serde-jsonn"),
    ("github.com/stretchr/testify/assert", "go", "exists", "github.com/stretchr/testify"),
    ("net/http", "go", "stdlib", None),
    ("github.com/stretchr/testifi/x", "go", "absent", None),
    ("active_support/core_ext", "rubygems", "exists", "activesupport"),
    ("rack", "rubygems", "exists", "rack"),
    ("rackk/x", "rubygems", "absent", None),
    ("com.google.common.collect.ImmutableList", "maven", "exists", "com.google.guava:guava"),
    ("org.apache.nothing.Known", "maven", "unknown", None),
    ("com.nobody.has.This", "maven", "absent", None),
    ("java.util.List", "maven", "stdlib", None),
    ("Newtonsoft.Json.Linq", "nuget", "exists", "newtonsoft.json"),
    ("Serilog.Unheard.Of", "nuget", "exists", "serilog"),
    ("Nobody.Has.This", "nuget", "absent", None),
    ("Symfony\\Component\\Yaml\\Yaml", "packagist", "exists", "symfony/yaml"),
    ("Symfony\\Unheard\\Of", "packagist", "unknown", None),
    ("Nobody\\Has\\This", "packagist", "absent", None),
]


@pytest.mark.parametrize(("module", "ecosystem", "status", "canonical"), MODULES)
def test_modules(
    judge: Judge, module: str, ecosystem: str, status: str, canonical: str | None
) -> None:
    verdict = judge(mention(module, ecosystem))
    assert (verdict.status, verdict.canonical) == (status, canonical or verdict.canonical)
    assert verdict.evidence


def test_packages_of_all_ecosystems(judge: Judge) -> None:
    for ecosystem, names in NAMES.items():
        for name in names:
            assert judge(mention(name, ecosystem, "install")).status == "exists"
        fake = {"go": "github.com/a/zz", "maven": "a.b:zz", "packagist": "a/zz"}.get(ecosystem)
        verdict = judge(mention(fake or "zz-nothing", ecosystem, "manifest"))
        assert verdict.status == "absent"
        assert verdict.snapshot_id.startswith(f"{ecosystem}:")


def test_go_commands_name_packages_inside_of_modules(judge: Judge) -> None:
    verdict = judge(mention("golang.org/x/tools/cmd/stringer", "go", "install"))
    assert (verdict.status, verdict.canonical) == ("exists", "golang.org/x/tools")


def test_a_beginning_of_the_languages_own_says_nothing_of_a_package(judge: Judge) -> None:
    assert judge(mention("System.Ghost", "nuget", "manifest")).status == "absent"
    assert judge(mention("System.Ghost", "nuget")).status == "stdlib"


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("git", "private"),
        ("url", "private"),
        ("index", "private"),
        ("path", "local"),
        ("workspace", "local"),
    ],
)
def test_what_comes_from_elsewhere_is_no_ghost(judge: Judge, origin: Origin, status: str) -> None:
    assert judge(mention("zz-nothing", "npm", "manifest", origin)).status == status


def test_an_ecosystem_without_a_snapshot_is_unknown(judge: Judge) -> None:
    verdict = judge(mention("requests", "pypi", "install"))
    assert (verdict.status, verdict.snapshot_id) == ("unknown", "")
    assert verdict.evidence == "no snapshot of PyPI"
