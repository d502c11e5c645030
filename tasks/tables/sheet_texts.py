"""What stands in a cell of a spreadsheet, as the person typed it."""

from datetime import time
from typing import Final

from tasks.tables.typed_values import as_text

DIGITS_KEPT_BELOW: Final = 2**53
"""Larger whole numbers have lost digits in the file itself, which holds them as floats."""


def cell_text(value: object) -> str:
    """A value as it was typed: 42 and not 42.0, and a time without seconds that nobody has typed, such as `16:09`."""
    if isinstance(value, str):
        return value
    if isinstance(value, time):
        seconds = f":{value.second:02}" if value.second or value.microsecond else ""
        return f"{value.hour}:{value.minute:02}{seconds}"
    return as_text(value)


def has_lost_digits(value: object) -> bool:
    """Whether a number is so large that some of its digits may be others than were typed."""
    return isinstance(value, int | float) and abs(value) >= DIGITS_KEPT_BELOW
