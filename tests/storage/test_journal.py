from __future__ import annotations

from pathlib import Path

import pytest

from unghost.errors import UnghostError
from unghost.records import Completion, Sampling, TokenSpan
from unghost.storage.folder import RoundFolder
from unghost.storage.journal import Journal


def completion(number: int) -> Completion:
    return Completion(
        id=f"c{number}",
        prompt_id="p",
        model_id="m",
        round=0,
        sample=number,
        text='two\nlines, "quoted", \u2028 and ☕',
        finish_reason="stop",
        sampling=Sampling(0.1),
        token_ids=(1, 2),
        spans=(TokenSpan(0, 1, 0, 1), TokenSpan(1, 2, 1, 2)),
        log_probs=(-0.1, -1 / 3),
    )


def test_what_was_appended_is_there_at_the_next_opening(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "a.jsonl"
    with Journal(path, Completion) as journal:
        assert journal.records == []
        for number in range(3):
            journal.append(completion(number))
            with Journal(path, Completion) as other:
                assert other.records == journal.records
    with Journal(path, Completion) as journal:
        journal.append(completion(3))
        assert journal.records == [completion(number) for number in range(4)]


def test_a_last_line_cut_anywhere_is_dropped_and_written_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with Journal(path, Completion) as journal:
        journal.append(completion(0))
        first = path.stat().st_size
        journal.append(completion(1))
    whole = path.read_bytes()
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        with Journal(path, Completion) as journal:
            assert journal.records == [completion(0)][: size >= first]
            journal.append(completion(2))
        with Journal(path, Completion) as journal:
            assert journal.records[-1] == completion(2)


@pytest.mark.parametrize("line", [b"{", b"\x00\xff", b"[]", b'{"id": 1}', b'"text"', b"{}"])
def test_a_damaged_line_is_one_line(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(line + b"\n")
    with pytest.raises(UnghostError, match=r"a\.jsonl is damaged: remove it") as caught:
        Journal(path, Completion)
    assert "\n" not in str(caught.value)


def test_a_journal_goes_when_its_batch_is_whole(tmp_path: Path) -> None:
    folder = RoundFolder(tmp_path)
    with folder.journal(Completion, "heldout", 0) as journal:
        journal.append(completion(0))
        folder.write(Completion, "heldout", 0, journal.records)
    assert folder.read(Completion, "heldout", 0) == [completion(0)]
    assert [path.suffix for path in (tmp_path / "completions").iterdir()] == [".parquet"]


def test_a_journal_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnghostError, match="cannot write"):
        Journal(tmp_path / "file" / "a.jsonl", Completion)
