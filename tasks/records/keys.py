"""The keys of a campaign's files, relative to its folder."""

from pathlib import PurePosixPath
from typing import Final

INTENTS: Final = "ledger/intents"
ANSWERS: Final = "ledger/answers"
ENDS: Final = "ledger/ends"
REVIEWS: Final = "ledger/reviews"
RUNS: Final = "ledger/runs"
PROBES: Final = "ledger/probes"
SANDBOX_MARK: Final = "ledger/sandbox.json"
"""Says that everything in the campaign's folder was made with the sandbox."""
SANDBOX_BOOKS: Final = "ledger/sandbox"
"""Where the sandbox keeps what it has accepted, for when the trial is killed and started again."""
OUTCOMES_KEY: Final = "ledger/outcomes.jsonl"
"""A copy of the newest outcomes, so that a resume reads one file and not thousands; the ends are the truth."""
REVIEWS_KEY: Final = "ledger/reviews.jsonl"
"""The same of the reviews."""
PUBLISHED_KEY: Final = "ledger/published.json"
HOLD_KEY: Final = "ledger/hold.json"
"""Whether the campaign waits for reviews, and who is told of them."""
LABELS: Final = "ledger/labels"
"""Icons and fonts that labels are drawn with, each named by the digest of its content; fonts are somebody's."""
ADDRESSES: Final = "ledger/addresses"
"""What runs that share a campaign are handed in the place of addresses among their parameters."""
EVENTS: Final = "callbacks/events"
REFERENCES: Final = "references"
"""Pictures that go along with requests, each named by the digest of its content: written once, and the same for all."""

PRIVATE_FOLDERS: Final = (ANSWERS, ENDS, EVENTS, ADDRESSES, SANDBOX_BOOKS, LABELS)
PRIVATE_FILES: Final = (OUTCOMES_KEY, PUBLISHED_KEY, HOLD_KEY)
"""Which are their owner's alone: they hold links that open to whoever has them, or who is called back."""


def check_key(key: str) -> None:
    """Raise ValueError for a key that would lead out of the campaign's folder, on any system."""
    parts = PurePosixPath(key).parts
    if not parts or key.startswith("/") or ".." in parts or set(key) & set("\\:\0"):
        raise ValueError(f"{key!r} is not a key of a campaign's folder")


def is_private(key: str) -> bool:
    """Whether only the owner may read what is under `key`, a file's or a folder's."""
    return key in PRIVATE_FILES or f"{key}/".startswith(tuple(f"{folder}/" for folder in PRIVATE_FOLDERS))
