"""Ends the process. Before that, Prefect's client hands over its last events and log lines, if the server answers."""

import concurrent.futures
import os
import sys
import time
from typing import Any, Final, NoReturn, cast

from flows.prefect_server.named_server import ServerNotStarted, reach
from tasks.records.exit_code import ExitCode

LOOK_EVERY_S: Final = 5.0
HANDED_OVER_WITHIN_S: Final = 120.0


def leave(code: int) -> NoReturn:
    """End this process with exit code `code`.

    At the end of a process, Prefect tries to hand over all events, without a limit: where the server is gone, that
    takes some seconds for each.
    """
    try:
        is_over = "prefect.events.worker" not in sys.modules or is_all_handed_over()
    except KeyboardInterrupt:
        is_over, code = False, ExitCode.INTERRUPTED
    if is_over:
        sys.exit(code)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def is_all_handed_over() -> bool:
    """Hand over events and log lines while the server answers. Returns whether it has them all."""
    from prefect.events.worker import EventsWorker  # noqa: PLC0415  whoever needs it has imported it
    from prefect.settings import PREFECT_API_URL  # noqa: PLC0415

    drained = cast("tuple[Any, set[concurrent.futures.Future[bool]]]", EventsWorker.drain_all(timeout=LOOK_EVERY_S))
    waiting = drained[1]
    until = time.monotonic() + HANDED_OVER_WITHIN_S
    while waiting and time.monotonic() < until:
        try:
            reach(str(PREFECT_API_URL.value()))
        except ServerNotStarted:
            return False
        waiting = concurrent.futures.wait(waiting, timeout=LOOK_EVERY_S).not_done
    return not waiting
