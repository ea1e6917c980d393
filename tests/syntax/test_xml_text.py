from __future__ import annotations

from collections.abc import Callable
from xml.sax.saxutils import escape, quoteattr

import pytest
from document_cases import growth
from hypothesis import given
from hypothesis import strategies as st

from unghost.syntax.xml_text import DEEPEST, Element, read_xml

_CHARS = st.text("ab<>&\"' é\U0001f600\n", max_size=8)


def read(text: str) -> Element:
    root = read_xml(text)
    assert root is not None
    return root


@given(_CHARS, _CHARS, st.booleans())
def test_content_and_places(value: str, content: str, marked: bool) -> None:
    mark = "\ufeff" if marked else ""
    inner = f"<b c={quoteattr(value)}>{escape(content)}</b>"
    text = f'{mark}<?xml version="1.0" encoding="utf-16"?>\n<ü:a xmlns:ü="u">é{inner}</ü:a>'
    element = read(text).find("b")
    assert element is not None
    assert text[element.start : element.end] == inner
    attribute = element.attributes["c"]
    assert attribute.text == value.replace("\n", " ") or "\n" in value
    assert quoteattr(value)[1:-1] == text[attribute.start : attribute.end]
    stripped = content.strip()
    assert (element.text.text if element.text else "") == stripped
    if element.text:
        assert text[element.text.start : element.text.end] == escape(stripped)


def test_the_tree() -> None:
    text = "<a><b>1</b><!-- <b>no</b> --><c x='y'><b/></c><b>2</b></a>"
    root = read(text)
    assert [element.tag for element in root.walk()] == ["a", "b", "c", "b", "b"]
    assert [element.text.text for element in root.all("b") if element.text] == ["1", "2"]
    inner = root.find("c")
    assert inner is not None
    assert text[inner.start : inner.end] == "<c x='y'><b/></c>"
    assert root.text is None
    assert root.find("none") is None


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("<![CDATA[&amp;x]]>", "&amp;x"),
        ("<![CDATA[&]]>", "&"),
        ("x&#233;", "xé"),
        ("x&lt;", "x<"),
        ("x<![CDATA[\r\n&]]>", "x\n&"),
    ],
)
def test_where_a_text_ends(written: str, text: str) -> None:
    source = f"<a>{written}</a>"
    scalar = read(source).text
    assert scalar is not None
    assert scalar.text == text
    behind = source[scalar.end :].removeprefix("]]>")
    assert behind == "</a>"


def test_text_in_pieces() -> None:
    text = "<a>\r\n x<!-- c -->y <![CDATA[ &amp; ]]>\r\n</a>"
    scalar = read(text).text
    assert scalar is not None
    assert scalar.text == "xy  &amp;"
    assert text[scalar.start : scalar.end] == "x<!-- c -->y <![CDATA[ &amp;"


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("<a><b>x</b><c>y</a>", ["a", "b", "c"]),
        ("<a><b>x</b>&nothing;<c/></a>", ["a", "b"]),
        ("<a><b/>\0<c/></a>", ["a", "b"]),
        ("<a><b/>\ud800<c/></a>", ["a", "b"]),
        ("<a><b", ["a"]),
        ("<a/><b/>", ["a"]),
        ("<!DOCTYPE a [<!ATTLIST a x CDATA 'y'>]><a z='w'/>", ["a"]),
    ],
)
def test_broken_text_gives_the_tree_up_to_the_error(text: str, tags: list[str]) -> None:
    assert [element.tag for element in read(text).walk()] == tags


@pytest.mark.parametrize("text", ["", "a", "<", "<!-- <a/> -->", "\0"])
def test_no_element(text: str) -> None:
    assert read_xml(text) is None


def test_entities_of_the_text_are_refused() -> None:
    entities = "".join(f"<!ENTITY e{i} '{f'&e{i - 1};' * 10}'>" for i in range(1, 30))
    text = f"<!DOCTYPE a [<!ENTITY e0 'ha'>{entities}]><a>&e29;</a>"
    assert read_xml(text) is None
    parameter = "<!DOCTYPE a [<!ENTITY % p SYSTEM 'file:///etc/passwd'>%p;]><a/>"
    assert read_xml(parameter) is None
    outside = read("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a>&x;b</a>")
    assert outside.text is not None
    assert outside.text.text == "b"


def test_what_is_nested_too_deeply_is_left_out() -> None:
    text = "<a>" * 100_000 + "</a>" * 99_999 + "<b/></a>"
    elements = list(read(text).walk())
    assert len(elements) == DEEPEST + 1
    assert elements[-1].tag == "b"


@given(st.text("<>/ab='\"!-[]&;é\ud800 \n", max_size=60))
def test_any_text_is_read(text: str) -> None:
    root = read_xml(text)
    for element in root.walk() if root else ():
        assert 0 <= element.start <= element.end <= len(text)


@pytest.mark.slow
@pytest.mark.parametrize(
    "make",
    [
        lambda n: "<a>" * n,
        lambda n: "<a>" + "<b c='d'>é</b>" * n,
        lambda n: "<a>" + "x\n" * n,
        lambda n: "<a>" + "&amp;" * n + "</a>",
        lambda n: "<a>" + "<!-- -->x" * n + "</a>",
        lambda n: "<a " + " ".join(f"b{i}='c'" for i in range(n)) + "/>",
        lambda n: "<a " + "b='c' " * n,
        lambda n: "<" + "a" * n,
        lambda n: "<a b='" + "c" * n,
        lambda n: "<![CDATA[" * n,
        lambda n: "<!--" * n,
        lambda n: "<a>" + "<![CDATA[x]]>" * n,
    ],
)
def test_time_is_linear(make: Callable[[int], str]) -> None:
    assert growth(read_xml, make, 3000) < 24
