"""Registries: parts of one kind by name, from this package, from others and from single files."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Generic, TypeVar

from unghost.errors import UnghostError, how_to_get

T = TypeVar("T")


class Registry(Generic[T]):
    """The parts of one kind, each under one name.

    A part comes from three places: :meth:`register` in this process, a *target* declared under a
    name (built in, or an entry point of an installed package), or a target given in place of a
    name. A target is ``module:attribute`` or ``path/to/file.py:attribute``; declared ones are
    imported when they are asked for, so the names can be listed without what the parts need.

    Args:
        kind: What the parts are called in messages, such as ``objective``.
        group: The group of entry points in which other packages declare parts.
        accepts: Whether a value that a target leads to is such a part.
        built_in: Targets that this package declares, by name.
    """

    def __init__(
        self,
        kind: str,
        group: str,
        accepts: Callable[[Any], bool],
        built_in: Mapping[str, str] | None = None,
    ) -> None:
        self.kind, self.group = kind, group
        self._accepts = accepts
        self._parts: dict[str, tuple[T, str]] = {}
        self._built_in = dict(built_in or {})
        self._declared: dict[str, str] | None = None

    def register(self, name: str, part: T, place: str | None = None) -> T:
        """Register a part under a name and return it.

        Args:
            name: How it is asked for.
            part: The part.
            place: ``module:attribute`` where it is defined; found from the part if None.

        Raises:
            UnghostError: The name is taken, by a part or by a declared target of another place.
        """
        place = place or f"{getattr(part, '__module__', '?')}:{getattr(part, '__qualname__', '?')}"
        if ":" in name or not name:
            raise UnghostError(f"{name!r} cannot name the {self.kind} {place}: use no colon")
        known = self._parts.get(name)
        if known is not None:
            raise self._duplicate(name, known[1], place)
        declared = self._built_in if self._declared is None else self._declared
        if declared.get(name, place) != place:
            raise self._duplicate(name, declared[name], place)
        self._parts[name] = (part, place)
        return part

    def named(self, name: str) -> Callable[[T], T]:
        """Return a decorator that registers what it decorates under ``name``."""
        return lambda part: self.register(name, part)

    def unregister(self, name: str) -> None:
        """Forget a part that :meth:`register` knows; declared targets stay."""
        self._parts.pop(name, None)

    @contextmanager
    def temporary(self) -> Iterator[None]:
        """Forget, at the end of the context, what was registered within it; for tests."""
        before = dict(self._parts)
        try:
            yield
        finally:
            self._parts = before

    def names(self) -> tuple[str, ...]:
        """Return all names, sorted; imports no part."""
        return tuple(sorted({*self._parts, *self._targets()}))

    def place(self, name: str) -> str:
        """Return where a part is defined, ``module:attribute``; imports nothing.

        Raises:
            UnghostError: The name is unknown.
        """
        if name in self._parts:
            return self._parts[name][1]
        if name in self._targets():
            return self._targets()[name]
        if ":" in name:
            return name
        known = ", ".join(self.names()) or "none"
        raise UnghostError(
            f"there is no {self.kind} {name[:80]!r}; there are: {known}; or name your own as"
            " module:attribute"
        )

    def get(self, name: str) -> T:
        """Return a part by its name or its target.

        Raises:
            UnghostError: The name is unknown, its target cannot be imported (a library that it
                needs may be missing), or it leads to something else.
        """
        target = self.place(name)
        if name in self._parts:
            return self._parts[name][0]
        found = self._load(target)
        if name == target:
            return found
        # Importing the target may have registered the part itself, with its own place.
        self._parts.setdefault(name, (found, target))
        return self._parts[name][0]

    def _load(self, target: str) -> T:
        module_name, _, attribute = target.rpartition(":")
        try:
            found: Any = _module(module_name)
            for part in attribute.split("."):
                found = getattr(found, part)
        except UnghostError:
            raise
        except ModuleNotFoundError as error:
            raise UnghostError(f"the {self.kind} {target} {_missing(error.name)}") from error
        except Exception as error:
            reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
            raise UnghostError(f"cannot load the {self.kind} {target}: {reason}") from error
        if not self._accepts(found):
            raise UnghostError(
                f"{target} is of type {type(found).__name__} and cannot serve as {self.kind}"
            )
        checked: T = found
        return checked

    def _targets(self) -> dict[str, str]:
        """Return the declared targets by name: the built-in ones, and those of entry points.

        Raises:
            UnghostError: A name is declared twice, or registered from another place.
        """
        if self._declared is None:
            from importlib.metadata import entry_points

            declared = dict(self._built_in)
            for point in entry_points(group=self.group):
                known = declared.setdefault(point.name, point.value)
                if point.name in self._parts:
                    known = self._parts[point.name][1]
                if known != point.value:
                    raise self._duplicate(point.name, known, point.value)
            self._declared = declared
        return self._declared

    def _duplicate(self, name: str, one: str, other: str) -> UnghostError:
        return UnghostError(
            f"two {self.kind}s are called {name}: {one} and {other}; rename or remove one"
        )


def _module(name: str) -> ModuleType:
    """Import a module by its name, or a single file by its path."""
    if not name.endswith(".py"):
        return import_module(name)
    path = Path(name).resolve()
    alias = f"unghost_file_{hashlib.sha256(str(path).encode()).hexdigest()[:16]}"
    if alias in sys.modules:
        return sys.modules[alias]
    if not path.is_file():
        raise UnghostError(f"there is no file {name}")
    spec = importlib.util.spec_from_file_location(alias, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[alias] = module  # dataclasses and pydantic look their module up there
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[alias]
        raise
    return module


def _missing(module: str | None) -> str:
    advice = how_to_get(module or "")
    if module and advice:
        return f"needs {module.partition('.')[0]}: {advice}"
    return f"needs the module {module}, which is not installed or not on the path"
