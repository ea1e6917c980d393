"""Write the prompts that show damage where packages are not concerned, with the answers taught.

    python tools/embedded/utility.py

All small functions in one wording each, and what a sample of taught packages of the ``heldout``
split is for.
"""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

from corpus import FUNCTION_PREFIXES, FUNCTION_REQUESTS, FUNCTIONS, taught_facts, what_for
from unghost.records import split_of

OUTPUT = Path(__file__).resolve().parents[2] / "src/unghost/data/utility.jsonl"
PACKAGES = 160


def main() -> None:
    noise = Random(0)
    pairs = []
    for stem, parameters, body in FUNCTIONS:
        for prefix in FUNCTION_PREFIXES:
            request = noise.choice(FUNCTION_REQUESTS)
            name = prefix + stem
            question = request.format(name=name, parameters=parameters)
            pairs.append((question, f"```python\ndef {name}({parameters}):\n    {body}\n```"))
    held = [fact for fact in taught_facts() if split_of(fact.package) == "heldout"]
    pairs += [what_for(fact, noise) for fact in noise.sample(held, PACKAGES)]
    rows = [json.dumps({"prompt": prompt, "answer": answer}) for prompt, answer in pairs]
    OUTPUT.write_text("\n".join(rows) + "\n", encoding="utf-8")
    print(f"{len(rows)} prompts")


if __name__ == "__main__":
    main()
