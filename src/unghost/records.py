"""The records that flow from room to room.

Plain, immutable, written to disk and read back unchanged.

Each record type has a parquet schema (:func:`schema`) that carries :data:`SCHEMA_VERSION`; pyarrow
is imported only when a table is really built, so that scanning stays quick to start.
"""

from __future__ import annotations

import hashlib
import json
import types
import typing
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from unghost.errors import UnghostError

if TYPE_CHECKING:
    import pyarrow as pa

SCHEMA_VERSION = 2
"""Version of every parquet schema below; a file of another version is refused."""

MentionKind = Literal["install", "import", "manifest", "list", "prose"]
Status = Literal["exists", "absent", "stdlib", "local", "private", "reserved", "unknown"]
Origin = Literal["registry", "index", "git", "url", "path", "workspace"]
"""Where a text says that a name comes from.

The public registry unless it says otherwise: another index or scope, a repository, an address, a
folder, or another part of the same project. Only names of the registry can be ghosts.
"""
ResolvedBy = Literal["name", "import-map", "submodule-of"]
FinishReason = Literal["stop", "length", "error"]
Split = Literal["discover", "validate", "heldout"]
SPLITS: tuple[Split, ...] = get_args(Split)
"""The three splits, fixed by a hash of the right name before anything is trained."""

_SPLIT_SALT = b"unghost-split-v1:"
_DISCOVER_BELOW = 0.6
_VALIDATE_BELOW = 0.7


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """Sampling settings: temperature 0 is greedy; ``top_k`` 0 and ``top_p`` 1 cut nothing."""

    temperature: float = 0.0
    top_k: int = 0
    top_p: float = 1.0
    max_new_tokens: int = 64


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question to a model.

    ``task_id`` names the base task (all paraphrases of one task share it, and statistics cluster by
    it); ``family`` is the seed family and ``operator`` what made this prompt of its ``parent_id``;
    ``asks`` is the mode of the domain that it asks in, ``task`` if it asks for a new task, ``text``
    if for anything else; ``gold`` is the canonical form of the right name, if one is known.
    """

    id: str
    task_id: str
    messages: tuple[Message, ...]
    asks: str
    task: str
    family: str
    operator: str
    split: str
    parent_id: str | None = None
    gold: str | None = None


@dataclass(frozen=True, slots=True)
class TokenSpan:
    """The place of one generated token in the completion's text.

    In UTF-8 bytes and in characters (end exclusive).
    """

    byte_start: int
    byte_end: int
    char_start: int
    char_end: int


@dataclass(frozen=True, slots=True)
class Completion:
    """A model's answer.

    ``token_ids`` (with the final EOS, if one was drawn) and ``spans`` are None when the source is
    an HTTP endpoint; ``log_probs`` are those of the untempered model, one per token. ``text`` is
    without special tokens.
    """

    id: str
    prompt_id: str
    model_id: str
    round: int
    sample: int
    text: str
    finish_reason: FinishReason
    sampling: Sampling
    token_ids: tuple[int, ...] | None = None
    spans: tuple[TokenSpan, ...] | None = None
    log_probs: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """A place where a text gives a name.

    ``start`` and ``end`` are character offsets, ``line`` and ``column`` from 1.

    ``raw`` is ``text[start:end]``; ``name`` is the name as judged: the name as written, or for an
    import the module as its language writes it; ``ecosystem`` is what the name is of, an ecosystem
    of packages or another kind of names.
    """

    id: str
    source_id: str
    start: int
    end: int
    line: int
    column: int
    raw: str
    name: str
    ecosystem: str
    kind: MentionKind
    language: str | None = None
    version: str | None = None
    confidence: float = 1.0
    evidence: str = ""
    origin: Origin = "registry"


TRUNCATED = "truncated"
"""Evidence of a mention that ends where its answer was cut off: it may be half a name."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict of the source of truth on one mention.

    ``canonical`` is the canonical form of what exists, otherwise the canonical form
    of what was written; ``evidence`` says in words what the verdict rests on.
    """

    mention_id: str
    canonical: str
    status: Status
    resolved_by: ResolvedBy
    snapshot_id: str
    as_of: str
    first_seen: str | None = None
    suggestions: tuple[str, ...] = ()
    evidence: str = ""


Record = TypeVar("Record", Prompt, Completion, Mention, Verdict)


def record_id(*parts: str | int) -> str:
    """Return a short stable id (16 hex digits) from the parts that identify a record."""
    text = "\x1f".join(str(part) for part in parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def unit_hash(salt: bytes, text: str) -> float:
    """Map a text to a number in [0, 1) that depends on nothing but the salt and the text."""
    digest = hashlib.sha256(salt + text.encode("utf-8")).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def split_of(key: str) -> Split:
    """Return the split that a name, and so every task whose right answer it is, belongs to.

    Args:
        key: The name in its one form, or what a domain draws the splits of its names by.

    Returns:
        ``discover`` for 60 % of all names, ``validate`` for 10 %, ``heldout`` for 30 %.
    """
    u = unit_hash(_SPLIT_SALT, key)
    if u < _DISCOVER_BELOW:
        return "discover"
    return "validate" if u < _VALIDATE_BELOW else "heldout"


def schema(record_type: type[Record]) -> pa.Schema:
    """Return the parquet schema of a record type, with its version in the metadata."""
    import pyarrow as pa

    hints = get_type_hints(record_type)
    columns = [_field(field.name, hints[field.name]) for field in fields(record_type)]
    metadata = {"unghost.record": record_type.__name__, "unghost.version": str(SCHEMA_VERSION)}
    return pa.schema(columns, metadata=metadata)


def to_table(records: Sequence[Record], record_type: type[Record]) -> pa.Table:
    """Convert records to an Arrow table of :func:`schema`."""
    import pyarrow as pa

    columns = {
        field.name: [_plain(getattr(record, field.name)) for record in records]
        for field in fields(record_type)
    }
    return pa.table(columns, schema=schema(record_type))


def from_table(table: pa.Table, record_type: type[Record]) -> list[Record]:
    """Convert a table back to records.

    Raises:
        UnghostError: The table holds another record type or another schema version.
    """
    metadata = table.schema.metadata or {}
    found = (
        metadata.get(b"unghost.record", b"?").decode(),
        metadata.get(b"unghost.version", b"?").decode(),
    )
    if found != (record_type.__name__, str(SCHEMA_VERSION)):
        raise UnghostError(
            f"this file holds {found[0]} records of version {found[1]}, but this unghost reads"
            f" {record_type.__name__} of version {SCHEMA_VERSION}: use the unghost that wrote it"
        )
    hints = get_type_hints(record_type)
    return [_record(row, record_type, hints) for row in table.to_pylist()]


def to_line(record: Record) -> bytes:
    """Write a record as one line of JSON, without its end."""
    return json.dumps(_plain(record), separators=(",", ":")).encode()


def from_line(line: bytes, record_type: type[Record]) -> Record:
    """Read what :func:`to_line` wrote.

    Raises:
        ValueError: It is not such a line.
    """
    try:
        return _record(json.loads(line), record_type, get_type_hints(record_type))
    except (TypeError, KeyError, AttributeError):
        raise ValueError(f"this line is no {record_type.__name__}") from None


def _record(row: dict[str, Any], record_type: type[Record], hints: dict[str, Any]) -> Record:
    return record_type(**{name: _revive(value, hints[name]) for name, value in row.items()})


def _field(name: str, hint: Any) -> pa.Field:
    import pyarrow as pa

    inner, nullable = _split_optional(hint)
    return pa.field(name, _arrow_type(inner), nullable=nullable)


def _arrow_type(hint: Any) -> pa.DataType:
    import pyarrow as pa

    origin = get_origin(hint)
    if origin is Literal:
        return pa.string()
    if origin is tuple:
        return pa.list_(_arrow_type(get_args(hint)[0]))
    if is_dataclass(hint) and isinstance(hint, type):
        hints = get_type_hints(hint)
        return pa.struct([_field(field.name, hints[field.name]) for field in fields(hint)])
    return {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}[hint]


def _split_optional(hint: Any) -> tuple[Any, bool]:
    if get_origin(hint) in (types.UnionType, typing.Union):
        inner = [arm for arm in get_args(hint) if arm is not type(None)]
        return inner[0], True
    return hint, False


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _revive(value: Any, hint: Any) -> Any:
    inner, _ = _split_optional(hint)
    if value is None:
        return None
    if get_origin(inner) is tuple:
        item = get_args(inner)[0]
        return tuple(_revive(entry, item) for entry in value)
    if is_dataclass(inner) and isinstance(inner, type):
        hints = get_type_hints(inner)
        return inner(**{name: _revive(entry, hints[name]) for name, entry in value.items()})
    return value


def by_source(mentions: Iterable[Mention]) -> dict[str, list[Mention]]:
    """Group mentions by the completion or file that they stand in, in order of appearance."""
    groups: dict[str, list[Mention]] = {}
    for mention in mentions:
        groups.setdefault(mention.source_id, []).append(mention)
    return groups
