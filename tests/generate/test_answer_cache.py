from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from unghost.generate.answer_cache import KEPT_SECONDS, AnswerCache, answer_key
from unghost.generate.asking import Reply

BODY: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "q"}], "seed": 1}
KEY = answer_key("http://127.0.0.1/v1", BODY, 0)


def test_a_reply_is_found_again_by_another_process(tmp_path: Path) -> None:
    reply = Reply("caf\u00e9", "length", "m-1", 5, 6)
    with AnswerCache(tmp_path / "deep" / "c.sqlite") as cache:
        assert cache.get(KEY) is None
        cache.put(KEY, reply)
    with AnswerCache(tmp_path / "deep" / "c.sqlite") as cache:
        assert cache.get(KEY) == reply


@pytest.mark.parametrize(
    ("address", "change", "sample"),
    [
        ("http://127.0.0.1/v2", {}, 0),
        ("http://127.0.0.1/v1", {"model": "n"}, 0),
        ("http://127.0.0.1/v1", {"seed": 2}, 0),
        ("http://127.0.0.1/v1", {"temperature": 1.0}, 0),
        ("http://127.0.0.1/v1", {"messages": [{"role": "user", "content": "r"}]}, 0),
        ("http://127.0.0.1/v1", {}, 1),
    ],
)
def test_whatever_is_asked_otherwise_is_another_question(
    address: str, change: dict[str, Any], sample: int
) -> None:
    assert answer_key(address, BODY | change, sample) != KEY


def test_old_answers_and_errors_are_not_kept(tmp_path: Path) -> None:
    path, later = tmp_path / "c.sqlite", KEPT_SECONDS + 1.0
    with AnswerCache(path, now=lambda: 0.0) as cache:
        cache.put(KEY, Reply("x", "error"))
        assert cache.get(KEY) is None
        cache.put(KEY, Reply("x", "stop"))
        assert cache.get(KEY) is not None
    with AnswerCache(path, now=lambda: later) as cache:
        assert cache.get(KEY) is None
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT count(*) FROM answers").fetchone() == (0,)
    database.close()


def test_a_damaged_cache_is_done_without(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    path.write_bytes(b"no database at all" * 1000)
    with AnswerCache(path) as cache:
        cache.put(KEY, Reply("x", "stop"))
        assert cache.get(KEY) is None
    (tmp_path / "file").write_text("", encoding="utf-8")
    with AnswerCache(tmp_path / "file" / "c.sqlite") as cache:
        assert cache.get(KEY) is None
