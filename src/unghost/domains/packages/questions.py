"""The wordings in which the packages domain asks a model.

Two questions about packages, one request for code.

Every question has ten paraphrases; which one a prompt gets is drawn by a hash of its id, so that no
rate hangs on one wording. ``{task}`` is a short description of what is wanted, ``{text}`` is code
that the model wrote itself.
"""

from __future__ import annotations

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

HEDGES: tuple[str, ...] = (
    "If you know none, answer: I know no package for this.",
    "Do not guess. If you know none, answer: I know no package for this.",
    "If you are not sure that a package exists, answer: I know no package for this.",
    "Name only packages that you know, or answer: I know no package for this.",
)
"""Sentences that may follow any question, to find out whether the model knows its own limits."""
