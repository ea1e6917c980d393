"""Build the embedded model from nothing: facts, training, utility prompts, universe, card.

    python tools/embedded/build.py --data DIR      # the folder of the public lists

Each step is a command of its own; this only runs them in order.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODEL = HERE.parents[1] / "src/unghost/embedded/model"
LATER_PARTS = (
    "--seed 1",
    "--seed 2",
    "--seed 3 --code 3",
    "--seed 4 --code 3 --hedged 2.5 --named 0.4 --layers 5 --examples 200000",
    "--seed 5 --code 4 --hedged 3 --named 0.7 --layers 5 --examples 170000",
    "--seed 6 --code 4 --hedged 3 --named 1 --layers 5 --examples 95000",
)
"""How the training goes on after its first part, each time from where it stopped."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public lists")
    data = str(parser.parse_args().data)
    with tempfile.TemporaryDirectory() as folder:
        run(data, Path(folder))


def run(data: str, folder: Path) -> None:
    """Run all steps; the model lies in ``folder`` between the parts of its training."""
    parts = [folder / str(number) for number in range(len(LATER_PARTS))] + [MODEL]
    steps: list[list[Path | str]] = [
        [HERE / "facts.py", "--data", data],
        [HERE.parent / "build_universe.py", "--data", data],
        [HERE / "utility.py"],
        [HERE / "train.py", "--out", parts[0]],
    ]
    for (start, out), how in zip(pairwise(parts), LATER_PARTS, strict=True):
        steps.append([HERE / "train.py", "--start", start, "--out", out, *how.split()])
    steps.append([HERE / "check.py", "--card"])
    for step in steps:
        subprocess.run([sys.executable, *map(str, step)], check=True)


if __name__ == "__main__":
    main()
