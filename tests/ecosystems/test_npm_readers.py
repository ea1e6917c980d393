"""npm: its readers on broken, hostile and very large text, and what its table does not show."""

from __future__ import annotations

import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reader_laws import assert_is_linear, assert_reads_anything, broken_texts

from unghost.ecosystems import ecosystem
from unghost.ecosystems.npm.cursor import Cursor
from unghost.ecosystems.npm.locks import read_npm, read_pnpm
from unghost.ecosystems.npm.manifests import read_package
from unghost.ecosystems.npm.specs import read_spec
from unghost.ecosystems.npm.yarn import read_yarn
from unghost.ecosystems.spot import Spot

NPM = ecosystem("npm")
UNITS = [
    '"a@1",',
    "a@1, ",
    '{"packages": ',
    '{"dependencies": {"a": ',
    '"a": {"overrides": {',
    '"node_modules/a": {"version": "1"},',
    "packages:\n  a@1: x\n",
    "  /a@1:\n",
    "@a/",
    "npm:",
    "a@1:\n",
    '"a@1:\n',
    "a>b",
    "[",
    "\\",
    " ",
    "? ",
]
names = st.from_regex(r"(@[a-z][a-z0-9._-]{0,8}/)?[a-z0-9][a-zA-Z0-9._~-]{0,12}", fullmatch=True)


@given(broken_texts("npm"))
def test_broken_text_is_read_as_far_as_it_goes(text: str) -> None:
    assert_reads_anything(NPM, text)


@pytest.mark.parametrize("unit", UNITS)
def test_time_is_linear(unit: str) -> None:
    assert_is_linear(NPM, unit, 1000)


@pytest.mark.parametrize("key", ["a/", "a>", "@s/", "@", "a@>", "/"])
def test_keys_without_end_take_linear_time(key: str) -> None:
    text = json.dumps({"resolutions": {key * 100_000: "1"}, "overrides": {key * 100_000: "1"}})
    assert all(NPM.is_valid(spot.name) for spot in read_package(text))


@given(st.text(alphabet="npm:@/ab^1.x-$~\\#git+", max_size=30))
def test_any_specifier_is_read(spec: str) -> None:
    for bare in (True, False):
        said = read_spec(spec, bare_alias=bare)
        if said.real is not None:
            begin, end = said.real
            assert 0 < begin <= end <= len(spec)
    for command in NPM.commands:
        found = command.read(spec)
        assert found is None or (0 <= found.start < found.end <= len(spec))


@given(st.lists(names.filter(NPM.is_valid), unique=True, max_size=8), st.integers(0, 3))
def test_a_lock_file_is_read_as_json_reads_it(packages: list[str], indent: int) -> None:
    entries = {f"node_modules/x/node_modules/{name}": {"version": "1"} for name in packages}
    text = json.dumps({"requires": True, "packages": {"": {}, **entries}}, indent=indent)
    spots = read_npm(text)
    assert [spot.name for spot in spots] == packages
    assert [text[spot.start : spot.end] for spot in spots] == packages


def test_an_alias_in_a_lock_file_is_at_its_real_name() -> None:
    text = '{"packages": {"node_modules/a": {"x": {"name": "no"}, "name": "real", "version": "2"}}}'
    (spot,) = read_npm(text)
    assert text[spot.start : spot.end] == spot.name == "real"
    assert text[spot.start - 9 : spot.start] == '"name": "'


def test_one_broken_entry_ends_no_reading_before_it() -> None:
    deep = "[" * 100_000
    text = '{"packages": {"node_modules/a": {"version": "1"}, "node_modules/b": {"x": ' + deep
    assert [spot.name for spot in read_npm(text)] == ["a", "b"]
    closed = f'{text}{"]" * 100_000}}}, "node_modules/c": {{}}}}}}'
    assert [spot.name for spot in read_npm(closed)] == ["a", "b", "c"]


def test_packages_within_packages_without_end() -> None:
    depth = 50_000
    text = '{"dependencies": {"a": ' * depth
    assert len(read_npm(text)) <= depth
    text = '{"dependencies": ' + '{"a": {"version": "1", "dependencies": ' * depth
    assert len(read_npm(text)) == depth


def test_a_large_lock_file_takes_little_more_memory_than_its_names() -> None:
    entry = {"version": "1.2.3", "resolved": "https://index.example/x.tgz", "engines": {"n": "1"}}
    entry |= {"integrity": "sha512-" + "x" * 88, "dependencies": {f"d{i}": "^1" for i in range(9)}}
    count = 20_000
    text = json.dumps({"packages": {f"node_modules/p{i}": entry for i in range(count)}})
    tracemalloc.start()
    spots = read_npm(text)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(spots) == count
    assert peak < len(text)


def test_a_large_lock_file_of_pnpm_is_read_in_parts() -> None:
    entry = "  '@s/p{}@1.2.3':\n    resolution: {{integrity: {}}}\n    dependencies: {{a: 1}}\n"
    count = 12_000
    text = "packages:\n\n" + "".join(entry.format(i, "x" * 88) for i in range(count))
    tracemalloc.start()
    spots = read_pnpm(text)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [spot.name for spot in spots] == [f"@s/p{i}" for i in range(count)]
    assert all(text[spot.start : spot.end] == spot.name for spot in spots)
    # The whole tree would be twenty times the text.
    assert peak < 8 * len(text)


def test_numbers_that_python_refuses_are_no_obstacle() -> None:
    text = (
        '{"packages": {"node_modules/a": {"x": %s, "version": "1"}, "node_modules/b": {"y": NaN}}}'
    )
    assert [spot.name for spot in read_npm(text % ("9" * 10_000))] == ["a", "b"]


def test_a_cursor_steps_through_objects_only() -> None:
    cursor = Cursor(' {"a": [1, {"b": 2}], "c": {"d": "e"}, "f": "g"} ')
    assert cursor.enter()
    assert (key := cursor.key()) is not None
    assert key.text == "a"
    assert not cursor.enter()
    assert cursor.string() is None
    assert (key := cursor.key()) is not None
    assert cursor.enter()
    assert (key := cursor.key()) is not None
    assert (key.text, cursor.fields()) == ("d", {})
    assert cursor.key() is None
    assert (key := cursor.key()) is not None
    assert (value := cursor.string()) is not None
    assert (key.text, value.text) == ("f", "g")
    assert cursor.key() is None
    assert cursor.key() is None


def _written(spots: list[Spot], text: str) -> list[str]:
    return [text[spot.start : spot.end] for spot in spots]


def test_places_are_those_of_the_file() -> None:
    text = '\ufeff# 💥 ü\r\n\r\n"@s/a@^1", b@^2:\r\n  version "1"\r\nb@3:\r\n  version "3"\r\n'
    assert _written(list(read_yarn(text)), text) == ["@s/a", "b"]
    text = "# 💥 ü\npackages:\n  'é@1': {}\n  \"@s/a@1\": {}\n  /b/1_x: {}\n"
    assert _written(list(read_pnpm(text)), text) == ["@s/a", "b"]
    text = '{"💥": "ü", "dependencies": {"a": "1"}}'
    assert _written(read_package(text), text) == ["a"]
