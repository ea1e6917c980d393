from __future__ import annotations

import time
import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unghost.ecosystems import all_ecosystems
from unghost.syntax.grammar import parse, parse_bytes, parse_through, paths, walk
from unghost.syntax.sanitize import sanitized

GRAMMARS = {one.name: one.grammar for eco in all_ecosystems() for one in eco.languages}


def sane(data: bytes, name: str) -> bytes:
    grammar = GRAMMARS[name]
    return sanitized(data, grammar.remarks, grammar.prepare)


CODE = b"import a from 'b'\nfunction f() { return g(h(1), 'x') }\nconst c = `d`\n"


def test_paths_lead_from_the_root_to_the_token() -> None:
    root = parse_bytes(CODE, GRAMMARS["javascript"])
    leaves = [node for node in walk(root) if node.child_count == 0]
    found = [list(path) for path in paths(root, [leaf.start_byte for leaf in leaves])]
    assert [path[-1] for path in found] == leaves
    for path in found:
        assert path[0] == root
        assert all(inner.parent == outer for outer, inner in pairwise(path))


def test_a_blank_belongs_to_what_is_around_it() -> None:
    root = parse_bytes(CODE, GRAMMARS["javascript"])
    (path,) = paths(root, [CODE.index(b" return")])
    assert path[-1].type == "statement_block"


def test_a_part_is_read_if_it_has_no_error() -> None:
    assert parse_through(CODE, GRAMMARS["javascript"], 0).end_byte < len(CODE)
    broken = b"if (a) {\nb('x')\n" + CODE + b"}\n" + b"c()\n" * 100
    root = parse_through(broken, GRAMMARS["javascript"], broken.index(b"'x'"))
    assert root.end_byte >= len(broken)
    assert not root.has_error


def test_what_is_open_around_all_is_closed() -> None:
    code = b"#if A\nusing B;\nnamespace C { }\n#endif\n" + b"// d\n" * 20
    assert (
        parse_through(code, GRAMMARS["csharp"], code.index(b"B"), (b"#if", b"\n#endif")).end_byte
        < 40
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("java", "%w(" * 30_000),
        ("java", "f<" * 30_000),
        ("rust", "{%w(" * 30_000),
        ("csharp", "=|let " * 30_000),
        ("kotlin", "*%-" * 30_000),
        ("kotlin", "/*" * 30_000),
        ("kotlin", "class A\n@b"),
        ("kotlin", "class A { val x: Int\n@b("),
        ("ruby", "a <<Astatic " * 300),
        ("ruby", "=begin\n" * 10_000),
        ("tsx", "<a,>( = using<a>(@a` <a,>(@ << ! unless @a?.( " * 100),
        ("php", "<?php " + "b'," * 30_000),
        ("javascript", "yield-#&" * 10_000),
    ],
    ids=lambda value: value[:12],
)
def test_hostile_text_takes_bounded_time(name: str, text: str) -> None:
    # Untamed, each of these crashes, never comes back, or takes gigabytes.
    began = time.process_time()
    parse(text, GRAMMARS[name])
    assert time.process_time() - began < 20


def test_nothing_is_kept_of_a_text() -> None:
    # What tree-sitter's binding is given piece by piece, it never frees.
    text = "class A { fun b() = 1 }\n" * 400
    parse(text, GRAMMARS["kotlin"])
    tracemalloc.start()
    try:
        for _ in range(10):
            parse(text, GRAMMARS["kotlin"])
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 5 * len(text)


def test_of_hostile_text_the_beginning_is_read() -> None:
    root, _ = parse("import a.b\nclass A\n" + "/*,\n" * 50_000, GRAMMARS["kotlin"])
    assert root.named_child(0).type == "import"


def test_chains_alone_are_blanked() -> None:
    code = b"a = f<" + b"g<" * 700 + b"h; b = '" + b"-" * 80 + b"';"
    assert sane(code, "java") == b" " * (code.index(b";")) + code[code.index(b";") :] + b"\n"
    assert sane(CODE, "javascript") == CODE + b"\n"


def test_heredocs_stay_unless_they_are_within_others() -> None:
    code = b"""a(<<~A, <<-'B C', <<"D")
  x <<E
  A
  B C
D
class <<self
b <<F
#{<<G}
F
c << d
"""
    expected = code.replace(b"<<E", b"  E").replace(b"<<G", b"  G")
    assert sane(code, "ruby") == expected + b"\n"


@given(st.text(alphabet="a<;{}('\"\\\n #=,é", max_size=300), st.sampled_from(["ruby", "java"]))
def test_taming_keeps_places(text: str, name: str) -> None:
    data = text.encode() * 20
    done = sane(data, name)
    assert len(done) == len(data) + 1
    assert all(new in (old, 32) for old, new in zip(data, done, strict=False))
