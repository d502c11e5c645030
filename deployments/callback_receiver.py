"""Receives callbacks: `python -m deployments.callback_receiver`, or `uvicorn deployments.callback_receiver:app`.

An event is answered with 200 once it is durably journaled, and processed after that. An event that comes again is
answered with 200 and not processed again. What is not believed, not readable or too large is answered with a 4xx.
"""

if __name__ == "__main__":
    from tasks.needs import explain_imports

    explain_imports()

import asyncio
import logging
import os
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Annotated

import uvicorn
from cyclopts import App, Parameter
from cyclopts.validators import Number
from starlette.types import ASGIApp, Receive, Scope, Send

from deployments.callback_inbox import Inbox, InboxFailed
from deployments.callback_routes import Routes, application
from deployments.json_lines import log_in_json
from deployments.process_callbacks import STOP_PATIENCE_S, Processor, handle_as_flow, handle_here
from deployments.receiver_settings import ReceiverSettings, load_receiver_settings
from deployments.unfinished_requests import BACKLOG, bounded_protocol, connections_max
from tasks.clients.hooks import Hooks
from tasks.errors import InputInvalid
from tasks.models.fault import visible

logger = logging.getLogger(__name__)


@asynccontextmanager
async def receiving(settings: ReceiverSettings, hooks: Hooks) -> AsyncIterator[ASGIApp]:
    """The application, with its journal open and its workers at work. Raises InboxFailed at the start only."""
    handle = handle_as_flow(hooks) if settings.uses_prefect else handle_here(hooks)
    inbox = Inbox.open(settings.inbox)
    logger.info("receiving", extra={"inbox": str(settings.inbox), **inbox.counts()})
    if settings.secrets is None:
        logger.warning("callbacks are not verified: whoever reaches this receiver is believed")
    processor = Processor(inbox, handle)
    working = asyncio.create_task(processor.run())
    try:
        yield application(Routes(settings.secrets, processor, working))
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
command = App(
    name="python -m deployments.callback_receiver",
    help="Receive callbacks until SIGTERM or Ctrl-C.",
    help_epilogue="CALLBACK_SECRET holds the sender's secret; the README lists the other variables.",
    version_flags=[],
    result_action="return_value",
)


@command.default
def main(
    *,
    host: Annotated[str, Parameter(help="Address to listen at; 0.0.0.0 is every one of this machine.")] = "127.0.0.1",
    port: Annotated[int, Parameter(help="Port to listen at.", validator=Number(gte=1, lte=65_535))] = 8070,
    retry_failed: Annotated[bool, Parameter(negative="", help="Put events that were given up in line again.")] = False,
) -> int:
    """Receive callbacks until SIGTERM or Ctrl-C."""
    try:
        settings = load_receiver_settings()
        Hooks.from_env(os.environ)
        if retry_failed:
            inbox = Inbox.open(settings.inbox)
            inbox.retry_failed(time.time())
            inbox.close()
    except (InputInvalid, InboxFailed) as fault:
        print(visible(str(fault)), file=sys.stderr)  # noqa: T201  the one sentence for the terminal
        return InputInvalid.exit_code
    log_in_json()
    uvicorn.run(
        "deployments.callback_receiver:app",  # by its name: this module is called __main__ here
        host=host,
        port=port,
        http=bounded_protocol(connections_max()),
        backlog=BACKLOG,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=int(STOP_PATIENCE_S),
    )
    return 0


if __name__ == "__main__":
    sys.exit(command())
