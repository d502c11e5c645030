"""What `GET /v2/account/usage` takes and answers. It lags behind by minutes, and knows no generation by its id.

Documented at https://developer.ideogram.ai/v2/api-reference (account usage).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import httpx
from pydantic import ValidationError

from tasks import errors
from tasks.api.dialects.bodies import message_of, said, told_in
from tasks.api.dialects.refusals import refusal
from tasks.records.usage import Usage

PATH: Final = "/v2/account/usage"
HOURS_MAX: Final = 168
"""In one answer by the hour."""
NOT_READABLE: Final = (
    "This key may not read what the account has used (404): that takes a key that is owned by an admin of the "
    "organization. Make one in the account, and set it as IDEOGRAM_API_KEY for this command."
)


def query_of(start: datetime, end: datetime) -> dict[str, str]:
    """The query for what keys have used by the hour, from `start` until before `end`, both in UTC."""
    times = {"start_time": start, "end_time": end}
    return {name: f"{at:%Y-%m-%dT%H:%M:%SZ}" for name, at in times.items()} | {"bucket_width": "1h", "sources": "api"}


def read_usage(status: int, headers: Mapping[str, str], body: bytes) -> Usage:
    """The buckets.

    Raises UsageHidden where the key may not read them, or they cannot be read; the CampaignStopped that a refused key
    is; NotAccepted where it may be asked again.
    """
    if status == httpx.codes.NOT_FOUND:
        raise errors.UsageHidden(NOT_READABLE)
    if not httpx.codes.is_success(status):
        match refusal(status, headers, body):
            case errors.CampaignStopped() | errors.NotAccepted() as error:
                raise error
            case errors.OutcomeUnknown():
                raise errors.NotAccepted(f"The API tells no usage now ({status}).{said(message_of(told_in(body)))}")
            case error:
                raise errors.UsageHidden(str(error))
    try:
        return Usage.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise errors.UsageHidden(
            f"The API tells the usage in a form that is not known: {where}: {first['msg']}"
        ) from None
