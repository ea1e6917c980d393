"""What may be asked of an endpoint, what was asked of it, and what that costs."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from unghost.errors import UnghostError
from unghost.plugins.settings import Coefficient, Count, Positive, checked
from unghost.records import Prompt
from unghost.storage.atomic import write_json

Api = Literal["chat", "completions"]

BYTES_PER_TOKEN = 4
"""Of English text, in the tokenizers of today; only where a server does not count."""
TOKENS_PER_TURN = 8
"""What a chat template adds to a turn, about."""
_MILLION = 1_000_000
_WRITE_EVERY = 1.0


@dataclass(frozen=True, slots=True)
class EndpointSettings:
    """How an OpenAI-compatible endpoint is asked, and how much at most.

    Attributes:
        base_url: Its address with the version path, such as ``http://127.0.0.1:8000/v1``.
        api: ``chat`` lets the server apply the model's chat template; ``completions`` continues
            the plain text, for base models.
        api_key_env: Environment variable that holds the key.
        concurrency: Most requests under way at once.
        max_requests: Most requests of a run, those without an answer included.
        max_tokens_spent: Most tokens of a run, prompts and answers together.
        max_cost: Most that a run may cost at the prices given.
        price_in: Price of a million tokens of prompts.
        price_out: Price of a million tokens of answers, in the same currency.
        cache: Take answers that earlier runs got for the same question, settings and seed.

    Raises:
        UnghostError: The settings do not fit together.
    """

    base_url: str
    api: Api = "chat"
    api_key_env: str = "OPENAI_API_KEY"
    concurrency: Count = 32
    max_requests: Count | None = None
    max_tokens_spent: Count | None = None
    max_cost: Positive | None = None
    price_in: Coefficient | None = None
    price_out: Coefficient | None = None
    cache: bool = False

    def __post_init__(self) -> None:
        if (self.price_in is None) != (self.price_out is None):
            raise UnghostError("give both prices, of tokens in and of tokens out, or neither")
        if self.max_cost is not None and self.price_in is None:
            raise UnghostError("a most cost needs prices: give --price-in and --price-out too")

    def cost(self, prompt_tokens: int, answer_tokens: int) -> float | None:
        """Return what tokens cost, None if no prices are given."""
        if self.price_in is None or self.price_out is None:
            return None
        return (prompt_tokens * self.price_in + answer_tokens * self.price_out) / _MILLION


@dataclass(slots=True)
class Account:
    """What a run asked of an endpoint, over all its commands, and which model answered.

    Attributes:
        requests: Requests sent, those without an answer included.
        answers: Answers got by them.
        cached: Answers taken from the cache instead.
        prompt_tokens: Tokens of prompts.
        answer_tokens: Tokens of answers.
        uncounted: Answers whose tokens the server did not count; theirs are estimated.
        served_model: How the server calls the model that answers, if it says so.
    """

    requests: int = 0
    answers: int = 0
    cached: int = 0
    prompt_tokens: int = 0
    answer_tokens: int = 0
    uncounted: int = 0
    served_model: str | None = None


class Ledger:
    """An account on disk, and the budget that it is held to; leaving its context writes it.

    Args:
        settings: The budget and the prices.
        path: The account's file, written once a second at most; None keeps it in memory.

    Raises:
        UnghostError: The file is damaged.
    """

    def __init__(self, settings: EndpointSettings, path: Path | None = None) -> None:
        self.settings, self._path, self._written_at = settings, path, 0.0
        self.account = Account() if path is None else read_account(path)
        self._reserved_in = self._reserved_out = 0

    def fits(self, prompt_tokens: int, answer_tokens: int) -> bool:
        """Return whether one more request fits, if it and all under way take as much as they may.

        Args:
            prompt_tokens: Its prompt, estimated.
            answer_tokens: The longest answer.
        """
        account, settings = self.account, self.settings
        tokens_in = account.prompt_tokens + self._reserved_in + prompt_tokens
        tokens_out = account.answer_tokens + self._reserved_out + answer_tokens
        if settings.max_requests is not None and account.requests >= settings.max_requests:
            return False
        most = settings.max_tokens_spent
        if most is not None and tokens_in + tokens_out > most:
            return False
        cost = settings.cost(tokens_in, tokens_out)
        return settings.max_cost is None or cost is None or cost <= settings.max_cost

    def send(self, prompt_tokens: int, answer_tokens: int) -> None:
        """Note that a request is sent, and reserve what it may take."""
        self.account.requests += 1
        self._reserved_in += prompt_tokens
        self._reserved_out += answer_tokens

    def settle(self, prompt_tokens: int, answer_tokens: int) -> None:
        """Release what was reserved for a request that has ended."""
        self._reserved_in -= prompt_tokens
        self._reserved_out -= answer_tokens

    def spent(self) -> UnghostError:
        """Return the error of a budget that is spent."""
        return UnghostError(
            f"the budget is spent ({spending(self.account, self.settings)}): run the same command"
            " with a larger one to go on; no answer is lost"
        )

    def write_soon(self) -> None:
        """Write the account, unless that was done within the last second.

        Raises:
            UnghostError: The file cannot be written.
        """
        now = time.monotonic()
        if self._path is not None and now - self._written_at >= _WRITE_EVERY:
            write_json(self._path, asdict(self.account))
            self._written_at = now

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        if self._path is not None:
            write_json(self._path, asdict(self.account))


def read_account(path: Path) -> Account:
    """Read what a run asked so far; nothing, if there is no file.

    Raises:
        UnghostError: The file is damaged.
    """
    try:
        return checked(Account, json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Account()
    except (OSError, ValueError, UnghostError) as error:
        raise UnghostError(
            f"{path} cannot be read: mend or remove it (its budget then starts anew), and run the"
            " same command again"
        ) from error


def spending(account: Account, settings: EndpointSettings) -> str:
    """Return in words what was asked and what it cost."""
    tokens = f"{account.prompt_tokens:,} tokens in, {account.answer_tokens:,} out"
    said = [f"{account.requests:,} requests", tokens]
    if account.uncounted:
        said.append(f"{account.uncounted:,} answers not counted by the server but estimated")
    cost = settings.cost(account.prompt_tokens, account.answer_tokens)
    if cost is not None:
        said.append(f"cost {cost:,.4f}")
    if account.cached:
        said.append(f"{account.cached:,} answers from the cache")
    if account.served_model is not None:
        said.append(f"served by {account.served_model}")
    return ", ".join(said)


def estimated_tokens(texts: Sequence[str]) -> int:
    """Estimate the tokens of a prompt's turns, or of an answer: a token for 4 bytes [ours]."""
    size = sum(len(text.encode("utf-8", "replace")) for text in texts)
    return -(-size // BYTES_PER_TOKEN) + TOKENS_PER_TURN * len(texts)


def prompt_estimate(prompt: Prompt, system: str | None) -> int:
    """Estimate the tokens of a prompt, the system's included."""
    texts = [message.content for message in prompt.messages]
    return estimated_tokens(texts if system is None else [system, *texts])


def account_facts(account: Account, settings: EndpointSettings) -> dict[str, Any]:
    """Return the account as a report has it."""
    cost = settings.cost(account.prompt_tokens, account.answer_tokens)
    return {"api": settings.api, **asdict(account), "cost": cost}
