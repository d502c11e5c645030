"""One record that is odd, or that an earlier version has left, keeps no other from being shown."""

import asyncio
import csv
import io
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from html import unescape
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tasks.publishing.campaign_files import campaign_files
from tasks.receiving.received_event import parse_event
from tasks.records.cell import Cell
from tasks.records.event import cell_event
from tasks.records.outcome import STATUSES, Outcome, StoredOriginal
from tasks.records.variant import DEFAULT_VARIANTS
from tasks.storage.storage import CampaignStore
from tests.factories import a_cell, a_request, an_original, an_outcome
from tests.tasks.harness import Api, run, without_engine  # noqa: F401  a fixture

CELLS = (a_cell(a_request("before")), a_cell(a_request("odd")), a_cell(a_request("after")))

texts = (
    st.text(st.characters(exclude_categories=()), max_size=20)
    | st.sampled_from(["\0", "\ud800", "x\udfff", "\x1b[31m", "=1+1", "\r\n", "\u202e", "\ufeff"])
    | st.just("long" * 5_000)
)
EARLIEST, LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)

numbers = st.integers() | st.sampled_from([0, -1, 2**31, 2**63 - 1, 2**63, -(2**63) - 1, 10**30, 10**4000])
zones = st.none() | st.sampled_from([timezone(timedelta(hours=hours)) for hours in (-14, 0, 14)])
times = st.datetimes(timezones=zones) | st.sampled_from([EARLIEST, LATEST]).flatmap(
    lambda time: zones.map(lambda zone: time.replace(tzinfo=zone))
)
money = st.decimals(allow_nan=False, allow_infinity=False) | st.sampled_from([Decimal("1E+400"), Decimal("1E-400")])
metadata = st.dictionaries(texts, texts, max_size=3)


def odd_cell(number: Any, text: str, columns: dict[str, str]) -> Cell:
    """The second cell, as no matrix makes it."""
    request = CELLS[1].request.model_copy(update={"prompt": text, "seed": number, "negative_prompt": text})
    odd = {"row": number, "product": text, "format": text, "metadata": columns, "price_usd": Decimal(1)}
    return CELLS[1].model_copy(update=odd | {"request": request})


def odd_original(cell: Cell, sizes: tuple[int, int, int], text: str, time: datetime) -> StoredOriginal:
    """A stored image, as no API answers it."""
    width_px, height_px, number = sizes
    odd = {"key": f"originals/{text}", "width_px": width_px, "height_px": height_px, "seed": number}
    more = {"final_prompt": text, "notes": (text,), "attempts": number, "started_at": time, "finished_at": time}
    return an_original(cell, **odd, **more)


def files_of(cell: Cell, outcome: Outcome) -> dict[str, bytes]:
    """What is published of three cells, the second of which is odd."""
    cells = (CELLS[0], cell, CELLS[2])
    outcomes = {one.cell_id: an_outcome(one) for one in cells} | {cell.cell_id: outcome}
    return campaign_files("Lamps", cells, outcomes, DEFAULT_VARIANTS, is_sandbox=False)


@settings(max_examples=60, deadline=None)
@given(
    status=st.sampled_from(STATUSES),
    sizes=st.tuples(numbers, numbers, numbers),
    text=texts,
    time=times,
    cost_usd=money,
    columns=metadata,
    has_original=st.booleans(),
)
@example("done", (1024, 1024, 2**70), "tea", EARLIEST, Decimal(1), {"\ud800": "1", "?": "2"}, True)
@example("done", (0, 0, 10**4000), "\ud800", LATEST, Decimal("1E+400"), {}, True)
def test_whatever_one_record_holds_the_manifest_and_the_page_are_written(
    status, sizes, text, time, cost_usd, columns, has_original
):
    """Its own row shows what can be shown, and the others are as they would be without it."""
    cell = odd_cell(sizes[2], text, columns)
    odd = {"cost_usd": cost_usd, "attempts": sizes[2], "error": text, "started_at": time, "finished_at": time}
    if has_original:
        odd |= {"original": odd_original(cell, sizes, text, time), "variants": {"og": text, text: text}}
    files = files_of(cell, Outcome(cell_id=cell.cell_id, status=status, **odd))
    rows = list(csv.DictReader(io.StringIO(files["manifest.csv"].decode(), newline="")))
    assert [row["cell_id"] for row in rows] == [CELLS[0].cell_id, cell.cell_id, CELLS[2].cell_id]
    assert (rows[1]["status"], rows[0]["prompt"], rows[2]["prompt"]) == (status, "before", "after")
    table = pq.read_table(io.BytesIO(files["manifest.parquet"])).to_pylist()
    assert [row["seed"] for row in (table[0], table[2])] == [12345, 12345]
    assert len(columns) == len(rows[0]) - len(files_columns())
    assert CELLS[2].cell_id in files["index.html"].decode()


def files_columns() -> list[str]:
    """The columns of a manifest without metadata."""
    files = files_of(CELLS[1], an_outcome(CELLS[1]))
    return next(csv.reader(io.StringIO(files["manifest.csv"].decode())))


@pytest.mark.parametrize("seed", [2**63, 2**70, -(2**70), "many", None, ...])
def test_a_record_that_an_earlier_version_has_left_is_shown_without_its_seed(seed):
    """It stored what the API told; the image is there, and whatever is told of it fits everywhere."""
    cell, fields = CELLS[1], an_original(CELLS[1]).model_dump(mode="json", exclude={"notes"})
    left = {name: value for name, value in (fields | {"seed": seed}).items() if value is not ...}
    outcome = Outcome(cell_id=cell.cell_id, status="done", original=left, finished_at=LATEST)
    read = Outcome.model_validate_json(outcome.model_dump_json())
    assert read == outcome
    assert read.original.seed is None
    assert len(read.original.notes) == (seed not in {None, ...})
    files = files_of(cell, read)
    assert list(csv.DictReader(io.StringIO(files["manifest.csv"].decode())))[1]["seed"] == ""
    assert all(note in unescape(files["index.html"].decode()) for note in read.original.notes)
    assert cell_event("Lamps", "out", cell, read).seed is None


@pytest.mark.usefixtures("without_engine")
@pytest.mark.parametrize("odd", [{"seed": 2**70}, {"prompt": None, "resolution": None, "seed": None}])
def test_an_odd_answer_ends_in_the_manifest(tmp_path, odd):
    """From the API to the published files, and again in the next run, which finds the record in the ledger."""
    store, api = CampaignStore.open(str(tmp_path), "lamps"), Api(odd=odd)
    for _ in range(2):
        assert asyncio.run(run(store, api)).statuses == ["done", "done"]
        rows = list(csv.DictReader(io.StringIO(store.read("manifest.csv").decode())))
        assert [(row["status"], row["seed"], row["resolution"]) for row in rows] == [("done", "", "24x12")] * 2
    assert api.billed.total() == 2


def test_a_receiver_takes_an_event_whose_seed_fits_no_flow():
    """A sender of another version, or another sender, may tell any number."""
    told = cell_event("Lamps", "out", CELLS[0], an_outcome(CELLS[0]))
    event = parse_event("evt_1", told.model_copy(update={"seed": 2**70}).body())
    assert event is not None
    assert event.seed is None


@pytest.mark.parametrize("notes", [None, 7, {"a": 1}, [[]]])
def test_a_record_that_is_damaged_in_two_places_is_damaged(notes):
    """It is read as any other that is, and stops no run: what it stood for is looked for elsewhere."""
    fields = an_original(CELLS[1]).model_dump(mode="json") | {"seed": 2**70, "notes": notes}
    with pytest.raises(ValidationError):
        StoredOriginal.model_validate(fields)
