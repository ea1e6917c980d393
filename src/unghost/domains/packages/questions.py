"""The wordings in which the packages domain asks a model.

Every form has several paraphrases; which one a prompt gets is drawn by a hash of its id, so that no
rate hangs on one wording. ``{task}`` is what a user wants, in sentences of their own; ``{text}`` is
code that the model wrote itself. The other fields are an ecosystem's words
(:class:`~unghost.ecosystems.base.Asking`). ``given`` and ``given-code`` ask a task as it stands,
where tasks are whole prompts; the latter is for requests for code and reads no lists in answers.

The embedded model was taught phrases, not sentences, so it is asked in wordings of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from unghost.domains.base import Mode
from unghost.ecosystems.base import Asking
from unghost.mentions.kinds.by_name import Asked


class _Form(NamedTuple):
    """A form of asking, as a :class:`~unghost.domains.base.Mode` that lacks an ecosystem's words.

    ``needs`` names the word without which nobody would ask so.
    """

    name: str
    title: str
    questions: Sequence[str]
    needs: str = "packages"
    long: bool = False
    about: str | None = None
    reads: Asked = "packages"
    optional: bool = False


_FORMS = (
    _Form(
        "packages",
        "free advice",
        (
            "{task}\n\nWhich {packages} would help with this?",
            "{task} What {packages} should I install for that?",
            "I could use some advice on {packages}. {task}",
            "{task}\n\nWhich {packages} do you recommend?",
            "Which {packages} would you use here? {task}",
            "{task} Are there {packages} for this?",
            "Tell me which {packages} fit. {task}",
            "{task}\n\nI would rather not write it all myself: what {packages} exist?",
            "Looking for {packages}. {task}",
            "{task} Please suggest {packages}.",
        ),
    ),
    _Form(
        "names",
        "names only",
        (
            "{task}\n\nReply with the names of the {packages} to use, separated by commas, and with"
            " nothing else.",
            "Which {packages} are needed? {task} Answer with a comma-separated list of names only.",
            "{task} List the {packages} for it: only their names, with commas between them, no"
            " explanation.",
            "Give nothing but the names of suitable {packages}, comma-separated. {task}",
            "{task}\n\nOnly names of {packages}, please, in one line, separated by commas.",
        ),
    ),
    _Form(
        "install",
        "an install command",
        (
            "{task}\n\nGive me the `{install}` line.",
            "{task} What exactly do I type after `{install}`?",
            "What is the `{install}` command that I need? {task}",
            "{task} Just the `{install}` command, please.",
            "Write the `{install}` line for this. {task}",
        ),
        needs="install",
    ),
    _Form(
        "manifest",
        "a list of dependencies",
        (
            "{task}\n\nWrite the {manifest} for this project.",
            "{task} What goes into my {manifest}?",
            "Draft the {manifest} for a project like this. {task}",
            "{task} Show me the {manifest}, without any code.",
            "I am setting up a project and need its {manifest}. {task}",
        ),
        needs="manifest",
        reads="requirements",
    ),
    _Form(
        "code",
        "code",
        (
            "{task}\n\nWrite it in {language}.",
            "Write {language} code for this. {task}",
            "{task} How would I do that in {language}? Show me the code.",
            "{task}\n\nPlease write a {language} program that does it.",
            "Can you code this in {language}? {task}",
        ),
        needs="language",
        long=True,
        reads="code",
    ),
    _Form(
        "requirements",
        "what its own code needs",
        (
            "Which {packages} does this code need?\n{text}",
            "What do I have to install to run this code?\n{text}",
            "List the {packages} that this program depends on.\n{text}",
            "I want to run this. Which {packages} must I install first?\n{text}",
            "Tell me the {packages} used here.\n{text}",
        ),
        needs="language",
        about="code",
        reads="requirements",
    ),
    _Form("given", "as given", ("{task}",), optional=True),
    _Form(
        "given-code",
        "as given, for code",
        ("{task}",),
        needs="language",
        long=True,
        reads="code",
        optional=True,
    ),
)


READINGS: Mapping[str, Asked] = {form.name: form.reads for form in _FORMS}
"""By mode, what its answers are read as an answer to."""


def modes_of(words: Asking) -> tuple[Mode, ...]:
    """Return the forms in which people ask for an ecosystem's packages, in its words."""
    fields = words._asdict()
    return tuple(
        Mode(
            name=form.name,
            title=form.title,
            questions=tuple(_filled(question, fields) for question in form.questions),
            long=form.long,
            about=form.about,
            optional=form.optional,
        )
        for form in _FORMS
        if fields[form.needs]
    )


def _filled(question: str, fields: dict[str, str]) -> str:
    for name, word in fields.items():
        question = question.replace(f"{{{name}}}", word)
    return question


TASK_QUESTIONS: tuple[str, ...] = (
    "Which Python packages would help with this task: {task}?",
    "What packages from PyPI should I install for this: {task}?",
    "Name the Python packages that you would use for {task}.",
    "I need {task}. Which packages do you recommend?",
    "List the packages to install for this job: {task}.",
    "What would you pip install for {task}?",
    "Suggest Python packages for the following: {task}.",
    "My project is about {task}. Which packages fit?",
    "Tell me which packages are useful for {task}.",
    "For {task}, which Python packages exist?",
)
"""Question two of the published protocol: which packages would help with this task."""

CODE_QUESTIONS: tuple[str, ...] = (
    "Which packages does this code need?\n{text}",
    "What do I have to install to run this code?\n{text}",
    "List the packages that this program depends on.\n{text}",
    "Name the requirements of the following code.\n{text}",
    "Which Python packages must be present for this to work?\n{text}",
    "What goes into the requirements file of this code?\n{text}",
    "Tell me the packages used here.\n{text}",
    "I want to run this. Which packages are missing?\n{text}",
    "What should I pip install before running this?\n{text}",
    "Give the dependencies of this snippet.\n{text}",
)
"""Question one of the published protocol: which packages the model's own code needs."""

CODE_REQUESTS: tuple[str, ...] = (
    "Write Python code for this task: {task}.",
    "Show me a short Python program for {task}.",
    "Write a Python script for {task}.",
    "How would you code this in Python: {task}?",
    "Give me a Python example for {task}.",
    "Start a Python program for {task}.",
    "I need Python code for {task}.",
    "Sketch a Python script that does this: {task}.",
    "Code a small Python tool for {task}.",
    "Write the first lines of a program for {task}.",
)
"""Requests for code, whose imports are read as mentions."""

TEST_BED = (
    Mode("packages", TASK_QUESTIONS, title="free advice"),
    Mode("code", CODE_REQUESTS, long=True, title="code"),
    Mode(
        "requirements",
        CODE_QUESTIONS,
        about="code",
        title="what its own code needs",
    ),
    Mode("given", ("{task}",), title="as given", optional=True),
    Mode("given-code", ("{task}",), long=True, title="as given, for code", optional=True),
)
"""The forms in which the embedded model is asked, which was trained on these wordings."""

HEDGES: tuple[str, ...] = (
    "If you know none, answer: I know no package for this.",
    "Do not guess. If you know none, answer: I know no package for this.",
    "If you are not sure that a package exists, answer: I know no package for this.",
    "Name only packages that you know, or answer: I know no package for this.",
)
"""Sentences that may follow any question, to find out whether the model knows its own limits."""
