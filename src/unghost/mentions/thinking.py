"""The place where a reasoning model's thinking ends and its answer begins.

Nobody installs what a model only thought of, so names there are not mentions, and nothing there is
trained on. The tags are those of the common families (DeepSeek-R1, Qwen and their kin).
"""

from __future__ import annotations

import re

_TAG = r"(think|thinking|thought|reasoning)>"
_BEGINS = re.compile(rf"\s*<{_TAG}", re.IGNORECASE)
_OPENING = re.compile(rf"<{_TAG}", re.IGNORECASE)
_CLOSING = re.compile(rf"</{_TAG}", re.IGNORECASE)


def thinking_end(text: str) -> int:
    """Return the offset of the first character after the thinking part; 0 if there is none.

    A part that is opened at the very beginning and never closed is the whole text. A closing tag
    without an opening one closes a part that the chat template opened. Only a first part counts.
    """
    begins, closing = _BEGINS.match(text), _CLOSING.search(text)
    if begins:
        return closing.end() if closing else len(text)
    if closing and not _OPENING.search(text, 0, closing.start()):
        return closing.end()
    return 0
