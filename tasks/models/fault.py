"""What is wrong with an input, said so that a person can mend it."""

import re
from typing import Final

from tasks.models.record import Record

_PASSWORD: Final = re.compile(r"(?<=://)\S*@")


class Fault(Record):
    """One thing to mend. `row` counts as a spreadsheet does: the header is row 1; None speaks of the whole file."""

    source: str
    row: int | None = None
    column: str | None = None
    value: str | None = None
    """As it was given; a password in an address is not shown."""
    problem: str
    """What is wrong and what is accepted, as the end of a sentence."""

    def __str__(self) -> str:
        """Such as `launch.csv, row 3, aspect_ratio: '4:5' is not accepted; use one of 1:1, 10:16, ...`."""
        place = [self.source]
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column is not None:
            place.append(self.column)
        shown = "" if self.value is None else f"{shortened(_PASSWORD.sub('***@', self.value))!r} "
        return f"{', '.join(place)}: {shown}{self.problem}"


def shortened(text: str, length: int = 60) -> str:
    """`text` on one line, at most `length` characters."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1]}…"
