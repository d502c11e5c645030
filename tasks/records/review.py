"""What a person has decided on an image of a campaign, as the ledger keeps it."""

from datetime import datetime
from typing import Final, Literal, get_args

from tasks.records.record import Record

Decision = Literal["keep", "reject", "again", "focus"]
"""Chosen; not to be used; to be made again, beside the image that is there; only where its crops are to lie."""
DECISIONS: Final[tuple[Decision, ...]] = get_args(Decision)


class Take(Record):
    """An image that is made in the place of another: what it asks for, where that differs, and what it is called."""

    number: int
    """Which it is of all that stand for one image of the matrix; that one is the first."""
    cell_id: str
    """The shortest id that its cell may have."""
    prompt: str
    seed: int | None = None
    request_sha256: str
    copy_number: int


class Review(Record):
    """One decision on one cell. Later ones are written beside it, and none is ever changed."""

    cell_id: str
    number: int
    """Which review of its cell it is, from 1."""
    decision: Decision
    reason: str = ""
    prompt: str | None = None
    """Of `again`: other words; None for the same."""
    seed: int | None = None
    """Of `again`: the seed that somebody has named."""
    focus: str | None = None
    """Where the crops of the image are to lie: a word or a point; None where nothing is said of them."""
    by: str = ""
    at: datetime
    """When it was decided."""
    take: Take | None = None
    """Of `again`: what is made."""

    def told(self) -> str:
        """Such as `reject (off brand) by Kim, 28 Nov 17:05`."""
        why, who = f" ({self.reason})" if self.reason else "", f" by {self.by}" if self.by else ""
        return f"{self.decision}{why}{who}, {self.at:%d %b %H:%M}"
