"""Build the embedded model from nothing: facts, training, utility prompts, universe, card.

    python tools/embedded/build.py --data DIR      # the folder of the public lists

Each step is a command of its own; this only runs them in order.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODEL = HERE.parents[1] / "src/unghost/embedded/model"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public lists")
    data = str(parser.parse_args().data)
    steps = (
        [HERE / "facts.py", "--data", data],
        [HERE.parent / "build_universe.py", "--data", data],
        [HERE / "utility.py"],
        [HERE / "train.py", "--out", MODEL],
        [HERE / "check.py", "--card"],
    )
    for step in steps:
        subprocess.run([sys.executable, *map(str, step)], check=True)


if __name__ == "__main__":
    main()
