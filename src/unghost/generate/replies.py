"""Reading what OpenAI-compatible servers answer; any text may come instead."""

from __future__ import annotations

import json
from typing import Any

from unghost.generate.asking import Reply
from unghost.generate.budget import Api
from unghost.records import FinishReason

_FINISH: dict[str, FinishReason] = {"stop": "stop", "length": "length", "eos": "stop"}
_CHECK = "check that the address is of an OpenAI-compatible server, with its version path"


def read_reply(content: bytes, api: Api) -> Reply:
    """Read the body of a reply with status 200.

    Raises:
        ValueError: It is something else; the message says what, and what to check.
    """
    try:
        reply = json.loads(content)
    except (ValueError, RecursionError):
        if content.lstrip()[:1] == b"<":
            raise ValueError(f"answers with a web page: {_CHECK}") from None
        start = content[:60].decode("utf-8", "replace")
        raise ValueError(f"does not answer in JSON ({start!r}): {_CHECK}") from None
    choices = reply.get("choices") if isinstance(reply, dict) else None
    if not isinstance(choices, list):
        error = reply.get("error") if isinstance(reply, dict) else None
        if error:
            raise ValueError(f"answers with an error ({error}): see the server's log")
        raise ValueError(f"does not answer in the OpenAI form (no choices): {_CHECK}")
    if not choices:
        raise ValueError("answers with an empty list of choices: see the server's log")
    choice = choices[0] if isinstance(choices[0], dict) else {}
    reason = choice.get("finish_reason")
    if not isinstance(reason, str | None):
        raise ValueError(f"does not answer in the OpenAI form (finish_reason): {_CHECK}")
    text = _text(choice, reason, api)
    usage = reply.get("usage") if isinstance(reply.get("usage"), dict) else {}
    served = reply.get("model")
    return Reply(
        # JSON can hold halves of surrogate pairs, which no file of UTF-8 can.
        text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
        "stop" if reason is None else _FINISH.get(reason, "error"),
        served[:200].encode("utf-8", "replace").decode() if isinstance(served, str) else None,
        _count(usage.get("prompt_tokens")),
        _count(usage.get("completion_tokens")),
    )


def _text(choice: dict[str, Any], reason: str | None, api: Api) -> str:
    """Return the answer of a choice.

    A null is an answer where the server says why: it was cut off while thinking, filtered, or is a
    refusal in a field of its own.
    """
    message = choice.get("message") if api == "chat" else choice
    field, place = ("content", "message.content") if api == "chat" else ("text", "text")
    text = message.get(field) if isinstance(message, dict) else None
    if isinstance(text, str):
        return text
    if isinstance(message, dict) and text is None:
        refusal = message.get("refusal")
        if isinstance(refusal, str):
            return refusal
        if field in message and reason not in (None, "stop", "eos"):
            return ""
    other = "completions" if api == "chat" else "chat"
    raise ValueError(
        f"answers without a text (choices[0].{place} is missing, not the OpenAI form): see whether"
        f" the model wants --api {other}, and the server's log"
    )


def _count(value: Any) -> int | None:
    sound = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 40
    return value if sound else None
