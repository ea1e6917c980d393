"""Whether an answer declines the whole question.

"I'm sorry, but as an AI language model I can't help with that" says nothing of what exists: it is
no abstention, which says that no fitting name is known. The phrases are those of common chat
models; an answer is only taken for a refusal where it names nothing.
"""

from __future__ import annotations

import re

from unghost.mentions.thinking import thinking_end

_OPENING = 400
"""A refusal begins an answer; what is said later concerns a part of the question."""
_NOT_ABLE = (
    r"(?:can't|cannot|can not|couldn't|won't|am not able|'m not able|not capable|unable|"
    r"(?:do not|don't) have (?:the )?(?:ability|capability|capacity|access|permission|means)|"
    r"not (?:programmed|designed|trained|equipped|authorized|authorised|allowed)|must decline)"
)
_REFUSALS = re.compile(
    rf"\bas an? (?:\w+[ -]){{0,4}}(?:ai|language model|chatbot|assistant|program)\b"
    rf"[^\n]{{0,120}}?{_NOT_ABLE}"
    rf"|\b(?:sorry|apologi[sz]e|afraid|unfortunately|regret)\b[^\n]{{0,160}}?\bi\b ?{_NOT_ABLE}"
    rf"|^\W*i(?: am|'m)? ?{_NOT_ABLE}"
    r"|^\W*(?:i'm |i am |we are )?(?:very |so |really )?sorry,? (?:but )?(?:this|that|your) "
    r"(?:question|request|task)\b"
)


def is_refusal(text: str) -> bool:
    """Return whether an answer, its thinking aside, begins by declining to answer."""
    said = " ".join(text[thinking_end(text) :].lower().replace("\u2019", "'").split())
    return _REFUSALS.search(said[:_OPENING]) is not None
