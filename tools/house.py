"""Print how a source folder is built: sizes, imports against the floors, what an addition touches.

    python tools/house.py             # this repository
    python tools/house.py FOLDER      # another checkout with src/<package>/
    python tools/house.py --json      # all figures with the places behind them
    python tools/house.py --places    # the table, and the places behind the figures

Everything is read from syntax trees; nothing of the folder is imported or run. The floors are the
sentence "Imports run one way: a, b -> c -> d" of docs/architecture.md: what stands further left may
import what stands further right, and rooms of one floor may import each other.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SHORT, LONG, LONG_FUNCTION = 60, 400, 60

ADDITIONS: dict[str, tuple[str, str, str]] = {
    "objective (npo)": (r"objectives/npo\.py", r"npo", ""),
    "setting of an objective (reinforce_mode)": (r"objectives/hybrid\.py", r"reinforce_mode", ""),
    "head quantity (temper_kl)": ("", r"temper_kl", r"objectives/npo\.py"),
    "generator (openai)": (
        r"generate/(http|asking|replies|budget|limits|answer_cache)\.py",
        r"openai|generate\.http|open_endpoint|base_url",
        "",
    ),
    "domain (packages)": (
        r"domains/packages/.*",
        r"domains\.packages|packages_domain|=packages",
        r"ecosystems/.*",
    ),
    "ecosystem (crates)": (r"ecosystems/crates/.*", r"crates|crates_io|cargo|rust", ""),
    "manifest format (Pipfile)": ("", r"pipfile", ""),
}
"""By kind of addition: its own files, the words that an example of it leaves, and files where these
mean something else (what uses it, or a key of a format).

A word stands alone or between other signs than letters; ``=word`` is a whole string or name.
"""


@dataclass
class Module:
    """One file of the package."""

    name: str
    path: Path
    text: str
    tree: ast.Module
    imports: list[tuple[str, str]] = field(default_factory=list)
    """What it imports, and when: ``module``, ``function`` or ``typing``."""

    @property
    def lines(self) -> int:
        """Its lines."""
        return self.text.count("\n")


def read_package(root: Path) -> tuple[str, dict[str, Module]]:
    """Read the one package under src/; gives its name and its modules by dotted name."""
    (package,) = [path.parent for path in sorted(root.glob("src/*/__init__.py"))]
    modules = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        text = path.read_text(encoding="utf-8")
        modules[name] = Module(name, path, text, ast.parse(text))
    for module in modules.values():
        module.imports = list(_imports(module, modules))
    return package.name, modules


def _imports(module: Module, modules: dict[str, Module]) -> Iterator[tuple[str, str]]:
    """Find what a module imports of its own package, each with when that happens."""
    for node, when in _timed(module.tree, "module"):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            source = node.module or ""
            targets = [
                inner if (inner := f"{source}.{alias.name}") in modules else source
                for alias in node.names
            ]
        else:
            continue
        for target in targets:
            if target in modules and target != module.name:
                yield target, when


def _timed(node: ast.AST, when: str) -> Iterator[tuple[ast.AST, str]]:
    for child in ast.iter_child_nodes(node):
        inner = when
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            inner = "function"
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            inner = "typing"
        yield child, inner
        yield from _timed(child, inner)


# ---- imports against the floors ----------------------------------------------------------------


def read_floors(root: Path) -> list[list[str]]:
    """Read the rooms of each floor, the uppermost first."""
    page = root / "docs" / "architecture.md"
    text = " ".join(page.read_text(encoding="utf-8").split()) if page.is_file() else ""
    found = re.search(r"Imports run one way: (.*?)\.(?: |$)", text)
    floors = found[1].replace("`", "").split("->") if found else []
    return [[room.strip().replace("/", "") for room in floor.split(",")] for floor in floors]


def check_floors(
    package: str, modules: dict[str, Module], floors: list[list[str]]
) -> dict[str, list[str]]:
    """List imports that run upward, by when they happen, and modules that no floor names."""
    level_of = {room: level for level, rooms in enumerate(floors) for room in rooms}

    def level(name: str) -> int | None:
        parts = name.removeprefix(package).lstrip(".").split(".")
        inside = [".".join(parts[:end]) for end in range(len(parts), 0, -1)]
        return next((level_of[part] for part in inside if part in level_of), None)

    found: dict[str, list[str]] = defaultdict(list)
    for name, module in modules.items():
        here = level(name)
        if here is None and name != package:
            found["no floor"].append(name)
        for target, when in module.imports:
            there = level(target)
            if here is not None and there is not None and there < here:
                found[when].append(f"{name} -> {target}")
    return {key: sorted(set(places)) for key, places in found.items()}


def cycles(modules: dict[str, Module], times: Iterable[str]) -> list[list[str]]:
    """Return the groups of modules that import each other in a circle (Tarjan)."""
    graph = {
        name: sorted({target for target, when in module.imports if when in times})
        for name, module in modules.items()
    }
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found = []

    def visit(name: str) -> None:
        order[name] = low[name] = len(order)
        stack.append(name)
        for target in graph[name]:
            if target not in order:
                visit(target)
                low[name] = min(low[name], low[target])
            elif target in stack:
                low[name] = min(low[name], order[target])
        if low[name] == order[name]:
            at = stack.index(name)
            if len(stack) - at > 1:
                found.append(sorted(stack[at:]))
            del stack[at:]

    sys.setrecursionlimit(max(sys.getrecursionlimit(), 10 * len(graph)))
    for name in graph:
        if name not in order:
            visit(name)
    return found


# ---- sizes and words ---------------------------------------------------------------------------


def documented(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Find every docstring with what it belongs to."""
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    for node in ast.walk(tree):
        if isinstance(node, kinds) and (text := ast.get_docstring(node)):
            yield node, text


def long_functions(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LONG_FUNCTION:
                yield f"{module.name}:{node.name} ({length})"


def wording(modules: dict[str, Module]) -> dict[str, int]:
    """Count docstrings by a first word that readers do not expect, and sentences with "is no"."""
    first = Counter(
        text.split()[0].rstrip("s.,:")
        for module in modules.values()
        for _, text in documented(module.tree)
    )
    whole = " ".join(" ".join(module.text.split()) for module in modules.values())
    return {
        "docstrings that begin with Give": first["Give"],
        "docstrings that begin with Say": first["Say"],
        '"is no" and "are no"': len(re.findall(r"\b(?:is|are) no\b", whole)),
    }


# ---- names that tests alone use ----------------------------------------------------------------


def mentioned(tree: ast.AST) -> Counter[str]:
    """Count every identifier that is read, imported or stands in a string of names."""
    found: Counter[str] = Counter()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            found[node.id] += 1
        elif isinstance(node, ast.Attribute):
            found[node.attr] += 1
        elif isinstance(node, ast.Constant) and re.fullmatch(r"[\w.:]+", str(node.value)):
            found.update(re.split(r"[.:]", str(node.value)))
    return found


def public_names(tree: ast.Module) -> Iterator[str]:
    """Find public functions, classes and constants of a module, and its classes' methods.

    What a decorator may register, and what overrides something, is left out.
    """
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.decorator_list:
            yield node.name
        elif isinstance(node, ast.ClassDef):
            yield node.name
            plain = not node.bases
            for inner in node.body:
                if plain and isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield inner.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))


def used_by_tests_only(root: Path, modules: dict[str, Module]) -> list[str]:
    """List public names that tests use and nothing else does; ``testing`` is for tests."""
    used: Counter[str] = Counter()
    for module in modules.values():
        used += mentioned(module.tree)
    for folder in ("tools", "benchmarks"):
        for path in (root / folder).rglob("*.py"):
            used += mentioned(ast.parse(path.read_text(encoding="utf-8")))
    tested: Counter[str] = Counter()
    for path in (root / "tests").rglob("*.py"):
        if "corpus" not in path.relative_to(root).parts[1:2]:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            tested += mentioned(tree)
            tested.update(
                alias.name
                for node in ast.walk(tree)
                if isinstance(node, ast.ImportFrom)
                for alias in node.names
            )
    return sorted(
        f"{module.name}:{name}"
        for module in modules.values()
        if not module.name.endswith(".testing")
        for name in set(public_names(module.tree))
        if name[0] != "_" and not used[name] and tested[name]
    )


# ---- what an addition touches ------------------------------------------------------------------


def spoken(tree: ast.Module) -> Iterator[str]:
    """Find identifiers, paths of imports and strings, docstrings left out."""
    docstrings = {id(node.body[0].value) for node, _ in documented(tree)}  # type: ignore[attr-defined]
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) not in docstrings:
                yield node.value
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        else:
            for attribute in ("id", "attr", "arg", "name"):
                value = getattr(node, attribute, None)
                if isinstance(value, str):
                    yield re.sub(r"(?<=[a-z])(?=[A-Z])", "_", value)


def touched(
    root: Path, modules: dict[str, Module], own: str, words: str, left_out: str
) -> dict[str, list[str]]:
    """List the files where an example's words occur: its own, source, other files, docs, tests."""
    alone = [f"^{word[1:]}$" for word in words.split("|") if word[0] == "="]
    within = "|".join(word for word in words.split("|") if word[0] != "=")
    pattern = re.compile(
        "|".join([rf"(?<![A-Za-z])(?:{within})(?![A-Za-z])", *alone]), re.IGNORECASE
    )
    package = next(iter(modules.values())).path.parent
    found: dict[str, list[str]] = defaultdict(list)
    for module in modules.values():
        place = str(module.path.relative_to(package))
        if own and re.fullmatch(own, place):
            found["own"].append(place)
        elif left_out and re.fullmatch(left_out, place):
            continue
        elif pattern.search(place) or any(map(pattern.search, spoken(module.tree))):
            found["source"].append(place)
    in_prose = re.compile(rf"(?<![A-Za-z])(?:{within})(?![A-Za-z])", re.IGNORECASE)
    for path in sorted(root.rglob("*")):
        place = path.relative_to(root)
        if set(place.parts) & {".git", ".venv", "corpus", "__pycache__", "results", "runs"}:
            continue
        top, suffix = place.parts[0], path.suffix
        if suffix == ".md" and top == "docs":
            key = "docs"
        elif top == "tests" and suffix in (".py", ".toml"):
            key = "tests"
        elif suffix in (".toml", ".yaml", ".yml") and (top == "src" or len(place.parts) == 1):
            key = "settings"
        else:
            continue
        if in_prose.search(path.read_text(encoding="utf-8", errors="replace")):
            found[key].append(str(place))
    return dict(found)


# ---- all of it ---------------------------------------------------------------------------------


def survey(root: Path) -> dict[str, Any]:
    """Return all figures: numbers, and lists of places behind them."""
    package, modules = read_package(root)
    upward = check_floors(package, modules, read_floors(root))
    plain = [module for module in modules.values() if module.path.name != "__init__.py"]
    tests = list((root / "tests").rglob("*.py"))
    return {
        "modules": len(modules),
        "lines": sum(module.lines for module in modules.values()),
        "lines of tests": sum(p.read_text(encoding="utf-8").count("\n") for p in tests),
        "folders": len({module.path.parent for module in modules.values()}),
        "modules at the top level": sum(module.name.count(".") == 1 for module in plain),
        f"modules under {SHORT} lines": [f"{m.name} ({m.lines})" for m in plain if m.lines < SHORT],
        f"modules over {LONG} lines": [f"{m.name} ({m.lines})" for m in plain if m.lines > LONG],
        f"functions over {LONG_FUNCTION} lines": [
            place for module in modules.values() for place in long_functions(module)
        ],
        "imports upward, at import": upward.get("module", []),
        "imports upward, in functions": upward.get("function", []),
        "imports upward, for types": upward.get("typing", []),
        "modules on no floor": upward.get("no floor", []),
        "cycles, at import": [" ".join(c) for c in cycles(modules, ["module"])],
        "cycles, functions counted": [" ".join(c) for c in cycles(modules, ["module", "function"])],
        "public names used by tests alone": used_by_tests_only(root, modules),
        **wording(modules),
        "files touched by an addition": {
            kind: touched(root, modules, *example) for kind, example in ADDITIONS.items()
        },
    }


def table(figures: dict[str, Any], places: bool) -> str:
    """Write the figures as a Markdown table, and the places behind them if they are wanted."""
    lines = ["| figure | value |", "|---|---|"]
    behind = []
    for name, value in figures.items():
        if isinstance(value, dict):
            continue
        lines.append(f"| {name} | {len(value) if isinstance(value, list) else value} |")
        if isinstance(value, list) and value:
            behind += ["", f"{name}:", *(f"  {place}" for place in value)]
    keys = ("own", "source", "settings", "docs", "tests")
    lines += ["", "| to add (counted on) | own files | other source | settings | docs | tests |"]
    lines.append("|---|---|---|---|---|---|")
    for kind, found in figures["files touched by an addition"].items():
        counts = " | ".join(str(len(found.get(key, []))) for key in keys)
        lines.append(f"| {kind} | {counts} |")
        behind += ["", f"{kind}, other source:", *(f"  {p}" for p in found.get("source", []))]
    return "\n".join(lines + (behind if places else []))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("root", nargs="?", type=Path, default=Path(__file__).parents[1])
    parser.add_argument("--json", action="store_true", help="all figures with their places")
    parser.add_argument("--places", action="store_true", help="the places behind the figures too")
    arguments = parser.parse_args()
    figures = survey(arguments.root.resolve())
    print(json.dumps(figures, indent=1) if arguments.json else table(figures, arguments.places))


if __name__ == "__main__":
    main()
