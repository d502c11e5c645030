"""The log of a service: one JSON object a line, on standard output; what a record carries as `extra` stands in it."""

import json
import logging
import sys
from typing import Any, Final

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

from tasks.records.fault import COMMANDS


def dumps(line: dict[str, Any], **options: Any) -> str:  # noqa: ANN401  those of `json.dumps`
    """`line` as JSON in which also that is written out which JSON leaves and a terminal obeys."""
    return COMMANDS.sub(lambda command: json.dumps(command[0])[1:-1], json.dumps(line, **options))


TOLD_EVERY_S: Final = 60.0
OURS: Final = ("deployments", "flows", "tasks", "uvicorn")
JSON_LINES: Final = JsonFormatter(
    ["levelname", "name", "message"],
    reserved_attrs=[*RESERVED_ATTRS, "color_message"],  # uvicorn's, for a terminal
    timestamp="at",
    rename_fields={"levelname": "level", "name": "logger", "exc_info": "exception"},
    json_serializer=dumps,
    json_ensure_ascii=False,
)


class NotRepeated(logging.Filter):
    """Passes a line on once a minute: uvicorn warns of each request that is none, and strangers may send many."""

    def __init__(self) -> None:
        super().__init__()
        self._passed_at: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether nothing alike was logged within a minute before; of what is less than a warning, all is."""
        if record.levelno < logging.WARNING:
            return True
        is_new = record.created - self._passed_at.get(str(record.msg), float("-inf")) >= TOLD_EVERY_S
        if is_new:
            self._passed_at[str(record.msg)] = record.created
        return is_new


NOT_REPEATED: Final = NotRepeated()


def log_in_json() -> None:
    """Send every log of this process to standard output, ours from INFO up, those of libraries from WARNING up.

    Called again after Prefect is imported, which sets up logging of its own; what reports to its server stays.
    """
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JSON_LINES)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.INFO)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.error").addFilter(NOT_REPEATED)
    # One line tells of each event; a line for each request would say it twice.
    logging.getLogger("uvicorn.access").disabled = True
