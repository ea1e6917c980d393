"""Measure how fast models are measured: generation with local weights.

    python benchmarks/measure.py --model FOLDER            # every part
    python benchmarks/measure.py --model FOLDER --parts generation --rows 32 --dtype fp32 bf16

generation
    Tokens per second of ours and of transformers' ``model.generate``: the same model, number type,
    batch, prompts (the bundled tasks) and longest answer, greedy. Both in turn, the medians count.
    A token counts up to the end of its answer; what ``generate`` fills up behind it does not.
    *wall* is by the clock, *cpu* by the processor time of all threads, which other work on the
    machine disturbs less. *same* is the share of answers that are equal token by token; the rest
    are ties in the last bits.

requests
    Requests per second of ours against a bare httpx loop on the same loopback server; see
    ``measure_requests.py``.

analysis
    Answers per second from text to figures: finding names, judging them, joining answers and
    computing all figures, on the labelled answers of real models (``tests/mentions``), and how much
    of that garak's probe takes that only looks for imports of Python, where pip can download it:
    its extraction is cut out of the wheel, and names are looked up in the same set.

Set OMP_WAIT_POLICY=PASSIVE where other work runs: threads that spin steal from each other. Writes
``benchmarks/results/measure.json``, in which parts and models that did not run stay as they were,
and prints it; ``--show`` only prints.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mentions
import reader
from measure_requests import measure_requests

RESULTS = Path(__file__).parent / "results" / "measure.json"

Part = Callable[[argparse.Namespace], dict[str, Any]]
"""Runs one part; returns its results by a name that says what was measured."""


@dataclass
class Side:
    """One of the compared, over all its runs."""

    tokens: list[int] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    answers: list[tuple[int, ...]] = field(default_factory=list)

    def run(self, generate: Callable[[], list[tuple[int, ...]]]) -> None:
        """Take one run's answers and times."""
        wall, cpu = time.perf_counter(), time.process_time()
        self.answers = generate()
        self.wall.append(time.perf_counter() - wall)
        self.cpu.append(time.process_time() - cpu)
        self.tokens.append(sum(map(len, self.answers)))

    def rate(self, spent: list[float]) -> float:
        """Return the median of tokens per second of a kind of time."""
        return statistics.median(
            tokens / seconds for tokens, seconds in zip(self.tokens, spent, strict=True)
        )


def generation(options: argparse.Namespace) -> dict[str, Any]:
    found = {}
    for model in options.model:
        for dtype in options.dtype:
            for rows in options.rows:
                name = f"{Path(model).name}, {dtype}, batch {rows}, {options.tokens} tokens"
                found[name] = _compare(model, dtype, rows, options)
                print(f"{name}: {json.dumps(found[name])}", flush=True)
    return found


def _compare(model: str, dtype: str, rows: int, options: argparse.Namespace) -> dict[str, Any]:
    from unghost.generate.base import in_order
    from unghost.generate.load import load_model
    from unghost.generate.local import TransformersGenerator
    from unghost.records import Sampling

    loaded = load_model(model, dtype=dtype)
    prompts, sampling = _prompts(rows), Sampling(max_new_tokens=options.tokens)
    generator = TransformersGenerator(
        loaded.model, loaded.tokenizer, model_id=loaded.model_id, rows=rows
    )

    def ours() -> list[tuple[int, ...]]:
        found = in_order(prompts, generator.generate(prompts, sampling))
        return [completion.token_ids or () for completion in found]

    def theirs() -> list[tuple[int, ...]]:
        return _generate(loaded, prompts, options.tokens, generator.stop_ids)

    one, other = Side(), Side()
    for _ in range(options.runs):
        one.run(ours)
        other.run(theirs)
    same = [a == b for a, b in zip(one.answers, other.answers, strict=True)]
    return {
        "model": loaded.model_id,
        "ours": {"wall": round(one.rate(one.wall), 1), "cpu": round(one.rate(one.cpu), 1)},
        "generate": {
            "wall": round(other.rate(other.wall), 1),
            "cpu": round(other.rate(other.cpu), 1),
        },
        "times": {
            "wall": round(one.rate(one.wall) / other.rate(other.wall), 2),
            "cpu": round(one.rate(one.cpu) / other.rate(other.cpu), 2),
        },
        "same": round(statistics.mean(same), 3),
        "runs": options.runs,
        "load": round(os.getloadavg()[0], 1),
    }


def _generate(
    loaded: Any, prompts: list[Any], longest: int, stop_ids: frozenset[int]
) -> list[tuple[int, ...]]:
    """Ask ``model.generate``; answers end with the first token that stops."""
    import torch

    from unghost.generate.encode import encode_prompt

    encoded = [encode_prompt(loaded.tokenizer, prompt) for prompt in prompts]
    width = max(map(len, encoded))
    pad = loaded.tokenizer.pad_token_id
    ids = torch.tensor([[pad] * (width - len(row)) + row for row in encoded])
    mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in encoded])
    with torch.inference_mode():
        output = loaded.model.generate(
            ids.to(loaded.model.device),
            attention_mask=mask.to(loaded.model.device),
            do_sample=False,
            max_new_tokens=longest,
            eos_token_id=sorted(stop_ids),
            pad_token_id=pad,
        )
    answers = []
    for row in output[:, width:].tolist():
        end = next((at + 1 for at, token in enumerate(row) if token in stop_ids), len(row))
        answers.append(tuple(row[:end]))
    return answers


def _prompts(count: int) -> list[Any]:
    from unghost.domains.registry import load_domain
    from unghost.evaluate.plan import MeasureSettings, choose_tasks, measure_prompts

    domain = load_domain("packages", "demo")
    tasks = choose_tasks(domain.load_tasks(domain.tasks_path(None)), count)
    return measure_prompts(domain, tasks, "heldout", MeasureSettings(long_share=1.0))[:count]


def requests(options: argparse.Namespace) -> dict[str, Any]:
    return {"loopback": measure_requests()}


def analysis(options: argparse.Namespace) -> dict[str, Any]:
    rows = reader.read_corpus()
    texts = [row["text"] for row in rows]
    with tempfile.TemporaryDirectory() as folder:
        domain = reader.open_domain(Path(folder))
        names = frozenset((reader.ANSWERS / "names.txt").read_text(encoding="utf-8").split())
        mentions.fetch(Path(folder))
        garak = mentions.load_peers(Path(folder))[0]
        ways: dict[str, Callable[[], object]] = {"ours": lambda: _analyse(rows, domain)}
        if not garak.problem:
            extract = garak.extract["python"]
            ways["garak"] = lambda: [
                {name for name in extract(text) if name.lower() not in names} for text in texts
            ]
        found: dict[str, Any] = {"answers": len(rows), "garak": garak.version or garak.problem}
        for name, way in ways.items():
            way()
            side = Side()
            for _ in range(options.runs):
                side.run(lambda way=way: [(n,) for n, _ in enumerate(texts)] if way() else [])
            wall, cpu = (round(side.rate(spent)) for spent in (side.wall, side.cpu))
            found[f"{name}, answers/s"] = {"wall": wall, "cpu": cpu}
    found["load"] = round(os.getloadavg()[0], 1)
    return {"labelled answers": found}


def _analyse(rows: list[dict[str, Any]], domain: Any) -> object:
    """Go from answers to all figures, as a measurement does."""
    from unghost.evaluate.answers import read_answers
    from unghost.evaluate.heldout import heldout_section
    from unghost.records import Completion, Message, Prompt, Sampling
    from unghost.runs.rollouts import find_in_completions

    prompts = [
        Prompt(row["id"], row["id"], (Message("user", ""),), row["asks"], "", "", "", "heldout")
        for row in rows
    ]
    completions = [
        Completion(f"c{row['id']}", row["id"], "m", 0, 0, row["text"], row["finish"], Sampling())
        for row in rows
    ]
    found = find_in_completions(domain, prompts, completions)
    answers = read_answers(prompts, completions, found, domain.verify(found), domain)
    return heldout_section(answers, domain=domain)


PARTS: dict[str, Part] = {
    "generation": generation,
    "requests": requests,
    "analysis": analysis,
}


def machine() -> dict[str, Any]:
    import torch
    import transformers

    return {
        "processor": platform.processor() or platform.machine(),
        "cpus": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "capability": torch.backends.cpu.get_cpu_capability(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
    }


def show(results: dict[str, Any]) -> None:
    for name, row in results.get("generation", {}).items():
        ours, theirs, times = row["ours"], row["generate"], row["times"]
        print(
            f"{name}: {ours['wall']} tokens/s against {theirs['wall']}, {times['wall']} times by"
            f" the clock, {times['cpu']} by processor time; {row['same']:.0%} of answers the same"
        )
    for part in ("requests", "analysis"):
        for name, row in results.get(part, {}).items():
            print(f"{part}, {name}: {json.dumps(row)}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", nargs="+", default=["embedded"])
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--dtype", nargs="+", default=["fp32", "bf16"])
    parser.add_argument("--rows", nargs="+", type=int, default=[32])
    parser.add_argument("--tokens", type=int, default=96)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    if not options.show:
        for part in options.parts:
            results.setdefault(part, {}).update(PARTS[part](options))
            results["machine"] = machine()
            RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    show(results)


if __name__ == "__main__":
    main()
