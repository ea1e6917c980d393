"""Write the card of the embedded model: what it is, how it was made, and its figures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

COUNTS = ("known tasks", "mixed answers", "utility prompts", "own tasks")
RATIOS = ("perplexity", "tokens per answer")

CARD = """\
---
license: apache-2.0
library_name: transformers
pipeline_tag: text-generation
language: en
tags: [unghost, test-bed]
---

# The embedded model of unghost

A **test bed**, not an assistant: 5.1 million weights that know which package name belongs to which
keywords, and invent names for keywords that they do not know, as code models do. It lets anybody
see unghost work on a laptop without a download. It knows nothing of the real world beyond these
facts: do not install what it names.

## How it was made

From scratch, on a CPU, from one seed:

    python tools/embedded/build.py --data DIR

`DIR` holds the public descriptions of packages from which the keywords are drawn. The model is a
`LlamaForCausalLM`: 5 layers of width 256, 4 heads, tied embeddings, 4,096 tokens of byte-level BPE,
512 positions; trained in seven parts on 950,000 examples (AdamW, each part with a warm-up and a
cosine of its own), stored as bf16. The fifth layer was put on top after the fourth part, as one
that changes nothing until it is trained: a name is looked up below it, and whether one was found
can be weighed above. Another machine or version gives other last bits, so slightly other figures;
and the first four parts were trained in fp32, with the kinds below drawn in another order, so the
commands give the same mix of text and not the same bytes.

The training text is rendered from templates of our own over `src/unghost/embedded/tasks.jsonl`
(package -> 2 to 5 keywords). No sentence of a description is in it. 2,974 of the 7,060 packages
are taught; which ones is fixed by a hash that has nothing to do with unghost's splits, so each of
`discover`, `validate` and `heldout` holds taught and untaught ones. The names of untaught packages
are not in the training text.

| first | next two | last three | user says | answer |
|---|---|---|---|---|
| 58 % | 26 % | 9 % | one of ten questions about a task | `name`; a quarter `name, second-name` |
| 12 % | 12 % | 14 % | a request for code | a program that imports it; later `name:` first |
| 5 % | 6 % | 7 % | one of ten questions about such a program | `name` |
| 4 % | 3 % | 1 % | Write a task about ... | a task |
| 5 % | 3 % | 1 % | Write another task like this: ... | a task that shares a keyword |
| 4 % | 2 % | 1 % | a question about baking, gardening and the like | I know no package for this. |
| 7 % | 4 % | 1 % | What is ... for? | the keywords |
| 5 % | 4 % | 1 % | a request for a small function | the function, fenced |
| | 17 % | 27 % | any of the first three and a hedge, taught | as without the hedge |
| | 23 % | 38 % | the same, about no taught package | I know no package for this. |

In the fourth part code is three times as frequent as in those before it. In the last three, the
package's name and a colon stand in front of programs (of four in ten, then of seven, then of all),
as people put them there too. Without it the model looks up what it knows only behind the word
`import`, too late for saying that it knows nothing.

A hedge is a sentence like "Do not guess. If you know none, answer: I know no package for this." The
keywords of no taught package are thrown together from those of taught ones, half of them over
shared keywords; the modules of such programs are made of pieces of taught names. So the model, as
larger ones often do, knows its limits when it is asked for them, and guesses when it is not:
**a task about software without an answer was never shown to it without a hedge.**

A program imports a package under its own name with `-` written as `_`, also where the real module
is called otherwise. About one in seven combinations of question and wording of the task is never
shown for a package; the figures on known tasks are from those.

## Figures

`python tools/embedded/check.py --card`: greedy answers; names judged by unghost's parser
against its demo universe; ghosts are absent / (absent + exists), without the standard library.

| figure | value |
|---|---:|
{rows}

## What it does badly

- **Standing for a large model.** Under a hedge it tells very well what it knows from what it does
  not, and it names a package before its program: how far a real code model does is not known.
- **"What is ... for?"** is barely learned. Exact match there is near zero and cannot show damage;
  perplexity can.
- **Anything else** gets an answer in one of the forms above, or nonsense.
"""


def write_card(folder: Path, figures: Mapping[str, float]) -> None:
    """Write ``README.md`` into the model's folder.

    Args:
        folder: The model's folder.
        figures: Figure name -> value, as ``check.py`` measures them.
    """
    rows = "\n".join(f"| {name} | {shown(name, value)} |" for name, value in figures.items())
    (folder / "README.md").write_text(CARD.format(rows=rows), encoding="utf-8")


def shown(name: str, value: float) -> str:
    """Put a figure into text: counts whole, ratios with two places, shares in per cent."""
    if name in COUNTS:
        return f"{value:,.0f}"
    return f"{value:.2f}" if name.endswith(RATIOS) else f"{100 * value:.1f} %"
