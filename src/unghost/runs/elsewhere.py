"""Two models on what has nothing to do with names: coding, texts, lm-eval; and their drift.

Both models lie on this machine. What was asked or run is on disk as soon as it is there, so a
killed run does nothing twice.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unghost.domains.base import Domain
from unghost.errors import UnghostError
from unghost.evaluate.coding import (
    SAMPLING,
    Benchmark,
    Form,
    check_answer,
    coding_figures,
    coding_prompts,
)
from unghost.evaluate.drift import token_kl
from unghost.evaluate.token_classes import drift_section, token_classes, token_texts
from unghost.evaluate.utility import Pair, forward_of, perplexity, score_answers
from unghost.generate.encode import encode_prompt
from unghost.generate.load import Loaded, load_model
from unghost.generate.local import TransformersGenerator
from unghost.records import Completion, by_source, unit_hash
from unghost.runs.passes import DRIFT_ANSWERS
from unghost.runs.rollouts import Progress, Stage
from unghost.storage.atomic import write_json
from unghost.storage.folder import Batch, read_json
from unghost.storage.journal import Journal

_WINDOW = 512
"""Tokens of a text that are scored at once; the first of each window is only context."""
_PASSAGE = 2000
"""Characters of a passage of a plain text, at the end of a line."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two models, and the folder for what it is asked."""

    name: str
    loaded: Loaded
    generator: TransformersGenerator
    folder: Path


def open_side(name: str, place: str, dtype: str, device: str, folder: Path) -> Side:
    """Load a model for what both are asked beside the tasks.

    Raises:
        UnghostError: It cannot be loaded.
    """
    loaded = load_model(place, dtype=dtype, device=device)
    # evalplus gives no system prompt of its own, and neither do texts.
    generator = TransformersGenerator(loaded.model, loaded.tokenizer, model_id=loaded.model_id)
    return Side(name, loaded, generator, folder / name)


# ---- coding ------------------------------------------------------------------------------------


def compare_coding(
    benchmark: Benchmark, sides: Sequence[Side], progress: Progress
) -> dict[str, Any]:
    """Ask both models a benchmark's problems and run their answers in the sandbox.

    Returns:
        ``name``, ``file``, ``sha256``, ``problems``, ``forms`` in which the two were asked, and
        ``figures`` of :func:`~unghost.evaluate.coding.coding_figures`.
    """
    forms = [_form(side) for side in sides]
    before, after = (
        _solve(benchmark, side, form, progress) for side, form in zip(sides, forms, strict=True)
    )
    return {
        "name": benchmark.name,
        "file": benchmark.file,
        "sha256": benchmark.sha256,
        "problems": len(benchmark.problems),
        "forms": forms,
        "figures": coding_figures(benchmark, before, after),
    }


def _form(side: Side) -> Form:
    return "direct" if getattr(side.loaded.tokenizer, "chat_template", None) is None else "chat"


def _solve(
    benchmark: Benchmark, side: Side, form: Form, progress: Progress
) -> dict[str, dict[str, str]]:
    folder = side.folder / f"{benchmark.name}-{benchmark.sha256[:8]}"
    prompts = coding_prompts(benchmark, form)
    answers = _answer(prompts, side, folder / "completions.jsonl", benchmark.name, progress)
    path = folder / "results.json"
    results: dict[str, dict[str, str]] = read_json(path) if path.exists() else {}
    stage = f"{side.name}: run {benchmark.name}"
    found = {}
    for number, (prompt, problem) in enumerate(zip(prompts, benchmark.problems, strict=True)):
        progress(stage, number, len(prompts))
        answer = answers[prompt.id]
        if answer.id not in results:
            results[answer.id] = check_answer(benchmark, problem, answer.text, form)
            write_json(path, results)
        found[prompt.task_id] = results[answer.id]
    progress(stage, len(prompts), len(prompts))
    return found


def _answer(
    prompts: Sequence[Any], side: Side, path: Path, name: str, progress: Progress
) -> dict[str, Completion]:
    wanted = {prompt.id for prompt in prompts}
    with Journal(path, Completion) as journal:
        own = [c for c in journal.records if c.model_id == side.generator.model_id]
        done = [c for c in own if c.prompt_id in wanted]
        stage = Stage(progress, f"{side.name}: ask {name}", len(prompts))
        stage.add(len(done))
        ids = {c.id for c in done}
        for completion in side.generator.generate(prompts, SAMPLING, done=ids, watch=stage.watch):
            journal.append(completion)
            done.append(completion)
    return {completion.prompt_id: completion for completion in done}


# ---- texts -------------------------------------------------------------------------------------


def load_texts(path: Path) -> list[str]:
    """Read texts: the ``text`` of each line of a JSONL file, or the passages of a plain file.

    Raises:
        UnghostError: The file cannot be read, or a line is not of that form.
    """
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
    except (OSError, EOFError, ValueError) as error:
        raise UnghostError(f"cannot read the texts in {path}: {error}") from error
    if ".jsonl" not in path.suffixes:
        return _passages(text)
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            found.append(json.loads(line)["text"])
            found[-1].encode()
        except (ValueError, KeyError, TypeError, AttributeError):
            raise UnghostError(f'{path} line {number} is not of the form {{"text": ...}}') from None
    return found


def _passages(text: str) -> list[str]:
    found, rest = [], ""
    for line in text.splitlines(keepends=True):
        rest += line
        if len(rest) >= _PASSAGE:
            found.append(rest)
            rest = ""
    return [*found, rest] if rest.strip() else found


def compare_texts(texts: Sequence[str], sides: Sequence[Side]) -> dict[str, Any]:
    """Compare the perplexity of given texts; each text is a cluster.

    Raises:
        UnghostError: The models split the texts differently, so no token's figures can be compared.
    """
    split = [_ids(texts, side.loaded.tokenizer) for side in sides]
    if split[0] != split[1]:
        raise UnghostError(
            "the two models split texts into different tokens, so their perplexities cannot be"
            " compared: leave out --text"
        )
    windows = [
        (str(number), (ids[start : start + 1], ids[start + 1 : start + _WINDOW]))
        for number, ids in enumerate(split[0])
        for start in range(0, len(ids) - 1, _WINDOW)
    ]
    if not windows:
        raise UnghostError("the given texts hold no two tokens: give longer ones")
    pairs = [pair for _, pair in windows]
    before, after = (score_answers(side.loaded.model, pairs) for side in sides)
    return perplexity(before, after, [cluster for cluster, _ in windows]).to_json()


def _ids(texts: Sequence[str], tokenizer: Any) -> list[list[int]]:
    # Longer than the model's window on purpose: it is cut into windows afterwards.
    return [list(tokenizer(text, verbose=False)["input_ids"]) for text in texts]


# ---- drift -------------------------------------------------------------------------------------


def compare_tokens(
    batch: Batch, domain: Domain, sides: Sequence[Side], system: str | None
) -> dict[str, Any] | None:
    """Compute KL(base || tuned) on the base's own answers, by class of token.

    At most 256 answers, drawn by hash.

    Returns:
        None where the two do not have the same tokens, or the answers came without any.
    """
    base, tuned = (side.loaded for side in sides)
    if base.tokenizer.get_vocab() != tuned.tokenizer.get_vocab():
        return None
    if base.model.config.vocab_size != tuned.model.config.vocab_size:
        return None
    drawn = sorted(batch.completions, key=lambda c: unit_hash(b"unghost-drift-v1:", c.id))
    answers = [c for c in drawn if c.token_ids and c.spans][:DRIFT_ANSWERS]
    if not answers:
        return None
    prompt_of = {prompt.id: prompt for prompt in batch.prompts}
    asked = [prompt_of[c.prompt_id] for c in answers]
    pairs: list[Pair] = [
        (encode_prompt(base.tokenizer, prompt, system), c.token_ids or ())
        for prompt, c in zip(asked, answers, strict=True)
    ]
    mentions = by_source(batch.mentions)
    absent = {v.mention_id for v in batch.verdicts if v.status == "absent"}
    long = {mode.name for mode in domain.modes if mode.long}
    return drift_section(
        token_kl(forward_of(base.model), forward_of(tuned.model), pairs),
        [
            token_classes(c, mentions.get(c.id, ()), is_code=prompt.asks in long)
            for prompt, c in zip(asked, answers, strict=True)
        ],
        [token_texts(c, mentions.get(c.id, ()), absent) for c in answers],
        [prompt.task_id for prompt in asked],
    )


# ---- lm-eval -----------------------------------------------------------------------------------


def compare_harness(
    task: str, path: Path | None, sides: Sequence[Side], limit: int | None = None
) -> dict[str, Any]:
    """Run a task of lm-eval on both models; nothing is fetched.

    Args:
        task: Its name.
        path: A folder of task definitions; None for those that lm-eval brings, whose data must be
            in the cache of ``datasets`` already.
        sides: The models.
        limit: Documents at most.

    Returns:
        ``task``, and per metric of it the values ``before`` and ``after``.

    Raises:
        UnghostError: lm-eval is missing, does not know the task, or fails on it.
    """
    before, after = (_harness(task, path, side, limit) for side in sides)
    metrics = {name: [before[name], after[name]] for name in sorted(before.keys() & after.keys())}
    return {"task": task, "metrics": metrics}


def _harness(task: str, path: Path | None, side: Side, limit: int | None) -> dict[str, float]:
    place = "" if path is None else str(path.resolve())
    key = hashlib.sha256(f"{side.loaded.model_id}:{place}:{limit}".encode()).hexdigest()[:8]
    kept = side.folder / f"lm-eval-{task}-{key}.json"
    if kept.exists():
        return dict(read_json(kept))
    os.environ.update(HF_DATASETS_OFFLINE="1", HF_HUB_OFFLINE="1")
    from lm_eval import simple_evaluate
    from lm_eval.models.huggingface import HFLM
    from lm_eval.tasks import TaskManager

    device = str(side.loaded.model.device)
    model = HFLM(side.loaded.model, tokenizer=side.loaded.tokenizer, device=device, batch_size=8)
    manager = TaskManager(include_path=place or None, include_defaults=path is None)
    if task not in manager.all_tasks:
        raise UnghostError(
            f"lm-eval knows no task {task!r}{f' in {path}' if path else ''}: see `lm-eval ls tasks`"
        )
    try:
        results: Any = simple_evaluate(
            model, tasks=[task], task_manager=manager, limit=limit, log_samples=False
        )
    except Exception as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise UnghostError(f"the lm-eval task {task} fails: {reason}") from error
    found = {
        f"{own}.{metric.removesuffix(',none')}": float(value)
        for own, metrics in results["results"].items()
        for metric, value in metrics.items()
        if isinstance(value, int | float) and "_stderr" not in metric and metric != "sample_len"
    }
    write_json(kept, found)
    return found
