"""What a callback tells: an event, in the words that receivers know."""

import hashlib
from datetime import datetime
from typing import Final, Literal, get_args

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from tasks.records.cell import Cell
from tasks.records.marks import source_type
from tasks.records.outcome import C2paState, Outcome, Status
from tasks.records.record import Record
from tasks.records.review import Decision, Review

EventName = Literal[
    "generation.completed",
    "generation.failed",
    "campaign.completed",
    "campaign.failed",
    "generation.approved",
    "generation.rejected",
    "campaign.approved",
]
EVENT_NAMES: Final[tuple[EventName, ...]] = get_args(EventName)

OF_REVIEWS: Final = frozenset[EventName]({"generation.approved", "generation.rejected", "campaign.approved"})
"""What is told of campaigns that are held until somebody has decided on their images."""
AWAITED: Final = "awaited"
"""In the place of a decision: nobody has decided yet, and somebody is to."""

LEFT_OUT: Final = (
    *("url", "variant_urls", "page_url", "manifest_url"),
    *("replaces", "take", "review", "review_reason", "reviewed_at", "source_type", "c2pa", "language", "reviews"),
)
"""Keys that a body has only where there is something to say."""
METADATA_MAX_CHARS: Final = 1000
"""Of one value."""
METADATA_MAX_BYTES: Final = 20_000
"""Of a row's own columns together: receivers expect small bodies; the manifest has the whole of it."""


class Event(Record):
    """The body of a callback. Its keys in JSON are in camel case; what there is nothing to say of is null.

    Only web addresses that nobody knows, what is told of reviewed images, and the kind of an image that there is not,
    have no key then.
    """

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    event: EventName
    job_id: str
    """The cell's id, or the campaign's folder name."""
    status: Status | None = None
    prompt: str | None = None
    """As it was asked for; the API may have rewritten it."""
    seed: int | None = None
    resolution: str | None = None
    file_path: str | None = None
    """The original: a path or URL that can be opened from elsewhere, if the storage can."""
    metadata: dict[str, str] = Field(default_factory=dict)
    campaign: str
    """Its name."""
    url: str | None = None
    """The original's web address, where one is known."""
    variants: dict[str, str] = Field(default_factory=dict)
    """Path or URL of each variant by its name."""
    variant_urls: dict[str, str] | None = None
    """Web address of each variant by its name, where they are known."""
    source_type: str | None = None
    """Of which kind the image is, in IPTC's word, such as `trainedAlgorithmicMedia`."""
    language: str | None = None
    """Which it is for, by its tag; several, where they ask for the same image, with spaces between."""
    c2pa: C2paState | None = Field(default=None, alias="c2pa")
    """Whether its variants are signed with Content Credentials, or have lost those of the original."""
    error: str | None = None
    replaces: str | None = None
    """The cell in whose place the image was made, since somebody had looked at that."""
    take: int | None = None
    """Which it is of all that stand for one image of the matrix."""
    review: Decision | Literal["awaited"] | None = None
    """What was decided on the image so far; `awaited` where the campaign is held and nobody has decided yet."""
    review_reason: str | None = None
    reviewed_at: datetime | None = None
    timestamp: datetime
    """When it happened; the time of sending is in the header."""

    def body(self) -> bytes:
        """The JSON that is sent, and signed."""
        unknown = {name for name in LEFT_OUT if not getattr(self, name, None)}
        return self.model_dump_json(by_alias=True, exclude=unknown).encode()


def event_id(*parts: str) -> str:
    """The same for the same `parts`, on any machine; without dots, which would end it where it is signed."""
    return f"evt_{hashlib.sha256('/'.join(parts).encode()).hexdigest()[:32]}"


def cell_event_name(status: Status) -> EventName:
    """What is told of a cell that ended so."""
    return "generation.completed" if status == "done" else "generation.failed"


def cell_event(  # noqa: PLR0913  all that is told
    campaign: str,
    folder: str,
    cell: Cell,
    outcome: Outcome,
    public_url: str | None = None,
    *,
    is_held: bool = False,
) -> Event:
    """What is told of a cell's end. `folder` is where the campaign's files are, for whoever opens them from elsewhere.

    `public_url` is the web address of that folder, if it has one. `is_held`: the image is to be reviewed before it is
    used. `outcome` must be one that has ended.
    """
    original = outcome.original if outcome.status == "done" else None
    variants = outcome.variants if original else {}
    ended_at = outcome.finished_at or outcome.started_at
    if ended_at is None:
        raise ValueError(f"{outcome.cell_id} has not ended")
    return Event(
        event=cell_event_name(outcome.status),
        job_id=cell.cell_id,
        status=outcome.status,
        prompt=cell.request.prompt,
        seed=original.seed if original else cell.request.seed,
        resolution=f"{original.width_px}x{original.height_px}" if original else None,
        file_path=f"{folder}/{original.key}" if original else None,
        metadata=event_metadata(campaign, cell),
        campaign=campaign,
        url=f"{public_url}/{original.key}" if original and public_url else None,
        variants={name: f"{folder}/{key}" for name, key in variants.items()},
        variant_urls={name: f"{public_url}/{key}" for name, key in variants.items()} if public_url else None,
        source_type=source_type(cell, original) if original else None,
        c2pa=None if original is None or outcome.credentials == "none" else outcome.credentials,
        language=cell.language or None,
        error=outcome.error,
        replaces=cell.replaces,
        take=cell.take if cell.replaces else None,
        review=cell.review.decision if cell.review else AWAITED if is_held and original else None,
        review_reason=cell.review.reason if cell.review else None,
        reviewed_at=cell.review.at if cell.review else None,
        timestamp=ended_at,
    )


def review_event(event: Event, review: Review) -> Event:
    """What is told of a decision on the image whose end `event` tells of."""
    name: EventName = "generation.approved" if review.decision == "keep" else "generation.rejected"
    told = {"event": name, "review": review.decision, "review_reason": review.reason, "reviewed_at": review.at}
    return event.model_copy(update={**told, "timestamp": review.at})


def event_metadata(campaign: str, cell: Cell) -> dict[str, str]:
    """The row's own columns, the first of many, and what every handler may rely on: campaign, product, format."""
    own: dict[str, str] = {}
    left_bytes = METADATA_MAX_BYTES
    for name, value in cell.metadata.items():
        short = cut_short(value)
        left_bytes -= len(f"{name}{short}".encode())
        if left_bytes >= 0:
            own[name] = short
    return own | {"campaign": campaign, "product": cell.product, "format": cell.format}


def cut_short(value: str) -> str:
    """`value`, or its beginning where it is long."""
    return value if len(value) <= METADATA_MAX_CHARS else f"{value[: METADATA_MAX_CHARS - 1]}…"
