"""Which of a campaign's files are their owner's alone: they hold links that open to whoever has them."""

from typing import Final

from tasks.callbacks.names import EVENTS
from tasks.ledger.names import ANSWERS, ENDS
from tasks.ledger.published import PUBLISHED_KEY
from tasks.ledger.records import OUTCOMES_KEY

ADDRESSES: Final = "ledger/addresses"
"""What runs that share a campaign are handed in the place of addresses among their parameters."""
FOLDERS: Final = (ANSWERS, ENDS, EVENTS, ADDRESSES)
FILES: Final = (OUTCOMES_KEY, PUBLISHED_KEY)


def is_private(key: str) -> bool:
    """Whether only the owner may read what is under `key`, a file's or a folder's."""
    return key in FILES or f"{key}/".startswith(tuple(f"{folder}/" for folder in FOLDERS))
