"""The training set of a round: its labelled answers, and better answers of the model's own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from unghost.label import Labels, Stream, doubtful_answers, label, label_hedged
from unghost.records import Prompt
from unghost.runs.context import RunContext
from unghost.storage.folder import Batch
from unghost.train.examples import Example, merge_duplicates

_HEDGED: Stream = "distill"
"""The stream in which hedged answers are labelled."""
_BEGINNING = 2.0
"""Weight of a good answer's first token among those held to the original; ours."""


def asks_hedged(context: RunContext) -> bool:
    """Return whether the objective learns from hedged answers."""
    return context.objective.learns_from(_HEDGED, context.config.terms)


def doubtful_prompts(context: RunContext, found: Batch) -> list[Prompt]:
    """Return the prompts with an answer that names a ghost or abstains."""
    doubtful = doubtful_answers(found.completions, found.mentions, found.verdicts, context.domain)
    asked = {c.prompt_id for c in found.completions if c.id in doubtful}
    return [prompt for prompt in found.prompts if prompt.id in asked and prompt.asks != "task"]


def training_set(context: RunContext, found: Batch, hedged: Batch) -> list[Example]:
    """Build a training set from prompts, answers and labels.

    Where a better answer is learned, nothing holds the model to what it is to replace: a ghostly
    answer only loses its ghosts there, and an abstention is worth what the hedged answer says.

    Args:
        context: What the run works with.
        found: What discovery asked, with all its answers.
        hedged: The hedged questions, with their answers; may be empty.
    """
    doubtful = doubtful_answers(found.completions, found.mentions, found.verdicts, context.domain)
    distilled = _distilled(context, found, doubtful, hedged)
    learned = {example.prompt_id for example in distilled}
    replaced = {c.id for c in found.completions if c.prompt_id in learned} & doubtful
    return _answered(context, found, doubtful, replaced) + distilled


def _answered(
    context: RunContext, found: Batch, doubtful: Collection[str], replaced: Collection[str]
) -> list[Example]:
    needs_allowed = "allowed" in context.objective.inputs
    labels = label(
        found.prompts,
        found.completions,
        found.mentions,
        found.verdicts,
        domain=context.domain,
        tokenizer=context.tokenizer if needs_allowed else None,
        blame=context.config.blame or context.objective.blame,
        eos_ids=context.stop_ids,
    )
    held: Collection[str] = ()
    if asks_hedged(context):
        held = {labelled.completion_id for labelled in labels} - {*doubtful}
    labels_of = {}
    for labelled in labels:
        if labelled.completion_id in replaced:
            labelled = _let_go(labelled)
        elif labelled.completion_id in held:
            labelled = _hold_beginning(labelled)
        labels_of[labelled.completion_id] = labelled
    task_of = {prompt.id: prompt.task_id for prompt in found.prompts}
    ids_of = {prompt.id: context.encode(prompt) for prompt in found.prompts}
    examples = [
        Example(
            prompt_ids=ids_of[completion.prompt_id],
            completion_ids=completion.token_ids,
            labels=labels_of[completion.id],
            prompt_id=completion.prompt_id,
            task_id=task_of[completion.prompt_id],
        )
        for completion in found.completions
        if completion.id in labels_of and completion.token_ids
    ]
    examples = [example for example in examples if _teaches(example.labels)]
    # Allowed sets weigh 1 a position, whatever the streams say: there duplicates must stay.
    return examples if needs_allowed else merge_duplicates(examples)


def _teaches(labels: Labels) -> bool:
    return bool(labels.allowed) or any(any(column) for column in labels.streams.values())


def _let_go(labels: Labels) -> Labels:
    """Return labels without weight on the tokens that would be held to the original."""
    return replace(labels, streams=labels.streams | {"retain": (0.0,) * len(labels.segments)})


def _hold_beginning(labels: Labels) -> Labels:
    """Hold the first token of an answer that is not doubtful more firmly than the others.

    That is where an abstention competes with it; in a long program it would count for nothing.
    """
    retain = labels.streams["retain"]
    held = tuple(_BEGINNING * weight for weight in retain[:1]) + retain[1:]
    return replace(labels, streams=labels.streams | {"retain": held})


def _distilled(
    context: RunContext, found: Batch, doubtful: Collection[str], hedged: Batch
) -> list[Example]:
    plain = {prompt.id: prompt for prompt in found.prompts}
    parent_of = {prompt.id: prompt.parent_id or "" for prompt in hedged.prompts}
    chosen = label_hedged(
        found.completions,
        doubtful,
        [(parent_of[completion.prompt_id], completion) for completion in hedged.completions],
        hedged.mentions,
        hedged.verdicts,
        context.domain,
    )
    return [
        Example(
            prompt_ids=context.encode(plain[prompt_id]),
            completion_ids=completion.token_ids or (),
            labels=labels,
            prompt_id=prompt_id,
            task_id=plain[prompt_id].task_id,
        )
        for prompt_id, completion, labels in chosen
    ]
