from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unghost.ecosystems import source as languages
from unghost.ecosystems.crates import imports as rust
from unghost.ecosystems.crates import places as where
from unghost.ecosystems.go import imports as go
from unghost.ecosystems.maven import imports as jvm
from unghost.ecosystems.npm import imports as javascript
from unghost.ecosystems.nuget import imports as csharp
from unghost.ecosystems.packagist import imports as php
from unghost.ecosystems.rubygems import imports as ruby
from unghost.mentions.imports import find_imports, language_of
from unghost.syntax.grammar import Grammar, parse_bytes, walk
from unghost.syntax.text import decode

ECOSYSTEMS = {
    "csharp": "nuget",
    "go": "go",
    "java": "maven",
    "javascript": "npm",
    "kotlin": "maven",
    "php": "packagist",
    "python": "pypi",
    "ruby": "rubygems",
    "rust": "crates",
    "tsx": "npm",
    "typescript": "npm",
    "svelte": "npm",
    "vue": "npm",
}

CASES = [
    ("javascript", "import a, {b} from 'c' with {type: 'json'}\nimport \"d\"\n", "c d"),
    ("javascript", "import a from'c'\nimport{b}from\"d\";export{e}from'f'", "c d f"),
    ("javascript", "export * from 'a'\nexport {b} from \"c\"\nexport const d = 'e'\n", "a c"),
    ("javascript", "await import('a'); import(/* chunk */ `b`); import(`c${d}`); import(e)", "a b"),
    (
        "javascript",
        "require('a'); require (`b`); require.resolve('c/d'); x.require('e')",
        "a b c/d",
    ),
    ("javascript", "require(`a${b}`); require(c); require; 'x'.concat(require('d').e)", "d"),
    ("javascript", "// import a from 'b'\n/* require('c') */ 'require(\"d\")'; /require('e')/", ""),
    ("javascript", "`import a from 'b' ${require('c')}`; jest.mock('d')", "c"),
    ("javascript", "import './a'\nimport '../b'\nimport '/c'\nimport '#d'\nimport '.'", ""),
    ("javascript", "import '@/a'\nimport '~/b'\nimport '$lib/c'\nimport '@'\nimport '@d'", ""),
    ("javascript", "import 'https://a.example/b.js'\nimport 'jsr:@c/d'\nimport 'data:text,e'", ""),
    ("javascript", "import 'node:fs'\nimport 'npm:@a/b@1.2/c'\nimport 'npm:d'", "node:fs @a/b d"),
    (
        "javascript",
        "import 'a/b.css?inline#c'\nimport '@d/e/f.js'\nimport 'g@1/h'",
        "a/b.css @d/e/f.js g",
    ),
    ("javascript", "require('style-loader!css-loader?a=1!./b.css')", "style-loader css-loader"),
    ("javascript", "require('-!raw-loader!a/b'); require('!!c!./d')", "raw-loader a/b c"),
    ("javascript", "import '\\u0061bc'; import 'a b'; import ''; import 'C:\\\\x'", "abc"),
    ("javascript", "const a = <p>import b from 'c' {require('d')}</p>", "d"),
    ("typescript", "import type {A} from 'a'\nimport b = require('c')\nexport = d", "a c"),
    ("typescript", "type A = import('b').C; type D = typeof import('e')", "b e"),
    ("typescript", "declare module 'a' { }\nlet b: Record<string, 'c'>", ""),
    ("tsx", "import a from 'b'\nconst c = <D<E> f={require('g')}>import h from 'i'</D>", "b g"),
    (
        "vue",
        "<template>import 'a'</template><script lang=\"ts\">import type b from 'c'</script>",
        "c",
    ),
    ("svelte", "<script>\nimport a from 'b'\n</script>\n<p>{c}</p><script module>import 'd'", "b"),
    (
        "rust",
        "use a::b; use {c::d, e}; pub use f::{self, g as h}; pub(crate) use i as j;",
        "a c e f i",
    ),
    ("rust", "extern crate a; extern crate b as c; use c::d; extern crate self as e;", "a b"),
    ("rust", "use ::a::b; use ::{c, d::e}; use r#try::f; use g::*;", "a c d try g"),
    ("rust", "use crate::a; use self::b; use super::c; use std::fmt; use a::d;", "std"),
    ("rust", "mod a; mod b { } use a::c; use b::d; enum E { F } use E::*; use e::f;", "e"),
    (
        "rust",
        "use tokio::sync; use sync::mpsc; use b as c; use c::d; use e::e; use e::f;",
        "tokio b e e",
    ),
    (
        "rust",
        "fn a() { b::c(); d::E::new(); let f: g::H = ::i::j(); u8::MAX; k.l::<m>() }",
        "b d g",
    ),
    (
        "rust",
        "fn a() { b!(c::d(1)); e::f!(); } #[g::h] fn i() {} #[derive(j::K)] struct L;",
        "c e g j",
    ),
    ("rust", "#[allow(clippy::a)] #[rustfmt::skip] fn b() { size_of::<c>(); Self::d(); }", ""),
    ("rust", "use a::b; fn c() { a::d(); b::e(); std::f(); f::g(); f::h(); }", "a f"),
    ("rust", "use super::*; fn a() { b::c(); }", ""),
    ("rust", "mod tests { use super::*; fn a() { b::c(); } }", "b"),
    ("rust", "cfg_if! { if #[cfg(a)] { mod b; use b::c; use d::e; } }", "d"),
    ("rust", '// use a::b;\n/// c::d\n/* use e::f; */ const G: &str = "use h::i; j::k";', ""),
    ("go", 'package a\nimport "b"\nimport (\n\tc "d.e/f" // g\n\t. `h`\n\t_ "i"\n)', "b d.e/f h i"),
    ("go", 'package a\nimport "C"\nimport ("./b"; "../c")\n// import "d"\nvar e = "import"', ""),
    ("ruby", "require 'a/b'\nrequire(\"c\")\nKernel.require 'd'\nrequire %q(e)", "a/b c d e"),
    (
        "ruby",
        "require_relative 'a'\nrequire './b'\nrequire \"c#{d}\"\nrequire e\nf.require 'g'",
        "",
    ),
    (
        "ruby",
        "autoload :A, 'b/c'\ngem 'd', '~> 1'\nbegin; require 'e'; rescue LoadError; end",
        "b/c d e",
    ),
    ("ruby", "# require 'a'\nb = <<~C\n  require 'd'\n  # #{require 'e'}\nC\n'require \"f\"'", "e"),
    (
        "java",
        "package a;\nimport b.c.D;\nimport static e.f.G.h;\nimport i.j.*;\nimport K;",
        "b.c.D e.f.G.h i.j",
    ),
    ("java", "package a.b.c.d;\nimport a.b.c.e.F;\nimport a.b.x.G;\n// import h.I;", "a.b.x.G"),
    (
        "java",
        'package a.b;\nimport a.b.C;\nimport a.c.D;\nclass E { String f = "import g.H;"; }',
        "a.c.D",
    ),
    (
        "kotlin",
        "package a.b\nimport c.d.E\nimport f.g.*\nimport h.i as j\nimport k.`in`.l",
        "c.d.E f.g h.i k.in.l",
    ),
    ("kotlin", 'package a\nimport a.b.C\n/* import d.e */\nval f = "import g.h"\n@i', ""),
    (
        "csharp",
        "global using A.B; using static C.D; using E = F.G<int>; using global::H.I;",
        "A.B C.D F.G H.I",
    ),
    (
        "csharp",
        "using A;\nnamespace B.C {\n using B.D; using E; class F { f() { using (g) {} } } }",
        "A E",
    ),
    ("csharp", 'using var a = b; using C d = e; // using F;\nvar g = "using H;";', ""),
    ("csharp", "\ufeffusing A;\r\n#if B\r\nusing C.D;\r\nnamespace E;\r\n#endif\r\n", "A C.D"),
    (
        "php",
        "<?php\nuse A\\B; use C\\{D, E as F, function G};\nuse function H\\i, J\\k; use \\L\\M;",
        r"A\B C\D C\E C\G H\i J\k \L\M",
    ),
    (
        "php",
        "<?php\nnamespace A\\B;\nuse A\\C; use D; class E { use F; }\nf(function () use ($g) {});",
        "",
    ),
    ("php", "<?php // use A\\B;\n'use C\\D;'; require 'vendor/autoload.php'; ?> use E\\F;", ""),
    ("php", "use A\\B;\nnew B();", r"A\B"),
]


@pytest.mark.parametrize(("language", "text", "expected"), CASES)
def test_names_and_places(language: str, text: str, expected: str) -> None:
    found = find_imports(text, language)
    assert [spot.name for spot in found] == expected.split()
    for spot in found:
        written = text[spot.start : spot.end]
        assert (
            written == spot.name
            or spot.name.endswith("\\" + written)
            or "`" in written
            or "\\u" in written
        )
        assert spot.ecosystem == ECOSYSTEMS[language]


def test_a_crate_within_a_path_is_less_certain() -> None:
    found = find_imports("use a::b; fn c() { d::e(); }", "rust")
    assert [(spot.name, spot.confidence) for spot in found] == [("a", 1.0), ("d", 0.6)]


def test_a_gem_is_declared_with_what_it_comes_from() -> None:
    text = "gem 'a', '~> 1'\ngem 'b', path: 'c'\ngem 'd', :git => 'e'\ngem 'f', github: 'g/h'\n"
    found = find_imports(text, "ruby")
    assert [spot.origin for spot in found] == ["registry", "path", "git", "git"]
    assert {spot.kind for spot in found} == {"manifest"}
    assert found[0].version == "~> 1"


def test_versions_of_specifiers() -> None:
    found = find_imports("import 'npm:a@1.2/b'; import 'c@3'; import 'd'", "javascript")
    assert [spot.version for spot in found] == ["1.2", "3", None]


def test_languages_have_aliases() -> None:
    words = ("TS", "jsx", "c#", "golang", "rb", "py", "cobol")
    found = [language_of(word) for word in words]
    assert [one and one.name for one in found] == [
        "typescript",
        "javascript",
        "csharp",
        "go",
        "ruby",
        "python",
        None,
    ]
    assert find_imports("import a", "cobol") == []


# ---- the quick way against the whole

Read = Callable[[bytes, bool], set[languages.Found]]


def grammar_of(language: str) -> Grammar:
    known = language_of(language)
    assert known is not None
    assert known.grammar is not None
    return known.grammar


def _reader(language: str) -> Read:
    """Return what reads a whole tree, at the places of a language or at all tokens."""
    plain: dict[str, tuple[languages.Places, languages.Reader]] = {
        "csharp": (csharp.places, csharp.read),
        "go": (go.places, go.read),
        "php": (php.places, php.read),
        "ruby": (ruby.places, ruby.read),
        "java": (jvm.places, partial(jvm.read, own={})),
        "kotlin": (jvm.places, partial(jvm.read, own={})),
        "rust": (
            lambda data: where.uses(data, set(where.roots(data))),
            partial(rust.read, scope=rust.Scope()),
        ),
    }
    places, read = plain.get(language, (javascript.places, javascript.read))

    def found(data: bytes, everywhere: bool) -> set[languages.Found]:
        root = parse_bytes(data, grammar_of(language))
        leaves = {node.start_byte for node in walk(root) if node.child_count == 0}
        at = sorted(leaves) if everywhere else places(data)
        return set(languages.read_at(root, at, read, data))

    return found


SUFFIXES = {
    ".cs": "csharp",
    ".go": "go",
    ".java": "java",
    ".js": "javascript",
    ".kt": "kotlin",
    ".mjs": "javascript",
    ".php": "php",
    ".rb": "ruby",
    ".rs": "rust",
    ".ts": "typescript",
    ".tsx": "tsx",
}


def _sources() -> Iterator[tuple[str, str]]:
    """Return source of the corpus."""
    folder = Path(__file__).parents[1] / "corpus"
    for path in sorted(path for suffix in SUFFIXES for path in folder.rglob(f"*{suffix}")):
        text = decode(path.read_bytes())
        if text:
            yield SUFFIXES[path.suffix], text


@pytest.fixture(scope="module")
def sources() -> list[tuple[str, str]]:
    cases = [(language, text) for language, text, _ in CASES if language in SUFFIXES.values()]
    # Padded, so that a part is worth parsing alone.
    padded = [(language, text + "\n" + "// x\n" * len(text)) for language, text in cases]
    return [*cases, *padded, *_sources()]


def test_every_import_is_at_a_place_that_is_looked_at(sources: list[tuple[str, str]]) -> None:
    wrong = []
    for language, text in sources:
        data = text.encode("utf-8", "replace")
        if _reader(language)(data, False) != _reader(language)(data, True):
            wrong.append((language, text[:200]))
    assert wrong == []


def test_reading_a_part_finds_what_reading_all_does(
    sources: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = [find_imports(text, language) for language, text in sources]

    def whole(data: bytes, grammar: Grammar, *_: object) -> object:
        return parse_bytes(data, grammar)

    monkeypatch.setattr(languages, "parse_through", whole)
    monkeypatch.setattr(rust, "parse_through", whole)
    full = [find_imports(text, language) for language, text in sources]
    differ = [case for case, a, b in zip(sources, quick, full, strict=True) if a != b]
    assert sum(map(len, full)) > 100
    assert differ == []


# ---- any text

WORDS = """import require use using from extern crate mod gem autoload package namespace <?php ?> as
    static function const 'a' "b" `c` a b.c d::e f\\g ( ) { } [ ] ; , . :: = => < > * / # // /* */
    ' " ` ${ #{ <<A @a $"""
any_text = st.lists(
    st.sampled_from([*WORDS.split(), "\n", "\r\n", " ", "é", "\ud800", "\0", "\ufeff"])
)


@given(st.sampled_from(sorted(ECOSYSTEMS)), any_text.map(" ".join) | any_text.map("".join))
def test_offsets_are_exact_in_any_text(language: str, text: str) -> None:
    found = find_imports(text, language)
    places = [(spot.start, spot.end) for spot in found]
    assert places == sorted(set(places))
    for spot in found:
        assert 0 <= spot.start < spot.end <= len(text)
        last = spot.name.rpartition("\\")[2] if language == "php" else spot.name
        written = text[spot.start : spot.end]
        assert last in written or "".join(last.split()) in "".join(written.replace("`", "").split())
