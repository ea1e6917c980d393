"""Generation by an OpenAI-compatible endpoint (vLLM, llama.cpp, ollama, ...), for measuring.

Such an endpoint gives no token ids, so its answers can be measured and not trained on.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AsyncExitStack, nullcontext
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import httpx
from anyio.from_thread import start_blocking_portal
from platformdirs import user_cache_path

from unghost.errors import UnghostError
from unghost.generate.answer_cache import AnswerCache, answer_key
from unghost.generate.asking import Asking, Job, Patience, Reply, Trouble
from unghost.generate.base import ModelChoice, Pace, Watch, unwatched
from unghost.generate.budget import EndpointSettings, Ledger, estimated_tokens, prompt_estimate
from unghost.generate.limits import AdaptiveLimit
from unghost.generate.replies import read_reply
from unghost.records import Completion, Prompt, Sampling, record_id
from unghost.registries.address import shown
from unghost.registries.backoff import retry_after
from unghost.syntax.printable import printable

LARGEST_REPLY = 1 << 24
"""Bytes of a reply that is read."""
_BUSY = frozenset({429, 503, 529})
_PATHS = {"chat": "chat/completions", "completions": "completions"}


def open_endpoint(choice: ModelChoice) -> OpenAIGenerator:
    """Return a generator that asks the server at ``choice.endpoint.base_url``.

    Raises:
        UnghostError: The address is missing or malformed, or the key cannot be sent.
    """
    if choice.endpoint is None:
        raise UnghostError("the generator openai asks a server: give its address as --base-url")
    return OpenAIGenerator(
        choice.model,
        choice.endpoint,
        system=choice.system,
        account=choice.account,
        cache=user_cache_path("unghost") / "answers.sqlite" if choice.endpoint.cache else None,
    )


class OpenAIGenerator:
    """Answers prompts by ``POST {base_url}/chat/completions``, or ``/completions``.

    Args:
        model: The server's name of the model.
        settings: How it is asked, and how much at most. The key is never written anywhere.
        system: A system prompt for every prompt.
        account: File that keeps what was asked, for a run that goes on; None keeps it in memory.
        cache: Database of answers that may be taken instead of asking; None always asks.
        patience: When to give up.

    Raises:
        UnghostError: The address is missing or malformed, or the key cannot be sent.
    """

    def __init__(
        self,
        model: str,
        settings: EndpointSettings,
        *,
        system: str | None = None,
        account: Path | None = None,
        cache: Path | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.model, self.settings, self.system = model, settings, system
        self._url = _endpoint(settings)
        self.address = shown(str(self._url))
        self.model_id = f"{model} at {shown(settings.base_url).rstrip('/')}"
        self.stop_ids: frozenset[int] = frozenset()
        self._account, self._cache = account, cache
        self._patience = patience or Patience()
        self._limit = AdaptiveLimit(settings.concurrency, first_wait=self._patience.first_wait)
        self._ledger: Ledger | None = None
        self._heard = False
        self._unsaid: set[str] = set()
        _key(settings.api_key_env)

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
        When a request fails for good or the budget is spent, no more are sent, and the error comes
        after the answers that were under way. Closing the iterator drops those.

        Raises:
            UnghostError: The server cannot be reached, refuses, answers in another form or as
                another model than before, or the budget is spent.
        """
        ledger = self._ledger = self._ledger or Ledger(self.settings, self._account)

        def completion(job: Job, reply: Reply) -> Completion:
            return Completion(
                id=record_id("completion", self.model_id, job.prompt.id, round, job.sample),
                prompt_id=job.prompt.id,
                model_id=self.model_id,
                round=round,
                sample=job.sample,
                text=reply.text,
                finish_reason=reply.finish,
                sampling=sampling,
            )

        opened = nullcontext() if self._cache is None else AnswerCache(self._cache)
        with ledger, opened as cache:
            jobs: deque[Job] = deque()
            answers = tokens = 0
            for job in self._jobs(prompts, sampling, samples, round, seed, done):
                reply = None if cache is None else cache.get(self._key_of(job, sampling))
                if reply is None or not self._is_served_by(reply, ledger):
                    jobs.append(job)
                    continue
                ledger.account.cached += 1
                answers += 1
                yield completion(job, reply)
            for job, reply in self._asked(jobs, sampling, ledger, cache) if jobs else ():
                answers += 1
                tokens += reply.answer_tokens or 0
                watch(Pace(answers, tokens))
                yield completion(job, reply)

    def _jobs(
        self,
        prompts: Sequence[Prompt],
        sampling: Sampling,
        samples: int,
        round: int,
        seed: int,
        done: Collection[str],
    ) -> Iterator[Job]:
        for prompt in prompts:
            tokens = prompt_estimate(prompt, self.system)
            for sample in range(samples):
                if record_id("completion", self.model_id, prompt.id, round, sample) not in done:
                    noise = _seed(seed, prompt.id, sample, round)
                    yield Job(prompt, sample, noise, tokens, sampling.max_new_tokens)

    def _asked(
        self, jobs: deque[Job], sampling: Sampling, ledger: Ledger, cache: AnswerCache | None
    ) -> Iterator[tuple[Job, Reply]]:
        """Ask in a thread of its own, so that requests go on while answers are written."""
        found: SimpleQueue[tuple[Job, Reply] | None] = SimpleQueue()

        def accept(job: Job, reply: Reply) -> None:
            self._enter(job, reply, ledger)
            if cache is not None:
                cache.put(self._key_of(job, sampling), reply)
            ledger.write_soon()
            found.put((job, reply))

        with start_blocking_portal() as portal:
            work = portal.start_task_soon(self._ask, jobs, sampling, ledger, accept)
            work.add_done_callback(lambda _: found.put(None))
            try:
                while (answer := found.get()) is not None:
                    yield answer
                work.result()
            finally:
                work.cancel()

    async def _ask(
        self,
        jobs: deque[Job],
        sampling: Sampling,
        ledger: Ledger,
        accept: Callable[[Job, Reply], None],
    ) -> None:
        key, context = _key(self.settings.api_key_env), httpx.create_ssl_context()
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        idle: list[httpx.AsyncClient] = []
        async with AsyncExitStack() as stack:

            async def free_client() -> httpx.AsyncClient:
                """Return a client that nobody uses, with a connection of its own.

                A client looks through all its connections at every request, which is slow where
                one has many.
                """
                if idle:
                    return idle.pop()
                client = httpx.AsyncClient(
                    headers=headers, timeout=self._patience.timeout, verify=context
                )
                return await stack.enter_async_context(client)

            async def send(job: Job) -> Reply:
                client = await free_client()
                try:
                    async with asyncio.timeout(self._patience.timeout):
                        return await self._send(client, self._body(job, sampling), ledger)
                except (httpx.TimeoutException, TimeoutError):
                    said = f"nothing for {self._patience.timeout:.0f} s"
                    raise Trouble(said, slow=True) from None
                except httpx.HTTPError as error:
                    raise Trouble(self._excerpt(str(error) or type(error).__name__)) from None
                finally:
                    idle.append(client)

            asking = Asking(self.address, send, jobs, self._limit, ledger, self._patience, accept)
            await asking.run()

    def _body(self, job: Job, sampling: Sampling) -> dict[str, Any]:
        messages = [{"role": m.role, "content": m.content} for m in job.prompt.messages]
        if self.system is not None:
            messages.insert(0, {"role": "system", "content": self.system})
        body: dict[str, Any] = {
            "model": self.model,
            "max_tokens": sampling.max_new_tokens,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "seed": job.seed,
        }
        if self.settings.api == "chat":
            body["messages"] = messages
        else:
            body["prompt"] = "\n\n".join(turn["content"] for turn in messages) + "\n"
        if sampling.top_k:
            body["top_k"] = sampling.top_k  # not OpenAI's, but vLLM, llama.cpp and ollama know it
        return body

    def _key_of(self, job: Job, sampling: Sampling) -> bytes:
        return answer_key(self.address, self._body(job, sampling), job.sample)

    async def _send(self, client: httpx.AsyncClient, body: dict[str, Any], ledger: Ledger) -> Reply:
        while True:
            asked = _spoken(body, self._unsaid)
            async with client.stream("POST", self._url, json=asked) as response:
                content = bytearray()
                async for chunk in response.aiter_bytes():
                    content += chunk
                    if len(content) > LARGEST_REPLY:
                        raise UnghostError(
                            f"{self.address} answers with more than {LARGEST_REPLY >> 20} MiB:"
                            " check the address"
                        )
            if response.status_code == 200:
                return self._read(response, bytes(content))
            said = self._excerpt(content[:4000].decode("utf-8", "replace"))
            unsaid = _not_understood(response.status_code, bytes(content), asked)
            if unsaid is None:
                raise self._failure(response, said)
            self._unsaid.add(unsaid)
            ledger.account.requests += 1

    def _read(self, response: httpx.Response, content: bytes) -> Reply:
        try:
            reply = read_reply(content, self.settings.api)
        except ValueError as error:
            said = f"{self.address} {self._excerpt(str(error))}"
            if self._heard:  # it speaks the protocol, and stumbled
                raise Trouble(said) from None
            raise UnghostError(said) from None
        self._heard = True
        return reply

    def _failure(self, response: httpx.Response, said: str) -> Exception:
        status = response.status_code
        told = f"status {status}: {said}" if said else f"status {status}"
        if status in _BUSY:
            return Trouble(told, busy=True, asked=retry_after(response.headers))
        if status >= 500 or status in (408, 425):
            return Trouble(told, asked=retry_after(response.headers))
        if response.has_redirect_location:
            there = shown(str(response.url.join(response.headers["Location"])))
            return UnghostError(f"{self.address} redirects to {there}: give that as the address")
        return UnghostError(
            f"{self.address} refuses with {told}; mend the address, the model's name or the key"
        )

    def _enter(self, job: Job, reply: Reply, ledger: Ledger) -> None:
        """Book a reply.

        Raises:
            UnghostError: Another model answered than before.
        """
        account = ledger.account
        account.answers += 1
        if reply.prompt_tokens is None or reply.answer_tokens is None:
            account.uncounted += 1
        account.prompt_tokens += (
            job.prompt_tokens if reply.prompt_tokens is None else reply.prompt_tokens
        )
        account.answer_tokens += (
            estimated_tokens([reply.text]) if reply.answer_tokens is None else reply.answer_tokens
        )
        if not self._is_served_by(reply, ledger):
            raise UnghostError(
                f"{self.address} answered as {_name(reply.served_model)} after"
                f" {_name(account.served_model)}: one measurement is of one model, so ask for one"
                " by its exact name, in a new run"
            )

    def _is_served_by(self, reply: Reply, ledger: Ledger) -> bool:
        """Return whether the run's model answered; the first that does is the run's model."""
        account = ledger.account
        if account.served_model is None:
            account.served_model = reply.served_model
        return reply.served_model in (None, account.served_model)

    def _excerpt(self, text: str) -> str:
        """Return what a server said as one line that can be shown."""
        key = _key(self.settings.api_key_env)
        whole = text.replace(key, "***") if key else text
        return printable(" ".join(whole.split()))[:300]


def _name(model: str | None) -> str:
    return printable(repr(model))[:100]


def _endpoint(settings: EndpointSettings) -> httpx.URL:
    address = settings.base_url
    try:
        url = httpx.URL(address)
        sound = url.scheme in ("http", "https") and url.host and (url.port or 0) < 65536
    except httpx.InvalidURL:
        sound = False
    if not sound:
        raise UnghostError(
            f"{address} is no address of a server: write it like http://127.0.0.1:8000/v1"
        )
    return url.copy_with(path=f"{url.path.rstrip('/')}/{_PATHS[settings.api]}")


def _key(key_env: str) -> str:
    key = os.environ.get(key_env, "").strip()
    if not (key.isascii() and key.isprintable()):
        raise UnghostError(
            f"the key in {key_env} holds characters that no key has: set it again (it is not shown)"
        )
    return key


def _seed(seed: int, prompt_id: str, sample: int, round: int) -> int:
    digest = hashlib.sha256(f"unghost-noise:{seed}:{prompt_id}:{sample}:{round}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1


def _spoken(body: dict[str, Any], unsaid: Collection[str]) -> dict[str, Any]:
    """Return a body in the words that the server understands."""
    spoken = {name: value for name, value in body.items() if name not in unsaid}
    if "max_tokens" in unsaid:
        spoken["max_completion_tokens"] = body["max_tokens"]
    return spoken


def _not_understood(status: int, said: bytes, asked: dict[str, Any]) -> str | None:
    """Return the field that a server refuses and that has another name, or can be left out.

    OpenAI's newer models want ``max_completion_tokens`` in place of ``max_tokens``; some servers
    know no ``seed``, without which a sampled answer is still one, but not the same again.
    """
    if status not in (400, 422):
        return None
    if "max_tokens" in asked and b"max_completion_tokens" in said:
        return "max_tokens"
    return "seed" if "seed" in asked and b"seed" in said else None
