"""What a benchmark has to say."""

from typing import NamedTuple


class CannotRun(Exception):
    """A benchmark needs what this machine lacks; the message names it."""


class Row(NamedTuple):
    """One measurement: a ratio where there is something to compare with, else a number with its unit."""

    what: str
    measured: float | None
    """None where it could not be measured; `details` says why."""
    bar: str = ""
    details: str = ""
    unit: str = ""

    @property
    def shown(self) -> str:
        """As the table shows it."""
        return "-" if self.measured is None else f"{self.measured:.3f} {self.unit}".strip()
