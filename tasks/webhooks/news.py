"""The question of a run to its receiver, which generations are done, and the answer. Pure.

It is asked below the address that webhooks go to, so that whoever publishes the one has published the other, and signed
as callbacks are (`tasks/callbacks/signature.py`), with the text of the question in the place of a body.
"""

from typing import Annotated, Final
from urllib.parse import urlsplit, urlunsplit

from pydantic import Field, ValidationError

from tasks.records.record import Answer

DONE_PATH: Final = "/done"


class News(Answer):
    """Generations that webhooks have told to be done, the oldest first, and the number to ask from next."""

    done: tuple[Annotated[str, Field(max_length=256)], ...] = Field(max_length=10_000)
    next: Annotated[int, Field(ge=0, lt=10**15)]


def done_url(webhook_url: str) -> str:
    """Where the receiver at `webhook_url` is asked; what a proxy wants to see in its query is kept."""
    parts = urlsplit(webhook_url)
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + DONE_PATH))


def question(since: str) -> bytes:
    """What is signed of a question. No event of a callback is this: that is JSON."""
    return f"done since {since}".encode()


def read_news(body: bytes) -> News:
    """The answer. Raises ValueError where it is none."""
    try:
        return News.model_validate_json(body)
    except ValidationError:
        raise ValueError("what it answers tells of no images") from None
