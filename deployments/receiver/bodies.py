"""How large a body may be, and how long it may take to come."""

import asyncio
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

BODY_MAX_BYTES: Final = 256_000
"""An event, or a webhook, holds a prompt of up to 10,000 characters and what is known of its image."""
BODY_TIMEOUT_S: Final = 15.0
RETRY_AFTER_S: Final = 30


async def read_in_time(request: Request) -> bytes:
    """The body. Raises HTTPException where it does not come."""
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            return await request.body()
    except TimeoutError:
        raise HTTPException(408, "the body did not come in time", {"connection": "close"}) from None
    except ClientDisconnect:
        raise HTTPException(400, "the body broke off") from None
