"""The log of a service can be read by machines, and by people in a terminal."""

import json
import logging

from hypothesis import given
from hypothesis import strategies as st

from deployments.receiver.json_lines import JSON_LINES
from tests.outside import ALL, COMMANDS


def line_of(message: str, **extra: str) -> str:
    """The line that the log has of a message."""
    record = logging.makeLogRecord({"msg": message, "levelname": "INFO", "name": "tasks", **extra})
    return JSON_LINES.format(record)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_line_commands_no_terminal_and_tells_the_text(text: str) -> None:
    """What is outside ASCII and harmless stands as it is."""
    line = line_of(f"thé {text}", job_id=ALL)
    assert not COMMANDS & set(line)
    assert "thé" in line
    told = json.loads(line)
    assert (told["message"], told["job_id"]) == (f"thé {text}", ALL)


def test_half_a_character_is_written_out() -> None:
    """No stream takes one."""
    assert r"\ud800" in line_of("\ud800")
