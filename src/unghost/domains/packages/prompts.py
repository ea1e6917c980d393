"""Prompts of the packages domain: a task, put as one of the questions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from unghost.domains.packages.questions import CODE_QUESTIONS, CODE_REQUESTS, TASK_QUESTIONS
from unghost.errors import UnghostError
from unghost.records import Asks, Completion, Message, Prompt, record_id
from unghost.splits import unit_hash


def ask(
    task_text: str,
    *,
    asks: Asks,
    task_id: str,
    family: str,
    operator: str,
    split: str,
    gold: str | None = None,
    parent_id: str | None = None,
    code: str | None = None,
) -> Prompt:
    """Ask about a task; the wording is chosen by a hash of the prompt's id.

    Args:
        task_text: The task.
        asks: ``packages``, ``code``, or ``requirements`` of ``code``.
        task_id: Id of the base task.
        family: Seed family.
        operator: What made the task.
        split: The task's split.
        gold: Canonical name of the right package.
        parent_id: The prompt or task that this one came from.
        code: The model's own code, for ``requirements``.

    Raises:
        UnghostError: ``requirements`` without code, or another thing to ask for.
    """
    identity = record_id("prompt", task_id, asks, operator, parent_id or "", task_text, code or "")
    wordings = {
        "packages": TASK_QUESTIONS,
        "code": CODE_REQUESTS,
        "requirements": CODE_QUESTIONS,
    }.get(asks)
    if wordings is None or (asks == "requirements") != (code is not None):
        raise UnghostError(
            f"no question asks for {asks} {'without' if code is None else 'of'} code"
        )
    wording = wordings[int(unit_hash(b"unghost-question-v1:", identity) * len(wordings))]
    return Prompt(
        id=identity,
        task_id=task_id,
        messages=(Message("user", wording.format(task=task_text, code=code)),),
        asks=asks,
        task=task_text,
        family=family,
        operator=operator,
        split=split,
        parent_id=parent_id,
        gold=gold,
    )


def follow_up(prompts: Sequence[Prompt], completions: Iterable[Completion]) -> list[Prompt]:
    """Ask which packages the model's own code needs: one prompt for each different code.

    Args:
        prompts: Prompts of any kind; only those that asked for code count.
        completions: Answers to them.

    Returns:
        In the order of the prompts and samples; none for empty answers.
    """
    rank = {prompt.id: n for n, prompt in enumerate(prompts) if prompt.asks == "code"}
    codes = (c for c in completions if c.prompt_id in rank and c.text.strip())
    asked: dict[str, Prompt] = {}
    for completion in sorted(codes, key=lambda c: (rank[c.prompt_id], c.sample)):
        origin = prompts[rank[completion.prompt_id]]
        prompt = ask(
            origin.task,
            asks="requirements",
            task_id=origin.task_id,
            family=origin.family,
            operator=origin.operator,
            split=origin.split,
            gold=origin.gold,
            parent_id=origin.id,
            code=completion.text.strip(),
        )
        asked.setdefault(prompt.id, prompt)
    return list(asked.values())
