"""An inbox: a folder where matrices wait to be run, read off the names of its files alone.

```
{inbox}/spring.csv                              waits; its campaign is called `spring`
{inbox}/formats.csv                             the formats of every matrix here
{inbox}/done/20261122T020003Z-spring.csv        was run, then
{inbox}/failed/20261122T020003Z-spring.csv      was not, with the reason in `...csv.txt` beside it
```
"""

import re
from datetime import UTC, datetime
from typing import Final, Literal, Self

from tasks.records.record import Record

FORMATS_NAMES: Final = tuple(f"formats.{ending}" for ending in ("csv", "parquet", "xlsx", "xlsm", "xlsb", "xls", "ods"))
_MATRIX: Final = re.compile(r"(?!\.|~\$).+\.(csv|parquet|xlsx|xlsm|xlsb|xls|ods)", re.IGNORECASE)
"""Excel keeps a file `~$spring.xlsx` beside one that is open."""

Shelf = Literal["done", "failed"]


class Filed(Record):
    """A matrix that was run, or could not be."""

    name: str
    shelf: Shelf
    key: str
    """Where it lies in the inbox now."""
    came_to: str
    """What its campaign came to, or why there is none; of several lines the first is the shortest answer."""
    is_whole: bool = True
    """Whether every image of its campaign is done."""


class InboxResult(Record):
    """What a run made of an inbox."""

    inbox: str
    filed: tuple[Filed, ...] = ()
    left: tuple[str, ...] = ()
    """Files that were left for the next time, with the reason: `spring.csv: changed within the last minute`."""
    elsewhere: tuple[str, ...] = ()
    """Matrices that another run has filed meanwhile. Both made one campaign; neither paid for what the other had."""
    stopped_because: str | None = None
    """Why no further matrix was begun; those that were not stay where they are."""

    @property
    def is_well(self) -> bool:
        """Whether nobody needs to look."""
        return self.stopped_because is None and all(one.shelf == "done" and one.is_whole for one in self.filed)

    def after(self, name: str, came: Filed | str | None) -> Self:
        """The result with one matrix more: filed, left for a reason, or filed by another run."""
        match came:
            case Filed():
                return self.model_copy(update={"filed": (*self.filed, came)})
            case str():
                return self.model_copy(update={"left": (*self.left, f"{name}: {came}")})
            case None:
                return self.model_copy(update={"elsewhere": (*self.elsewhere, name)})

    def sentence(self) -> str:
        """Such as `2 done, 1 not all done (tea.csv), 1 failed (spring.csv); 1 left for the next time`."""
        failed = [filed.name for filed in self.filed if filed.shelf == "failed"]
        partly = [filed.name for filed in self.filed if filed.shelf == "done" and not filed.is_whole]
        done = len(self.filed) - len(failed) - len(partly)
        parts = [f"{done:,} done"] if done else []
        parts += [f"{len(partly):,} not all done ({', '.join(partly)})"] if partly else []
        parts += [f"{len(failed):,} failed ({', '.join(failed)})"] if failed else []
        parts += [f"{len(self.elsewhere):,} filed by another run"] if self.elsewhere else []
        said = ", ".join(parts) or "nothing was run"
        said += f"; {len(self.left):,} left for the next time" if self.left else ""
        return f"{said}; stopped: {self.stopped_because}" if self.stopped_because else said


def is_matrix(name: str) -> bool:
    """Whether the file waits to be run: a table that is not the formats', under its final name."""
    return _MATRIX.fullmatch(name) is not None and name not in FORMATS_NAMES


def filed_key(shelf: Shelf, name: str, at: datetime) -> str:
    """Where matrix `name` goes that ended at `at`, an aware time; by name they sort by time."""
    return f"{shelf}/{at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{name}"


def is_filed(filed: str, name: str) -> bool:
    """Whether a file of a shelf is the matrix `name`."""
    return re.fullmatch(rf"\d{{8}}T\d{{6}}Z-{re.escape(name)}", filed) is not None
