from __future__ import annotations

from domain_cases import PACKAGES, ask
from unghost.records import Completion, Mention, Prompt, Sampling, TokenSpan, Verdict
from unghost.report.examples import before_and_after, choose
from unghost.storage.folder import Batch


def asked(number: int, asks: str) -> Prompt:
    return ask(
        f"task {number}",
        asks=asks,
        task_id=f"t{number}",
        family="facts",
        operator="measure",
        split="heldout",
    )


def answered(prompts: list[Prompt], ghostly: set[int], mark: str) -> Batch:
    batch = Batch(prompts, [], [], [])
    for number, prompt in enumerate(prompts):
        own = f"{mark}{number}"
        spans = (TokenSpan(0, 3, 0, 3), TokenSpan(3, 4, 3, 4))
        batch.completions.append(
            Completion(own, prompt.id, "m", 0, 0, "abc.", "stop", Sampling(), (1, 2), spans)
        )
        batch.mentions.append(Mention(own, own, 0, 3, 1, 1, "abc", "abc", "pypi", "list"))
        status = "absent" if number in ghostly else "exists"
        batch.verdicts.append(Verdict(own, "abc", status, "name", "s", "2026-01-01"))
    return batch


def test_three_in_four_are_ghostly_and_the_last_is_code() -> None:
    kinds: list[str] = ["packages"] * 8 + ["code"] * 3
    prompts = [asked(number, asks) for number, asks in enumerate(kinds)]
    before = answered(prompts, {1, 2, 3, 9}, "b")
    chosen = choose(before, answered(prompts, set(), "a"), 5, PACKAGES)
    assert [prompts.index(prompt) for prompt in chosen] == [1, 2, 3, 0, 9]


def test_without_code_there_are_as_many() -> None:
    prompts = [asked(number, "packages") for number in range(6)]
    before = answered(prompts, {0, 1, 2, 3}, "b")
    assert len(choose(before, answered(prompts, set(), "a"), 4, PACKAGES)) == 4


def test_tokens_carry_their_role_and_divergence() -> None:
    prompts = [asked(0, "packages")]
    before, after = answered(prompts, {0}, "b"), answered(prompts, set(), "a")
    (example,) = before_and_after(before, after, {"b0": [0.5, 0.25]}, prompts)
    assert example["before"] == [
        {"text": "abc", "role": "ghost", "kl": 0.5},
        {"text": ".", "role": "plain", "kl": 0.25},
    ]
    assert [token["role"] for token in example["after"]] == ["real", "plain"]
