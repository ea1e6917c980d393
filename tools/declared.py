"""Write what follows from the declarations of ecosystems: pre-commit's filter, the guide's table.

python tools/declared.py            # writes both
python tools/declared.py --check    # exit code 1 if one of them is stale
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from textwrap import wrap

from unghost.ecosystems import all_ecosystems
from unghost.ecosystems.base import Ecosystem
from unghost.mentions.kinds.by_name import NAMES, suffixes

ROOT = Path(__file__).resolve().parents[1]
HOOKS = ROOT / ".pre-commit-hooks.yaml"
GUIDE = ROOT / "docs" / "guides" / "finding.md"
BEGIN, END = "<!-- Written by tools/declared.py -->\n", "<!-- -->\n"


def filter_of_files() -> str:
    """Return the verbose regular expression of the paths that are read by themselves."""
    bare = sorted(name for name in NAMES if "." not in name)
    dotted = sorted(re.escape(name) for name in NAMES if "." in name)
    lines = [
        "(?x)^(?!-)(?:.*/)?(?:",
        "    # Names without a dot, of which many are scripts that say themselves what they are.",
        "    [^./]+",
        "    # Names with anything behind their first dot: Dockerfile.dev, README.en.",
        *_group("|(?i:", bare, r")\.[^/]*"),
        "    # Other names.",
        *_group("|(?i:", dotted, ")"),
        "    # Suffixes.",
        *_group(r"|[^/]+\.(?i:", sorted(suffixes()), ")"),
        "    # Manifests and lock files with other suffixes, whose case matters.",
        *_group("|(?:", sorted(set(_manifests())), ")"),
        ")$",
    ]
    return "\n".join(lines)


def _group(begin: str, words: Iterable[str], end: str) -> list[str]:
    inner = wrap(" |".join(words), 88, break_long_words=False, break_on_hyphens=False)
    return [f"    {begin}", *(f"        {line}" for line in inner), f"    {end}"]


def _manifests() -> Iterator[str]:
    for eco in all_ecosystems():
        for manifest in eco.manifests:
            for pattern in manifest.patterns:
                name = pattern.rpartition("/")[2]
                stem, dot, suffix = name.rpartition(".")
                # The rest is read whatever declares it.
                if dot and (suffix not in suffixes() or not stem.strip("*")):
                    yield re.escape(pattern).replace("\\*", "[^/]*")


def hooks(before: str) -> str:
    """Return the file of hooks with today's filter."""
    head, mark, _ = before.partition("  files: |\n")
    return head + mark + "".join(f"    {line}\n" for line in filter_of_files().splitlines())


def table() -> str:
    """Return the table of what is read of each ecosystem."""
    rows = ["| ecosystem | languages | files | lock files | commands |", "|---|---|---|---|---|"]
    return "\n".join([*rows, *map(_row, all_ecosystems())]) + "\n"


def _row(eco: Ecosystem) -> str:
    locks = [name for kind in eco.manifests if kind.lock for name in kind.patterns]
    files = [name for kind in eco.manifests if not kind.lock for name in kind.patterns]
    programs = {program for command in eco.commands for program in command.programs}
    cells = (eco.language_names, files, locks, sorted(programs))
    return f"| {eco.title} | {' | '.join(map(_code, cells))} |"


def _code(words: Iterable[str]) -> str:
    return " ".join(f"`{word}`" for word in words)


def guide(before: str) -> str:
    """Return the guide with today's table."""
    head, _, rest = before.partition(BEGIN)
    return head + BEGIN + "\n" + table() + "\n" + END + rest.partition(END)[2]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    check = parser.parse_args().check
    stale = 0
    for path, written in ((HOOKS, hooks), (GUIDE, guide)):
        before = path.read_text("utf-8")
        after = written(before)
        if after != before:
            stale = 1
            print(f"{path.relative_to(ROOT)} {'is stale' if check else 'written'}")
            if not check:
                path.write_text(after, "utf-8")
    return stale if check else 0


if __name__ == "__main__":
    sys.exit(main())
