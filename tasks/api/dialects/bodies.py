"""What stands in the body of any answer, however odd it is."""

import json
from collections.abc import Mapping
from typing import Any, Final

from tasks.api.connection import as_text

DIGITS_MAX: Final = 20
"""Of a whole number in an answer: one of 64 bits and its sign have no more."""

Told = Mapping[str, Any]


def document(body: bytes) -> object:
    """The JSON in `body`, with `?` for half a character: a prompt that was rewritten may be cut within one.

    Whole numbers that are too long for Python stay text. Raises ValueError or RecursionError where there is no JSON.
    """
    decoded = json.loads(body.decode("utf-8-sig", errors="replace"), parse_int=_whole_number)
    whole: object = json.loads(json.dumps(decoded, ensure_ascii=False).encode(errors="replace"))
    return whole


def _whole_number(digits: str) -> int | str:
    return int(digits) if len(digits) <= DIGITS_MAX else digits


def told_in(body: bytes) -> Told:
    """The fields of a body, as far as it has any."""
    try:
        decoded = document(body)
    except (ValueError, RecursionError):
        return {}
    return decoded if isinstance(decoded, dict) else {}


def text_of(told: Told, name: str) -> str:
    """The text of a field; empty where there is none."""
    value = told.get(name)
    return value.strip() if isinstance(value, str) else ""


def said(message: str) -> str:
    """What the API said, as a sentence behind ours."""
    return f" It said: {message}" if message else ""


def message_of(told: Told) -> str:
    """What an error's body says to a person, on one line; of a typed one its reason as well.

    A problem document has a `detail`, or a `title` alone.
    """
    text = told.get("error") or told.get("message") or told.get("detail") or told.get("title")
    if isinstance(text, dict):
        text = text.get("message") or text
    words, reason = (as_text(str(part)) if part else "" for part in (text, told.get("reject_reason")))
    return ", ".join(filter(None, (words.rstrip(".") if reason else words, reason)))
