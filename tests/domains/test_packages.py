from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from domain_cases import PACKAGES, ask, follow_up, hedge
from unghost import UnghostError
from unghost.discover.explorer import Explorer
from unghost.discover.plans import ExplorerSettings
from unghost.domains.packages.domain import PackagesDomain
from unghost.domains.packages.questions import (
    CODE_QUESTIONS,
    CODE_REQUESTS,
    HEDGES,
    TASK_QUESTIONS,
)
from unghost.domains.packages.tasks import load_tasks, task_text
from unghost.domains.packages.verify import Judge
from unghost.ecosystems import ecosystem, ecosystem_names
from unghost.evaluate.plan import MeasureSettings, measure_prompts
from unghost.names.building import build_snapshot
from unghost.names.imports import ImportMap
from unghost.names.snapshot import Snapshot
from unghost.names.universe import Universe, default_path
from unghost.records import Completion, Mention, MentionKind, Prompt, Sampling

NAMES = ["opencv-python", "pyyaml", "torch", "google-cloud-storage", "flask-login", "requests"]
IMPORTS = {"cv2": ["opencv-python"], "yaml": ["pyyaml"], "gone": ["not-there"]}
IMPORTS |= {"google.cloud.storage": ["google-cloud-storage"]}


def universe(path: Path, *, complete: bool = True) -> Universe:
    build_snapshot(
        NAMES, path, ecosystem="pypi", source="a test", date="2026-01-01", complete=complete
    )
    return Universe(Snapshot.open(path), ImportMap(IMPORTS, "test"))


def mention(name: str, kind: MentionKind) -> Mention:
    return Mention(f"{kind}:{name}", "s", 0, len(name), 1, 1, name, name, "pypi", kind)


CASES: list[tuple[MentionKind, str, str, str, str]] = [
    ("install", "Requests", "requests", "exists", "name"),
    ("list", "flask_login", "flask-login", "exists", "name"),
    ("list", "flask-restful-swagger-3", "flask-restful-swagger-3", "absent", "name"),
    ("list", "os", "os", "stdlib", "name"),
    ("list", "os.path", "os-path", "stdlib", "submodule-of"),
    ("list", "cv2", "opencv-python", "exists", "import-map"),
    ("list", "torch.nn.Module", "torch", "exists", "submodule-of"),
    ("list", "os.path.walk", "os-path-walk", "stdlib", "submodule-of"),
    ("install", "torch.nn", "torch-nn", "absent", "name"),
    ("manifest", "python", "python", "stdlib", "name"),
    ("manifest", "Python3", "python3", "stdlib", "name"),
    ("import", "cv2", "opencv-python", "exists", "import-map"),
    ("import", "google.cloud.storage.blob", "google-cloud-storage", "exists", "import-map"),
    ("import", "torch.nn", "torch", "exists", "submodule-of"),
    ("import", "flask_login", "flask-login", "exists", "name"),
    ("import", "os.path", "os", "stdlib", "submodule-of"),
    ("import", "distutils", "distutils", "stdlib", "name"),
    ("import", "mine.inner", "mine", "local", "submodule-of"),
    ("import", "gone", "gone", "absent", "name"),
    ("import", "no_such.thing", "no-such", "absent", "submodule-of"),
]


@pytest.mark.parametrize(("kind", "name", "canonical", "status", "by"), CASES)
def test_verdicts(
    tmp_path: Path, kind: MentionKind, name: str, canonical: str, status: str, by: str
) -> None:
    judge = Judge(universe(tmp_path / "s"), local={"mine"})
    verdict = judge(mention(name, kind))
    assert (verdict.canonical, verdict.status, verdict.resolved_by) == (canonical, status, by)
    assert judge(mention(name, kind)) == verdict


def test_a_miss_of_an_incomplete_snapshot_is_unknown(tmp_path: Path) -> None:
    open_world = universe(tmp_path / "s", complete=False)
    assert Judge(open_world)(mention("no-such", "list")).status == "unknown"
    assert Judge(open_world)(mention("no_such", "import")).status == "unknown"
    closed = Universe(open_world.snapshot, open_world.imports, closed_world=True)
    assert Judge(closed)(mention("no-such", "list")).status == "absent"


def test_only_ghosts_get_suggestions(tmp_path: Path) -> None:
    world = universe(tmp_path / "s")
    assert Judge(world)(mention("request", "list")).suggestions == ("requests",)
    assert Judge(world)(mention("requests", "list")).suggestions == ()
    assert Judge(world, suggest=False)(mention("request", "list")).suggestions == ()


def test_the_domain_finds_and_verifies(tmp_path: Path) -> None:
    domain = PackagesDomain(universe(tmp_path / "s"))
    prompt = ask("x", asks="packages", task_id="t", family="f", operator="o", split="discover")
    completion = Completion("c", prompt.id, "m", 0, 0, "requests, nope", "stop", Sampling())
    verdicts = domain.verify(domain.find(prompt, completion))
    assert [verdict.status for verdict in verdicts] == ["exists", "absent"]


@pytest.mark.parametrize("name", ecosystem_names())
def test_each_ecosystem_is_asked_in_its_own_words(tmp_path: Path, name: str) -> None:
    eco, said = ecosystem(name), {"maven": "org.a:b", "go": "example.com/a", "packagist": "a/b"}
    names = [said.get(name, "left-pad")]
    build_snapshot(
        names, tmp_path / "s", ecosystem=name, source="a test", date="2026-01-01", complete=True
    )
    domain = PackagesDomain(Universe(Snapshot.open(tmp_path / "s"), ImportMap({}, "test")))
    domain.check()
    asked = {mode.name: mode.questions for mode in domain.modes}
    assert list(asked)[:2] == ["packages", "names"]
    assert ("install" in asked) == bool(eco.asking.install)
    assert ("manifest" in asked) == bool(eco.asking.manifest)
    assert ("code" in asked) == ("requirements" in asked) == bool(eco.asking.language)
    for question in (question for questions in asked.values() for question in questions):
        assert question.count("{task}") + question.count("{text}") == 1
        assert not re.search(r"[{}]", question.replace("{task}", "").replace("{text}", ""))


def test_the_bundled_tasks_are_sound() -> None:
    tasks = load_tasks()
    assert len(tasks) > 6000
    assert len({task.id for task in tasks}) == len(tasks)
    assert 0.3 < sum(task.known is True for task in tasks) / len(tasks) < 0.6
    assert all(task.gold is not None and task.gold not in task.text.split() for task in tasks)


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "{}",
        '{"task": 3}',
        '{"keywords": "x"}',
        '{"task": ""}',
        '{"task":"a","taught":1}',
        '{"task":"\\ud800"}',
    ],
)
def test_a_broken_tasks_file_names_the_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "tasks.jsonl"
    path.write_text('{"task": "fine"}\n' + line + "\n", encoding="utf-8")
    with pytest.raises(UnghostError, match="line 2 is not a task"):
        load_tasks(path)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe"])
def test_an_empty_or_binary_tasks_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "tasks.jsonl"
    path.write_bytes(content)
    with pytest.raises(UnghostError):
        load_tasks(path)


def test_own_tasks_may_name_their_package(tmp_path: Path) -> None:
    path = tmp_path / "tasks.jsonl"
    rows = [{"task": "read mail", "package": "Mail_Box"}, {"keywords": ["http", "pool"]}]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    first, second = load_tasks(path)
    assert (first.text, first.gold, first.known) == ("read mail", "mail-box", None)
    assert (second.gold, set(second.keywords)) == (None, {"http", "pool"})
    path.write_text('{"task": "x", "package": "no name"}', encoding="utf-8")
    with pytest.raises(UnghostError, match="not a package name"):
        load_tasks(path)


def test_task_texts_hold_all_keywords_in_several_wordings() -> None:
    keywords = [(f"alpha{i}", "beta", "gamma") for i in range(60)]
    texts = [task_text(words) for words in keywords]
    assert all(word in text for words, text in zip(keywords, texts, strict=True) for word in words)
    assert (
        len({text.replace(words[0], "") for words, text in zip(keywords, texts, strict=True)}) > 3
    )
    assert task_text(("one",)) == "one"


@pytest.mark.parametrize(
    ("asks", "wordings"),
    [("packages", TASK_QUESTIONS), ("code", CODE_REQUESTS), ("requirements", CODE_QUESTIONS)],
)
def test_wordings_are_drawn_by_the_prompts_id(asks: str, wordings: tuple[str, ...]) -> None:
    code = "import {x}" if asks == "requirements" else None
    prompts = [
        ask(
            f"task {i}",
            asks=asks,
            task_id=f"t{i}",
            family="f",
            operator="o",
            split="discover",
            text=code,
        )
        for i in range(200)
    ]
    seen = {
        wording
        for prompt in prompts
        for wording in wordings
        if prompt.messages[0].content == wording.format(task=prompt.task, text=code)
    }
    assert seen == set(wordings)
    assert len({prompt.id for prompt in prompts}) == 200


def test_questions_about_code_need_code() -> None:
    with pytest.raises(UnghostError, match="without a text"):
        ask("x", asks="requirements", task_id="t", family="f", operator="o", split="discover")
    with pytest.raises(UnghostError, match="asks for text"):
        ask("x", asks="text", task_id="t", family="f", operator="o", split="discover")


def test_follow_up_asks_once_about_each_code() -> None:
    def code_prompt(i: int) -> Prompt:
        return ask(
            f"t{i}", asks="code", task_id=f"t{i}", family="f", operator="o", split="discover"
        )

    prompts = [code_prompt(0), code_prompt(1)]
    answers = [
        Completion(f"{p.id}{s}", p.id, "m", 0, s, text, "stop", Sampling())
        for p in reversed(prompts)
        for s, text in enumerate(
            [
                "import a",
                "import a",
                " ",
                "I know no package for this.",
                "<think>import c</think>import b",
            ]
        )
    ]
    asked = follow_up(prompts, answers)
    assert [prompt.task_id for prompt in asked] == ["t0", "t0", "t1", "t1"]
    assert all(prompt.asks == "requirements" for prompt in asked)
    assert asked[0].parent_id == prompts[0].id
    assert "import c" not in asked[1].messages[0].content


def test_a_hedged_prompt_asks_the_same_and_allows_for_knowing_none() -> None:
    asked: dict[str, str] = {"x": "packages", "y": "code"}
    for text, asks in asked.items():
        plain = ask(text, asks=asks, task_id="t", family="f", operator="o", split="discover")
        hedged = hedge(plain)
        assert hedged == hedge(plain)
        question, answer = plain.messages[0].content, hedged.messages[0].content
        assert answer.removeprefix(question + " ") in HEDGES
        assert (hedged.parent_id, hedged.operator) == (plain.id, "hedge")
        assert hedged.id != plain.id
        assert (hedged.task_id, hedged.split, hedged.asks) == ("t", "discover", asks)


def test_a_hedge_stands_on_a_line_of_its_own_behind_code() -> None:
    plain = ask(
        "x", asks="requirements", task_id="t", family="f", operator="o", split="discover", text="a"
    )
    *_, last = hedge(plain).messages[0].content.split("\n")
    assert last in HEDGES


def test_each_hedge_has_its_turn() -> None:
    plain = [
        ask(f"{n}", asks="code", task_id="t", family="f", operator="o", split="discover")
        for n in range(100)
    ]
    assert (
        len({hedge(p).messages[0].content.removeprefix(p.messages[0].content) for p in plain}) == 4
    )


def test_tasks_of_one_package_are_all_kept_under_one_id(tmp_path: Path) -> None:
    path = tmp_path / "tasks.jsonl"
    texts = ["read mail", "send mail", "read mail"]
    rows = [json.dumps({"task": text, "package": "postbox"}) for text in texts]
    path.write_text("\n".join(rows), encoding="utf-8")
    found = load_tasks(path)
    assert [task.text for task in found] == ["read mail", "send mail"]
    assert len({task.id for task in found}) == 1
    prompts = measure_prompts(PACKAGES, found, "discover", MeasureSettings(long_share=1.0))
    assert len({prompt.id for prompt in prompts}) == 4
    explorer = Explorer(PACKAGES, found, ExplorerSettings(tasks_per_round=4), 0)
    assert explorer.plan(1)


def test_the_import_walk_knows_modules_and_packages() -> None:
    walk = PACKAGES.walk("import")
    for module in (b"cv2", b"yaml", b"os", b"urllib3", b"charset_normalizer", b"PIL"):
        node = walk.root
        for byte in module:
            step = walk.step(node, byte)
            assert step is not None, module
            node = step
        assert walk.is_name(node), module


def test_other_ecosystems_are_looked_up_where_they_were_pulled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    domain = PackagesDomain(universe(tmp_path / "s"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert domain.elsewhere(["left-pad"]) is None
    place = default_path("npm")
    place.parent.mkdir(parents=True)
    build_snapshot(
        ["left-pad"], place, ecosystem="npm", source="a test", date="2026-01-01", complete=True
    )
    assert domain.elsewhere(["left-pad", "requests", "No Name"]) == [("npm",), (), ()]
