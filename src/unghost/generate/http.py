"""Generation by an OpenAI-compatible endpoint (vLLM, llama.cpp, ollama, ...), for measuring.

Such an endpoint gives no token ids, so its answers can be measured and not trained on.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import httpx

from unghost.errors import UnghostError
from unghost.generate.base import ModelChoice, Watch, unwatched
from unghost.records import Completion, FinishReason, Prompt, Sampling, record_id
from unghost.registries.backoff import Backoff, retry_after

_FINISH: dict[str, FinishReason] = {"stop": "stop", "length": "length", "eos": "stop"}


def open_endpoint(choice: ModelChoice) -> OpenAIGenerator:
    """Return a generator that asks the server at ``choice.base_url``.

    Raises:
        UnghostError: The address is missing or malformed, or the key cannot be sent.
    """
    if choice.base_url is None:
        raise UnghostError("the generator openai asks a server: give its address as --base-url")
    return OpenAIGenerator(
        choice.base_url, choice.model, api_key_env=choice.api_key_env, system=choice.system
    )


class OpenAIGenerator:
    """Answers prompts by ``POST {base_url}/chat/completions``.

    Args:
        base_url: Address with its version path, such as ``http://127.0.0.1:8000/v1``.
        model: The server's name of the model.
        api_key_env: Environment variable with the key; without it no key is sent. It is never
            written anywhere.
        system: A system prompt for every prompt.
        concurrency: Requests under way at once.
        attempts: Tries of one request before the whole call fails.
        timeout: Seconds that one answer may take.
        first_wait: Seconds before the second try; doubled for each further one.

    Raises:
        UnghostError: The address is none, or the key cannot be sent.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        *,
        api_key_env: str = "OPENAI_API_KEY",
        system: str | None = None,
        concurrency: int = 16,
        attempts: int = 6,
        timeout: float = 120.0,
        first_wait: float = 0.5,
    ) -> None:
        self.base_url, self.model, self.system = base_url.rstrip("/"), model, system
        self.model_id = f"{model} at {self.base_url}"
        self.stop_ids: frozenset[int] = frozenset()
        self._key_env, self._concurrency, self._attempts = api_key_env, concurrency, attempts
        self._timeout, self._first_wait = timeout, first_wait
        _check_address(self.base_url)
        _headers(api_key_env)

    def generate(
        self,
        prompts: Sequence[Prompt],
        sampling: Sampling,
        *,
        samples: int = 1,
        round: int = 0,
        seed: int = 0,
        done: Collection[str] = frozenset(),
        watch: Watch = unwatched,
    ) -> Iterator[Completion]:
        """Answer prompts; see :class:`~unghost.generate.base.Generator`.

        The server gets a seed of its own for each sequence; whether it honours it is its business.

        Raises:
            UnghostError: The server cannot be reached, refuses, or answers in another form.
        """
        for completion in asyncio.run(self._all(prompts, sampling, samples, round, seed)):
            if completion.id not in done:
                yield completion

    async def _all(
        self, prompts: Sequence[Prompt], sampling: Sampling, samples: int, round: int, seed: int
    ) -> list[Completion]:
        headers, gate = _headers(self._key_env), asyncio.Semaphore(self._concurrency)
        async with httpx.AsyncClient(headers=headers, timeout=self._timeout) as client:

            async def one(prompt: Prompt, sample: int) -> Completion:
                noise = _seed(seed, prompt.id, sample, round)
                async with gate:
                    text, reason = await self._ask(client, self._body(prompt, sampling, noise))
                return Completion(
                    id=record_id("completion", self.model_id, prompt.id, round, sample),
                    prompt_id=prompt.id,
                    model_id=self.model_id,
                    round=round,
                    sample=sample,
                    text=text,
                    finish_reason=reason,
                    sampling=sampling,
                )

            tasks = [
                asyncio.create_task(one(prompt, sample))
                for prompt in prompts
                for sample in range(samples)
            ]
            try:
                return list(await asyncio.gather(*tasks))
            finally:
                for task in tasks:
                    task.cancel()

    def _body(self, prompt: Prompt, sampling: Sampling, seed: int) -> dict[str, Any]:
        messages = [{"role": m.role, "content": m.content} for m in prompt.messages]
        if self.system is not None:
            messages.insert(0, {"role": "system", "content": self.system})
        body: dict[str, Any] = {
            "model": self.model,
            "messages": messages,
            "max_tokens": sampling.max_new_tokens,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "seed": seed,
        }
        if sampling.top_k:
            body["top_k"] = sampling.top_k  # not OpenAI's, but vLLM, llama.cpp and ollama know it
        return body

    async def _ask(
        self, client: httpx.AsyncClient, body: dict[str, Any]
    ) -> tuple[str, FinishReason]:
        address = f"{self.base_url}/chat/completions"
        backoff, trouble, again = Backoff(self._attempts, self._first_wait), "", True
        while again:
            asked = 0.0
            try:
                response = await client.post(address, json=body)
            except httpx.RequestError as error:
                trouble = str(error) or type(error).__name__
            else:
                if response.status_code == 200:
                    return _answer(address, response)
                if response.status_code != 429 and response.status_code < 500:
                    raise UnghostError(
                        f"{address} refuses with status {response.status_code}:"
                        f" {response.text[:200]}; mend the address, the model's name or the key"
                    )
                trouble = f"status {response.status_code}"
                asked = retry_after(response.headers)
            again = await backoff.wait(asked)
        raise UnghostError(
            f"{address} gave no answer in {self._attempts} tries ({trouble}): see that the server"
            " runs, then run the same command again"
        )


def _check_address(address: str) -> None:
    try:
        url = httpx.URL(address)
        sound = url.scheme in ("http", "https") and url.host and (url.port or 0) < 65536
    except httpx.InvalidURL:
        sound = False
    if not sound:
        raise UnghostError(
            f"{address} is no address of a server: write it like http://127.0.0.1:8000/v1"
        )


def _headers(key_env: str) -> dict[str, str]:
    key = os.environ.get(key_env, "").strip()
    if not (key.isascii() and key.isprintable()):
        raise UnghostError(
            f"the key in {key_env} holds characters that no key has: set it again (it is not shown)"
        )
    return {"Authorization": f"Bearer {key}"} if key else {}


def _seed(seed: int, prompt_id: str, sample: int, round: int) -> int:
    digest = hashlib.sha256(f"unghost-noise:{seed}:{prompt_id}:{sample}:{round}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1


def _answer(address: str, response: httpx.Response) -> tuple[str, FinishReason]:
    try:
        choice = response.json()["choices"][0]
        text, reason = choice["message"]["content"], choice.get("finish_reason")
        if not (isinstance(text, str | None) and isinstance(reason, str | None)):
            raise TypeError
    except (ValueError, KeyError, IndexError, TypeError):
        raise UnghostError(
            f"{address} does not answer in the OpenAI form: give the address of an"
            " OpenAI-compatible server, with its version path"
        ) from None
    # JSON can hold halves of surrogate pairs, which no file of UTF-8 can.
    whole = (text or "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole, "stop" if reason is None else _FINISH.get(reason, "error")
