"""Operators that make a new task of an old one; the paper's are not known, these are ours.

Most are text templates over keywords and work for any model. Two ask the model under training to
write a task, for models that can. Nothing but such templates, the given tasks and the model's own
text is ever asked, and only the model's answers are trained on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from unghost.discover.seeds import TaskCandidate, content_words
from unghost.domains.seeds import Family, Seeds
from unghost.domains.tasks import in_words

Draft = tuple[str, tuple[str, ...]]
"""Text of a new task and its keywords; for an operator that asks the model: what to ask, and the
keywords of the parent."""

WRITE_ABOUT = "Write a task about {keywords}."
WRITE_LIKE = "Write another task like this: {task}"

_WORDS = (2, 30)
_CHARACTERS = (6, 200)
_DEBRIS = re.compile(
    r"""[`<>{}\[\]=$\\|@*^~"] | :// | \w[._/]\w | \(\) | -- | ^\W
    | ^(?:import|from|def|class|return)\b""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Material:
    """Material that operators draw from besides the task itself.

    Attributes:
        seeds: The domain's words.
        families: Topic families by name, the facts among them.
        ghosts: Canonical names of the ghosts found so far, oldest first.
        avoid: Names that no made text may mention (the right answers), as :func:`as_words` gives.
        pools: By family, the seeds that may be parents, or partners for ``combine``.
        prone: By family, tasks that brought out a ghost when last asked; parents too.
    """

    seeds: Seeds
    families: Mapping[str, Family]
    ghosts: tuple[str, ...] = ()
    avoid: frozenset[str] = frozenset()
    pools: Mapping[str, Sequence[TaskCandidate]] = field(default_factory=dict)
    prone: Mapping[str, Sequence[TaskCandidate]] = field(default_factory=dict)

    def usable(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Return the words that mention no name to be avoided."""
        return tuple(word for word in words if not names_any(word, self.avoid))


@dataclass(frozen=True, slots=True)
class Operator:
    """A way to make a new task.

    Attributes:
        name: As it stands in ``Prompt.operator``.
        apply: From (task, material, noise) to a draft, or None where it cannot be applied.
        asks_model: The draft is a request that the model answers with a task of its own.
        same_task: The draft is the same task in other words; it keeps the id and the right answer.
    """

    name: str
    apply: Callable[[TaskCandidate, Material, Random], Draft | None]
    asks_model: bool = False
    same_task: bool = False


def as_words(name: str) -> str:
    """Return the words of a name in lower case, joined by hyphens."""
    return "-".join(re.findall(r"[a-z0-9]+", name.lower()))


def names_any(text: str, names: frozenset[str]) -> bool:
    """Return whether a text mentions one of some names (:func:`as_words`), whatever joins them."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    longest = 4
    return any(
        "-".join(words[start : start + length]) in names
        for length in range(1, longest + 1)
        for start in range(len(words) - length + 1)
    )


def render(keywords: tuple[str, ...], seeds: Seeds, noise: Random) -> str:
    """Build a noun phrase in the domain's wording from one or more keywords."""
    if len(keywords) not in seeds.forms:
        return in_words(keywords)
    return _filled(noise.choice(seeds.forms[len(keywords)]), *keywords)


def _filled(form: str, *words: str) -> str:
    """Fill the ``{}`` of a form with words; nothing else in it has a meaning."""
    first, *rest = form.split("{}")
    return first + "".join(word + part for word, part in zip(words, rest, strict=False))


def clean_task(
    text: str, avoid: frozenset[str] = frozenset(), answers: frozenset[str] = frozenset()
) -> str | None:
    """Extract the task from what a model (or a template) wrote; None if it is not a valid task.

    Kept is the first line that says something, without list marker, quotes and final stop. It must
    be printable ASCII of 2 to 30 words and 6 to 200 characters that do not just repeat, hold
    nothing that looks like code, a path or a dotted name, none of the words that only answers have,
    and no name to be avoided.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return None
    line = re.sub(r"^(?:task\s*:|[-*]\s+|\d+[.)]\s+)\s*", "", lines[0], flags=re.IGNORECASE)
    line = re.sub(r"\s+", " ", line).strip(" \"'.?!:;,")
    words = line.lower().split()
    sound = (
        line.isascii()
        and line.isprintable()
        and _WORDS[0] <= len(words) <= _WORDS[1]
        and _CHARACTERS[0] <= len(line) <= _CHARACTERS[1]
        and 2 * len(set(words)) > len(words)
        and bool(content_words(line))
        and _DEBRIS.search(line) is None
        and not names_any(line, answers)
        and not names_any(line, avoid)
    )
    return line if sound else None


def _swap(task: TaskCandidate, old: str, new: str, material: Material, noise: Random) -> Draft:
    """Replace one keyword by another, in the task's own wording if it occurs there."""
    keywords = tuple(dict.fromkeys(new if word == old else word for word in task.keywords))
    found = re.search(rf"\b{re.escape(old)}\b", task.text, re.IGNORECASE)
    if found is None:
        return render(keywords, material.seeds, noise), keywords
    return task.text[: found.start()] + new + task.text[found.end() :], keywords


def _pick(words: tuple[str, ...], noise: Random) -> str | None:
    return noise.choice(words) if words else None


def _plain(task: TaskCandidate, material: Material, noise: Random) -> Draft:
    return task.text, task.keywords


def _reorder(task: TaskCandidate, material: Material, noise: Random) -> Draft | None:
    if len(task.keywords) < 2:
        return None
    shift = noise.randrange(1, len(task.keywords))
    keywords = task.keywords[shift:] + task.keywords[:shift]
    return render(keywords, material.seeds, noise), keywords


def _rarer(task: TaskCandidate, material: Material, noise: Random) -> Draft | None:
    family = material.families[task.family]
    common = [word for word in task.keywords if word not in family.rare]
    new = _pick(tuple(w for w in material.usable(family.rare) if w not in task.keywords), noise)
    return _swap(task, noise.choice(common), new, material, noise) if common and new else None


def _other_domain(task: TaskCandidate, material: Material, noise: Random) -> Draft | None:
    others = sorted(set(material.families) - {task.family})
    new = others and _pick(material.usable(material.families[noise.choice(others)].words), noise)
    if not new or not task.keywords:
        return None
    return _swap(task, noise.choice(task.keywords), new, material, noise)


def _newer(task: TaskCandidate, material: Material, noise: Random) -> Draft | None:
    word = _pick(material.seeds.newer, noise)
    return None if word is None else (f"{task.text} with {word}", (*task.keywords, word))


def _constrain(task: TaskCandidate, material: Material, noise: Random) -> Draft | None:
    constraint = _pick(material.seeds.constraints, noise)
    if constraint is None:
        return None
    return f"{task.text} {constraint}", (*task.keywords, " ".join(content_words(constraint)[:2]))


def _relax(task: TaskCandidate, material: Material, noise: Random) -> Draft | None:
    if len(task.keywords) < 2:
        return None
    dropped = noise.randrange(len(task.keywords))
    keywords = task.keywords[:dropped] + task.keywords[dropped + 1 :]
    return render(keywords, material.seeds, noise), keywords


def _idiom(task: TaskCandidate, material: Material, noise: Random) -> Draft | None:
    idiom = _pick(material.seeds.idioms, noise)
    if idiom is None:
        return None
    return f"{task.text} with {idiom}", (*task.keywords, idiom.split(" as in ")[0])


def _near_ghost(task: TaskCandidate, material: Material, noise: Random) -> Draft | None:
    """Use the parts of an invented name as topic words: its neighbours are often invented too."""
    ghost = _pick(material.ghosts, noise)
    parts = re.findall(r"[a-z]{2,}", (ghost or "").lower())
    words = tuple(dict.fromkeys(part for part in parts if part not in material.seeds.generic))
    words = material.usable(words)[:2]
    extra = _pick(
        tuple(word for word in material.usable(task.keywords) if word not in words), noise
    )
    if not words:
        return None
    keywords = (*words, extra) if extra else words
    return render(keywords, material.seeds, noise), keywords


def _alternatives(task: TaskCandidate, material: Material, noise: Random) -> Draft | None:
    form = _pick(material.seeds.alternatives, noise)
    return None if form is None else (_filled(form, task.text), task.keywords)


def _combine(task: TaskCandidate, material: Material, noise: Random) -> Draft | None:
    partners = [other for other in material.pools.get(task.family, ()) if other.text != task.text]
    if not partners:
        return None
    other = noise.choice(partners)
    words = [noise.choice(task.keywords)] if task.keywords else []
    words += noise.sample(other.keywords, min(2, len(other.keywords)))
    keywords = material.usable(tuple(dict.fromkeys(words)))
    return (render(keywords, material.seeds, noise), keywords) if len(keywords) > 1 else None


def _write_about(task: TaskCandidate, material: Material, noise: Random) -> Draft | None:
    keywords = material.usable(task.keywords)
    return (WRITE_ABOUT.format(keywords=", ".join(keywords)), keywords) if keywords else None


def _write_like(task: TaskCandidate, material: Material, noise: Random) -> Draft:
    return WRITE_LIKE.format(task=task.text), task.keywords


OPERATORS: tuple[Operator, ...] = (
    Operator("plain", _plain, same_task=True),
    Operator("reorder", _reorder, same_task=True),
    Operator("rarer", _rarer),
    Operator("other-domain", _other_domain),
    Operator("newer", _newer),
    Operator("constrain", _constrain),
    Operator("relax", _relax),
    Operator("idiom", _idiom),
    Operator("near-ghost", _near_ghost),
    Operator("alternatives", _alternatives),
    Operator("combine", _combine),
    Operator("write-about", _write_about, asks_model=True),
    Operator("write-like", _write_like, asks_model=True),
)
"""All operators, in a fixed order."""

BY_NAME: Mapping[str, Operator] = {operator.name: operator for operator in OPERATORS}
