"""The flows' parameters as the form of the Prefect UI shows them: each with a title and its limits.

A title is given as part of the schema, since Prefect takes the parameter's name for any other.
"""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from tasks.models.campaign import PLACES_MAX, SHARDS_MAX, Retry
from tasks.models.event import EventName
from tasks.models.variant import Variant
from tasks.models.vocabulary import Model


def titled(title: str) -> Any:  # noqa: ANN401  what pydantic's own function returns
    """A field of the form with this title."""
    return Field(json_schema_extra={"title": title})


Matrix = Annotated[str, titled("Matrix")]
Formats = Annotated[str | None, titled("Formats table")]
CampaignName = Annotated[str | None, titled("Campaign name")]
Output = Annotated[str, titled("Output")]
Inbox = Annotated[str, titled("Inbox")]
DefaultModel = Annotated[Model, titled("Model")]
Places = Annotated[int, Field(ge=1, le=PLACES_MAX), titled("Images in flight")]
BudgetUsd = Annotated[Annotated[float, Field(gt=0)] | None, titled("Budget in USD")]
Retries = Annotated[list[Retry], titled("Try again")]
CallbackUrl = Annotated[str | None, titled("Callback URL")]
CallbackEvents = Annotated[list[EventName], titled("Callback events")]
Variants = Annotated[list[Variant], titled("Variants")]
AskedVariants = Annotated[list[Variant], Field(min_length=1), titled("Variants")]
Encoding = Annotated[str | None, titled("Text encoding")]
Shards = Annotated[int, Field(ge=1, le=SHARDS_MAX), titled("Shards")]
SameCampaign = Annotated[bool, titled("Same campaign")]
DryRun = Annotated[bool, titled("Dry run")]
Sandbox = Annotated[bool, titled("Sandbox")]
CampaignFolder = Annotated[str, titled("Campaign folder")]
Prune = Annotated[bool, titled("Remove other variants")]
CampaignSlug = Annotated[str | None, titled("Campaign")]
Replay = Annotated[list[str], titled("Send once more")]
ReplaySince = Annotated[datetime | None, titled("Send dead letters since")]
ListOnly = Annotated[bool, titled("List only")]
