from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from label_cases import Scene, World
from unghost.errors import UnghostError
from unghost.label import BLAMES, STREAMS, Labels, label
from unghost.label.blame import read_answer
from unghost.label.credit import advantages

pytestmark = pytest.mark.usefixtures("every_name_may_be_taught")

LETTERS = {"suppress": "s", "reinforce": "r", "stop": "e", "retain": "."}


def labels_of(scene: Scene, blame: str = "divergence", **more: Any) -> list[Labels]:
    return label(
        scene.prompts,
        scene.completions,
        scene.mentions,
        scene.verdicts,
        domain=World(),
        tokenizer=more.get("tokenizer"),
        blame=blame,
        eos_ids=[0],
    )


def picture(labels: Labels) -> str:
    """Draw the streams, a letter a token; a blank where there is none."""
    letters = [" "] * len(labels.segments)
    for stream, weights in labels.streams.items():
        for token, weight in enumerate(weights):
            assert weight >= 0
            if weight:
                assert letters[token] == " ", "a token in two streams"
                letters[token] = LETTERS[stream]
    return "".join(letters)


def drawn(*pieces: str | bytes, blame: str = "divergence", **more: Any) -> str:
    scene = Scene()
    scene.answer(*pieces, **more)
    return picture(labels_of(scene, blame)[0])


@pytest.mark.parametrize(
    ("blame", "wanted"), [("divergence", ".s..."), ("tail", ".ss.."), ("span", "sss..")]
)
def test_blame_of_a_name_that_leaves_the_real_ones(blame: str, wanted: str) -> None:
    assert drawn("num", "po", "ly", "\n", names={"numpoly": "absent"}, blame=blame) == wanted


@pytest.mark.parametrize(
    ("pieces", "wanted"),
    [
        (("nu", "m"), "..s"),  # EOS ends it
        (("nu", "m", ",", " x"), "..s.."),
        (("nu", "m,", " x"), ".s.."),  # the token that holds its last byte ends it too
        (("nu", "m", "\n\n"), "..s."),
    ],
)
@pytest.mark.parametrize("blame", ["divergence", "tail"])
def test_the_token_that_ends_a_beginning_of_a_real_name_is_blamed(
    pieces: tuple[str, ...], wanted: str, blame: str
) -> None:
    assert drawn(*pieces, names={"num": "absent"}, blame=blame) == wanted


def test_the_ending_token_belongs_to_the_name_and_span_does_not_blame_it() -> None:
    scene = Scene()
    scene.answer("nu", "m", names={"num": "absent"})
    assert labels_of(scene)[0].segments == (0, 0, 0)
    assert picture(labels_of(scene, "span")[0]) == "ss."


def test_without_any_token_that_ends_it_nothing_is_blamed() -> None:
    assert drawn("nu", "m", names={"num": "absent"}, eos=False) == ".."


def test_a_token_belongs_to_a_name_if_it_holds_one_byte_of_it() -> None:
    pieces = ("Try: n", "umpx, p", "andas")
    names = {"numpx": "absent", "pandas": "exists"}
    assert drawn(*pieces, names=names, blame="span") == "ssre"
    assert drawn(*pieces, names=names) == ".sre"


def test_where_names_share_a_token_the_absent_one_has_it() -> None:
    scene = Scene()
    scene.answer("pan", "das,nu", "mpx", names={"pandas": "exists", "numpx": "absent"})
    for blame, wanted in (("span", "rsse"), ("divergence", "rrse")):
        labels = labels_of(scene, blame)[0]
        assert picture(labels) == wanted
        assert labels.segments == (0, 1, 1, -1)


def test_bytes_count_not_characters() -> None:
    pieces = ("Größe ", "€", "nu", "mp", "x", "y")
    assert drawn(*pieces, names={"numpxy": "absent"}) == "....s.."


def test_characters_split_over_tokens() -> None:
    first, last = "é".encode()[:1], "é".encode()[1:]
    assert drawn(first, last + b"nump", b"x", names={"numpx": "absent"}, blame="span") == ".ss."
    # The name itself begins with a split character: its second half is the wrong one.
    assert drawn("è".encode()[:1], "è".encode()[1:], "-x", names={"è-x": "absent"}) == ".s.."


def test_upper_case_is_walked_as_it_comes() -> None:
    assert drawn("Num", "Py", "Zz", names={"NumPyZz": "absent"}) == "..s."


def test_trusted_names_are_reinforced_and_eos_is_stop() -> None:
    names = {"numpy": "exists", "numpydoc": "exists"}
    assert drawn("num", "py", ", ", "numpydoc", "\n", names=names) == "rr...e"


def test_names_of_other_splits_are_never_reinforced(monkeypatch: pytest.MonkeyPatch) -> None:
    splits = {"numpy": "heldout", "pandas": "validate"}
    monkeypatch.setattr("unghost.domains.base.split_of", lambda n: splits.get(n, "discover"))
    names = {"numpy": "exists", "pandas": "exists", "requests": "exists"}
    assert drawn("numpy", ",", "pandas", ",", "requests", names=names) == "....re"


def test_a_module_given_for_a_package_is_not_reinforced() -> None:
    scene = Scene()
    scene.answer("pip install ", "requests", names={"requests": "exists"}, kind="install")
    scene.verdicts = [replace(each, resolved_by="import-map") for each in scene.verdicts]
    assert picture(labels_of(scene)[0]) == "..e"
    scene.mentions = [replace(each, kind="import") for each in scene.mentions]
    assert picture(labels_of(scene)[0]) == ".re"


def test_eos_stops_nothing_where_no_package_exists() -> None:
    assert drawn("numpx", "\n", names={"numpx": "absent"}) == "s.."
    assert drawn("os", names={"os": "stdlib"}) == ".."
    assert drawn("I know none.", names={}) == ".."
    assert drawn("reserved-one", names={"reserved-one": "reserved"}) == ".."


def test_a_blamed_eos_is_not_stop() -> None:
    names = {"pandas": "exists", "num": "absent"}
    assert drawn("pandas", ", ", "num", names=names) == "r..s"


def test_unknown_names_are_in_no_stream() -> None:
    names = {"weird": "unknown", "numpy": "exists"}
    assert drawn("wei", "rd", ",", "numpy", names=names) == "  .re"


@pytest.mark.parametrize("blame", BLAMES)
@pytest.mark.parametrize("status", ["absent", "exists", "unknown"])
def test_a_name_that_the_answer_breaks_off_in_is_in_no_stream(blame: str, status: str) -> None:
    names = {"pandas": "exists", "numpxy": status}
    pieces = ("pandas", ", ", "nu", "mpxy")
    drawn_now = drawn(*pieces, names=names, eos=False, finish="length", blame=blame)
    assert drawn_now == (".." if blame == "credit" else "r.") + "  "
    # After a dash the name is still going on; after a newline it is over.
    assert drawn("num", "-", names={"num": "absent"}, eos=False, finish="length") == "  "
    assert drawn("num", "\n", names={"num": "absent"}, eos=False, finish="length") == ".s"


def test_imports_are_walked_among_modules() -> None:
    assert drawn("import ", "pand", "as", names={"pandas": "absent"}, kind="import") == ".s.."
    assert drawn("import ", "num", "py", names={"numpy": "exists"}, kind="import") == ".rre"


def test_a_dot_behind_a_real_module_is_not_the_mistake() -> None:
    pieces = ("import ", "google", ".", "gho", "st")
    assert drawn(*pieces, names={"google.ghost": "absent"}, kind="import") == "...s.."


def test_no_token_is_blamed_where_walk_and_verdict_disagree() -> None:
    names = {"yaml": "absent"}
    assert drawn("import ", "ya", "ml", names=names, kind="import") == "...."
    assert drawn("import ", "ya", "ml", names=names, kind="import", blame="span") == ".ss."


def test_credit_lays_the_change_of_the_chance_on_each_token() -> None:
    scene = Scene()
    scene.answer("req", "uests", names={"requests": "exists"})
    scene.answer("req", "uex", names={"requex": "absent"})
    scene.answer("zz", names={"zz": "absent"})
    first, second, third = labels_of(scene, "credit")
    # V: all 1/3, "req" 1/2, "requests" 1, "requex" 0, "zz" 0
    assert picture(first) == "rre"
    assert first.streams["reinforce"] == pytest.approx((1 / 6, 1 / 2, 0))
    assert picture(second) == ".s."  # a rise on the way to a ghost is not reinforced
    assert second.streams["suppress"] == pytest.approx((0, 1 / 2, 0))
    assert third.streams["suppress"] == pytest.approx((1 / 3, 0))


def test_credit_blames_the_prefix_in_real_names_too() -> None:
    scene = Scene()
    scene.answer("num", "py", names={"numpy": "exists"})
    for ghost in ("px", "po"):
        scene.answer("num", ghost, names={f"num{ghost}": "absent"})
    scene.answer("pandas", names={"pandas": "exists"})
    first = labels_of(scene, "credit")[0]
    assert first.streams["suppress"] == pytest.approx((1 / 2 - 1 / 3, 0, 0))
    assert first.streams["reinforce"] == pytest.approx((0, 2 / 3, 0))


def test_credit_reinforces_trusted_names_only() -> None:
    scene = Scene()
    scene.answer("numpydoc", names={"numpydoc": "exists"})
    scene.answer("zz", names={"zz": "absent"})
    assert [picture(each) for each in labels_of(scene, "credit")] == [".e", "s."]


def test_credit_blames_the_eos_that_cuts_a_real_name_short() -> None:
    scene = Scene()
    scene.answer("num", names={"num": "absent"})
    scene.answer("num", "py", names={"numpy": "exists"})
    assert [picture(each) for each in labels_of(scene, "credit")] == [".s", ".re"]


def test_credit_needs_two_answers_to_one_prompt() -> None:
    scene = Scene()
    scene.prompts.append(scene.prompt("other"))
    scene.answer("numpx", names={"numpx": "absent"})
    scene.answer("numpy", names={"numpy": "exists"}, prompt="other")
    assert [picture(each) for each in labels_of(scene, "credit")] == ["..", ".e"]


def test_credit_leaves_prose_and_equal_answers_alone() -> None:
    scene = Scene()
    scene.answer("Use ", "numpy", names={"numpy": "exists"})
    scene.answer("Use ", "numpy", names={"numpy": "exists"})
    scene.answer("Take ", "numpx", names={"numpx": "absent"})
    assert [picture(each) for each in labels_of(scene, "credit")] == ["..e", "..e", "..."]


def test_answers_without_names_are_neutral() -> None:
    scene = Scene()
    scene.answer("num", "py", names={"numpy": "exists"})
    scene.answer("num", "px", names={"numpx": "absent"})
    before = labels_of(scene, "credit")
    scene.answer("num", "ber?", names={})
    scene.answer("I know none", names={})
    after = labels_of(scene, "credit")
    assert after[:2] == before
    assert [picture(each) for each in after[2:]] == ["...", ".."]


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=4), min_size=1))
def test_changes_add_up_to_the_reward_less_the_mean(answers: list[list[str]]) -> None:
    scene = Scene()
    real = [len(set(letters)) % 2 == 0 for letters in answers]
    for letters, exists in zip(answers, real, strict=True):
        scene.answer(*letters, "x", names={"x": "exists" if exists else "absent"})
    verdicts = {verdict.mention_id: verdict for verdict in scene.verdicts}
    read = [
        read_answer(each, [mention], verdicts, World(), frozenset({0}))
        for each, mention in zip(scene.completions, scene.mentions, strict=True)
    ]
    mean = sum(real) / len(answers)
    for changes, exists in zip(advantages(read), real, strict=True):
        assert float(sum(changes)) == pytest.approx(exists - mean)


WORDS = {"numpy": "exists", "numpx": "absent", "num": "absent", "weird": "unknown", "os": "stdlib"}


@given(
    st.lists(st.sampled_from(sorted(WORDS)), unique=True, max_size=4),
    st.integers(1, 5),
    st.sampled_from(BLAMES),
    st.sampled_from(["stop", "length"]),
)
def test_each_token_is_in_at_most_one_stream(
    words: list[str], size: int, blame: str, finish: str
) -> None:
    text = ", ".join(words)
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    scene = Scene()
    for _ in range(2):
        names = {word: WORDS[word] for word in words}
        scene.answer(*pieces, names=names, eos=finish == "stop", finish=finish)
    for labels in labels_of(scene, blame):
        assert set(labels.streams) == set(STREAMS)
        assert len(picture(labels)) == len(scene.completions[0].token_ids or ())


def test_allowed_ids_reach_up_to_the_divergence() -> None:
    scene = Scene()
    scene.answer("A", " num", "po", "ly", names={"numpoly": "absent"})
    tokenizer = scene.tokenizer("num", "py", "pydoc", " pan", "\n", "x", " ", "pyx", "py\n", "p")
    allowed = dict(labels_of(scene, tokenizer=tokenizer)[0].allowed)

    def pieces(position: int) -> set[str]:
        return set(tokenizer.convert_ids_to_tokens(list(allowed[position])))

    assert set(allowed) == {1, 2}
    assert pieces(1) == {"Ġnum", "Ġpan", "Ġ"}  # with the space of the token that was written
    assert pieces(2) == {"py", "pydoc", "pyĊ", "p"}


def test_allowed_ids_of_real_names_and_of_a_blamed_eos() -> None:
    scene = Scene()
    scene.answer("num", "py", names={"numpy": "exists"})
    scene.answer("num", names={"num": "absent"})
    scene.answer("wei", "rd", names={"weird": "unknown"})
    real, cut, unknown = labels_of(scene, tokenizer=scene.tokenizer())
    num, py = scene.pieces[b"num"], scene.pieces[b"py"]
    assert real.allowed == ((0, (num,)), (1, (py,)))
    assert cut.allowed == ((0, (num,)), (1, (py,)))
    assert unknown.allowed == ()


def test_without_a_tokenizer_there_are_no_allowed_ids() -> None:
    scene = Scene()
    scene.answer("numpy", names={"numpy": "exists"})
    assert labels_of(scene)[0].allowed == ()


def test_refusals() -> None:
    scene = Scene()
    scene.answer("numpy", names={"numpy": "exists"})
    with pytest.raises(UnghostError, match="no blame is called all"):
        labels_of(scene, "all")
    answer = scene.completions[0]
    scene.completions = [replace(answer, token_ids=None)]
    with pytest.raises(UnghostError, match="no token ids"):
        labels_of(scene)
    scene.completions = [answer]
    scene.prompts = [scene.prompt("p", split="heldout")]
    with pytest.raises(UnghostError, match="of split heldout"):
        labels_of(scene)
    scene.prompts = []
    with pytest.raises(UnghostError, match="prompt of answer c0 is missing"):
        labels_of(scene)
    scene.prompts, scene.verdicts = [scene.prompt("p")], []
    with pytest.raises(UnghostError, match="has no verdict"):
        labels_of(scene)


@pytest.mark.parametrize("blame", BLAMES)
def test_thinking_is_never_trained_on(blame: str) -> None:
    scene = Scene()
    for _ in range(2):
        scene.answer("<think>", "numpo", "</think>", "numpy", names={"numpy": "exists"})
    for labels in labels_of(scene, blame):
        assert picture(labels)[:3] == "   "
        assert picture(labels)[3:].strip()


def test_a_part_that_never_ends_teaches_nothing() -> None:
    assert drawn("<think>", "numpy", names={}).strip() == ""
