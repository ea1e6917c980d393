from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from unghost.errors import UnghostError
from unghost.generate.budget import (
    Account,
    EndpointSettings,
    Ledger,
    estimated_tokens,
    read_account,
    spending,
)
from unghost.plugins.settings import checked

URL = "http://127.0.0.1:9/v1"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"concurrency": 0}, "concurrency: must be at least 1"),
        ({"api": "words"}, "api: .*'chat' or 'completions'"),
        ({"max_requests": 0}, "max_requests: must be at least 1"),
        ({"price_in": -1.0, "price_out": 1.0}, "price_in: must be at least 0"),
        ({"price_in": 1.0}, "give both prices"),
        ({"max_cost": 1.0}, "needs prices: give --price-in and --price-out"),
    ],
)
def test_settings_that_make_no_sense_are_one_line(values: dict[str, Any], message: str) -> None:
    with pytest.raises(UnghostError, match=message) as caught:
        checked(EndpointSettings, {"base_url": URL} | values)
    assert "\n" not in str(caught.value)


def test_cost_is_by_the_million_and_unknown_without_prices() -> None:
    assert EndpointSettings(URL).cost(1, 1) is None
    assert EndpointSettings(URL, price_in=2.0, price_out=8.0).cost(1_000_000, 500_000) == 6.0


def test_what_is_under_way_counts_until_it_is_settled() -> None:
    ledger = Ledger(EndpointSettings(URL, max_tokens_spent=100))
    assert ledger.fits(20, 30)
    ledger.send(20, 30)
    assert ledger.fits(20, 30)
    ledger.send(20, 30)
    assert not ledger.fits(1, 0)
    ledger.settle(20, 30)
    assert ledger.fits(20, 30)


def test_an_account_is_kept_and_a_damaged_one_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "endpoint.json"
    with Ledger(EndpointSettings(URL), path) as ledger:
        ledger.send(3, 4)
        ledger.account.served_model = "m"
    assert read_account(path) == Account(requests=1, served_model="m")
    for damage in ("{", "[]", '{"requests": "many"}'):
        path.write_text(damage, encoding="utf-8")
        with pytest.raises(UnghostError, match="mend or remove it"):
            Ledger(EndpointSettings(URL), path)


def test_spending_is_said_in_words() -> None:
    account = Account(1200, 1199, 7, 50_000, 10_000, 3, "m-1")
    said = spending(account, EndpointSettings(URL, price_in=1.0, price_out=2.0))
    assert said == (
        "1,200 requests, 50,000 tokens in, 10,000 out, 3 answers not counted by the server but"
        " estimated, cost 0.0700, 7 answers from the cache, served by m-1"
    )


def test_tokens_are_estimated_from_bytes_and_turns() -> None:
    assert estimated_tokens(["a" * 40]) == 18
    assert estimated_tokens(["a" * 40, "b"]) == 27
    assert estimated_tokens(["\u00e9" * 20]) == 18
