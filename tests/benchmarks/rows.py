"""What a benchmark has to say."""

from typing import NamedTuple


class Row(NamedTuple):
    """One measurement: a ratio where there is something to compare with, else a number with its unit."""

    what: str
    measured: float
    bar: str = ""
    details: str = ""
    unit: str = ""
