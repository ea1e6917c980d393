from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cve_world import identifiers, write_inputs
from unghost import UnghostError
from unghost.domains.declared import (
    Declaration,
    DeclaredDomain,
    open_declared,
    read_declaration,
    shape_of,
)
from unghost.domains.registry import load_domain
from unghost.generate.allowed import after
from unghost.names.building import build_snapshot
from unghost.names.snapshot import verify_snapshot
from unghost.records import TRUNCATED, Completion, Mention, Sampling
from unghost.syntax.markdown import blocks

GUIDE = Path(__file__).parents[2] / "docs/guides/domains.md"
VALUES: dict[str, Any] = tomllib.loads(
    next(b.text for b in blocks(GUIDE.read_text(encoding="utf-8")) if b.text.startswith("# cve."))
)
REAL = identifiers()


def declared(**changes: Any) -> Declaration:
    """Return the guide's declaration with changes; ``names__x`` changes ``names.x``."""
    values = {key: dict(v) if isinstance(v, dict) else v for key, v in VALUES.items()}
    for key, value in changes.items():
        group, _, inner = key.partition("__")
        if inner:
            values[group][inner] = value
        else:
            values[group] = value
    return Declaration.model_validate(values)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("cve")
    write_inputs(made)
    return made


@pytest.fixture(scope="module")
def domain(folder: Path) -> DeclaredDomain:
    return DeclaredDomain(declared(), folder / "cve.toml")


SHAPE = shape_of(declared())


def said(domain: DeclaredDomain, text: str, finish: Any = "stop") -> list[Mention]:
    task = {"task_id": "t", "family": "f", "operator": "o", "split": "discover"}
    prompt = domain.ask("x", asks="identifiers", **task)
    return domain.find(prompt, Completion("c", prompt.id, "m", 0, 0, text, finish, Sampling()))


def test_names_are_found_and_judged(domain: DeclaredDomain) -> None:
    ghost = next(n for n in (f"CVE-2020-{i:04d}" for i in range(1, 999)) if n not in REAL)
    text = f"é <b>{REAL[3].lower()}</b>, {ghost}."
    mentions = said(domain, text)
    assert [text[m.start : m.end] for m in mentions] == [REAL[3].lower(), ghost]
    verdicts = domain.verify(mentions)
    assert [v.status for v in verdicts] == ["exists", "absent"]
    assert [v.canonical for v in verdicts] == [REAL[3].lower(), ghost.lower()]
    assert {v.as_of for v in verdicts} == {"2026-04-01"}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("CVE-2021-1234", 1),
        ("xCVE-2021-1234", 0),
        ("CVE-2021-1234x", 0),
        ("CVE-2021-12345678", 0),
        ("CVE-2021-123", 0),
        ("(CVE-2021-1234)\nCVE-2021-1234", 2),
        ("<think>CVE-2021-1234</think>none", 0),
        ("\ud800 CVE-2021-1234", 1),
        ("", 0),
    ],
)
def test_a_name_stands_alone(domain: DeclaredDomain, text: str, count: int) -> None:
    assert len(said(domain, text)) == count


@given(st.text(st.characters(), max_size=40) | st.sampled_from(REAL))
def test_whatever_a_model_writes_names_stand_where_they_say(text: str) -> None:
    text = f"{text} {REAL[0]}{text}"
    for start, end in SHAPE.places(text.encode("utf-8", "replace").decode()):
        assert SHAPE.is_valid(text[start:end])


def test_a_name_that_is_cut_off_is_unknown(domain: DeclaredDomain) -> None:
    first, last = said(domain, "CVE-2021-0001, CVE-2021-0002", "length")
    assert (first.evidence, last.evidence) == ("", TRUNCATED)
    assert domain.verify([last])[0].status == "unknown"


def test_of_an_incomplete_list_a_miss_is_unknown(folder: Path) -> None:
    domain = DeclaredDomain(declared(names__complete=False), folder / "cve.toml")
    assert not domain.facts.decides_absence
    [mention] = said(domain, "CVE-1999-0001")
    assert domain.verify([mention])[0].status == "unknown"


def test_abstentions_count_whatever_their_case(domain: DeclaredDomain) -> None:
    assert domain.is_abstention("Sorry, I KNOW no\nidentifier for this.")
    assert not domain.is_abstention("<think>I know no identifier</think>CVE-2021-0001")


def test_the_walk_takes_names_as_they_are_written(domain: DeclaredDomain) -> None:
    walk = domain.walk("prose")
    for written in (REAL[0], REAL[0].lower()):
        node = after(walk, walk.root, written.encode())
        assert node is not None
        assert walk.is_name(node)
    assert after(walk, walk.root, b"CVE-1999") is None
    assert b"." in domain.terminators("prose")


@given(st.text(alphabet="aA-_.0", max_size=12))
def test_the_walk_agrees_with_the_canonical_form(text: str) -> None:
    shape = shape_of(
        declared(names__pattern="[aA0._-]+", names__separators="-_.", names__fold_runs=True)
    )
    form = shape.canonical(text)
    assert shape.canonical(form) == form
    assert shape.is_valid(text) == bool(text)


def test_trust_is_all_a_list_or_a_day(folder: Path) -> None:
    (folder / "known.txt").write_text(f"{REAL[0]}\n", encoding="utf-8")
    dated = "".join(f"{name}\t20{20 + n % 4}-06-01\n" for n, name in enumerate(REAL))
    (folder / "dated.txt").write_text(dated, encoding="utf-8")
    both = [said(open_(folder), name)[0] for name in REAL[:2]]
    for changes, wanted in (
        ({}, [True, True]),
        ({"names__trusted": "known.txt"}, [True, False]),
        ({"names__file": "dated.txt", "names__trusted": {"before": "2021-01-01"}}, [True, False]),
    ):
        domain = open_(folder, **changes)
        judged = zip(both, domain.verify(both), strict=True)
        assert [domain.trusted(*pair) for pair in judged] == wanted
    with pytest.raises(UnghostError, match="no first-seen dates"):
        open_(folder, names__trusted={"before": "2021-01-01"})


def open_(folder: Path, **changes: Any) -> DeclaredDomain:
    return DeclaredDomain(declared(**changes), folder / "cve.toml")


def test_a_snapshot_serves_as_well_as_a_list(folder: Path, tmp_path: Path) -> None:
    shape = shape_of(declared())
    path = tmp_path / "cve.names"
    source = {"source": "the CVE list", "date": "2026-04-01", "complete": True}
    build_snapshot(REAL, path, ecosystem=shape, **source)
    assert verify_snapshot(path, shape).count == len(REAL)
    listed = open_(folder)
    opened = DeclaredDomain(declared(), folder / "cve.toml", str(path))
    assert opened.facts == listed.facts
    build_snapshot(["requests"], path, ecosystem="pypi", **source)
    with pytest.raises(UnghostError, match="names of pypi, not of cve"):
        DeclaredDomain(declared(), folder / "cve.toml", str(path))


def test_tasks_are_a_file_or_stand_in_the_declaration(folder: Path) -> None:
    domain = open_(folder)
    assert len(domain.load_tasks(domain.tasks_path(None))) == 88
    inline = open_(folder, tasks=["a race", {"task": "a leak", "name": REAL[1].lower()}])
    one, two = inline.load_tasks(inline.tasks_path(None))
    assert (one.text, one.gold, two.gold) == ("a race", None, REAL[1].lower())
    wrong = open_(folder, tasks=[{"task": "a leak", "name": "log4shell"}])
    with pytest.raises(UnghostError, match="task 1: 'log4shell' is not a CVE identifier"):
        wrong.load_tasks(wrong.tasks_path(None))


def test_questions_take_their_task_and_text_as_they_are(domain: DeclaredDomain) -> None:
    task = {"task_id": "t", "family": "f", "operator": "o", "split": "discover"}
    asked = domain.ask("{text} {0} {task}", asks="advisory", **task)
    assert asked.messages[0].content == "Write a short advisory about {text} {0} {task}."
    cited = domain.ask("x", asks="cited", text="see {task}", **task)
    assert cited.messages[0].content.endswith("\nsee {task}")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("name = 'CVE!'", "name"),
        ("colour = 1", "colour"),
        ("names.pattern = '(a)\\1'", "RE2"),
        ("names.pattern = '(?=a)'", "RE2"),
        ("names.pattern = 'a*'", "empty text"),
        ("names.pattern = '" + "a" * 1001 + "'", "longer than"),
        ("names.file = 'none.txt'", "none.txt"),
        ("names.date = ''", "names.date"),
        ("names.date = 'yesterday'", "yesterday"),
        ("names.trusted = 'none.txt'", "none.txt"),
        ("names.separators = 'é'", "ASCII"),
        ("ask.text = {questions = ['{task}?']}", "another name"),
        ("ask.more = {questions = ['what?']}", "must hold {task}"),
        ("ask.more = {questions = ['{text}?'], about = 'nothing'}", "about nothing"),
        ("ask.more = {questions = ['{text}?'], about = 'advisory'}", "two modes"),
        ("hedges = []", "hedges"),
        ("discover.alternatives = ['{} and {}']", "alternatives"),
        ("discover.families.facts = {words = ['a', 'b', 'c']}", "facts"),
        ("discover.families.few = {words = ['a', 'b']}", "few"),
        ("[", "cannot read"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(folder: Path, change: str, words: str) -> None:
    path = folder / "changed.toml"
    path.write_text(_changed(change), encoding="utf-8")
    with pytest.raises(UnghostError) as caught:
        load_domain(str(path))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def _changed(change: str) -> str:
    """Write the guide's declaration as TOML again, with one key set anew."""
    import json

    if change == "[":
        return change
    values = {key: dict(v) if isinstance(v, dict) else v for key, v in VALUES.items()}
    values["discover"]["families"] = dict(values["discover"]["families"])
    key, _, text = change.partition(" = ")
    *path, last = key.split(".")
    place: dict[str, Any] = values
    for part in path:
        place = place[part]
    place[last] = tomllib.loads(f"x = {text}")["x"]

    def toml(value: Any) -> str:
        if isinstance(value, dict):
            return "{" + ", ".join(f"{k} = {toml(v)}" for k, v in value.items()) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(map(toml, value)) + "]"
        return json.dumps(value)

    return "\n".join(f"{k} = {toml(v)}" for k, v in values.items())


def test_a_missing_declaration_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UnghostError, match="cannot read the domain"):
        open_declared(tmp_path / "none.toml")


def test_the_guide_names_every_key() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    keys = [*Declaration.model_fields, *Declaration.model_fields["names"].annotation.model_fields]  # type: ignore[union-attr]
    assert [key for key in keys if key not in text] == []


def test_the_maker_of_a_domain_may_be_anywhere(tmp_path: Path, folder: Path) -> None:
    (folder / "cve.toml").write_text(_changed("name = 'cve'"), encoding="utf-8")
    module = tmp_path / "own_domain.py"
    module.write_text(
        "from pathlib import Path\n"
        "from unghost.domains.declared import open_declared\n"
        f"def make(universe): return open_declared(Path({str(folder / 'cve.toml')!r}), universe)\n",
        encoding="utf-8",
    )
    assert load_domain(f"{module}:make").name == "cve"
    assert read_declaration(folder / "cve.toml") == declared()
    with pytest.raises(UnghostError, match="no domain 'drugs'"):
        load_domain("drugs")
