"""Reads hostile files in a process of its own, whose memory and deeds are watched.

The first argument says which case, the others are what it takes; the outcome is printed as JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from random import Random

from unghost.mentions.reader import find_in_file

_MEGABYTE = 2**20
_CONTENTS: dict[str, Callable[[int], bytes]] = {
    "zeros": bytes,
    "noise": lambda size: Random(0).randbytes(size),
    "letters": lambda size: b"a" * size,
    "newlines": lambda size: b"\n" * size,
    "utf-16": lambda size: ("import numpy\n" * (size // 26)).encode("utf-16"),
    "json": lambda size: b"[" + b"1," * (size // 2),
}
_NESTING = ("(", "[", "{", "({[", "a<")
_DEEP = 1_000_000


def content(kind: str, path: str, megabytes: str) -> dict[str, float]:
    """Read a large file that has nothing in it, or nothing but values."""
    return _measured(_CONTENTS[kind](int(megabytes) * _MEGABYTE), path)


def lock(packages: str) -> dict[str, float]:
    """Read a ``package-lock.json`` of many packages, each of some 330 bytes."""
    said = b'"node_modules/name%d":{"version":"1.0.%d","resolved":"https://r.example/%d.tgz",'
    said += b'"integrity":"sha512-' + b"a" * 200 + b'","dev":true,"license":"MIT"},'
    entries = b"\n".join(said % (number, number, number) for number in range(int(packages)))
    data = b'{"lockfileVersion":3,"packages":{' + entries + b'"node_modules/last":{}}}'
    return _measured(data, "package-lock.json")


def _measured(data: bytes, path: str) -> dict[str, float]:
    begin = time.process_time()
    found = len(find_in_file(data, path))
    seconds = time.process_time() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"found": found, "seconds": seconds, "peak": peak, "size": len(data) / _MEGABYTE}


def nest(name: str) -> dict[str, int]:
    """Read text that is nested deeper than any stack."""
    from fuzz_targets import matching
    from hostile_texts import STATEMENTS

    (target,) = matching(name)
    statement = STATEMENTS.get(name.removeprefix("imports:"), "")
    return {
        unit: len(target.read(f"{statement}{unit * (_DEEP // len(unit))}\n{statement}"))
        for unit in _NESTING
    }


def deeds() -> list[str]:
    """Return what reading hostile code does that is more than reading.

    What is imported when it is first needed is none of a text's doing, so all is needed before.
    """
    from fuzz_targets import seeds, targets
    from hostile_code import TEXTS

    for target in targets():
        for seed in seeds(target):
            target.read(seed)
    seen: list[str] = []
    sys.addaudithook(lambda event, given: seen.append(event) if _is_deed(event, given) else None)
    for target in targets():
        for text in TEXTS:
            target.read(text)
    return sorted(set(seen))


def _is_deed(event: str, given: tuple[object, ...]) -> bool:
    """Return whether an event reaches further than the text; a file without a name is none."""
    if event == "open":
        return given[0] != ""
    # The parser of Python compiles to a tree; what runs code is another event.
    return event not in ("builtins.id", "compile")


_CASES: dict[str, Callable[..., object]] = {
    "content": content,
    "deeds": deeds,
    "lock": lock,
    "nest": nest,
}

if __name__ == "__main__":
    print(json.dumps(_CASES[sys.argv[1]](*sys.argv[2:])))
