from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from unghost.errors import UnghostError
from unghost.plugins.registry import Registry

Greeter = Callable[[], str]


def made(built_in: dict[str, str] | None = None) -> Registry[Greeter]:
    return Registry("greeter", "unghost.test-greeters", callable, built_in)


def hello() -> str:
    return "hello"


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module of another package, on the path."""
    (tmp_path / "outside_greeter.py").write_text(
        "class Box:\n    @staticmethod\n    def good():\n        return 'outside'\n"
        "NOT_ONE = 3\ndef good():\n    return 'outside'\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "outside_greeter", raising=False)
    return "outside_greeter:good"


def declare(monkeypatch: pytest.MonkeyPatch, *pairs: tuple[str, str]) -> None:
    points = EntryPoints(EntryPoint(name, target, "g") for name, target in pairs)
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: points)


def test_a_part_is_registered_by_call_or_decorator() -> None:
    registry = made()
    assert registry.register("hello", hello) is hello
    assert registry.named("again")(hello) is hello
    assert registry.names() == ("again", "hello")
    assert registry.get("again") is hello
    assert registry.place("hello") == f"{__name__}:hello"


def test_a_duplicate_names_both_places() -> None:
    registry = made()
    registry.register("hello", hello)

    def other() -> str:
        return "other"

    with pytest.raises(UnghostError, match=r"two greeters are called hello: .*:hello and .*other"):
        registry.register("hello", other)
    assert registry.get("hello") is hello


def test_a_built_in_name_cannot_be_taken(outside: str) -> None:
    registry = made({"good": outside})
    with pytest.raises(UnghostError, match=r"outside_greeter:good and .*:hello"):
        registry.register("good", hello)


def test_a_target_that_registers_itself_is_no_duplicate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = made({"mine": "self_registering:mine"})
    monkeypatch.setattr(sys.modules[__name__], "REGISTRY", registry, raising=False)
    (tmp_path / "self_registering.py").write_text(
        f"import {__name__} as here\n@here.REGISTRY.named('mine')\ndef mine():\n    return 'me'\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert registry.get("mine")() == "me"
    assert registry.get("self_registering:mine")() == "me"


def test_names_are_listed_without_importing(outside: str) -> None:
    registry = made({"good": outside, "lost": "no_such_module:x"})
    assert registry.names() == ("good", "lost")
    assert "outside_greeter" not in sys.modules
    assert registry.get("good")() == "outside"


def test_targets_need_no_registration(outside: str, tmp_path: Path) -> None:
    registry = made()
    assert registry.get(outside)() == "outside"
    assert registry.get("outside_greeter:Box.good")() == "outside"
    assert registry.get(f"{tmp_path / 'outside_greeter.py'}:good")() == "outside"
    assert registry.names() == ()


def test_an_entry_point_is_a_name(outside: str, monkeypatch: pytest.MonkeyPatch) -> None:
    declare(monkeypatch, ("theirs", outside))
    registry = made()
    assert registry.names() == ("theirs",)
    assert registry.get("theirs")() == "outside"


def test_two_packages_cannot_declare_one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    declare(monkeypatch, ("theirs", "one:x"), ("theirs", "two:x"))
    with pytest.raises(UnghostError, match=r"called theirs: one:x and two:x"):
        made().names()


@pytest.mark.parametrize("listed_first", [True, False])
def test_an_entry_point_cannot_take_a_registered_name(
    monkeypatch: pytest.MonkeyPatch, listed_first: bool
) -> None:
    declare(monkeypatch, ("hello", "theirs:hello"))
    registry = made()
    if listed_first:
        registry.names()
        with pytest.raises(UnghostError, match="two greeters are called hello"):
            registry.register("hello", hello)
    else:
        registry.register("hello", hello)
        with pytest.raises(UnghostError, match="two greeters are called hello"):
            registry.names()


def test_an_unknown_name_is_one_line_with_the_known_ones() -> None:
    registry = made({"a": "x:y", "b": "x:y"})
    with pytest.raises(UnghostError, match=r"there is no greeter 'c'; there are: a, b"):
        registry.get("c")


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("no_such_module:x", "needs the module no_such_module"),
        ("outside_greeter:none", "cannot load the greeter outside_greeter:none: AttributeError"),
        ("outside_greeter:NOT_ONE", "is of type int and cannot serve as greeter"),
        ("/no/such/file.py:x", "there is no file /no/such/file.py"),
        ("outside_greeter:", "cannot load"),
        (":x", "cannot load"),
    ],
)
@pytest.mark.usefixtures("outside")
def test_a_target_that_leads_nowhere_is_one_line(target: str, message: str) -> None:
    with pytest.raises(UnghostError, match=message) as caught:
        made().get(target)
    assert "\n" not in str(caught.value)


def test_a_missing_library_names_its_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "wants_torch.py").write_text("import torch.nothing_there\n", encoding="utf-8")
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(UnghostError, match=r"needs torch: install the extra 'train'"):
        made().get(f"{tmp_path / 'wants_torch.py'}:x")


def test_what_is_registered_for_a_while_goes_again() -> None:
    registry = made()
    with registry.temporary():
        registry.register("hello", hello)
    assert registry.names() == ()
    registry.register("hello", hello)
    registry.unregister("hello")
    assert registry.names() == ()


@pytest.mark.parametrize("name", ["", "a:b"])
def test_a_name_that_reads_as_a_target_is_refused(name: str) -> None:
    with pytest.raises(UnghostError, match="use no colon"):
        made().register(name, hello)
