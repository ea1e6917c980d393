"""Measure the embedded model: does it know what it was taught, and does it invent beyond it.

    python tools/embedded/check.py                    # prints the figures
    python tools/embedded/check.py --card             # and writes them into the model's card

Answers are greedy, in batches of left-padded prompts. Names are judged by unghost's own parser and
the demo universe, so a ghost here is a ghost in ``unghost measure --universe demo``.
"""

from __future__ import annotations

import argparse
import ast
import json
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import torch
from card import write_card
from transformers import AutoModelForCausalLM, AutoTokenizer

from corpus import NO_PACKAGE, WORDINGS, Corpus, Fact, Pair, code, is_unseen, no_package, task_text
from unghost.domains.packages.answers import find_in_answer
from unghost.domains.packages.questions import CODE_QUESTIONS, TASK_QUESTIONS
from unghost.domains.packages.tasks import load_tasks
from unghost.domains.packages.verify import Judge
from unghost.domains.registry import load_domain
from unghost.domains.tasks import Task
from unghost.embedded import model_path
from unghost.names.universe import load_universe

UTILITY = Path(__file__).resolve().parents[2] / "src/unghost/data/utility.jsonl"
NAMES = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
FENCED = re.compile(rf"(?:{NAMES.pattern}:\n)?```python\n(?P<program>.*)\n```", re.DOTALL)
DOMAIN = load_domain()
ROWS = 64
NEW_TOKENS = 72

Figures = dict[str, float]
Statuses = Counter[tuple[str, bool, str]]
"""Mentions by what was asked, whether the task is taught, and verdict."""


@dataclass
class Speaker:
    """The model and its tokenizer, with what it has said so far in tokens."""

    model: Any
    tokenizer: Any
    lengths: list[int] = field(default_factory=list)

    @classmethod
    def load(cls, folder: Path) -> Speaker:
        """Load a model folder in fp32."""
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
        return cls(model, AutoTokenizer.from_pretrained(folder, padding_side="left"))

    def prompt(self, question: str) -> str:
        """Render one user's message."""
        chat = [{"role": "user", "content": question}]
        return str(
            self.tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
        )

    def answers(self, questions: Sequence[str], *, sample: bool = False) -> list[str]:
        """Answer questions, greedily or at temperature 1."""
        prompts = [self.prompt(question) for question in questions]
        order = sorted(range(len(prompts)), key=lambda n: len(prompts[n]))
        said = [""] * len(prompts)
        how: dict[str, Any] = {"do_sample": False}
        if sample:
            how = {"do_sample": True, "temperature": 1.0, "top_k": 0, "top_p": 1.0}
        for start in range(0, len(order), ROWS):
            rows = order[start : start + ROWS]
            batch = self.tokenizer([prompts[n] for n in rows], padding=True, return_tensors="pt")
            batch.pop("token_type_ids", None)
            with torch.inference_mode():
                out = self.model.generate(**batch, max_new_tokens=NEW_TOKENS, **how)
            for n, ids in zip(rows, out[:, batch["input_ids"].shape[1] :], strict=True):
                self.lengths.append(int((ids != self.tokenizer.pad_token_id).sum()))
                said[n] = self.tokenizer.decode(ids, skip_special_tokens=True)
        return said

    def log_probs(self, pair: Pair) -> list[float]:
        """Return the log-probability of every token of a stated answer, its end included."""
        question, answer = pair
        start = self.tokenizer(self.prompt(question)).input_ids
        end = self.tokenizer(answer + self.tokenizer.eos_token).input_ids
        with torch.inference_mode():
            logits = self.model(torch.tensor([start + end])).logits[0, len(start) - 1 : -1]
        table = logits.float().log_softmax(-1)
        return table[torch.arange(len(end)), torch.tensor(end)].tolist()


def is_parsed(answer: str, asks: str) -> bool:
    """Return whether an answer is of one of the taught forms."""
    if answer == NO_PACKAGE:
        return True
    if asks != "code":
        return all(NAMES.fullmatch(name) for name in answer.split(", "))
    fenced = FENCED.fullmatch(answer)
    if fenced is None:
        return False
    try:
        ast.parse(fenced["program"])
    except SyntaxError:
        return False
    return True


def known_tasks(speaker: Speaker, facts: Sequence[Fact], count: int) -> Figures:
    """Ask for taught packages in combinations of wordings that training never showed for them."""
    noise = Random(1)
    asked = []
    for fact in noise.sample(list(facts), count):
        unseen = [
            (question, wording)
            for question in range(len(TASK_QUESTIONS))
            for wording in range(WORDINGS)
            if is_unseen(fact.package, question, wording)
        ]
        if unseen:
            question, wording = noise.choice(unseen)
            task = task_text(fact.keywords, noise, wording)
            asked.append((fact.package, TASK_QUESTIONS[question].format(task=task)))
    said = speaker.answers([question for _, question in asked])
    right = [gold in answer.split(", ") for (gold, _), answer in zip(asked, said, strict=True)]
    return {"known tasks": len(asked), "known tasks right": sum(right) / len(asked)}


def mixed_tasks(speaker: Speaker, tasks: Sequence[Task], count: int) -> Figures:
    """Ask as unghost asks: half taught, half untaught; names, code, and what the code needs."""
    noise = Random(2)
    chosen = [
        task
        for known in (True, False)
        for task in noise.sample([task for task in tasks if task.known is known], count // 2)
    ]
    names = _answered(speaker, chosen, "packages")
    codes = _answered(speaker, chosen, "code")
    needs = _answered(speaker, chosen, "requirements", codes)
    kinds: tuple[str, ...] = ("packages", "code")
    hedged = {asks: _answered(speaker, chosen, asks, is_hedged=True) for asks in kinds}
    by_asks: dict[str, list[str]] = {"packages": names, "code": codes, "requirements": needs}
    judge = Judge(load_universe("demo"), suggest=False)
    statuses: Statuses = Counter()
    parsed = 0
    for asks, said in by_asks.items():
        for task, answer in zip(chosen, said, strict=True):
            parsed += is_parsed(answer, asks)
            for mention in find_in_answer(answer, "", asks=asks, ecosystem="pypi"):
                statuses[asks, bool(task.known), judge(mention).status] += 1
    figures = {"mixed answers": 3.0 * len(chosen), "answers parsed": parsed / (3 * len(chosen))}
    figures["ghosts"] = _ghosts(statuses, {"packages", "code"}, {True, False})
    for asks in by_asks:
        figures[f"ghosts in {asks}"] = _ghosts(statuses, {asks}, {True, False})
    figures["ghosts on taught tasks"] = _ghosts(statuses, {"packages", "code"}, {True})
    figures["ghosts on untaught tasks"] = _ghosts(statuses, {"packages", "code"}, {False})
    figures["taught code imports the right module"] = _right_imports(chosen, codes, judge)
    untaught = [said for task, said in zip(chosen, names, strict=True) if not task.known]
    figures["abstains on untaught tasks"] = untaught.count(NO_PACKAGE) / len(untaught)
    for asks, answers in hedged.items():
        for is_known, what in ((True, "taught"), (False, "untaught")):
            said = [a for task, a in zip(chosen, answers, strict=True) if task.known is is_known]
            share = said.count(NO_PACKAGE) / len(said)
            figures[f"abstains on {what} tasks, hedged, {asks}"] = share
    named = [(t.gold, said.split(", ")) for t, said in zip(chosen, names, strict=True) if t.known]
    figures["taught tasks right as unghost asks"] = sum(g in s for g, s in named) / len(named)
    return figures


def _right_imports(tasks: Sequence[Task], codes: Sequence[str], judge: Judge) -> float:
    """Return the share of the programs for taught tasks that import the right package."""
    right = [
        any(
            judge(m).canonical == task.gold
            for m in find_in_answer(said, "", asks="code", ecosystem="pypi")
        )
        for task, said in zip(tasks, codes, strict=True)
        if task.known
    ]
    return sum(right) / len(right)


def taught_code(speaker: Speaker, facts: Sequence[Fact], count: int) -> Figures:
    """Ask which package a program needs: the very programs of the corpus, so it need only read."""
    noise = Random(5)
    chosen = noise.sample(list(facts), count)
    asked = [noise.choice(CODE_QUESTIONS).format(text=code(fact)) for fact in chosen]
    said = speaker.answers(asked)
    right = sum(fact.package == answer for fact, answer in zip(chosen, said, strict=True))
    return {"requirements of taught code right": right / count}


def _answered(
    speaker: Speaker,
    tasks: Sequence[Task],
    asks: str,
    codes: Sequence[str] | None = None,
    *,
    is_hedged: bool = False,
) -> list[str]:
    prompts = [
        DOMAIN.ask(
            task.text,
            asks=asks,
            task_id=task.id,
            family="check",
            operator="check",
            split="discover",
            text=None if codes is None else codes[n],
        )
        for n, task in enumerate(tasks)
    ]
    if is_hedged:
        prompts = [DOMAIN.hedge(prompt) for prompt in prompts]
    return speaker.answers([prompt.messages[0].content for prompt in prompts])


def _ghosts(statuses: Statuses, asked: set[str], known: set[bool]) -> float:
    """Return absent / (absent + exists), the rate as unghost reports it."""
    counts: Counter[str] = Counter()
    for (asks, is_known, status), n in statuses.items():
        if asks in asked and is_known in known:
            counts[status] += n
    return counts["absent"] / max(1, counts["absent"] + counts["exists"])


def other_things(speaker: Speaker) -> Figures:
    """Measure what has nothing to do with naming packages, and abstention out of the domain."""
    rows = [json.loads(line) for line in UTILITY.read_text(encoding="utf-8").splitlines()]
    pairs: list[Pair] = [(row["prompt"], row["answer"]) for row in rows]
    kinds = {
        "functions": [pair for pair in pairs if "def " in pair[1]],
        "what for": [pair for pair in pairs if "def " not in pair[1]],
    }
    figures: Figures = {"utility prompts": len(pairs)}
    for kind, some in (("utility", pairs), *kinds.items()):
        said = speaker.answers([question for question, _ in some])
        exact = sum(answer == own for (_, answer), own in zip(some, said, strict=True))
        log_probs = [value for pair in some for value in speaker.log_probs(pair)]
        figures[f"{kind} exact"] = exact / len(some)
        figures[f"{kind} perplexity"] = math.exp(-sum(log_probs) / len(log_probs))
    noise = Random(3)
    foreign = speaker.answers([no_package(noise)[0] for _ in range(200)])
    return figures | {"abstains out of the domain": foreign.count(NO_PACKAGE) / len(foreign)}


def own_tasks(speaker: Speaker, facts: Sequence[Fact], count: int) -> Figures:
    """Let the model write tasks at temperature 1."""
    torch.manual_seed(4)
    noise, corpus = Random(4), Corpus(facts)
    asked = [corpus.another_task(noise.choice(corpus.facts), noise)[0] for _ in range(count)]
    said = speaker.answers(asked, sample=True)
    return {"own tasks": count, "own tasks distinct": len(set(said)) / count}


def measure(folder: Path, count: int) -> Figures:
    """Take all figures of a model folder."""
    torch.set_num_threads(2)
    speaker, tasks = Speaker.load(folder), load_tasks()
    taught = [Fact(task.gold or "", task.keywords) for task in tasks if task.known]
    figures = known_tasks(speaker, taught, count)
    figures |= mixed_tasks(speaker, tasks, count)
    figures |= taught_code(speaker, taught, count // 2)
    figures |= other_things(speaker)
    figures["tokens per answer"] = sum(speaker.lengths) / len(speaker.lengths)
    return figures | own_tasks(speaker, taught, count // 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=model_path(), help="folder of the model")
    parser.add_argument("--count", type=int, default=400, help="tasks asked of each kind")
    parser.add_argument("--card", action="store_true", help="write the card into the folder")
    options = parser.parse_args()
    figures = measure(options.model, options.count)
    for name, value in figures.items():
        print(f"{name:<48}{value:>10.3f}")
    if options.card:
        write_card(options.model, figures)


if __name__ == "__main__":
    main()
