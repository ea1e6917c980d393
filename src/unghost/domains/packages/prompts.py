"""Prompts of the packages domain: a task, put as one of the questions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from unghost.domains.packages.questions import (
    CODE_QUESTIONS,
    CODE_REQUESTS,
    HEDGES,
    TASK_QUESTIONS,
)
from unghost.errors import UnghostError
from unghost.mentions.answers import find_in_answer, is_abstention
from unghost.mentions.thinking import thinking_end
from unghost.records import Asks, Completion, Message, Prompt, record_id, unit_hash


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


def hedge(prompt: Prompt) -> Prompt:
    """Ask the same again, and allow the model to say that it knows none.

    Which of the hedges stands behind the question is chosen by a hash of the prompt's id.
    """
    chosen = HEDGES[int(unit_hash(b"unghost-hedge-v1:", prompt.id) * len(HEDGES))]
    *before, last = prompt.messages
    gap = "\n" if "\n" in last.content else " "
    return replace(
        prompt,
        id=record_id("hedged", prompt.id),
        messages=(*before, Message(last.role, f"{last.content}{gap}{chosen}")),
        operator="hedge",
        parent_id=prompt.id,
    )


def follow_up(prompts: Sequence[Prompt], completions: Iterable[Completion]) -> list[Prompt]:
    """Ask which packages the model's own code needs: one prompt for each different code.

    Args:
        prompts: Prompts of any kind; only those that asked for code count.
        completions: Answers to them.

    Returns:
        In the order of the prompts and samples; none for answers that are empty or say that the
        model knows no package, for those hold no code.
    """
    rank = {prompt.id: n for n, prompt in enumerate(prompts) if prompt.asks == "code"}
    answers = (c for c in completions if c.prompt_id in rank and _said(c))
    codes = (c for c in answers if not _abstains(c))
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
            code=_said(completion),
        )
        asked.setdefault(prompt.id, prompt)
    return list(asked.values())


def _abstains(completion: Completion) -> bool:
    text = completion.text
    return is_abstention(text) and not find_in_answer(text, completion.id, asks="code")


def _said(completion: Completion) -> str:
    return completion.text[thinking_end(completion.text) :].strip()
