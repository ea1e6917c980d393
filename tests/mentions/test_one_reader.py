"""All who look for names find the same: whoever knows as much finds as much, whoever more, more."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_answers import SHAPES, TRICKY
from test_debris import DEBRIS

from domain_cases import ask
from scan_world import build_names, isolate
from unghost import scan_text
from unghost.domains.packages.domain import PackagesDomain
from unghost.domains.packages.verify import Judge
from unghost.ecosystems import ecosystem_names
from unghost.hook.delta import addition
from unghost.hook.lists import lists_of
from unghost.mcp_server.questions import Questions
from unghost.mentions.kinds.by_name import Asked
from unghost.mentions.reader import NOTHING, Context, find_in_file, find_in_text
from unghost.mentions.thinking import thinking_end
from unghost.names.universe import load_universe
from unghost.records import Completion, Mention, Sampling
from unghost.scan.context import ScanContext
from unghost.scan.finding import STDIN
from unghost.scan.reading.examine import examine_text, is_clean
from unghost.scan.settings import ScanSettings
from unghost.syntax.text import decode

ORDER: tuple[Asked | None, ...] = (None, "code", "requirements", "packages")
"""Questions in the order of how much they add."""
CORPUS = Path(__file__).parents[1] / "corpus"
ISSUE = """\
- requests
- `flask-zorp`: an ORM
- zorp-kit: another

The `flask-said` package is good.
Use the `flask-quux` package. You can pip install flask-quux.

```toml
[tool.poetry.dependencies]
poetry-ghost = "^1"
```

```yaml
steps:
  - run: pip install ci-ghost
```
"""
ANSWERS = [
    *(shape.format("qa-x", "qb-x", a="qa_x", b="qb_x") for _, shape in SHAPES),
    *(text for _, text in TRICKY),
    *(f"Take this:\n\n* {item}\n" for item in DEBRIS),
    ISSUE,
]
FILES = {
    path.relative_to(CORPUS).as_posix(): text
    for path in sorted(CORPUS.rglob("*"))
    if path.is_file() and (text := decode(path.read_bytes())) is not None
}
PIECES = [
    "- ", "* ", "1. ", "| package | use |\n|---|---|\n| ", " | x |\n", "flask", "qa-x", "`qb-x`",
    "**qc_x**", "npm install qd-x", "pip install ", "import ", "from qe.f import g\n", "use qh::i;",
    "the `qj` package", "the `qk` crate", "Python", "You need these packages:\n\n", ": ", " - ",
    ", ", " and ", "==1", ">=2\n", "\n", "\n\n", "```\n", "```python\n", "```toml\n", "```yaml\n",
    "```markdown\n", "```text\n", "requirements.txt:\n", "[project]\n", "dependencies = ['ql']\n",
    "steps:\n", "  - run: pip install qm\n", ">>> ", "def (", "x = 1\n",
    '{"dependencies": {"qn": "1"}}', "FROM a\nRUN ", "# ", "<!-- ", " -->", "<think>", "é",
    "\ufeff", "\r\n", "\0", "(", "!", "'",
]  # fmt: skip
fuzzed = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)


def _answer(text: str) -> str:
    """Cut off what a question alone says is a thinking part: closed, and never opened."""
    while (end := thinking_end(text)) and not text.lstrip("\ufeff").lstrip().startswith("<"):
        text = text[end:]
    return text


def _grows(text: str, **known: Any) -> None:
    found = [set(find_in_text(text, "s", Context(asks=asks, **known))) for asks in ORDER]
    for weaker, stronger in pairwise(found):
        assert weaker <= stronger
    assert found[2] == found[3]


@pytest.mark.parametrize("texts", [ANSWERS, list(FILES.values())], ids=["answers", "files"])
def test_whoever_knows_more_finds_more(texts: list[str]) -> None:
    for text in texts:
        _grows(_answer(text))


@given(fuzzed, st.sampled_from([{}, {"path": "a.md"}, {"language": "markdown"}, {"path": "a.py"}]))
def test_whoever_knows_more_finds_more_of_any_text(text: str, known: dict[str, str]) -> None:
    _grows(_answer(text), **known)


def test_a_question_changes_what_is_found_where_it_must() -> None:
    def found(asks: Asked | None) -> list[str]:
        return [m.name for m in find_in_text(ISSUE, "s", Context(asks=asks))]

    everywhere = ["flask-quux", "flask-quux", "poetry-ghost", "ci-ghost"]
    assert found(None) == everywhere
    assert found("code") == ["flask-said", *everywhere]
    assert found("packages") == ["requests", "flask-zorp", "zorp-kit", "flask-said", *everywhere]


def test_a_question_may_be_of_any_ecosystem() -> None:
    text = "- @types/express\n- left-pad@1.3\n- the `qa` package\n"
    found = find_in_text(text, "s", Context(asks="packages", ecosystem="npm"))
    assert [(m.name, m.ecosystem, m.version) for m in found] == [
        ("@types/express", "npm", None),
        ("left-pad", "npm", "1.3"),
        ("qa", "npm", None),
    ]


@pytest.mark.parametrize("asks", [None, "packages"])
def test_a_cut_off_text_names_the_same(asks: Asked | None) -> None:
    for text in ANSWERS:
        whole = find_in_text(text, "s", Context(asks=asks))
        cut = find_in_text(text, "s", Context(asks=asks, truncated=True))
        assert [m.id for m in cut] == [m.id for m in whole]
        assert {m.evidence for m in cut if m.end < len(text.rstrip())} <= {""}
        assert {m.evidence for m in cut if m.end >= len(text.rstrip())} <= {"truncated"}


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """Complete snapshots of all ecosystems that hold next to nothing."""
    folder = tmp_path_factory.mktemp("worlds")
    names = {"maven": "a.b:c", "go": "example.com/a", "packagist": "a/b"}
    return tuple(
        str(build_names(folder / f"{eco}.names", (names.get(eco, "requests"),), eco))
        for eco in ecosystem_names()
    )


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    isolate(monkeypatch, tmp_path)
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    return project


def test_measuring_finds_what_the_reader_does(worlds: tuple[str, ...]) -> None:
    domain = PackagesDomain(load_universe(next(w for w in worlds if w.endswith("pypi.names"))))
    code = "print()"
    for asks in ("packages", "requirements", "code"):
        prompt = ask(
            "x", asks=asks, task_id="t", family="f", operator="o", split="discover",
            text=code if asks == "requirements" else None,
        )  # fmt: skip
        for text in (*ANSWERS, *FILES.values()):
            completion = Completion("c", prompt.id, "m", 0, 0, text, "length", Sampling())
            context = Context(asks=asks, truncated=True)
            found = [m for m in find_in_text(text, "c", context) if m.ecosystem == "pypi"]
            assert domain.find(prompt, completion) == found


@pytest.mark.parametrize("asks", ORDER)
def test_scanning_finds_what_the_reader_does(asks: Asked | None, worlds: tuple[str, ...]) -> None:
    scan = ScanContext("/", worlds)
    judge = Judge(*(load_universe(one) for one in worlds), suggest=False)
    for text in (*ANSWERS, *FILES.values()):
        found = find_in_text(text, "s", Context(asks=asks))
        examined = examine_text(text, "s", scan, Context(asks=asks))
        assert examined.names == len(found)
        doubtful = [m for m in found if not is_clean(m, judge(m), None)]
        assert [one.mention for one in examined.candidates] == doubtful


def _places(mentions: list[Mention]) -> set[tuple[int, int, str]]:
    return {(mention.line, mention.column, mention.raw) for mention in mentions}


@pytest.mark.parametrize("asks", ORDER)
def test_so_does_the_api(asks: Asked | None, worlds: tuple[str, ...], alone: Path) -> None:
    settings = ScanSettings(universe=worlds, offline=True)
    for text in ANSWERS[:: 1 if asks == "packages" else 7]:
        found = find_in_text(text, STDIN, Context(asks=asks))
        report = scan_text(text, asks=asks, settings=settings)
        assert report.names == len(found)
        assert {(f.line, f.column, f.raw) for f in report.findings} <= _places(found)


def test_so_does_the_server_for_models(worlds: tuple[str, ...], alone: Path) -> None:
    server = Questions(ScanSettings(universe=worlds, offline=True), alone)
    for text in (ISSUE, *ANSWERS[::5]):
        for language in (None, "markdown", "python"):
            found = find_in_text(text, STDIN, Context(language=language))
            answer = server.ask("scan_text", {"text": text, "language": language}).structure
            assert answer is not None
            assert answer["counts"]["names"] == len(found)
            told = {(one["line"], one["name"]) for one in answer["findings"]}
            assert told <= {(mention.line, mention.name) for mention in found}


def test_so_does_the_hook(alone: Path) -> None:
    for path, text in {**FILES, "answer.md": ISSUE, "requirements.txt": "qa\nqb==1\n"}.items():
        added = addition(path, "", text.replace("\0", ""))
        found = find_in_text(text.replace("\0", ""), path, Context(path=path))
        assert list(added.mentions if added else ()) == found
    (alone / "some.lst").write_text("qa\nqb==1\n")
    (listed,) = lists_of("pip install -r some.lst", alone, alone, {})
    assert list(listed.mentions) == find_in_text(
        "qa\nqb==1\n", "some.lst", Context(path="requirements.txt")
    )


def test_a_file_is_a_text_with_a_path() -> None:
    for path, text in FILES.items():
        data = (CORPUS / path).read_bytes()
        assert find_in_file(data, path) == find_in_text(text, path, Context(path=path))
    assert find_in_text("import qa", "s", Context(path="a.png")) == []
    assert find_in_text("import qa", "s", NOTHING) != []
    assert find_in_text(json.dumps([{"name": "bash", "input": {"command": "npm i qa"}}]), "s") != []
