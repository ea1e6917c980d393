"""What a measurement would ask, and what that would cost, told before anything is asked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from unghost.config import UnlearnConfig
from unghost.domains.registry import load_domain
from unghost.evaluate.plan import choose_tasks, measure_prompts, tasks_of
from unghost.generate.budget import (
    BYTES_PER_TOKEN,
    TOKENS_PER_TURN,
    EndpointSettings,
    estimated_tokens,
    prompt_estimate,
)
from unghost.runs.own_tasks import write_requests

TOKENS_PER_SECOND = 50
"""What one request writes while others are under way: a guess, for servers differ a hundredfold."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """The size of a measurement.

    Attributes:
        answers: Answers asked for, by the form of their question.
        prompt_tokens: Tokens of all prompts, estimated.
        answer_tokens: Tokens of all answers if each is as long as it may be.
    """

    answers: dict[str, int]
    prompt_tokens: int
    answer_tokens: int

    def lines(self, endpoint: EndpointSettings | None) -> list[str]:
        """Return it in words, with the cost if prices are given, and a guess of the time."""
        forms = ", ".join(f"{count:,} {form}" for form, count in self.answers.items())
        said = [
            f"{sum(self.answers.values()):,} answers: {forms}",
            f"about {self.prompt_tokens:,} tokens in (estimated: {BYTES_PER_TOKEN} bytes a token,"
            f" {TOKENS_PER_TURN} more a turn), at most {self.answer_tokens:,} out",
        ]
        if endpoint is None:
            return said
        cost = endpoint.cost(self.prompt_tokens, self.answer_tokens)
        if cost is not None:
            said.append(f"cost at most about {cost:,.4f} at the prices given")
        seconds = self.answer_tokens / (TOKENS_PER_SECOND * endpoint.concurrency)
        said.append(
            f"at most about {max(1, round(seconds / 60)):,} min if each of {endpoint.concurrency}"
            f" requests at once writes {TOKENS_PER_SECOND} tokens a second (a guess)"
        )
        return said


def forecast(config: UnlearnConfig) -> Forecast:
    """Count what ``measure`` would ask with these settings; nothing is asked.

    A question about the model's own answer holds that answer, which is taken to be as long as it
    may be. For tasks that the model is to write, given ones stand in.

    Raises:
        UnghostError: The tasks or the names cannot be read.
    """
    domain, settings = load_domain(config.domain, config.universe), config.measure
    tasks = tasks_of(domain.load_tasks(domain.tasks_path(config.tasks)), "heldout")
    wanted = settings.own_tasks or settings.heldout_tasks
    prompts = measure_prompts(domain, choose_tasks(tasks, wanted), "heldout", settings)
    if settings.own_tasks:
        prompts = [*write_requests(domain, wanted, config.seed), *prompts]
    following = {mode.about: mode for mode in domain.following}
    answers: Counter[str] = Counter()
    tokens_in = tokens_out = 0
    for prompt in prompts:
        mode = domain.mode(prompt.asks)
        times = 1 if mode is None else 1 + settings.samples
        longest = settings.sampling(long=mode is not None and mode.long).max_new_tokens
        answers[prompt.asks] += times
        tokens_in += times * prompt_estimate(prompt, config.system)
        tokens_out += times * longest
        after = following.get(prompt.asks)
        if after is not None:
            answers[after.name] += times
            system = () if config.system is None else (config.system,)
            tokens_in += times * (estimated_tokens([*system, after.questions[0]]) + longest)
            tokens_out += times * settings.max_new_tokens
    return Forecast(dict(answers), tokens_in, tokens_out)
