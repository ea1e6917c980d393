"""Copy a measurement with its invented names masked, small enough to be committed as an example.

    python tools/answers/run.py RUN OUT --universe SNAPSHOT

The copy has the same questions and answers, in which each invented name is one of random letters
of the same form, and ``words.names``: a snapshot of those words of the answers that are packages,
by which its figures are those of the whole list. ``unghost report OUT --universe
OUT/words.names`` computes them.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from dataclasses import replace
from pathlib import Path

from masking import real_words, replaced, stand_ins_of

from unghost.domains.packages.domain import PackagesDomain
from unghost.domains.packages.tasks import OPEN_TASKS
from unghost.names.building import build_snapshot
from unghost.names.universe import load_universe
from unghost.records import Completion, Mention, Prompt, Verdict
from unghost.runs.rollouts import find_in_completions
from unghost.storage.atomic import write_json
from unghost.storage.folder import read_header, read_json, round_of

PHASE = "heldout"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--universe", required=True, help="the snapshot of the measurement")
    given = parser.parse_args()
    world = load_universe(given.universe)
    domain = PackagesDomain(world)
    batch = round_of(given.run, 0).read_phase(PHASE)
    prompts = {prompt.id: prompt for prompt in batch.prompts}
    mentions = find_in_completions(domain, batch.prompts, batch.completions)
    absent: dict[str, list[str]] = {}
    for mention, verdict in zip(mentions, domain.verify(mentions), strict=True):
        if verdict.status == "absent":
            absent.setdefault(mention.source_id, []).append(mention.name)
    every = {name for names in absent.values() for name in names}
    # Only masked where it is given as a name: a word of the tasks, which elsewhere is a word, and
    # a sub-module, which elsewhere is one of a real package.
    spoken = set(re.findall(r"[a-z]+", OPEN_TASKS.read_text(encoding="utf-8").lower()))
    marked = sorted(name for name in every if name.lower() not in spoken and "." not in name)
    completions = []
    for completion in batch.completions:
        # A question about the model's own code has that code in it: one noise for both.
        origin = prompts[completion.prompt_id].task_id
        own = [*absent.get(completion.id, ()), *marked]
        stand_ins = stand_ins_of(own, random.Random(origin))
        text = replaced(completion.text, stand_ins)
        bare = replace(completion, text=text, token_ids=None, spans=None, log_probs=None)
        completions.append(bare)
    asked = [_masked(prompt, marked) for prompt in batch.prompts]
    real = real_words((completion.text for completion in completions), world)
    build_snapshot(
        real,
        given.out / "words.names",
        ecosystem=world.ecosystem.name,
        source="the real names in the answers of this run",
        date=world.as_of,
        complete=True,
        popular=[name for name in real if world.snapshot.is_popular(name)],
    )
    _write(
        given.run,
        given.out,
        PackagesDomain(load_universe(str(given.out / "words.names"))),
        asked,
        completions,
    )
    print(f"{len(completions)} answers, {len(every)} invented names masked, {len(real)} real ones")


def _masked(prompt: Prompt, names: list[str]) -> Prompt:
    if prompt.parent_id is None:
        return prompt
    stand_ins = stand_ins_of(names, random.Random(prompt.task_id))
    turns = tuple(replace(t, content=replaced(t.content, stand_ins)) for t in prompt.messages)
    return replace(prompt, messages=turns)


def _write(
    run: Path, out: Path, domain: PackagesDomain, prompts: list[Prompt], answers: list[Completion]
) -> None:
    folder = round_of(out, 0)
    mentions = find_in_completions(domain, prompts, answers)
    folder.write(Prompt, PHASE, 0, prompts)
    folder.write(Completion, PHASE, 0, answers)
    folder.write(Mention, PHASE, 0, mentions)
    folder.write(Verdict, PHASE, 0, domain.verify(mentions))
    head = read_header(run)
    head["measure"] |= {"universe": "words.names", "model": Path(head["measure"]["model"]).name}
    write_json(out / "run.json", head | {"universe": domain.facts.id})
    tasks = {prompt.task_id for prompt in prompts}
    rows = [task for task in read_json(run / "tasks.json")["tasks"] if task["id"] in tasks]
    (out / "tasks.json").write_text(json.dumps({"tasks": rows}, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
