"""The log of a service: one JSON object a line, on standard output."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Final

_OURS: Final = ("deployments", "flows", "tasks", "uvicorn")


class JsonLines(logging.Formatter):
    """A record as one line; what it carries as `extra={"facts": {...}}` stands beside the message."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def log_in_json() -> None:
    """Send every log of this process to standard output, ours from INFO up, those of libraries from WARNING up.

    Called again after Prefect is imported, which sets up logging of its own; what reports to its server stays.
    """
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in _OURS:
        logging.getLogger(name).setLevel(logging.INFO)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    # One line tells of each event; a line for each request would say it twice.
    logging.getLogger("uvicorn.access").disabled = True
