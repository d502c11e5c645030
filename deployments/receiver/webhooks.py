"""What the receiver answers to the API's own webhooks, and to the runs that wait for them.

Of a webhook nothing is believed but its generation's id, and of that only that it is worth a look: whether an image is
done, and what it is, a run asks the API itself.
"""

import logging
import re
import time
from dataclasses import dataclass
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deployments.receiver.bodies import BODY_MAX_BYTES, RETRY_AFTER_S, read_in_time
from deployments.receiver.told_done import ToldDone
from tasks.api.webhook_url import RECEIVED_AT
from tasks.callbacks.signature import Secrets, SignatureInvalid, verify
from tasks.webhooks.news import DONE_PATH, question
from tasks.webhooks.published_keys import KeysAway, PublishedKeys
from tasks.webhooks.webhook_signature import WebhookInvalid, head_of

_NUMBER: Final = re.compile(r"[0-9]{0,15}")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Webhooks:
    """Takes webhooks that the API has signed, whatever else is believed, and tells runs of them."""

    keys: PublishedKeys
    told: ToldDone
    secrets: Secrets | None
    """Those of whoever may ask what has come; None: everybody."""

    def routes(self) -> list[Route]:
        """What is answered at which path; a redirect from one with a slash would be a failure to the API."""
        paths = (RECEIVED_AT, f"{RECEIVED_AT}/")
        receive = [Route(path, self.receive, methods=["POST"], max_body_size=BODY_MAX_BYTES) for path in paths]
        return [*receive, Route(RECEIVED_AT + DONE_PATH, self.tell)]

    async def receive(self, request: Request) -> Response:
        """Note that a generation is done, and say so; one that comes again changes nothing."""
        try:
            head = head_of(request.headers, time.time())
            body = await read_in_time(request)
            await self.keys.verify(head, body)
        except WebhookInvalid as invalid:
            raise HTTPException(401, str(invalid)) from invalid
        except KeysAway as away:
            raise HTTPException(503, str(away), {"retry-after": str(RETRY_AFTER_S)}) from away
        is_new = await self.told.add(head.generation_id)
        logger.info("the API has drawn an image", extra={"generation_id": head.generation_id, "is_new": is_new})
        return JSONResponse({"received": True})

    async def tell(self, request: Request) -> Response:
        """What has come since a number that an earlier answer has named; waits a little where that is nothing."""
        since = request.query_params.get("since", "")
        if not _NUMBER.fullmatch(since):
            raise HTTPException(400, "since is no number that an answer has named")
        if self.secrets is not None:
            try:
                verify(self.secrets, request.headers, question(since), time.time())
            except SignatureInvalid as invalid:
                raise HTTPException(401, f"{invalid}, of a question for what is done") from invalid
        news = await self.told.after(int(since) if since else None)
        return JSONResponse(news.model_dump(), headers={"cache-control": "no-store"})
