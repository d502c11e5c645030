"""What became of a cell."""

from datetime import datetime
from decimal import Decimal
from typing import Final, Literal, get_args

from pydantic import Field

from tasks.models.record import Record

Status = Literal["done", "failed", "blocked", "unknown", "pending"]
STATUSES: Final[tuple[Status, ...]] = get_args(Status)


class StoredOriginal(Record):
    """An image that is paid, downloaded, proven to be one, and stored byte for byte as it came."""

    cell_id: str
    key: str
    """Relative to the campaign's folder, such as `originals/tea-hero-1a2b3c4d.png`."""
    image_sha256: str
    size_bytes: int
    width_px: int
    height_px: int
    seed: int
    final_prompt: str
    """The prompt that was drawn, after the API's magic prompt has rewritten it."""
    attempts: int
    started_at: datetime
    finished_at: datetime


class Outcome(Record):
    """How a cell ended. Every cell of a campaign has exactly one."""

    cell_id: str
    status: Status
    original: StoredOriginal | None = None
    variants: dict[str, str] = Field(default_factory=dict)
    """The key of each variant by its name, relative to the campaign's folder."""
    cost_usd: Decimal = Decimal(0)
    """What the cell has cost, as far as is known: an `unknown` one counts as paid."""
    attempts: int = 0
    turn: int = 1
    """Which time of asking ended so; cost and attempts are those of all turns."""
    error: str | None = None
    """A sentence for the person who reads the manifest; no secrets, no signed links."""
    started_at: datetime | None = None
    finished_at: datetime | None = None
