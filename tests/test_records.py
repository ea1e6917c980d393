from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unghost import UnghostError
from unghost.records import (
    Completion,
    Mention,
    Message,
    Prompt,
    Sampling,
    TokenSpan,
    Verdict,
    by_source,
    from_table,
    record_id,
    to_table,
)

text = st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=20)
spans = st.builds(
    TokenSpan, st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)
)
completions = st.builds(
    Completion,
    id=text,
    prompt_id=text,
    model_id=text,
    round=st.integers(0, 99),
    sample=st.integers(0, 99),
    text=text,
    finish_reason=st.sampled_from(["stop", "length", "error"]),
    sampling=st.builds(Sampling, temperature=st.floats(0, 2), max_new_tokens=st.integers(1, 99)),
    token_ids=st.none() | st.lists(st.integers(0, 2**31), max_size=4).map(tuple),
    spans=st.none() | st.lists(spans, max_size=3).map(tuple),
    log_probs=st.none() | st.lists(st.floats(-50, 0), max_size=4).map(tuple),
)


@given(st.lists(completions, max_size=4))
def test_completions_survive_a_table(records: list[Completion]) -> None:
    assert from_table(to_table(records, Completion), Completion) == records


def test_nested_and_missing_fields_survive() -> None:
    prompt = Prompt(
        "p", "t", (Message("user", "é?"),), "packages", "task", "facts", "seed", "discover"
    )
    verdict = Verdict("m", "requests", "exists", "name", "s", "2026-04-01", None, ("a", "b"))
    assert from_table(to_table([prompt], Prompt), Prompt) == [prompt]
    assert from_table(to_table([verdict], Verdict), Verdict) == [verdict]


def test_another_record_type_is_refused() -> None:
    table = to_table([], Mention)
    with pytest.raises(UnghostError, match="holds Mention records"):
        from_table(table, Verdict)


def test_another_version_is_refused() -> None:
    table = to_table([], Mention).replace_schema_metadata(
        {"unghost.record": "Mention", "unghost.version": "999"}
    )
    with pytest.raises(UnghostError, match="version 999"):
        from_table(table, Mention)


def test_record_ids_keep_parts_apart() -> None:
    assert record_id("ab", "c") != record_id("a", "bc")
    assert record_id("a", 1) == record_id("a", "1")
    assert len(record_id("x")) == 16


def test_mentions_are_grouped_by_source() -> None:
    def mention(identity: str, source: str) -> Mention:
        return Mention(identity, source, 0, 1, 1, 1, "x", "x", "pypi", "list")

    groups = by_source([mention("1", "a"), mention("2", "b"), mention("3", "a")])
    assert {key: [m.id for m in group] for key, group in groups.items()} == {
        "a": ["1", "3"],
        "b": ["2"],
    }
