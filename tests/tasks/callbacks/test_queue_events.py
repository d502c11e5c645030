"""What became of cells is queued a few at a time, each once."""

import asyncio
from dataclasses import dataclass, field

import pytest

from tasks.callbacks.queue_events import Announcements
from tasks.records.cell import Cell
from tasks.records.outcome import Outcome
from tests.factories import a_cell, a_request, an_outcome

CELLS = [a_cell(a_request(f"Tea {number}")) for number in range(5)]
ENDED = [(cell, an_outcome(cell)) for cell in CELLS]


class Missing:
    """An announcer of whose cells nobody was told, and a deliverer that looks them up."""

    def missing(self, *_: object) -> list[tuple[Cell, Outcome]]:
        """All of them."""
        return ENDED

    async def on_thread(self, work, *args):
        """At once."""
        return work(*args)


@dataclass(frozen=True)
class Counted(Announcements):
    """Notes who is queued, and how many are at one time."""

    queued: list[str] = field(default_factory=list)
    under_way: list[int] = field(default_factory=lambda: [0, 0])

    async def announce(self, cell: Cell, outcome: Outcome) -> None:
        """Take a turn of the loop for each."""
        self.under_way[0] += 1
        self.under_way[1] = max(self.under_way)
        await asyncio.sleep(0)
        self.queued.extend({cell.cell_id, outcome.cell_id})
        self.under_way[0] -= 1


@pytest.mark.parametrize(("at_once", "most"), [(1, 1), (2, 2), (100, 5)])
def test_what_nobody_was_told_is_queued_a_few_at_a_time(at_once: int, most: int):
    """A campaign of thousands that is given a callback URL later fills no memory with waiting writes."""
    told = Counted(Missing(), Missing(), at_once)  # type: ignore[arg-type]  no outbox is needed
    asyncio.run(told.announce_missing(CELLS, {}))
    assert told.queued == [cell.cell_id for cell in CELLS]
    assert told.under_way == [0, most]
