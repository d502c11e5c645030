"""Receives callbacks: `python -m deployments.callback_receiver`, or `uvicorn deployments.callback_receiver:app`.

An event is answered with 200 once it is durably journaled, and processed after that. An event that comes again is
answered with 200 and not processed again. What is not believed, not readable or too large is answered with a 4xx.
The API's own webhooks, which tell that an image is done, are taken as well; `deployments/receiver/webhooks.py`.
"""

if __name__ == "__main__":
    from flows.commands.needs import explain_imports

    explain_imports()

import asyncio
import logging
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

import uvicorn
from pydantic import Field
from starlette.types import ASGIApp, Receive, Scope, Send

from deployments.receiver.journal import Journal, JournalFailed
from deployments.receiver.json_lines import log_in_json
from deployments.receiver.process import STOP_PATIENCE_S, Processor, handle_as_flow, handle_here
from deployments.receiver.routes import Routes, application
from deployments.receiver.settings import ReceiverSettings, load_receiver_settings
from deployments.receiver.told_done import DoneTable, ToldDone
from deployments.receiver.unfinished_requests import BACKLOG, bounded_protocol, connections_max
from deployments.receiver.webhooks import Webhooks
from flows.commands.answer import answer
from flows.commands.options import Command
from tasks.receiving.hooks import Hooks
from tasks.records.exit_code import ExitCode
from tasks.records.record import Order
from tasks.webhooks.published_keys import Fetch, PublishedKeys, fetched_from

logger = logging.getLogger(__name__)


@asynccontextmanager
async def receiving(settings: ReceiverSettings, hooks: Hooks, fetch: Fetch | None = None) -> AsyncIterator[ASGIApp]:
    """The application, with its journal open and its workers at work. Raises JournalFailed at the start only.

    `fetch` fetches the API's keys; without it, from where the settings say.
    """
    handle = handle_as_flow(hooks) if settings.uses_prefect else handle_here(hooks)
    inbox = Journal.open(settings.inbox)
    logger.info("receiving", extra={"inbox": str(settings.inbox), **inbox.counts()})
    if settings.secrets is None:
        logger.warning("callbacks are not verified: whoever reaches this receiver is believed")
    processor = Processor(inbox, handle)
    told = ToldDone(DoneTable.open(inbox.database), processor.on_inbox_thread)
    webhooks = Webhooks(PublishedKeys(fetch or fetched_from(settings.api_url)), told, settings.secrets)
    working = asyncio.create_task(processor.run())
    try:
        yield application(Routes(settings.secrets, processor, working, webhooks))
    finally:
        await processor.stop(working)
        inbox.close()
        logger.info("ended; what waits is processed by the next receiver")


class CallbackReceiver:
    """The application that a server runs: what cannot start says why in one sentence, and not with a traceback."""

    def __init__(self, load: Callable[[], ReceiverSettings] = load_receiver_settings) -> None:
        self._load = load
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or live from the server's start to its end."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self._app is not None:
            await self._app(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        log_in_json()
        async with AsyncExitStack() as stack:
            try:
                settings, hooks = self._load(), Hooks.from_env(os.environ)
                self._app = await stack.enter_async_context(receiving(settings, hooks))
            except Exception as error:  # noqa: BLE001  a server takes another's exception for "needs no start"
                await send({"type": "lifespan.startup.failed", "message": str(error)})
                return
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


app = CallbackReceiver()


class ReceiverOrder(Order):
    """What a person may choose; all else is set in the environment."""

    host: str = "127.0.0.1"
    """Address to listen at; 0.0.0.0 is every one of this machine."""
    port: int = Field(default=8070, ge=1, le=65_535)
    """Port to listen at."""
    retry_failed: bool = False
    """Put events that were given up in line again."""


INTERRUPTED: Final = "Stopped; what is journaled and not processed yet is, at the next start."
COMMAND: Final = Command(
    typed="python -m deployments.callback_receiver",
    asked=ReceiverOrder,
    says="Receive callbacks until SIGTERM or Ctrl-C.",
    epilogue="CALLBACK_SECRET holds the sender's secret; the README lists the other variables.",
    untouched="nothing was started",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    return answer(COMMAND, serve, arguments, also=(JournalFailed,), interrupted=INTERRUPTED)


def serve(wanted: ReceiverOrder) -> int:
    """Receive callbacks until SIGTERM or Ctrl-C. Raises InputInvalid and JournalFailed before it listens."""
    settings = load_receiver_settings()
    Hooks.from_env(os.environ)
    if wanted.retry_failed:
        inbox = Journal.open(settings.inbox)
        inbox.retry_failed(time.time())
        inbox.close()
    log_in_json()
    uvicorn.run(
        "deployments.callback_receiver:app",  # by its name: this module is called __main__ here
        host=wanted.host,
        port=wanted.port,
        http=bounded_protocol(connections_max()),
        ws="none",  # nobody has anything to say on one, and each that is refused would be a line
        backlog=BACKLOG,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=int(STOP_PATIENCE_S),
    )
    return ExitCode.DONE


if __name__ == "__main__":
    sys.exit(main())
