"""Each turn that has cost something is an entry, in the hours in which it may have been billed."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tasks.ledger.ledger import Ledger
from tasks.ledger.published import Published
from tasks.ledger.records import Intent
from tasks.reconciling.compare import Sold
from tasks.reconciling.ledger_entries import Ended, entries_in, entries_of, hour_of, sold_as, time_of
from tasks.storage.storage import CampaignStore
from tests.factories import a_cell, a_request, an_outcome

AT = datetime(2026, 11, 28, 10, 30, tzinfo=UTC)
LATER = AT + timedelta(days=1)
CELL = a_cell()
PRICE = CELL.price_usd


def turn(number, status=None, cost=0, at=AT, took=timedelta(seconds=20), **fields):
    """A turn, begun half past an hour; `cost` is that of all turns up to it, in prices."""
    digest = CELL.request_sha256
    intent = Intent(cell_id="a", turn=number, run_id="r", price_usd=PRICE, request_sha256=digest, at=at)
    if status is None:
        return Ended(intent, None)
    told = {"turn": number, "cost_usd": cost * PRICE, "finished_at": at + took} | fields
    return Ended(intent, an_outcome(CELL, status, **told))


@pytest.mark.parametrize(
    ("turns", "found"),
    [
        ([turn(1, "done", 1)], [True]),
        ([turn(1, "blocked", 0)], []),
        ([turn(1, "blocked", 1)], [False]),  # withheld: taken as billed, and not documented for old routes
        ([turn(1, "failed", 1)], [False]),
        ([turn(1, "unknown", 1)], [False]),
        ([turn(1)], [False]),
        ([turn(1, "unknown", 1), turn(2, "done", 2)], [False, True]),
        ([turn(1, "failed", 1), turn(2, "done", 1)], [False]),  # fetched by its link: paid once
        ([turn(1, "failed", 0), turn(2, "done", 1)], [True]),
        ([turn(1), turn(2, "done", 2, in_doubt={1: PRICE})], [False, True]),
        ([turn(1, "done", 2, in_doubt={1: PRICE})], [False]),  # of two runs that asked in one turn
    ],
)
def test_a_turn_is_an_entry_where_it_has_cost_something(turns, found):
    """Certain is what lies there as an image."""
    solds = {CELL.request_sha256: Sold("/generate", "default")}
    entries = entries_of(turns, solds, LATER, "a")
    assert [entry.is_certain for entry in entries] == found
    assert {entry.sold for entry in entries} <= {Sold("/generate", "default")}


@pytest.mark.parametrize(
    ("one", "hours", "is_settled"),
    [
        (turn(1, "done", 1), (10, 10), True),
        (turn(1, "done", 1, at=AT.replace(minute=58)), (10, 11), True),
        (turn(1, "done", 1, at=AT.replace(minute=2)), (9, 10), True),
        (turn(1, "unknown", 1, at=AT.replace(minute=50)), (10, 11), True),
        (turn(1, "unknown", 1, took=timedelta(hours=3)), (10, 13), True),
        (turn(1), (10, 34), False),
        (turn(1, "done", 1, took=timedelta(hours=23, minutes=40)), (10, 34), False),
    ],
)
def test_an_entry_lies_in_every_hour_in_which_it_may_have_been_billed(one, hours, is_settled):
    """Clocks differ by minutes, and the vendor works on what was given up; one without an end may still be sent."""
    (entry,) = entries_of([one], {}, LATER, "a")
    midnight = hour_of(AT.replace(hour=0))
    assert (entry.first_hour - midnight, entry.last_hour - midnight, entry.is_settled) == (*hours, is_settled)
    assert time_of(hour_of(AT)) == AT.replace(minute=0)


@pytest.mark.parametrize(
    ("fields", "sold"),
    [
        ({"model": "V_2"}, Sold("/generate", "default")),
        ({"model": "V_2_TURBO"}, Sold("/generate", "turbo")),
        ({"model": "V_3", "quality": "very_low"}, Sold("/v1/ideogram-v3/generate", "flash")),
        ({"model": "ideogram-4", "quality": "low"}, Sold("/v2/image/generate/ideogram-4", "turbo")),
        ({"model": "ideogram-4-5", "quality": "high"}, Sold("/v2/image/generate/ideogram-4-5", "high")),
        ({"model": "ideogram-4-5", "magic_prompt_version": "V_0"}, Sold()),
    ],
)
def test_an_image_is_looked_for_under_its_endpoint_and_its_word(fields, sold):
    """As the bill has them; what could not be asked for today is of no known one."""
    assert sold_as(a_request(**({"style_type": None} | fields))) == sold


def test_the_ledger_is_read_turn_by_turn(tmp_path):
    """What was given back, and what another API or the sandbox has made, is on no bill of this one."""
    ledger = Ledger(CampaignStore.open(str(tmp_path), "tea"), "run", made_by="api.ideogram.ai")
    cells = [a_cell(a_request(f"Tea {n}"), product=f"Tea {n}") for n in range(5)]
    ledger.keep_published(Published(title="Tea", is_sandbox=False, variants=(), cells=tuple(cells)))
    for cell in cells[:3]:
        ledger.intend(cell, 1)
    Ledger(ledger.store, "trial", made_by="sandbox").intend(cells[3], 1)
    Ledger(ledger.store, "other", made_by="127.0.0.1:8090").intend(cells[4], 1)
    ledger.note_end(an_outcome(cells[0], "done"))
    ledger.note_end(an_outcome(cells[1], "unknown"))
    ledger.mark_released(cells[2].cell_id, 1)
    found = entries_in(ledger, datetime.now(UTC), "tea/")
    assert {(entry.name, entry.is_certain) for entry in found} == {
        (f"tea/{cells[0].cell_id}", True),
        (f"tea/{cells[1].cell_id}", False),
    }
    assert {(entry.sold, entry.price_usd) for entry in found} == {(Sold("/generate", "default"), Decimal("0.08"))}
