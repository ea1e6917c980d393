"""Compare our readers with the tree-sitter grammars that could take their place.

    pip install tree-sitter-json tree-sitter-toml tree-sitter-python tree-sitter-dockerfile \
        tree-sitter-make
    python benchmarks/grammars.py --sources FOLDER...

Files are those of the folders (checked-out repositories, ``node_modules``), and for Python those of
this Python's libraries; each file is read whole by both, in the same process, three times in turns,
and the fastest pass counts.

json, toml
    *ours* makes the tree of values with places that all finders walk. *parse* is the grammar's
    parser alone, *tree* also makes the same values of its nodes, but for escapes, bounds of depth
    and number, and what can be saved of a broken text; sound files only.
    *memory* is what the tree takes, in bytes for each of the text's.
python
    *ours* finds the imports. *tree* parses as far (to behind the last ``import``), with the same
    care as for other languages, and asks the tree for its import statements; calls that import and
    ``__future__`` are left aside. *small* are the beginnings of the files, *start* is what a
    process needs before the first file is read, in milliseconds.
broken
    Files with one character taken out, the same in every run: of the names that the whole file has
    and that still stand in the text, how many each finds. For JSON and TOML, names are keys.
commands
    Dockerfiles and makefiles: how many have error nodes in the grammar's tree, and how many of
    these have packages that we find.

Writes ``benchmarks/results/grammars.json`` and prints it.
"""

from __future__ import annotations

import argparse
import importlib
import platform
import random
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tree_sitter import Language, Node, Parser, Query, QueryCursor

from mentions import python_folders
from unghost.ecosystems.pypi.imports import find_imports
from unghost.mentions.commands.dockerfile import find_in_dockerfile
from unghost.mentions.commands.makefile import find_in_makefile
from unghost.storage.atomic import write_json
from unghost.syntax import grammar
from unghost.syntax.document import Array, Scalar, Table, Value
from unghost.syntax.json_text import read_json
from unghost.syntax.text import ByteOffsets, decode
from unghost.syntax.toml_text import read_toml

RESULTS = Path(__file__).resolve().parent / "results" / "grammars.json"
PASSES, LARGEST, LIMIT, BROKEN = 3, 4_000_000, 30_000_000, 400
NAMES = {
    "json": ("*.json",),
    "toml": ("*.toml", "poetry.lock", "uv.lock", "Cargo.lock"),
    "python": ("*.py",),
    "dockerfile": ("Dockerfile*", "*.dockerfile"),
    "make": ("Makefile*", "*.mk"),
}
IMPORTS = "[(import_statement) (import_from_statement)] @i"
SMALL = 1_000
"""Characters of a small text, as code in a model's answer is."""


def language(name: str) -> Language:
    return Language(importlib.import_module(f"tree_sitter_{name}").language())


def texts_of(kind: str, folders: Iterable[Path], limit: int = LIMIT) -> list[str]:
    """Choose files of a kind at random, the same in every run."""
    found = {p for folder in folders for name in NAMES[kind] for p in folder.rglob(name)}
    paths = sorted(p for p in found if p.is_file() and not p.is_symlink())
    random.Random(0).shuffle(paths)
    texts = dict[str, None]()
    for path in paths:
        text = decode(path.read_bytes()) if path.stat().st_size <= LARGEST else None
        if text and limit > 0:
            texts.setdefault(text)
            limit -= len(text)
    return list(texts)


def fastest(readers: dict[str, Callable[[str], object]], texts: Sequence[str]) -> dict[str, float]:
    """Return megabytes a second by reader."""
    size = sum(len(text.encode("utf-8", "replace")) for text in texts) / 1e6
    best = dict.fromkeys(readers, float("inf"))
    for _ in range(PASSES):
        for name, read in readers.items():
            begin = time.process_time()
            for text in texts:
                read(text)
            best[name] = min(best[name], time.process_time() - begin)
    return {name: round(size / seconds, 2) for name, seconds in best.items()}


def broken(texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Return whole texts, and each again without one of its marks."""
    chance = random.Random(1)
    for text in texts[:BROKEN]:
        places = [n for n, char in enumerate(text) if char in "\"'()[]{}:,="]
        if places:
            place = chance.choice(places)
            yield text, text[:place] + text[place + 1 :]


def kept(
    texts: Sequence[str], readers: dict[str, Callable[[str], set[str]]], whole: str
) -> dict[str, Any]:
    """Count the names of sound texts that are found again in broken ones, and those made up."""
    counts: dict[str, Any] = {"files": 0, "names": 0}
    counts |= {f"{name} {what}": 0 for name in readers for what in ("found", "made up")}
    for text, cut in broken(texts):
        names = readers[whole](text)
        there = {name for name in names if name in cut}
        counts["files"] += 1
        counts["names"] += len(there)
        for name, read in readers.items():
            found = read(cut)
            counts[f"{name} found"] += len(found & there)
            counts[f"{name} made up"] += len(found - names)
    return counts


def keys(value: Value | None) -> set[str]:
    found, waiting = set[str](), [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Table):
            found.update(key.text for key, _ in value.entries)
            waiting += [inner for _, inner in value.entries]
        elif isinstance(value, Array):
            waiting += value.items
    return found


def converted(node: Node, data: bytes, offsets: ByteOffsets) -> Value:
    """Make our values of a JSON or TOML value; escapes stay as they are written."""
    start, end = offsets.char(node.start_byte), offsets.char(node.end_byte)
    if node.type in ("array", "object", "inline_table"):
        inner = [n for n in node.named_children if n.type not in ("comment", "ERROR")]
        if node.type == "array":
            return Array(start, end, [converted(n, data, offsets) for n in inner])
        table = Table(start, end)
        for pair in inner:
            add(table, pair, data, offsets)
        return table
    quotes = 0
    if node.type in ("string", "quoted_key"):
        quotes = 3 if data[node.start_byte :][:3] in (b'"""', b"'''") else 1
    start, end = start + quotes, end - quotes
    text = data[node.start_byte + quotes : node.end_byte - quotes].decode("utf-8", "replace")
    return Scalar(start, end, text, is_string=quotes > 0 or node.type == "bare_key")


def add(table: Table, pair: Node, data: bytes, offsets: ByteOffsets) -> None:
    if pair.type == "pair" and len(pair.named_children) >= 2:
        key, value = pair.named_children[0], pair.named_children[-1]
        *path, last = parts(key, data, offsets)
        for step in path:
            table = below(table, step)
        table.entries.append((last, converted(value, data, offsets)))


def parts(key: Node, data: bytes, offsets: ByteOffsets) -> list[Scalar]:
    if key.type == "dotted_key":
        return [part for inner in key.named_children for part in parts(inner, data, offsets)]
    value = converted(key, data, offsets)
    return [value if isinstance(value, Scalar) else Scalar(0, 0, "")]


def below(table: Table, key: Scalar) -> Table:
    """Go down by a key; linear in the table, for the index that ours keeps would cost the same."""
    inner = table.get(key.text)
    if isinstance(inner, Array) and inner.items:
        inner = inner.items[-1]
    if not isinstance(inner, Table):
        inner = Table(key.start, key.end)
        table.entries.append((key, inner))
    return inner


def of_tree(root: Node, kind: str, offsets: ByteOffsets) -> Value | None:
    """Make our values of a whole tree."""
    data, nodes = offsets.data, root.named_children
    if kind == "json":
        return converted(nodes[0], data, offsets) if nodes else None
    whole = Table(0, offsets.char(root.end_byte))
    for node in nodes:
        if node.type == "pair":
            add(whole, node, data, offsets)
        elif node.type in ("table", "table_array_element") and node.named_children:
            *path, last = parts(node.named_children[0], data, offsets)
            table = whole
            for step in path:
                table = below(table, step)
            if node.type == "table":
                table = below(table, last)
            else:
                array = table.get(last.text)
                if not isinstance(array, Array):
                    array = Array(last.start, last.end)
                    table.entries.append((last, array))
                array.items.append(Table(last.start, last.end))
                table = next(item for item in reversed(array.items) if isinstance(item, Table))
            for pair in node.named_children[1:]:
                add(table, pair, data, offsets)
    return whole


def documents(kind: str, ours: Callable[[str], Value | None], texts: list[str]) -> dict[str, Any]:
    parser = Parser(language(kind))

    def parse(text: str) -> Node:
        return parser.parse(text.encode("utf-8", "replace")).root_node

    def tree(text: str) -> Value | None:
        offsets = ByteOffsets(text)
        return of_tree(parser.parse(offsets.data).root_node, kind, offsets)

    def named(read: Callable[[str], Value | None]) -> Callable[[str], set[str]]:
        return lambda text: keys(read(text))

    sound = [text for text in texts if not parse(text).has_error]
    return {
        "files": len(texts),
        "with_errors": len(texts) - len(sound),
        "differ": sum(keys(ours(text)) != keys(tree(text)) for text in sound),
        "megabytes": round(sum(map(len, sound)) / 1e6, 1),
        "megabytes_a_second": fastest({"ours": ours, "parse": parse, "tree": tree}, sound),
        "memory": {name: memory(kind, name, sound) for name in ("ours", "tree")},
        "broken": kept(sound, {"ours": named(ours), "tree": named(tree)}, "ours"),
    }


MEMORY = """
import sys
from pathlib import Path
from unghost.syntax.json_text import read_json
from unghost.syntax.toml_text import read_toml
from tree_sitter import Language, Parser
text, kind, name = Path(sys.argv[1]).read_text("utf-8"), sys.argv[2], sys.argv[3]
read = {"json": read_json, "toml": read_toml}[kind]
if name == "tree":
    grammar = __import__("tree_sitter_" + kind)
    read = lambda text: Parser(Language(grammar.language())).parse(text.encode())
resident = lambda: int(Path("/proc/self/statm").read_text().split()[1]) * 4096
before = resident()
tree = read(text)
print((resident() - before) / len(text))
"""


def memory(kind: str, name: str, texts: Sequence[str]) -> float:
    """Return the bytes of memory that what was read takes for each of the text's own."""
    place = RESULTS.with_suffix(".tmp")
    many = "\n".join(texts) if kind == "toml" else f"[{','.join(texts)}]"
    place.write_text(many, encoding="utf-8")
    command = [sys.executable, "-W", "ignore", "-c", MEMORY, str(place), kind, name]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    place.unlink()
    return round(float(done.stdout), 1)


STARTS = {
    "ours": "from unghost.ecosystems.pypi.imports import find_imports; find_imports('import a')",
    "tree": "from unghost.syntax import grammar;"
    " grammar.parse('import a', grammar.Grammar('tree_sitter_python'))",
}


def start(code: str) -> float:
    """Return how long a new process takes for some code, in milliseconds; the least of many."""
    begin = "import time; from unghost.ecosystems import all_ecosystems; all_ecosystems()"
    timed = f"{begin}; t = time.perf_counter(); {code}; print(time.perf_counter() - t)"
    command = [sys.executable, "-W", "ignore", "-c", timed]
    runs = [subprocess.run(command, capture_output=True, check=True) for _ in range(15)]
    return round(min(float(run.stdout) for run in runs) * 1e3, 1)


def beginning(text: str) -> str:
    return text[: text.find("\n", SMALL) + 1]


def sources(texts: list[str]) -> dict[str, Any]:
    python = grammar.Grammar("tree_sitter_python")
    query = Query(grammar.load(python), IMPORTS)

    def ours(text: str) -> set[str]:
        found = find_imports(text) if "import" in text else ()
        return {spot.name for spot in found if spot.name != "__future__"}

    def tree(text: str) -> set[str]:
        if "import" not in text:
            return set()
        data = text.encode("utf-8", "replace")
        root = grammar.parse_through(data, python, data.rfind(b"import"))
        found = set()
        for node in QueryCursor(query).captures(root).get("i", []):
            named = node.children_by_field_name(
                "name" if node.type == "import_statement" else "module_name"
            )
            for name in named:
                name = name.child_by_field_name("name") or name
                if name.type == "dotted_name":
                    found.add(data[name.start_byte : name.end_byte].decode("utf-8", "replace"))
        return found

    readers = {"ours": ours, "tree": tree}
    return {
        "files": len(texts),
        "megabytes": round(sum(map(len, texts)) / 1e6, 1),
        "differ": sum(ours(text) != tree(text) for text in texts),
        "megabytes_a_second": fastest(readers, texts),
        "broken_megabytes_a_second": fastest(readers, [cut for _, cut in broken(texts)]),
        "small_megabytes_a_second": fastest(readers, [beginning(text) for text in texts]),
        "start": {name: start(code) for name, code in STARTS.items()},
        "broken": kept(texts, readers, "ours"),
    }


def commands(
    kind: str, ours: Callable[[str], Sequence[object]], texts: list[str]
) -> dict[str, Any]:
    parser = Parser(language(kind))
    wrong = [text for text in texts if parser.parse(text.encode()).root_node.has_error]
    return {
        "files": len(texts),
        "with_packages": sum(bool(ours(text)) for text in texts),
        "with_errors": len(wrong),
        "with_errors_and_packages": sum(bool(ours(text)) for text in wrong),
        "megabytes_a_second": fastest(
            {"ours": ours, "parse": lambda text: parser.parse(text.encode())}, texts
        ),
    }


def main() -> None:
    warnings.simplefilter("ignore")  # that grammars give their address as a number
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--sources", type=Path, nargs="+", required=True)
    folders = options.parse_args().sources
    result = {
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "versions": {name: version(f"tree-sitter-{name}") for name in NAMES},
        "json": documents("json", read_json, texts_of("json", folders)),
        "toml": documents("toml", read_toml, texts_of("toml", folders)),
        "python": sources(texts_of("python", python_folders())),
        "dockerfile": commands("dockerfile", find_in_dockerfile, texts_of("dockerfile", folders)),
        "make": commands("make", find_in_makefile, texts_of("make", folders)),
    }
    write_json(RESULTS, result)
    print(RESULTS.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
