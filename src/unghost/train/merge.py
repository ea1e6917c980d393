"""The adapter merged into the original, as others load it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from unghost.storage.atomic import atomic_folder
from unghost.train.layers import freeze_routers
from unghost.train.policy import FULL_WEIGHTS, Policy, misfit_error, no_future_warnings


def export_merged(
    model: Any, adapter: Path, tokenizer: Any, path: Path, *, card: str | None = None
) -> None:
    """Write the adapter merged into a freshly loaded original, as an ordinary model folder.

    The sum is taken in fp32 and written in the type of ``model``, which is used up: merging into
    the policy in training and taking the sum apart again would round the original's weights.

    Args:
        model: The original.
        adapter: What :meth:`Policy.save` wrote.
        tokenizer: The original's, written beside it.
        path: The folder to write.
        card: The text of README.md, if there is to be one.

    Raises:
        UnghostError: The adapter does not fit the model, or the folder cannot be written.
    """
    dtype = model.dtype
    merged = model.float()
    if (adapter / FULL_WEIGHTS).is_file():
        freeze_routers(merged)
        Policy(merged).load(adapter)
    else:
        from peft import PeftModel

        try:
            with no_future_warnings():
                merged = PeftModel.from_pretrained(merged, str(adapter)).merge_and_unload()
        except Exception as error:
            raise misfit_error(adapter, error) from error
    with atomic_folder(path) as folder:
        merged.to(dtype).save_pretrained(str(folder), safe_serialization=True)
        tokenizer.save_pretrained(str(folder))
        if card is not None:
            (folder / "README.md").write_text(card, encoding="utf-8")
