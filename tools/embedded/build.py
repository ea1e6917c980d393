"""Build the embedded model from nothing: facts, training, utility prompts, universe, card.

    python tools/embedded/build.py --data DIR      # the folder of the public lists

Each step is a command of its own; this only runs them in order.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODEL = HERE.parents[1] / "src/unghost/embedded/model"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public lists")
    data = str(parser.parse_args().data)
    with tempfile.TemporaryDirectory() as folder:
        run(data, Path(folder))


def run(data: str, folder: Path) -> None:
    """Run all steps; the model lies in ``folder`` between the parts of its training."""
    first, second, third = (folder / part for part in ("first", "second", "third"))
    steps = (
        [HERE / "facts.py", "--data", data],
        [HERE.parent / "build_universe.py", "--data", data],
        [HERE / "utility.py"],
        [HERE / "train.py", "--out", first],
        [HERE / "train.py", "--start", first, "--out", second],
        [HERE / "train.py", "--start", second, "--out", third, "--seed", "2"],
        [HERE / "train.py", "--start", third, "--out", MODEL, "--seed", "3", "--code", "3"],
        [HERE / "check.py", "--card"],
    )
    for step in steps:
        subprocess.run([sys.executable, *map(str, step)], check=True)


if __name__ == "__main__":
    main()
