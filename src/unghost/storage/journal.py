"""Answers of a batch under way: a line each, on disk as soon as they are there.

A batch's parquet file is written when the batch is whole, which takes minutes on a slow machine.
Until then its records stand in a journal beside it, so that a killed run asks only for the rest.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO, Generic

from unghost.errors import UnghostError
from unghost.records import Record, from_line, to_line
from unghost.storage.atomic import write_error


class Journal(Generic[Record]):
    """Records in a file, one a line; use it as a context manager to append to it.

    A last line without an end is what a killed run did not finish writing: it is dropped.

    Args:
        path: The file; it need not exist.
        record_type: What its lines are.

    Attributes:
        records: The records that it holds.

    Raises:
        UnghostError: A line is damaged, or the file cannot be read or written.
    """

    def __init__(self, path: Path, record_type: type[Record]) -> None:
        self.path, self._file = path, _open(path)
        try:
            self._file.seek(0)
            whole, end, _ = self._file.read().rpartition(b"\n")
            self._file.truncate(len(whole) + len(end))
            self.records: list[Record] = [
                from_line(line, record_type) for line in whole.splitlines()
            ]
        except ValueError as error:
            self._file.close()
            raise UnghostError(
                f"{path} is damaged: remove it and run the same command again"
            ) from error

    def append(self, record: Record) -> None:
        """Write a record; it is there even if the program is killed right afterwards.

        Raises:
            UnghostError: The file could not be written.
        """
        try:
            self._file.write(to_line(record) + b"\n")
            self._file.flush()
        except OSError as error:
            raise write_error(self.path, error) from error
        self.records.append(record)

    def __enter__(self) -> Journal[Record]:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def _open(path: Path) -> IO[bytes]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("a+b")
    except OSError as error:
        raise write_error(path, error) from error
