"""The log of a service can be read by machines, and by people in a terminal."""

import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.receiver.json_lines import JSON_LINES, TOLD_EVERY_S, NotRepeated
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


def a_line(said: str, at: float, level: int = logging.WARNING) -> logging.LogRecord:
    """A record of that time."""
    record = logging.LogRecord("uvicorn.error", level, "h11_impl.py", 1, said, None, None)
    record.created = at
    return record


@pytest.mark.parametrize("level", [logging.WARNING, logging.ERROR])
def test_the_same_warning_is_told_once_a_minute(level: int):
    """However often it comes; others are told as well."""
    passes = NotRepeated().filter
    times = [0.0, 0.1, TOLD_EVERY_S - 1, TOLD_EVERY_S, TOLD_EVERY_S + 1]
    assert [passes(a_line("Invalid HTTP request received.", at, level)) for at in times] == [
        True,
        False,
        False,
        True,
        False,
    ]
    assert passes(a_line("Unsupported upgrade request.", 0.1, level))


def test_what_is_no_warning_is_told_each_time():
    """Such as that the server has ended."""
    passes = NotRepeated().filter
    assert [passes(a_line("Shutting down", 0.0, logging.INFO)) for _ in range(3)] == [True] * 3
