"""The tuned model as others load it: merged safetensors with a filled model card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from unghost.config import UnlearnConfig
from unghost.embedded import MODEL_NAME, model_path
from unghost.errors import UnghostError
from unghost.generate.load import load_model
from unghost.report.card import card
from unghost.train.merge import export_merged

_TAGS = "tags:\n- unghost\n- unlearning\n"
"""By these lines of its card an earlier export is known."""


def check_export(config: UnlearnConfig, run: Path, path: Path) -> None:
    """Refuse a place for the merged model where something of another kind would be lost.

    Raises:
        UnghostError: The path is neither free, nor an empty folder, nor an earlier export, or it
            holds the run, or is the original itself.
    """
    own = run.resolve()
    original = model_path() if config.model == MODEL_NAME else Path(config.model)
    if path.resolve() in (original.resolve(), own, *own.parents):
        raise UnghostError(
            f"{path} is needed by the run itself: give the merged model another folder"
        )
    if path.is_symlink() or not (not path.exists() or _is_replaceable(path)):
        raise UnghostError(
            f"{path} holds something that is no earlier export of unghost, and would be lost: give"
            " the merged model another folder"
        )


def _is_replaceable(path: Path) -> bool:
    if not path.is_dir():
        return False
    if not any(path.iterdir()):
        return True
    written = path / "README.md"
    if not (written.is_file() and (path / "config.json").is_file()):
        return False
    return _TAGS in written.read_text(encoding="utf-8", errors="replace")


def export(config: UnlearnConfig, run: Path, report: dict[str, Any], path: Path) -> str:
    """Write the kept round merged into the original, loadable by plain transformers.

    The weights keep the type that the original's have.

    Args:
        config: The run's configuration.
        run: The run's folder, with ``adapter/``.
        report: The run's report, for the card.
        path: The folder to write; an earlier export is replaced.

    Returns:
        What was done, in one line: without a kept round there is nothing to merge.

    Raises:
        UnghostError: The folder is not free (:func:`check_export`), or cannot be written.
    """
    if not report["config"]["kept_round"]:
        return "nothing to merge: no round was trained, so the model is as it was"
    check_export(config, run, path)
    loaded = load_model(config.model, dtype="stored", device="cpu")
    export_merged(loaded.model, run / "adapter", loaded.tokenizer, path, card=_card(report))
    return f"merged model: {path}"


def _card(report: dict[str, Any]) -> str:
    intro = f"""# {report["model"]}, unlearned

Invented names of {report["domain"]["plural"]} were unlearned with unghost
{report["versions"]["unghost"]} (objective `{report["config"]["objective"]}`,
round {report["config"]["kept_round"]} kept).

"""
    return card(report, f"library_name: transformers\n{_TAGS}", intro)
