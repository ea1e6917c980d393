"""The one exception that unghost raises on purpose, and what it says of a missing extra."""

from __future__ import annotations

_EXTRAS = {
    "train": (
        "models on this machine need",
        "accelerate peft safetensors tokenizers torch transformers",
    ),
    "measure": ("measuring needs", "jinja2 numpy pyarrow re2 scipy"),
    "lm-eval": ("tasks of lm-eval need", "lm_eval"),
    "sign": ("signatures need", "cryptography"),
    "mcp": ("the MCP server needs", "mcp"),
}
"""By extra, what it is for and the modules that it installs."""
_COMMANDS = {"unlearn": "train", "demo": "train"}
"""Commands that need more than the module that happens to be missed first."""


class UnghostError(Exception):
    """An error that the user can fix: one line that says what is wrong and what to do.

    The command line prints the message and exits with 2; a traceback is shown only with
    ``--debug``.
    """


def how_to_get(module: str, command: str | None = None) -> str | None:
    """Return how to install the extra that a module is in, as the end of a sentence.

    Args:
        module: The module as imported.
        command: The command that needs it, if it is one.

    Returns:
        None if the module is in no extra.
    """
    top = module.partition(".")[0]
    for extra, (_, modules) in _EXTRAS.items():
        if top in modules.split():
            extra = _COMMANDS.get(command or "", extra)
            return f"install the extra {extra!r} of unghost (unghost[{extra}])"
    return None


def missing_extra(error: ImportError, command: str | None = None) -> UnghostError | None:
    """Return an error that names the extra which installs a missing module.

    Args:
        error: What the import raised.
        command: The command that needs it, if it is one.

    Returns:
        None if no extra installs the module.
    """
    top = (error.name or "").partition(".")[0]
    advice = how_to_get(top, command)
    if advice is None:
        return None
    purpose = next(purpose for purpose, modules in _EXTRAS.values() if top in modules.split())
    return UnghostError(f"{purpose} {top}, which is not installed: {advice}")
