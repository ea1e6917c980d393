"""A run on disk: what was asked, answered, found, judged and trained, round by round.

    <run>/run.json                     schema version, configuration, universe, versions, seed
          round-000/                   the untouched model
          round-001/prompts/discover-00000.parquet   and completions/, mentions/, verdicts/
          round-001/completions/discover-00001.jsonl   answers of a batch that is not whole yet
          round-001/checkpoint/  adapter/  train.jsonl
          round-001/metrics.json       written last: the round is complete
          adapter/  report.html  report.json

Work is planned into batches before it runs. A batch counts as done when the last of its four files,
the verdicts, is there; its answers are kept in a journal until all have come. Every other file is
written under a temporary name, synced and renamed.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import BaseFileLock, FileLock, Timeout

from unghost.errors import UnghostError
from unghost.records import Completion, Mention, Prompt, Record, Verdict, from_table, to_table
from unghost.storage.atomic import atomic_path, clear_leftovers, write_error, write_json
from unghost.storage.journal import Journal

RUN_VERSION = 2
"""Version of the folder's layout and of run.json; a run of another version is refused."""

_FOLDERS: dict[type, str] = {
    Prompt: "prompts",
    Completion: "completions",
    Mention: "mentions",
    Verdict: "verdicts",
}


@dataclass(frozen=True, slots=True)
class Batch:
    """One planned batch after it ran: the records of all four stages."""

    prompts: list[Prompt]
    completions: list[Completion]
    mentions: list[Mention]
    verdicts: list[Verdict]

    @staticmethod
    def joined(batches: list[Batch]) -> Batch:
        """Concatenate batches."""
        return Batch(
            [record for batch in batches for record in batch.prompts],
            [record for batch in batches for record in batch.completions],
            [record for batch in batches for record in batch.mentions],
            [record for batch in batches for record in batch.verdicts],
        )


class RoundFolder:
    """One round of a run on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def part(self, record_type: type[Record], phase: str, number: int) -> Path:
        """Return where a batch's records of one type lie.

        ``phase`` is the split that the batch serves.
        """
        return self.path / _FOLDERS[record_type] / f"{phase}-{number:05d}.parquet"

    def journal(self, record_type: type[Record], phase: str, number: int) -> Journal[Record]:
        """Open the journal of a batch under way, with the records that a killed run left in it.

        Raises:
            UnghostError: It is damaged, or cannot be written.
        """
        return Journal(self.part(record_type, phase, number).with_suffix(".jsonl"), record_type)

    def write(
        self, record_type: type[Record], phase: str, number: int, records: list[Record]
    ) -> None:
        """Write one batch's records of one type, atomically; its journal, if any, goes."""
        import pyarrow.parquet as pq

        path = self.part(record_type, phase, number)
        with atomic_path(path) as temporary:
            pq.write_table(to_table(records, record_type), temporary)
        path.with_suffix(".jsonl").unlink(missing_ok=True)

    def read(self, record_type: type[Record], phase: str, number: int) -> list[Record] | None:
        """Read one batch's records of one type, or None if they are not there yet.

        Raises:
            UnghostError: The file is damaged or of another version.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = self.part(record_type, phase, number)
        if not path.exists():
            return None
        try:
            return from_table(pq.read_table(path), record_type)
        except (pa.ArrowException, OSError) as error:
            raise UnghostError(
                f"{path} is damaged: remove it and run the same command again"
            ) from error

    def read_batch(self, phase: str, number: int) -> Batch | None:
        """Read a whole batch, or None if its last file is not there yet."""
        verdicts = self.read(Verdict, phase, number)
        if verdicts is None:
            return None
        prompts = self.read(Prompt, phase, number)
        completions = self.read(Completion, phase, number)
        mentions = self.read(Mention, phase, number)
        if prompts is None or completions is None or mentions is None:
            raise UnghostError(
                f"batch {phase}-{number:05d} of {self.path} lacks a file:"
                " remove its others and run again"
            )
        return Batch(prompts, completions, mentions, verdicts)

    def read_phase(self, phase: str) -> Batch:
        """Read all finished batches of one phase, in order."""
        count = len(list((self.path / "verdicts").glob(f"{phase}-*.parquet")))
        batches = [self.read_batch(phase, number) for number in range(count)]
        return Batch.joined([batch for batch in batches if batch is not None])

    @property
    def metrics(self) -> dict[str, Any] | None:
        """The round's metrics, or None while the round is not complete."""
        path = self.path / "metrics.json"
        if not path.exists():
            return None
        return read_json(path)

    def finish(self, metrics: dict[str, Any]) -> None:
        """Write the round's metrics, which completes it."""
        write_json(self.path / "metrics.json", metrics)


class RunFolder:
    """A run's folder, held by one writer at a time; use it as a context manager."""

    def __init__(self, path: Path, lock: BaseFileLock) -> None:
        self.path = path
        self._lock = lock

    @classmethod
    def open(cls, path: Path, header: dict[str, Any]) -> RunFolder:
        """Create a run, or resume the existing one.

        Args:
            path: The run's folder.
            header: Everything that decides the run's results: configuration, universe, seed,
                versions.

        Raises:
            UnghostError: Another process writes this run, it was begun with other settings, it is
                of another version, or
                the folder holds something that is not a run.
        """
        lock = _take_lock(path)
        try:
            _check_header(path, {"run_version": RUN_VERSION, **header})
            clear_leftovers(path)
        except BaseException:
            lock.release()
            raise
        return cls(path, lock)

    def round(self, number: int) -> RoundFolder:
        """Return the folder of one round; round 0 is the untouched model."""
        return round_of(self.path, number)

    def close(self) -> None:
        """Release the lock."""
        self._lock.release()

    def __enter__(self) -> RunFolder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def round_of(path: Path, number: int) -> RoundFolder:
    """Return the folder of one round of a run, to be read without its lock."""
    return RoundFolder(path / f"round-{number:03d}")


def read_header(path: Path) -> dict[str, Any]:
    """Read a run's header without taking the lock.

    Raises:
        UnghostError: The run does not exist, or is of another version.
    """
    if not (path / "run.json").exists():
        raise UnghostError(f"{path} is not a run: it has no run.json")
    header = read_json(path / "run.json")
    if header.get("run_version") != RUN_VERSION:
        raise UnghostError(
            f"{path} is a run of version {header.get('run_version')}, this unghost reads"
            f" {RUN_VERSION}: use the unghost that wrote it"
        )
    return header


def recorded(path: Path, key: str) -> str | None:
    """Return what a run recorded of its first start, such as a choice that was made by timing.

    Raises:
        UnghostError: The run is of another version.
    """
    if not (path / "run.json").exists():
        return None
    value = read_header(path).get(key)
    return value if isinstance(value, str) else None


def _take_lock(path: Path) -> BaseFileLock:
    lock = FileLock(path / "lock", thread_local=False)
    try:
        path.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise UnghostError(
            f"another process is writing {path}: wait for it, or choose another --run folder"
        ) from None
    except OSError as error:
        raise write_error(path, error) from error
    return lock


def _check_header(path: Path, header: dict[str, Any]) -> None:
    wanted = json.loads(json.dumps(header))
    if not (path / "run.json").exists():
        clear_leftovers(path, "run.json")
        strangers = [name for name in os.listdir(path) if name != "lock"]
        if strangers:
            raise UnghostError(f"{path} is not empty and not a run: choose another --run folder")
        write_json(path / "run.json", wanted)
        return
    found = read_header(path)
    differing = sorted(_differences(found, wanted))
    if differing:
        raise UnghostError(
            f"{path} was begun with other settings ({', '.join(differing[:5])} differ):"
            " give the same ones, or choose another --run folder"
        )


def _differences(one: Any, other: Any, prefix: str = "") -> list[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        return [
            name
            for key in one.keys() | other.keys()
            for name in _differences(
                one.get(key), other.get(key), f"{prefix}.{key}" if prefix else key
            )
        ]
    return [] if one == other else [prefix]


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object of a run.

    Raises:
        UnghostError: It is not there, or damaged.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnghostError(
            f"{path} is damaged: remove it and run the same command again"
        ) from error
    if not isinstance(value, dict):
        raise UnghostError(f"{path} is damaged: remove it and run the same command again")
    return value
