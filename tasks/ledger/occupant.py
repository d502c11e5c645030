"""Whose a campaign's folder is, as its own records say.

```
ledger/campaign.{n}.json     the newest number counts; creating the next one is what changes anything
```
So of two campaigns whose names come to one folder, and that start at once, one has it. A folder in which the sandbox
has drawn goes trial > clearing > paid, and back from clearing to trial; never from paid once anything was begun.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final, Literal

from tasks.records.record import Record

_NAME: Final = re.compile(r"campaign\.(?P<number>\d+)\.json")
_BETWEEN_WORDS: Final = re.compile(r"[\s_-]+")

Kind = Literal["paid", "trial", "clearing"]
"""What the folder holds: what was paid, what the sandbox drew, or what of that a paid run has not removed yet."""


class Occupant(Record):
    """The campaign that a folder belongs to."""

    title: str
    matrix: str | None
    """Where its table lies; None where an earlier version has made the folder and did not say."""
    formats: str | None = None
    plan_sha256: str | None = None
    """Of everything that it asked for when this was written, in any order of rows."""
    kind: Kind
    machine: str = ""
    pid: int | None = None
    """The process that wrote this: as long as it runs, the folder is not to be had."""
    process_started: str = ""
    at: datetime | None = None

    def is_told_as(self, other: "Occupant") -> bool:
        """Whether both say the same of the folder, whoever wrote it down."""
        told = {"title", "matrix", "formats", "kind"}
        return self.model_dump(include=told) == other.model_dump(include=told)


def key_of(number: int) -> str:
    """Where the record of this number lies."""
    return f"ledger/campaign.{number}.json"


def newest_number(names: Iterable[str]) -> int:
    """The number of the record that counts, from the names in `ledger`; 0 where there is none."""
    return max((int(match["number"]) for match in map(_NAME.fullmatch, names) if match), default=0)


def is_same_campaign(held: Occupant, now: Occupant, shares_cells: Callable[[], bool]) -> bool:
    """Whether `now` goes on with what `held` began.

    The name must be the same; and the table's address, or everything asked for, or at least half of the images, which
    `shares_cells` looks up: a table may be edited, or moved, or lie under another path on another machine.
    """
    is_named_so = plain_title(held.title) == plain_title(now.title)
    if held.matrix is None:
        return is_named_so or shares_cells()
    return is_named_so and (held.matrix == now.matrix or held.plan_sha256 == now.plan_sha256 or shares_cells())


def plain_title(title: str) -> str:
    """A name without what people write now so and now so: case, spaces, and the dashes of file names."""
    return _BETWEEN_WORDS.sub(" ", unicodedata.normalize("NFC", title)).strip().casefold()
