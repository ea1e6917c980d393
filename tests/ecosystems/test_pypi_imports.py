from __future__ import annotations

import ast
import warnings
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unghost.ecosystems.pypi.imports import find_imports, is_python, parse, parses

ROOT = Path(__file__).parents[2]
FOLDERS = [ROOT / name for name in ("src", "tests")]


def names(source: str) -> list[str]:
    found = find_imports(source)
    assert [source[spot.start : spot.end] for spot in found] == [spot.name for spot in found]
    assert [spot.start for spot in found] == sorted({spot.start for spot in found})
    assert {(spot.kind, spot.ecosystem) for spot in found} <= {("import", "pypi")}
    return [spot.name for spot in found]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import a, b.c as d\nfrom e.f import g\n", ["a", "b.c", "e.f"]),
        ("from . import a\nfrom .b import c\nfrom .. import d", []),
        ("from\\\n  a.b import (c,\n  d)\n", ["a.b"]),
        ("def f():\n    try:\n        import a\n    except E:\n        import b\n", ["a", "b"]),
        ("if TYPE_CHECKING:\n    from a import B\nelse:\n    import c\n", ["a", "c"]),
        ("match x:\n    case 1:\n        import a\nwhile 1:\n    import b\n", ["a", "b"]),
        ("with a:\n    import b\nfor c in d:\n    pass\nelse:\n    import e\n", ["b", "e"]),
        ("# import a\n'import b'\n'''\nimport c\n'''\nx = 'import d'\nimport e", ["e"]),
        ("__import__('a.b')\nimportlib.import_module(r'c')\nimport_module(u'''d''')", "a.b c d"),
        ("__import__(name)\nimport_module('.a', 'b')\nself.import_module('c')\nf('d')", []),
        ("__import__('a', g, l, [], 1)\n__import__('b', level=2)\n__import__('c', level=0)", ["c"]),
        ("import_module('not a module')\nimport_module(b'a')\nimport_module()", []),
        ("\ufeffimport a\r\nimport é.b\rimport c\n", ["a", "é.b", "c"]),
        ("s = 'é'; import a\nt = '\U0001f600'; import b", ["a", "b"]),
        ("import a . b\n", ["a"]),
        ("import a\n\0'", ["a"]),
        ("'\ud800'\nimport a\n", ["a"]),
        ("import a\n%matplotlib inline\n!pip install b\nif c:\n  !ls\nimport d\n", ["a", "d"]),
        (">>> import a\n1\n>>> for b in c:\n...     import d\n", ["a", "d"]),
        (">>> >>> import a\n", []),
    ],
)
def test_imports(source: str, expected: list[str] | str) -> None:
    assert names(source) == (expected.split() if isinstance(expected, str) else expected)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("print 'x'\nimport a, b\nfrom c.d import \\\n  e\n", ["a", "b", "c.d"]),
        ("exec 'x'\nfrom a import (b,\n  c)\n", ["a"]),
        ("print 'x'\ntry: import a\nexcept E: import b\n", ["a", "b"]),
        (
            'print \'x\'\ns = \'\'\'\nimport a\n\'\'\'\nd = """\\"""\nimport b\n"""\nimport c\n',
            ["c"],
        ),
        ("print 'x'\n# import a\nm = __import__('b')\n", ["b"]),
        ("It's so: don't\nimport a\nthen import the module, yes\nimport\n", ["a"]),
        ("def broken(:\nimport a\nfrom b import c", ["a", "b"]),
        ("import a\nfrom b import (", ["a", "b"]),
        ("import a\n'''never closed\nimport b\n", ["a"]),
        ("import a\ndef f(:\n  '''\n  >>> import b\n  '''\n", ["a"]),
    ],
)
def test_broken_code_gives_what_can_be_read(source: str, expected: list[str]) -> None:
    assert not parses(source)
    assert names(source) == expected


def test_what_is_python() -> None:
    assert [parses(text) for text in ("word", "\ufeffa = 1", "two words")] == [True, True, False]
    for text in ("import a", "a = 1", ">>> import a\n"):
        assert is_python(text)
    for text in ("word", "two words"):
        assert not is_python(text)


def _of_whole_file(source: str) -> list[str]:
    """Find the modules of all statements anywhere in the tree."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(source)
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.append(node.module)
    return sorted(found)


@pytest.mark.parametrize("folder", FOLDERS, ids=["src", "tests"])
def test_reading_a_part_finds_what_reading_all_does(folder: Path) -> None:
    """Calls that import are few, and tell nothing of how much was read: they are left aside."""
    compared, wrong = 0, []
    for path in sorted(folder.rglob("*.py")):
        try:
            source = path.read_bytes().decode("utf-8")
            expected = _of_whole_file(source)
        except (SyntaxError, ValueError):
            continue
        if "__import__" in source or "import_module" in source:
            continue
        compared += 1
        if sorted(names(source)) != expected:
            wrong.append(path)
    assert compared > 100
    assert wrong == []


@pytest.mark.parametrize(
    "source",
    [
        "import " + "a." * 300_000 + "a\nimport b\n",
        "import " + "a.\\\n" * 300_000 + "a\nimport b\n",
        "import " + "a.\\\r\n" * 100_000 + "a\nimport b\n",
        "x = f'''" + "{a}{b}" * 100_000 + "'''\nimport b\n",
        "x = fR'" + "{a}{b}" * 100_000 + "'\nimport b\n",
        "x = " + "-" * 200_000 + "1\nimport b\n",
        "x = " + "(" * 200_000 + ")" * 200_000 + "\nimport b\n",
        "x = " + "1 + " * 200_000 + "1\nimport b\n",
        "x = 'é'\n" + "import a;" * 50_000 + "\nimport b\n",
        "if x: pass\n" + "elif x: pass\n" * 20_000 + "import b\n",
    ],
    ids=lambda source: source[:20],
)
def test_hostile_code_is_read_in_bounded_time(source: str) -> None:
    # The parser alone takes minutes for the first of these, or gives up.
    assert names(source)[-1] == "b"


def test_prompts_within_prompts_are_no_recursion() -> None:
    assert names(">>> " * 100_000 + "import a\n") == []


words = """import from a b.c as ( ) , ; : ' # >>> ... % ! é f'{ } try: except: def __import__('"""
others = [
    "import_module('",
    '"',
    "'''",
    '"""',
    "\\",
    "\\\n",
    "\n",
    "\r\n",
    "\r",
    "  ",
    " ",
    "\ufeff",
]
pieces = st.sampled_from([*words.split(), *others, "\ud800", "\0"])


@given(st.lists(pieces, max_size=40).map("".join) | st.text(max_size=100))
def test_offsets_are_exact_in_any_text(source: str) -> None:
    names(source)
    parse(source)
