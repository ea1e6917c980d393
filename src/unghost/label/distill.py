"""Answers to hedged questions, as targets for the plain questions.

A model often abstains rightly if it is asked not to guess, and guesses if it is not asked. Its own
hedged answer is learned as the answer to the plain question: context distillation (Askell et al.,
arXiv 2112.00861; its use on names is ours). Only the model's own text is learned.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from unghost.domains.base import Domain
from unghost.label.blame import thinking_tokens
from unghost.label.streams import STREAMS, Labels
from unghost.records import Completion, Mention, Verdict, by_source


def doubtful_answers(
    completions: Collection[Completion],
    mentions: Iterable[Mention],
    verdicts: Iterable[Verdict],
    domain: Domain,
) -> set[str]:
    """Return the ids of the doubtful answers.

    An answer is doubtful if it names a ghost or abstains, or if it gives names while no name occurs
    in two answers to the prompt. Such names are guesses, even if one happens to exist: a model that
    knows a name gives it again (self-consistency, Wang et al., arXiv 2203.11171; its use as a sign
    of doubt is ours). A single answer is not a guess.
    """
    judged = _judged(mentions, verdicts)
    doubtful = set()
    for answers in _by_prompt(completions).values():
        said = [judged.get(answer.id, []) for answer in answers]
        guessed = len(answers) > 1 and _agree_on_nothing(said)
        for answer, found in zip(answers, said, strict=True):
            statuses = [verdict.status for verdict in found]
            if _is_doubtful(answer, statuses, domain) or (guessed and "exists" in statuses):
                doubtful.add(answer.id)
    return doubtful


def label_hedged(
    completions: Iterable[Completion],
    doubtful: Collection[str],
    hedged: Sequence[tuple[str, Completion]],
    mentions: Iterable[Mention],
    verdicts: Collection[Verdict],
    domain: Domain,
) -> list[tuple[str, Completion, Labels]]:
    """Choose the hedged answers that are worth learning, and weigh their tokens.

    A hedged answer is learned if it is whole and either gives real names alone, all of the split
    ``discover``, or says that the model knows none. All its tokens weigh as much as the share of
    the plain answers that are doubtful, so what it answers well is left alone, and an abstention
    where the hedged answer gives a real name is taken back.

    Args:
        completions: Answers to the plain prompts.
        doubtful: Those of them that :func:`doubtful_answers` gives.
        hedged: The hedged answers, each with the id of the plain prompt.
        mentions: The names in the hedged answers.
        verdicts: One for each mention.
        domain: What was asked about.

    Returns:
        For each that is learned the plain prompt's id, the answer, and its labels.
    """
    mentions = list(mentions)
    judged = _judged(mentions, verdicts)
    withheld = _withheld(mentions, verdicts, domain)
    plain: dict[str, list[bool]] = defaultdict(list)
    for completion in completions:
        plain[completion.prompt_id].append(completion.id in doubtful)
    chosen = []
    for prompt_id, answer in hedged:
        doubts = plain.get(prompt_id, [])
        statuses = [verdict.status for verdict in judged.get(answer.id, [])]
        is_better = answer.id not in withheld and _is_better(answer, statuses, domain)
        if any(doubts) and is_better:
            chosen.append((prompt_id, answer, _labels(answer, sum(doubts) / len(doubts))))
    return chosen


def _withheld(mentions: Iterable[Mention], verdicts: Iterable[Verdict], domain: Domain) -> set[str]:
    """Return the answers with a name of another split, which training must not teach."""
    # What is only built in (stdlib) is of no split, whatever its name hashes to.
    real = [verdict for verdict in verdicts if verdict.status == "exists"]
    others = {v.mention_id for v in real if domain.split_of(v.canonical) != "discover"}
    return {mention.source_id for mention in mentions if mention.id in others}


def _by_prompt(completions: Iterable[Completion]) -> Mapping[str, list[Completion]]:
    answers: dict[str, list[Completion]] = defaultdict(list)
    for completion in completions:
        answers[completion.prompt_id].append(completion)
    return answers


def _agree_on_nothing(said: Iterable[Sequence[Verdict]]) -> bool:
    given = Counter(
        name for found in said for name in {v.canonical for v in found if v.status != "stdlib"}
    )
    return max(given.values(), default=0) < 2


def _is_doubtful(answer: Completion, statuses: Collection[str], domain: Domain) -> bool:
    return "absent" in statuses or (not statuses and domain.is_abstention(answer.text))


def _judged(
    mentions: Iterable[Mention], verdicts: Iterable[Verdict]
) -> Mapping[str, list[Verdict]]:
    verdict_of = {verdict.mention_id: verdict for verdict in verdicts}
    found = by_source(mentions)
    return {source: [verdict_of[m.id] for m in some] for source, some in found.items()}


def _is_better(answer: Completion, statuses: Sequence[str], domain: Domain) -> bool:
    if answer.token_ids is None or answer.finish_reason != "stop":
        return False
    if not statuses:
        return domain.is_abstention(answer.text)
    # Undecided names are as bad to learn from as ghosts.
    return "exists" in statuses and set(statuses) <= {"exists", "stdlib"}


def _labels(answer: Completion, weight: float) -> Labels:
    count = len(answer.token_ids or ())
    thought = thinking_tokens(answer)
    said = tuple(0.0 if token in thought else weight for token in range(count))
    streams: dict[str, tuple[float, ...]] = {stream: (0.0,) * count for stream in STREAMS}
    return Labels(answer.id, streams | {"distill": said}, (), (-1,) * count)
