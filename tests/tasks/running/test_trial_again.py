"""What a trial that was killed had in flight is asked for again: the stand-in has books, and bills nothing twice."""

import asyncio
from dataclasses import replace

import pytest

from tasks.ledger.ledger import Ledger
from tasks.records.outcome import SANDBOX
from tasks.storage.storage import CampaignStore
from tests.tasks.harness import CELLS, Api, run, without_engine  # noqa: F401  a fixture

pytestmark = pytest.mark.usefixtures("without_engine")


@pytest.mark.parametrize(
    ("made_by", "statuses"), [(SANDBOX, ["done", "done"]), ("api.example.com", ["done", "unknown"])]
)
def test_what_was_in_flight_is_unknown_unless_it_was_tried(made_by, statuses, tmp_path):
    """An API may have billed it; a trial's turn is given back, and the cell counted once."""
    store = CampaignStore.at(str(tmp_path))
    assert Ledger(store, "dead", made_by=made_by).intend(CELLS[0], 1)
    ended = asyncio.run(run(store, Api(), ledger=lambda own: replace(own, made_by=made_by)))
    assert sorted(ended.statuses) == statuses
    if made_by == SANDBOX:
        assert ended.outcomes[CELLS[0].cell_id].turn == 2
        assert ended.spent_usd == sum(cell.price_usd for cell in CELLS)
