"""An event as a callback tells it, read by whoever receives it."""

from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, ValidationError
from pydantic_core import from_json

from tasks.records.answer import SEED_LIMIT
from tasks.records.event import EVENT_NAMES, EventName
from tasks.records.record import Answer


def fitting(seed: int | None) -> int | None:
    """`seed`, unless it is larger than Prefect and databases take."""
    return seed if seed is not None and -SEED_LIMIT <= seed < SEED_LIMIT else None


class ReceivedEvent(Answer):
    """One event. `id` is the same whenever it is sent again: what is done for it can be done once by it."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    id: str
    event: EventName
    timestamp: AwareDatetime
    job_id: str | None = Field(None, alias="jobId")
    """The cell; of a campaign's own events the campaign, or nothing."""
    status: str | None = None
    """How the cell ended: of a failed one, `failed`, `blocked` (a person must look) or `unknown` (perhaps paid)."""
    campaign: str | None = None
    prompt: str | None = None
    seed: Annotated[int | None, AfterValidator(fitting)] = None
    """None where it is larger than a flow's parameter may be."""
    resolution: str | None = None
    file_path: str | None = Field(None, alias="filePath")
    """Where the original lies."""
    url: str | None = None
    """The original's web address, where the sender knows one."""
    variants: dict[str, str] | None = None
    """From a variant's name to where it lies."""
    variant_urls: dict[str, str] | None = Field(None, alias="variantUrls")
    """From a variant's name to its web address, as above."""
    source_type: str | None = Field(None, alias="sourceType")
    """Of which kind the image is, in IPTC's word."""
    c2pa: str | None = None
    """`signed` where its variants have Content Credentials, `lost` where only its original has."""
    language: str | None = None
    """Which it is for, by its tag; several with spaces between, where they ask for the same image."""
    replaces: str | None = None
    """The cell in whose place the image was made, where somebody has asked for another."""
    take: int | None = None
    """Which it is of all that were made so."""
    review: str | None = None
    """What was decided on the image by then: keep, reject or again; awaited where somebody is to decide."""
    review_reason: str | None = Field(None, alias="reviewReason")
    reviewed_at: AwareDatetime | None = Field(None, alias="reviewedAt")
    metadata: dict[str, str] | None = None
    error: str | None = None


def parse_event(event_id: str, body: bytes) -> ReceivedEvent | None:
    """The event that `body` tells; None where it is of a kind that we do not know, which newer senders may have.

    Raises ValueError that names what is wrong and repeats nothing of the body.
    """
    try:
        told = from_json(body)
    except ValueError:
        raise ValueError("the body is not JSON in UTF-8") from None
    kind = told.get("event") if isinstance(told, dict) else None
    if not isinstance(kind, str):
        raise ValueError("the body is not an object that names its event")  # noqa: TRY004  the value is what is wrong
    if kind not in EVENT_NAMES:
        return None
    try:
        event = ReceivedEvent.model_validate(told | {"id": event_id})
    except ValidationError as invalid:
        fields = sorted({str(error["loc"][0]) for error in invalid.errors(include_input=False) if error["loc"]})
        raise ValueError(f"of the event, these fields are missing or wrong: {', '.join(fields)}") from None
    if kind.startswith("generation.") and not event.job_id:
        raise ValueError("of the event, these fields are missing or wrong: jobId")
    return event
