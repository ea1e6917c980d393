from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from endpoint_stub import Reply, Server, answer, serving, usage
from unghost import Prompt, UnghostError
from unghost.generate.asking import Patience
from unghost.generate.base import Pace, in_order
from unghost.generate.budget import EndpointSettings, read_account
from unghost.generate.http import OpenAIGenerator
from unghost.records import Completion, Message, Sampling


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as made:
        yield made


def prompts(count: int) -> list[Prompt]:
    return [
        Prompt(f"p{i}", f"t{i}", (Message("user", f"q{i}"),), "packages", "x", "f", "o", "heldout")
        for i in range(count)
    ]


def made(
    server: Server,
    *,
    system: str | None = None,
    account: Path | None = None,
    cache: Path | None = None,
    patience: Patience | None = None,
    model: str = "m",
    **settings: Any,
) -> OpenAIGenerator:
    return OpenAIGenerator(
        model,
        EndpointSettings(server.url, **settings),
        system=system,
        account=account,
        cache=cache,
        patience=patience or Patience(first_wait=0.001),
    )


def answers(generator: OpenAIGenerator, count: int = 1, **how: Any) -> list[Completion]:
    asked = prompts(count)
    return in_order(asked, generator.generate(asked, Sampling(), **how))


def until_error(generator: OpenAIGenerator, count: int, **how: Any) -> tuple[list[str], str]:
    """Return the ids of what was answered before an error, and the error."""
    had: list[str] = []
    with pytest.raises(UnghostError) as caught:  # noqa: PT012
        for completion in generator.generate(prompts(count), Sampling(), **how):
            had.append(completion.id)
    assert "\n" not in str(caught.value)
    return had, str(caught.value)


# ---- what is asked, and how answers are read ---------------------------------------------------


def test_answers_come_with_settings_and_seeds(server: Server) -> None:
    server.reply = lambda body, _: answer(body["messages"][-1]["content"].upper(), "length")
    sampling, asked = Sampling(0.5, top_k=3, top_p=0.9, max_new_tokens=7), prompts(4)
    generator = made(server, system="be brief")
    found = in_order(asked, generator.generate(asked, sampling, samples=2, seed=1))
    assert [c.text for c in found] == [f"Q{i}" for i in range(4) for _ in range(2)]
    assert [(c.prompt_id, c.sample) for c in found[:3]] == [("p0", 0), ("p0", 1), ("p1", 0)]
    assert all(c.token_ids is None and c.finish_reason == "length" for c in found)
    assert len({request["seed"] for request in server.requests}) == 8
    request = server.requests[0]
    assert request["messages"][0] == {"role": "system", "content": "be brief"}
    assert (request["max_tokens"], request["temperature"], request["top_k"]) == (7, 0.5, 3)
    assert set(server.paths) == {"/v1/chat/completions"}


def test_base_models_continue_the_plain_text(server: Server) -> None:
    (found,) = answers(made(server, api="completions", system="Be brief."))
    assert found.text == "flask"
    assert server.paths == ["/v1/completions"]
    assert server.requests[0]["prompt"] == "Be brief.\n\nq0\n"
    assert "messages" not in server.requests[0]


def test_an_answer_is_given_while_others_are_under_way(server: Server) -> None:
    release = threading.Event()

    def reply(body: dict[str, Any], _: int) -> Reply:
        if body["messages"][0]["content"] != "q0":
            assert release.wait(60)
        return answer("flask")

    server.reply = reply
    arriving = made(server).generate(prompts(6), Sampling())
    assert next(arriving).prompt_id == "p0"
    release.set()
    assert {c.prompt_id for c in arriving} == {f"p{i}" for i in range(1, 6)}


def test_what_is_done_is_not_asked_again_and_the_pace_is_told(server: Server) -> None:
    server.reply = lambda *_: answer("flask", usage=usage(5, 3))
    generator, told = made(server), list[Pace]()
    first = answers(generator, 3)
    more = answers(generator, 5, done={c.id for c in first}, watch=told.append)
    assert [c.prompt_id for c in more] == ["p3", "p4"]
    assert told == [Pace(1, 3), Pace(2, 6)]
    assert len(server.requests) == 5


def test_closing_drops_what_is_under_way(server: Server) -> None:
    release = threading.Event()
    server.reply = lambda _, number: answer("x") if number == 1 or release.wait(60) else answer("")
    arriving = made(server).generate(prompts(50), Sampling())
    next(arriving)
    begun = time.monotonic()
    arriving.close()  # type: ignore[attr-defined]
    assert time.monotonic() - begun < 30
    assert len(server.requests) < 50
    release.set()


def test_half_a_surrogate_pair_is_replaced(server: Server) -> None:
    content = b'{"choices": [{"message": {"content": "a\\ud800, \\ud83d\\ude00"}}]}'
    server.reply = lambda *_: (200, {}, content)
    (found,) = answers(made(server))
    assert found.text == "a\ufffd, \U0001f600"


@pytest.mark.parametrize("reason", ["length", "content_filter"])
def test_a_null_with_its_reason_is_an_answer(server: Server, reason: str) -> None:
    server.reply = lambda *_: answer(None, reason)
    (found,) = answers(made(server))
    assert (found.text, found.finish_reason == "length") == ("", reason == "length")


def test_a_refusal_of_the_model_is_its_answer(server: Server) -> None:
    choice = {"message": {"content": None, "refusal": "I cannot."}, "finish_reason": "stop"}
    server.reply = lambda *_: (200, {}, {"choices": [choice]})
    assert answers(made(server))[0].text == "I cannot."


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("max_tokens", "Unsupported parameter: 'max_tokens'; use 'max_completion_tokens' instead"),
        ("seed", "Extra inputs are not permitted: seed"),
    ],
)
def test_a_field_of_another_name_is_learned_once(server: Server, field: str, said: str) -> None:
    def reply(body: dict[str, Any], _: int) -> Reply:
        return (400, {}, {"error": {"message": said}}) if field in body else answer("flask")

    server.reply = reply
    assert len(answers(made(server, concurrency=1), 3)) == 3
    assert len(server.requests) == 4
    assert ("max_completion_tokens" in server.requests[-1]) == (field == "max_tokens")


# ---- servers that fail -------------------------------------------------------------------------


def test_busy_and_broken_replies_are_tried_again(server: Server) -> None:
    def reply(_: dict[str, Any], number: int) -> Reply:
        if number == 1:
            return 429, {"Retry-After": "0.01"}, b"slow down"
        return (502, {}, b"") if number == 2 else answer("flask")

    server.reply = reply
    (found,) = answers(made(server))
    assert found.text == "flask"
    assert len(server.requests) == 3


def test_a_rate_limit_is_met_without_losing_an_answer(server: Server) -> None:
    """A server that answers two at once and turns the others away."""

    def reply(*_: object) -> Reply:
        if server.busy > 2:
            return 429, {}, b"too many"
        time.sleep(0.005)
        return answer("x")

    server.reply = reply
    found = answers(made(server, patience=Patience(attempts=1, first_wait=0.001)), 60)
    assert len(found) == 60


def test_a_server_that_asks_to_come_back_much_later_is_obeyed(server: Server) -> None:
    server.reply = lambda *_: (429, {"Retry-After": "3600"}, b"daily quota reached")
    had, said = until_error(made(server), 3)
    assert "come again in 3600 s (status 429: daily quota reached)" in said
    assert not had


def test_a_server_that_is_always_busy_is_given_up(server: Server) -> None:
    server.reply = lambda *_: (503, {}, b"loading")
    patience = Patience(silence=0.2, first_wait=0.01)
    _, said = until_error(made(server, patience=patience), 3)
    assert "answered nothing for" in said
    assert "status 503: loading" in said


def test_a_server_that_stays_broken_is_an_error(server: Server) -> None:
    server.reply = lambda *_: (500, {}, b"no")
    _, said = until_error(made(server, patience=Patience(attempts=3, first_wait=0.001)), 1)
    assert "no answer in 3 tries (status 500: no)" in said
    assert len(server.requests) == 3


def test_a_slow_server_is_one_line(server: Server) -> None:
    release = threading.Event()
    server.reply = lambda *_: answer("late") if release.wait(60) else answer("")
    patience = Patience(attempts=2, first_wait=0.001, timeout=0.1)
    _, said = until_error(made(server, patience=patience), 1)
    release.set()
    assert "no answer in 2 tries (nothing for 0 s)" in said


def test_what_is_finished_and_under_way_comes_before_an_error(server: Server) -> None:
    def reply(body: dict[str, Any], number: int) -> Reply:
        if number <= 4:
            return answer("x")
        if number == 6:
            return 404, {}, b"no such model"
        time.sleep(0.3)
        return answer("late")

    server.reply = reply
    generator = made(server)
    had, said = until_error(generator, 40)
    assert "404" in said
    assert len(had) == len(server.requests) - 1
    server.reply = lambda *_: answer("x")
    rest = answers(generator, 40, done=had)
    assert len(had) + len(rest) == 40


FORMS = [
    (b"<html><body>hello</body></html>", "with a web page: check that the address"),
    (b"not json", "does not answer in JSON .'not json'.: check that the address"),
    (b"{}", "OpenAI form .no choices.: check that the address"),
    (b'{"error": {"message": "out of memory"}}', "out of memory"),
    (b'{"choices": []}', "empty list of choices: see the server's log"),
    (b'{"choices": [3]}', "without a text .*--api completions"),
    (b'{"choices": [{"message": {"content": null}}]}', "without a text .*--api completions"),
    (b'{"choices": [{"message": {"content": ["x"]}}]}', "without a text"),
    (b'{"choices": [{"message": {"content": "x"}, "finish_reason": ["stop"]}]}', "OpenAI form"),
    (b"[" * 100_000, "does not answer in JSON"),
]


@pytest.mark.parametrize(("content", "message"), FORMS)
def test_another_form_is_an_error_at_once(server: Server, content: bytes, message: str) -> None:
    server.reply = lambda *_: (200, {}, content)
    with pytest.raises(UnghostError, match=message) as caught:
        answers(made(server))
    assert f"{server.url}/chat/completions" in str(caught.value)
    assert len(server.requests) == 1


def test_a_server_that_answered_rightly_may_stumble(server: Server) -> None:
    server.reply = lambda _, number: (200, {}, b"<html>") if number == 2 else answer("x")
    assert len(answers(made(server, concurrency=1), 3)) == 3
    assert len(server.requests) == 4


def test_an_endless_reply_is_refused(server: Server) -> None:
    server.reply = lambda *_: (200, {}, b" " * (17 << 20))
    _, said = until_error(made(server), 1)
    assert "more than 16 MiB" in said


def test_a_refusal_is_said_at_once(server: Server) -> None:
    server.reply = lambda *_: (404, {}, b"no such\x1b[31m\nmodel")
    _, said = until_error(made(server), 1)
    assert "refuses with status 404: no such?[31m model; mend" in said
    assert len(server.requests) == 1


def test_a_redirect_names_the_right_address(server: Server) -> None:
    server.reply = lambda *_: (308, {"Location": "/v2/chat/completions"}, b"")
    _, said = until_error(made(server), 1)
    assert "redirects to http://127.0.0.1" in said
    assert "/v2/chat/completions" in said


def test_nobody_there_is_one_line() -> None:
    patience = Patience(attempts=2, first_wait=0.001)
    generator = OpenAIGenerator("m", EndpointSettings("http://127.0.0.1:9"), patience=patience)
    _, said = until_error(generator, 1)
    assert "see that the server runs" in said


@pytest.mark.parametrize(
    "address", ["", "localhost:8000", "ftp://x", "http://", "http://[::1", "http://x:99999/v1"]
)
def test_what_is_no_address_is_one_line(address: str) -> None:
    with pytest.raises(UnghostError, match="no address of a server"):
        OpenAIGenerator("m", EndpointSettings(address))


# ---- how many at once --------------------------------------------------------------------------


def test_concurrency_grows_from_small_to_its_bound(server: Server) -> None:
    first = threading.Barrier(2)

    def reply(_: dict[str, Any], number: int) -> Reply:
        if number <= 2:
            first.wait(60)
            assert len(server.requests) == 2
        time.sleep(0.05)
        return answer("x")

    server.reply = reply
    answers(made(server, concurrency=4), 40)
    assert server.most_busy == 4


def test_fewer_are_under_way_after_a_server_was_busy_retries_included(server: Server) -> None:
    after: list[int] = []

    def reply(_: dict[str, Any], number: int) -> Reply:
        if number == 41:
            return 429, {"Retry-After": "0.8"}, b"slow down"
        time.sleep(0.15)  # far above what a request costs here
        if 49 <= number <= 56:
            after.append(server.busy)
        return answer("x")

    server.reply = reply
    assert len(answers(made(server, concurrency=8), 80)) == 80
    assert server.most_busy == 8
    assert max(after) < 8


# ---- which model answers -----------------------------------------------------------------------


def test_the_name_that_a_server_gives_is_kept(server: Server, tmp_path: Path) -> None:
    server.reply = lambda *_: answer("x", model="m-2026-01-01")
    answers(made(server, account=tmp_path / "a.json"), 2)
    assert read_account(tmp_path / "a.json").served_model == "m-2026-01-01"


def test_another_model_in_one_run_is_refused(server: Server, tmp_path: Path) -> None:
    server.reply = lambda _, number: answer("x", model="one" if number < 3 else "two")
    had, said = until_error(made(server, account=tmp_path / "a.json", concurrency=1), 5)
    assert len(had) == 2
    assert "answered as 'two' after 'one'" in said
    had, said = until_error(made(server, account=tmp_path / "a.json"), 5, done=had)
    assert "answered as 'two' after 'one'" in said, "the run forgot its model when it went on"


# ---- keys --------------------------------------------------------------------------------------


def test_the_key_is_sent_and_shown_nowhere(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "sk-secret")
    server.reply = lambda *_: (401, {}, b"denied: sk-secret is unknown")
    generator = made(server, api_key_env="MY_KEY")
    _, said = until_error(generator, 1)
    assert server.keys == ["Bearer sk-secret"]
    assert "denied: *** is unknown" in said
    assert "sk-secret" not in said + repr(vars(generator)) + generator.model_id


def test_a_password_in_the_address_is_shown_nowhere(server: Server) -> None:
    server.reply = lambda *_: (401, {}, b"denied")
    address = server.url.replace("//", "//me:hidden@")
    generator = OpenAIGenerator("m", EndpointSettings(address))
    _, said = until_error(generator, 1)
    assert server.keys[0] is not None
    assert server.keys[0].startswith("Basic ")
    assert "hidden" not in said + generator.model_id + generator.address


def test_white_space_around_the_key_is_not_sent(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", " sk-secret\n")
    answers(made(server, api_key_env="MY_KEY"))
    monkeypatch.setenv("MY_KEY", "\n")
    answers(made(server, api_key_env="MY_KEY"))
    assert server.keys == ["Bearer sk-secret", None]


@pytest.mark.parametrize(
    "key", ["sk-sec\u00e9ret", "sk-\nsecret", "sk-\x1bsecret", "\u201csk\u201d"]
)
def test_a_key_that_cannot_be_one_is_refused_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("MY_KEY", key)
    with pytest.raises(UnghostError, match="the key in MY_KEY") as caught:
        OpenAIGenerator("m", EndpointSettings("http://127.0.0.1:9", api_key_env="MY_KEY"))
    assert "sk" not in str(caught.value)


# ---- budgets and the cache ---------------------------------------------------------------------


def test_requests_are_budgeted_over_all_commands_of_a_run(server: Server, tmp_path: Path) -> None:
    account = tmp_path / "a.json"
    had, said = until_error(made(server, account=account, max_requests=7), 20)
    assert len(had) == len(server.requests) == 7
    assert "the budget is spent (7 requests" in said
    again, _ = until_error(made(server, account=account, max_requests=7), 20, done=had)
    assert not again
    rest = answers(made(server, account=account, max_requests=20), 20, done=had)
    assert len(rest) == 13
    assert len(server.requests) == 20


def test_tokens_are_never_overspent_by_requests_under_way(server: Server, tmp_path: Path) -> None:
    server.reply = lambda *_: answer("x", usage=usage(9, 64))
    account = tmp_path / "a.json"
    had, _ = until_error(made(server, account=account, max_tokens_spent=1000), 40)
    kept = read_account(account)
    assert kept.prompt_tokens + kept.answer_tokens == 73 * len(had)
    assert 1000 - 2 * 73 < 73 * len(had) <= 1000


def test_money_is_budgeted_at_the_prices_given(server: Server) -> None:
    server.reply = lambda *_: answer("x", usage=usage(1000, 50))
    prices = {"price_in": 1.0, "price_out": 10.0, "max_cost": 0.01}
    had, said = until_error(made(server, concurrency=1, **prices), 20)
    assert len(had) == 7  # at 0.0015 each, the next might take 0.00065
    assert "cost 0.0105" in said


def test_a_server_that_does_not_count_is_estimated(server: Server, tmp_path: Path) -> None:
    answers(made(server, account=tmp_path / "a.json"), 3)
    kept = read_account(tmp_path / "a.json")
    assert (kept.answers, kept.uncounted) == (3, 3)
    assert kept.prompt_tokens > 0
    assert kept.answer_tokens > 0


def test_a_second_run_with_the_cache_asks_nothing(server: Server, tmp_path: Path) -> None:
    server.reply = lambda body, number: answer(f"{body['messages'][0]['content']} {number}")
    cache, sampling, asked = tmp_path / "c.sqlite", Sampling(0.7), prompts(3)

    def run(**how: Any) -> list[str]:
        generator = made(server, cache=cache, account=tmp_path / "a.json", **how)
        found = in_order(asked, generator.generate(asked, sampling, samples=2))
        return [c.text for c in found]

    first = run()
    assert len(set(first)) == 6, "samples of one prompt are answers of their own"
    assert run() == first
    assert len(server.requests) == 6
    assert read_account(tmp_path / "a.json").cached == 6
    assert run(model="other") != first
    assert len(server.requests) == 12


def test_cached_answers_of_another_model_are_asked_again(server: Server, tmp_path: Path) -> None:
    server.reply = lambda *_: answer("old", model="one")
    answers(made(server, cache=tmp_path / "c.sqlite"), 2)
    server.reply = lambda *_: answer("new", model="two")
    account = tmp_path / "a.json"
    account.write_text('{"served_model": "two"}', encoding="utf-8")
    found = answers(made(server, cache=tmp_path / "c.sqlite", account=account), 2)
    assert [c.text for c in found] == ["new", "new"]
