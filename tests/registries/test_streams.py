from __future__ import annotations

import asyncio
import bz2
import contextlib
import gzip
import io
import json
import lzma
import struct
import tarfile
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unghost.ecosystems.feeds import Distinct
from unghost.ecosystems.maven.nexus import artifacts
from unghost.ecosystems.pypi.anchors import Anchors
from unghost.errors import UnghostError
from unghost.registries.streams import gunzipped, json_values, lines, unpacked
from unghost.registries.tar import member

URL = "https://index.example/list"
sizes = st.integers(1, 4000)


async def pieces(data: bytes, size: int) -> AsyncIterator[bytes]:
    for place in range(0, len(data), size):
        yield data[place : place + size]


def collect(stream: AsyncIterator[Any]) -> list[Any]:
    async def run() -> list[Any]:
        return [item async for item in stream]

    return asyncio.run(run())


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "a.gz": gzip.compress,
    "a.xz": lzma.compress,
    "a.bz2": bz2.compress,
    "a": bytes,
}


@given(st.binary(max_size=3000), st.sampled_from(sorted(PACKERS)), sizes)
def test_unpacks_whatever_the_pieces_are(data: bytes, name: str, size: int) -> None:
    packed = PACKERS[name](data)
    assert b"".join(collect(unpacked(pieces(packed, size), name, URL))) == data


@given(st.lists(st.binary(max_size=500), max_size=4), sizes, st.integers(0, 600))
def test_gunzips_members_and_padding(parts: list[bytes], size: int, padding: int) -> None:
    packed = b"".join(map(gzip.compress, parts)) + bytes(padding)
    assert b"".join(collect(gunzipped(pieces(packed, size), URL))) == b"".join(parts)


@pytest.mark.parametrize("name", ["a.gz", "a.xz", "a.bz2"])
@pytest.mark.parametrize("size", [1, 100, 100_000])
def test_what_is_cut_off_is_an_error(name: str, size: int) -> None:
    packed = PACKERS[name](bytes(range(256)) * 300)
    for end in (len(packed) - 1, len(packed) // 2, 30):
        with pytest.raises(UnghostError, match=r"cut off|cannot be read"):
            collect(unpacked(pieces(packed[:end], size), name, URL))


@pytest.mark.parametrize("name", ["a.gz", "a.xz", "a.bz2"])
def test_what_is_damaged_is_an_error(name: str) -> None:
    with pytest.raises(UnghostError, match="cannot be read"):
        collect(unpacked(pieces(b"<html>" * 100, 64), name, URL))


@pytest.mark.parametrize("name", ["a.gz", "a.xz", "a.bz2"])
def test_pieces_stay_small(name: str) -> None:
    packed = PACKERS[name](bytes(1 << 23))
    out = collect(unpacked(pieces(packed, 1 << 16), name, URL))
    assert sum(map(len, out)) == 1 << 23
    assert max(map(len, out)) <= 1 << 18


@given(st.lists(st.binary(max_size=30).filter(lambda b: b"\n" not in b)), sizes)
def test_lines(some: list[bytes], size: int) -> None:
    data = b"".join(line + b"\n" for line in some)
    assert [line for batch in collect(lines(pieces(data, size), URL)) for line in batch] == some


def test_the_last_line_needs_no_end() -> None:
    assert collect(lines(pieces(b"a\nb", 2), URL)) == [[b"a"], [b"b"]]


def test_a_line_without_end_is_no_list() -> None:
    with pytest.raises(UnghostError, match="cannot be read"):
        collect(lines(pieces(bytes(1 << 25), 1 << 20), URL))


WANTED = {("projects.item.name", "string")}


def names(data: bytes, size: int = 7) -> list[str]:
    found = collect(json_values(pieces(data, size), WANTED, URL))
    return [value for batch in found for _, value in batch]


@given(st.lists(st.text(max_size=20)), sizes)
def test_json_values(wanted: list[str], size: int) -> None:
    projects = [{"other": "x", "name": name, "more": {"name": "no"}} for name in wanted]
    data = json.dumps({"meta": {"name": "no"}, "projects": projects}, ensure_ascii=False)
    assert names(data.encode("utf-8", "replace"), size) == [
        name.encode("utf-8", "replace").decode() for name in wanted
    ]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[",
        b'{"projects": [{"name": "a"}',
        b'{"projects": [{"name": "a"}, {"name": "b"}]',
        b'{"projects": [{"na',
        b"<html>",
        b'{"projects": [{"name": "a"}]} trailing',
        b'{"projects": [{"name": "\xff\xfe"}]}',
        b'{"projects": [{"name": NaN}]}',
    ],
)
def test_json_that_is_none_or_cut_off(text: bytes) -> None:
    with pytest.raises(UnghostError, match=r"cut off|cannot be read"):
        names(text)


def test_a_list_in_json_that_lacks_its_end_is_an_error_wherever_it_is_cut() -> None:
    whole = json.dumps({"projects": [{"name": f"name-{n}"} for n in range(20)]}).encode()
    for end in range(len(whole)):
        with pytest.raises(UnghostError):
            names(whole[:end], 50)


HTML = b"""<!DOCTYPE html><html><body><!-- <a>no</a> --><a href="x">Flask</a> between
<a>zope<b>.</b>interface</a><A HREF='y'>a&amp;b &#252;</A></body></html>"""


@given(sizes)
def test_the_anchors_of_a_page(size: int) -> None:
    page, found = Anchors(URL), []
    for place in range(0, len(HTML), size):
        found += page.read(HTML[place : place + size])
    assert found + page.end() == ["Flask", "zope.interface", "a&b ü"]
    assert page.ended


@given(st.text(alphabet="<a>/!-&;x=\"' \n", max_size=200), sizes)
def test_a_page_of_nonsense_ends(text: str, size: int) -> None:
    page, data = Anchors(URL), text.encode()
    for place in range(0, len(data), size):
        page.read(data[place : place + size])
    page.end()


def archive(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


@given(sizes, st.binary(min_size=1, max_size=2000))
def test_a_file_of_an_archive(size: int, data: bytes) -> None:
    tar = archive({"d/a.csv": b"x" * 700, f"d/{'long' * 40}/b.csv": data, "d/c.csv": b"y"})
    found = collect(member(pieces(tar, size), lambda path: path.endswith("a.csv"), URL))
    assert b"".join(piece for _, piece in found) == b"x" * 700
    last = collect(member(pieces(tar, size), lambda path: path == "d/c.csv", URL))
    assert last == [("d/c.csv", b"y")]


def test_an_archive_without_the_file_or_cut_off() -> None:
    tar = archive({"d/a.csv": b"x" * 700})
    for data, path in ((tar, "d/b.csv"), (tar[:900], "d/a.csv"), (b"", "d/a.csv")):
        with pytest.raises(UnghostError, match="cut off"):
            collect(member(pieces(data, 100), lambda name, path=path: name == path, URL))
    with pytest.raises(UnghostError, match="cannot be read"):
        collect(member(pieces(b"<html>" * 400, 100), lambda name: True, URL))


def field(name: str, value: str) -> bytes:
    key, data = name.encode(), value.encode()
    return b"\x05" + struct.pack(">H", len(key)) + key + struct.pack(">i", len(data)) + data


def document(**fields: str) -> bytes:
    body = b"".join(field(name, value) for name, value in fields.items())
    return struct.pack(">i", len(fields)) + body


HEADER = struct.pack(">Bq", 1, 1_700_000_000_000)
INDEX = HEADER + b"".join(
    [
        document(DESCRIPTOR="NexusIndex", IDXINFO="1.0|central"),
        document(u="org.apache|commons|1.0|NA|jar", i="jar|1136073600000|12|0|0|0|jar", n="Straße"),
        document(u="org.apache|commons|2.0|NA", m="1700000000000"),
        document(**{"del": "org.old|gone|1.0|NA", "m": "1"}),
        document(u="com.acme|tool|1|NA", i="jar|nonsense|x"),
        document(allGroups="allGroups", allGroupsList="org.apache|com.acme"),
    ]
)


@given(sizes)
def test_artifacts_of_an_index(size: int) -> None:
    found = [one for some in collect(artifacts(pieces(INDEX, size), URL)) for one in some]
    assert found == [
        ("org.apache:commons", "2006-01-01"),
        ("org.apache:commons", None),
        ("com.acme:tool", None),
    ]


def test_an_index_that_is_cut_off() -> None:
    for end in [*range(0, 60, 7), len(INDEX) - 1]:
        with pytest.raises(UnghostError, match="cut off"):
            collect(artifacts(pieces(INDEX[:end], 16), URL))


@given(st.binary(max_size=300))
def test_an_index_of_nonsense_ends(data: bytes) -> None:
    for begin in (b"", HEADER):
        with contextlib.suppress(UnghostError):
            collect(artifacts(pieces(begin + data, 50), URL))


def test_names_are_passed_on_once_or_with_an_earlier_day() -> None:
    distinct = Distinct()
    days = ["2020-02-02", "2020-02-03", "2020-01-01", None, "2020-01-01"]
    assert [distinct.is_news("a", day) for day in days] == [True, False, True, False, False]
    assert distinct.is_news("b", None)
    assert not distinct.is_news("b", None)
    assert distinct.is_news("b", "2020-01-01")


def test_remembering_names_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unghost.ecosystems.feeds.MOST_REMEMBERED", 10)
    distinct = Distinct()
    for number in range(1000):
        distinct.is_news(str(number), None)
    known = [n for n in reversed(range(1000)) if not distinct.is_news(str(n), None)]
    assert 0 < len(known) <= 10
