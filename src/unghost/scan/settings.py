"""The settings of a scan: ``[scan]`` of ``unghost.toml``, or ``[tool.unghost.scan]``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from unghost.ecosystems import DEFAULT, ecosystem_names
from unghost.errors import UnghostError
from unghost.scan.finding import FAILING, FailOn


@dataclass(frozen=True, slots=True)
class Ignore:
    """A rule that findings of a name do not count.

    Attributes:
        name: A glob over names as written or canonical.
        reason: Why; an ignore without one is refused.
        ecosystem: The ecosystem it is for; None for all.
        path: A glob over paths it is for; None for all.
        until: The last day (ISO 8601) on which it counts; None for no end.
    """

    name: str
    reason: str
    ecosystem: str | None = None
    path: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class ScanSettings:
    """The settings of a scan.

    Attributes:
        universe: What exists: ``demo``, snapshot files, or ecosystems whose snapshot was pulled, at
            most one for each ecosystem; none takes every pulled snapshot.
        ecosystems: Only these are looked at; none for all.
        offline: Whether no registry is asked. Otherwise names that the snapshots leave open, or
            call absent, are asked of the registry that the client is set to.
        as_of: The day (ISO 8601) of which the universes are taken.
        exclude: Globs of paths that are not scanned.
        private: By ecosystem, globs of names that are your own and are never asked for.
        local: Modules of your own that the files do not show.
        python: The Python version whose standard library counts; None for 3.8 to 3.14.
        new_days: Names first seen within so many days are new; 0 calls no name new.
        fail_on: From which level on findings give exit code 1.
        comments: Whether comments may make findings not count.
        baseline: A file with the findings that do not count, relative to the settings' folder.
        ignore: See :class:`Ignore`.
    """

    universe: tuple[str, ...] = ()
    ecosystems: tuple[str, ...] = ()
    offline: bool = False
    as_of: str | None = None
    exclude: tuple[str, ...] = ()
    private: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    local: tuple[str, ...] = ()
    python: str | None = None
    new_days: int = 30
    fail_on: FailOn = "error"
    comments: bool = True
    baseline: str | None = None
    ignore: tuple[Ignore, ...] = ()

    @property
    def versions(self) -> tuple[tuple[str, str], ...]:
        """Return ecosystems with the version of their language whose modules count."""
        return () if self.python is None else ((DEFAULT, self.python),)


def read_settings(
    root: Path, path: Path | None = None, given: Mapping[str, Any] | None = None
) -> ScanSettings:
    """Read the settings of a project.

    Args:
        root: The project's folder, where ``unghost.toml`` is looked for, then ``pyproject.toml``.
        path: A file to read instead, such as one that lies where an agent cannot write.
        given: Settings given by hand, such as flags, which go before those of the file; what is
            None is not given.

    Raises:
        UnghostError: The file cannot be read, or something is not known or makes no sense.
    """
    if path is not None:
        settings = _settings(_table(path), path, is_given=True)
    else:
        settings = _of_project(root)
    return replace(settings, **_checked(given or {}))


def _of_project(root: Path) -> ScanSettings:
    for name in ("unghost.toml", "pyproject.toml"):
        place = root / name
        # Most projects have settings of other tools only, and parsing costs more than looking.
        if place.is_file() and b"unghost" in (b"unghost" if name[0] == "u" else _bytes(place)):
            table = _table(place)
            if table is not None:
                return _settings(table, place, is_given=False)
    return ScanSettings()


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnghostError(f"cannot read the settings in {path}: {error.strerror}") from error


def _table(path: Path) -> dict[str, Any] | None:
    """Return the part of a file that is about scanning, None if there is none."""
    import tomllib

    try:
        values: Any = tomllib.loads(_bytes(path).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise UnghostError(f"cannot read the settings in {path}: {error}") from None
    within = ("tool", "unghost", "scan") if path.name == "pyproject.toml" else ("scan",)
    for key in within:
        values = values.get(key) if isinstance(values, dict) else None
    if values is not None and not isinstance(values, dict):
        raise UnghostError(f"{path}: {'.'.join(within)} is not a table: write [{'.'.join(within)}]")
    return values


def _refuse_files(universe: tuple[str, ...], path: Path) -> None:
    """Refuse a project's own snapshot: it may be anybody's, and what reads it trusts its bytes."""
    for name in universe:
        if name != "demo" and name not in ecosystem_names():
            raise UnghostError(
                f"{path}: a project's settings may name demo or an ecosystem, not {name[:80]!r}:"
                " name snapshot files with --universe, or in settings given by --config"
            )


def _settings(table: dict[str, Any] | None, path: Path, *, is_given: bool) -> ScanSettings:
    read: dict[str, Any] = {}
    for key, value in (table or {}).items():
        name = key.replace("-", "_")
        reader = _READERS.get(name)
        if reader is None:
            known = ", ".join(entry.name for entry in fields(ScanSettings))
            raise UnghostError(f"{path}: there is no setting {key!r}; there are: {known}")
        try:
            read[name] = reader(value)
        except (TypeError, ValueError) as error:
            raise UnghostError(f"{path}: {key}: {error}") from None
    if not is_given:
        _refuse_files(read.get("universe", ()), path)
    # Files are named relative to the settings that name them.
    if read.get("baseline"):
        read["baseline"] = str(path.parent / read["baseline"])
    if "universe" in read:
        read["universe"] = tuple(_beside(path, name) for name in read["universe"])
    return ScanSettings(**read)


def _checked(given: Mapping[str, Any]) -> dict[str, Any]:
    values = {}
    for key, value in given.items():
        if value is not None:
            try:
                values[key] = _READERS[key](value)
            except (TypeError, ValueError) as error:
                raise UnghostError(f"{key.replace('_', '-')}: {error}") from None
    return values


def _beside(path: Path, universe: str) -> str:
    place = path.parent / universe
    return str(place) if place.is_file() else universe


def checked_ecosystems(names: object) -> tuple[str, ...]:
    """Return names of ecosystems, all of them known.

    Raises:
        ValueError: One is not.
    """
    found = _texts(names)
    for name in found:
        if name not in ecosystem_names():
            known = ", ".join(ecosystem_names())
            raise ValueError(f"the ecosystem {name[:80]!r} is not known: use one of {known}")
    return found


def checked_day(value: object) -> str:
    """Return a day in ISO 8601.

    Raises:
        ValueError: It is not a date.
    """
    if isinstance(value, date):
        return value.isoformat()[:10]
    try:
        return date.fromisoformat(_text(value)).isoformat()
    except ValueError:
        raise ValueError(f"{value!r} is not a date: use YYYY-MM-DD") from None


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("use a text, in quotes")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (_text(value),)
    if not isinstance(value, list | tuple):
        raise ValueError("use a list of texts, such as ['a', 'b']")
    return tuple(_text(one) for one in value)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("use true or false")
    return value


def _days(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 36500:
        raise ValueError("use a number of days, 0 to 36500")
    return value


def _private(value: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        raise ValueError(f"use a table, such as {{{DEFAULT} = ['acme-*']}}")
    names = checked_ecosystems(list(value))
    return {name: _texts(value[name]) for name in names}


def _fail_on(value: object) -> str:
    if value not in FAILING:
        known = tuple(FAILING)
        raise ValueError(f"{str(value)[:40]!r}: use {', '.join(known[:-1])} or {known[-1]}")
    return str(value)


def _ignores(value: object) -> tuple[Ignore, ...]:
    if not isinstance(value, list):
        raise ValueError("use tables: [[scan.ignore]] with name and reason")
    return tuple(_ignore(one) for one in value)


def _ignore(value: object) -> Ignore:
    if not isinstance(value, dict):
        raise ValueError("use a table with name and reason")
    unknown = set(value) - {entry.name for entry in fields(Ignore)}
    if unknown:
        raise ValueError(f"an ignore has no {sorted(unknown)[0]!r}")
    if not isinstance(value.get("reason"), str) or not value["reason"].strip():
        raise ValueError(f"the ignore of {value.get('name')!r} gives no reason: say why")
    until = value.get("until")
    place, eco = value.get("path"), value.get("ecosystem")
    return Ignore(
        name=_text(value.get("name")),
        reason=value["reason"].strip(),
        ecosystem=None if eco is None else checked_ecosystems(_text(eco))[0],
        path=None if place is None else _text(place),
        until=None if until is None else checked_day(until),
    )


_READERS = {
    "universe": _texts,
    "ecosystems": checked_ecosystems,
    "offline": _flag,
    "as_of": checked_day,
    "exclude": _texts,
    "private": _private,
    "local": _texts,
    "python": _text,
    "new_days": _days,
    "fail_on": _fail_on,
    "comments": _flag,
    "baseline": _text,
    "ignore": _ignores,
}
