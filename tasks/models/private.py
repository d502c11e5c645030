"""Which of a campaign's files are their owner's alone: they hold links that open to whoever has them."""

from typing import Final

from tasks.models.ledger import OUTCOMES_KEY
from tasks.models.outbox import EVENTS
from tasks.models.published import PUBLISHED_KEY
from tasks.models.turn import ANSWERS, ENDS

FOLDERS: Final = (ANSWERS, ENDS, EVENTS)


def is_private(key: str) -> bool:
    """Whether only the owner may read what is under `key`, a file's or a folder's."""
    return key in {OUTCOMES_KEY, PUBLISHED_KEY} or f"{key}/".startswith(tuple(f"{folder}/" for folder in FOLDERS))
