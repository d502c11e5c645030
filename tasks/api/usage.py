"""Reads what an account has used, by the hour: for sums, since nothing in it names a generation."""

from contextlib import aclosing
from datetime import datetime
from typing import Final

from tasks.api.connection import read_body, reason
from tasks.api.dialects.usages import PATH, query_of, read_usage
from tasks.api.ideogram import IdeogramClient
from tasks.api.patience import patience
from tasks.errors import NotAccepted
from tasks.records.usage import Usage

ANSWER_MAX_BYTES: Final = 50_000_000
"""A week by the hour has as many lines as the account has keys, products and prices."""
WITHIN_S: Final = 60.0


async def usage_between(client: IdeogramClient, start: datetime, end: datetime) -> Usage:
    """What keys have used from `start` until before `end`, in UTC, at most a week. Free; raises as `read_usage`."""
    settings = client.settings
    key = {"Api-Key": settings.api_key.get_secret_value()}
    get = client.http.build_request("GET", f"{settings.base_url}{PATH}", params=query_of(start, end), headers=key)
    try:
        async with patience(WITHIN_S), aclosing(await client.http.send(get, stream=True)) as response:
            body = await read_body(response, ANSWER_MAX_BYTES)
    except Exception as error:
        raise NotAccepted(f"The API cannot be reached: {reason(error)}") from error
    return read_usage(response.status_code, response.headers, body)
