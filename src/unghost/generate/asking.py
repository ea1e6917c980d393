"""Asking one endpoint many questions: how many at once, how often again, when to give up.

Whatever goes wrong, requests under way are let finish, and only then the first error is raised.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from unghost.errors import UnghostError
from unghost.generate.budget import Ledger
from unghost.generate.limits import AdaptiveLimit
from unghost.records import FinishReason, Prompt

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered to one request.

    Attributes:
        text: The answer.
        finish: Why it ends.
        served_model: How the server calls the model, if it says so.
        prompt_tokens: As the server counts them, None if it does not.
        answer_tokens: As the server counts them, None if it does not.
    """

    text: str
    finish: FinishReason
    served_model: str | None = None
    prompt_tokens: int | None = None
    answer_tokens: int | None = None


@dataclass(slots=True)
class Job:
    """One answer to be asked for.

    Attributes:
        prompt: The question.
        sample: Number of the answer to it.
        seed: Of its noise.
        prompt_tokens: Tokens of the question, estimated.
        longest: Most tokens of the answer.
        tries: Requests for it that failed.
        not_before: When it may be tried again, by the clock.
    """

    prompt: Prompt
    sample: int
    seed: int
    prompt_tokens: int
    longest: int
    tries: int = 0
    not_before: float = 0.0


class Trouble(Exception):
    """A request that failed and may be sent again.

    Args:
        said: What the server said, or what happened.
        busy: The server has too much to do; that is no fault of the request and no counted try.
        slow: The answer took too long; counted, but a sign of a busy server too.
        asked: Seconds that the server asks to wait.
    """

    def __init__(
        self, said: str, *, busy: bool = False, slow: bool = False, asked: float = 0.0
    ) -> None:
        super().__init__(said)
        self.busy, self.slow, self.asked = busy, slow, asked


@dataclass(frozen=True, slots=True)
class Patience:
    """When to give up.

    Attributes:
        attempts: Tries of one request; those that a busy server turned away do not count.
        silence: Seconds in which a server answers nothing at all, and the longest wait that it
            may ask for.
        timeout: Seconds that one answer may take.
        first_wait: Seconds before a second try; doubled for each further one.
    """

    attempts: int = 6
    silence: float = 300.0
    timeout: float = 120.0
    first_wait: float = 0.5


class Asking:
    """Workers that send requests, as many as the limit allows.

    A worker whose request fails puts it back, so that a lower limit holds for retries too.

    Args:
        address: What errors call the server.
        send: Sends one request; raises :class:`Trouble` if it may be sent again.
        jobs: What to ask.
        limit: How many at once.
        ledger: The account and the budget.
        patience: When to give up.
        found: Told each reply; an error that it raises ends the asking.
        clock: Gives seconds; the limit's.
    """

    def __init__(
        self,
        address: str,
        send: Callable[[Job], Awaitable[Reply]],
        jobs: deque[Job],
        limit: AdaptiveLimit,
        ledger: Ledger,
        patience: Patience,
        found: Callable[[Job, Reply], None],
        clock: Clock = time.monotonic,
    ) -> None:
        self._address, self._send, self._jobs, self._found = address, send, jobs, found
        self._limit, self._ledger, self._patience, self._clock = limit, ledger, patience, clock
        self._working = 0
        self._error: UnghostError | None = None

    async def run(self) -> None:
        """Ask all, or until something fails.

        Raises:
            UnghostError: The first failure, after what was under way has finished.
        """
        self._stopping = asyncio.Event()
        self._limit.begin()
        async with asyncio.TaskGroup() as self._group:
            self._hire()
        if self._error is not None:
            raise self._error

    def _hire(self) -> None:
        """Start as many workers as the limit and the jobs allow."""
        if self._error is None:
            for _ in range(min(self._limit.size - self._working, len(self._jobs))):
                self._working += 1
                self._group.create_task(self._work())

    async def _work(self) -> None:
        try:
            while self._jobs and self._working <= self._limit.size and not self._stopping.is_set():
                if not await self._serve(self._jobs.popleft()):
                    break
        except UnghostError as error:
            self._error = self._error or error
            self._stopping.set()
        finally:
            self._working -= 1

    async def _serve(self, job: Job) -> bool:
        """Ask for one answer; False if this worker should leave."""
        await self._rest(job)
        if self._stopping.is_set():
            return False
        if not self._ledger.fits(job.prompt_tokens, job.longest):
            if self._working == 1:
                raise self._ledger.spent()
            self._jobs.appendleft(job)  # what others under way leave of their share may be enough
            return False
        started = self._clock()
        self._ledger.send(job.prompt_tokens, job.longest)
        try:
            reply = await self._send(job)
        except Trouble as trouble:
            self._put_back(job, trouble, started)
            return True
        finally:
            self._ledger.settle(job.prompt_tokens, job.longest)
        self._limit.answered(started, reply.answer_tokens or 1)
        self._found(job, reply)
        self._hire()
        return True

    async def _rest(self, job: Job) -> None:
        """Wait until the job may be sent, or everything stops."""
        while not self._stopping.is_set():
            wait = max(self._limit.held, job.not_before - self._clock())
            if wait <= 0:
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), wait)

    def _put_back(self, job: Job, trouble: Trouble, started: float) -> None:
        patience = self._patience
        if trouble.busy or trouble.slow:
            self._limit.overloaded(started, trouble.asked)
        job.tries += not trouble.busy
        if trouble.asked > patience.silence:
            raise UnghostError(
                f"{self._address} asks to come again in {trouble.asked:.0f} s ({trouble}): run the"
                " same command then; no answer is lost"
            )
        if job.tries >= patience.attempts:
            raise UnghostError(
                f"{self._address} gave no answer in {job.tries} tries ({trouble}): see that the"
                " server runs, then run the same command again; no answer is lost"
            )
        if self._limit.silence > patience.silence:
            raise UnghostError(
                f"{self._address} answered nothing for {self._limit.silence:.0f} s ({trouble}): run"
                " the same command later; no answer is lost"
            )
        if not trouble.busy:
            # Jitter, so that requests that failed together do not come back together.
            wait = patience.first_wait * 2 ** (job.tries - 1) * random.uniform(0.75, 1.25)
            job.not_before = self._clock() + max(wait, trouble.asked)
        self._jobs.appendleft(job)
