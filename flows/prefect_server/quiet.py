"""Keeps Prefect's own lines off the terminal of a campaign."""

import logging
import os
from typing import Final

QUIET_LOGGERS: Final = (
    "tasks",
    # Those that repeat themselves while the server is away.
    "prefect._internal.concurrency",
    "prefect.concurrency",
    "prefect.events.clients",
    "EventsWorker",
    "APILogWorker",
)


def quieten() -> None:
    """Keep Prefect's own lines off the terminal, which shows a progress bar; the server has them all the same.

    Whoever sets PREFECT_LOGGING_LEVEL wants to see them.
    """
    if "PREFECT_LOGGING_LEVEL" not in os.environ:
        logging.raiseExceptions = False  # Prefect asks this before it tells on the terminal what it could not log
        logging.getLogger("prefect").propagate = False
        for name in QUIET_LOGGERS:
            logging.getLogger(name).addFilter(is_critical)


def is_critical(record: logging.LogRecord) -> bool:
    """Whether a line must be seen. A filter, since Prefect sets the levels of its loggers anew when a run begins."""
    return record.levelno >= logging.CRITICAL
