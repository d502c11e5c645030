"""What the receiver of callbacks answers: 200 for what is durably journaled, 4xx for what is not believed or read."""

import asyncio
import logging
import time
from collections import Counter
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deployments.receiver.bodies import BODY_MAX_BYTES, RETRY_AFTER_S, read_in_time
from deployments.receiver.journal import JournalFailed
from deployments.receiver.process import Processor
from deployments.receiver.webhooks import Webhooks
from tasks.callbacks.signature import ID_HEADER, Secrets, SignatureInvalid, is_id, verify
from tasks.receiving.received_event import parse_event

PATH: Final = "/callbacks/ideogram"
RECEIVED: Final = {"received": True}

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Routes:
    """What the receiver answers, to what."""

    secrets: Secrets | None
    processor: Processor
    working: asyncio.Task[None]
    webhooks: Webhooks
    refused: Counter[str] = field(default_factory=Counter)
    """What was answered with a 4xx since the receiver started: how often, by the reason."""

    async def receive(self, request: Request) -> Response:
        """Journal an event and say so; nothing is done for it before."""
        body = await read_in_time(request)
        try:
            event_id = self._believed_id(request, body)
            event = parse_event(event_id, body)
        except SignatureInvalid as invalid:
            raise HTTPException(401, str(invalid)) from invalid
        except ValueError as error:
            raise HTTPException(400, str(error)) from error
        if event is None:
            logger.info("an event of a kind that is not known is passed over", extra={"event_id": event_id})
            return JSONResponse(RECEIVED)
        is_new = await self.processor.keep(event_id, body)
        facts = {"event_id": event_id, "event": event.event, "job_id": event.job_id, "is_new": is_new}
        logger.info("received", extra=facts)
        return JSONResponse(RECEIVED)

    def _believed_id(self, request: Request, body: bytes) -> str:
        if self.secrets is not None:
            return verify(self.secrets, request.headers, body, time.time())
        event_id = request.headers.get(ID_HEADER, "")
        if not is_id(event_id):
            raise ValueError(f"the header {ID_HEADER} is missing or malformed")
        return event_id

    async def health(self, _: Request) -> Response:
        """How many events there are in each state, and webhooks; 503 where none could be journaled or processed."""
        if self.working.done():
            raise HTTPException(503, "the workers have ended")
        await self.processor.on_inbox_thread(self.processor.inbox.probe)
        counts = await self.processor.on_inbox_thread(self.processor.inbox.counts)
        counts["webhooks"] = await self.webhooks.told.count()
        return JSONResponse({"status": "ok", **counts, "refused": dict(self.refused)})

    async def refuse(self, _: Request, error: Exception) -> Response:
        """Tell the sender why, and the log at the first time for each reason: whoever repeats it fills no disk."""
        assert isinstance(error, HTTPException)  # noqa: S101  the type it is registered for
        if error.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
            reason = error.detail.partition(":")[0]
            self.refused[reason] += 1
            if self.refused[reason] == 1:
                facts = {"status": error.status_code, "reason": error.detail}
                logger.warning("refused; further ones for the same reason are counted in /health", extra=facts)
        return JSONResponse({"error": error.detail}, error.status_code, headers=error.headers)


def application(routes: Routes) -> Starlette:
    """The routes, with every error told in JSON."""

    async def inbox_failed(_: Request, error: Exception) -> Response:
        logger.error(str(error))
        headers = {"retry-after": str(RETRY_AFTER_S)}
        return JSONResponse({"error": "events cannot be kept at the moment"}, 503, headers=headers)

    paths = (PATH, f"{PATH}/")  # a redirect from one to the other would be a failure to the sender
    receive = [Route(path, routes.receive, methods=["POST"], max_body_size=BODY_MAX_BYTES) for path in paths]
    return Starlette(
        routes=[*receive, *routes.webhooks.routes(), Route("/health", routes.health)],
        exception_handlers={HTTPException: routes.refuse, JournalFailed: inbox_failed},
    )
