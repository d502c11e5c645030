"""Two cells whose ids would be one: each finds its own image, in whatever order and company the rows come."""

import asyncio
import csv
import io
import itertools
import json
import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from tasks.ledger.ledger import Ledger
from tasks.ledger.published import Published
from tasks.planning.plan_campaign import plan_campaign
from tasks.publishing.recut import Recut
from tasks.publishing.recut_campaign import recut_campaign
from tasks.records.campaign import Campaign
from tasks.records.cell import without_number
from tasks.records.keys import ENDS, INTENTS, OUTCOMES_KEY, PUBLISHED_KEY
from tasks.records.plan import Plan
from tasks.running.finished_campaign import finished_result
from tasks.storage.storage import CampaignStore
from tests.factories import PRICE_USD
from tests.tasks.harness import VARIANTS, Api, run, without_engine  # noqa: F401  a fixture

pytestmark = pytest.mark.usefixtures("without_engine")

ONE, OTHER = "a red teapot, view 67650", "a red teapot, view 91285"
"""Of these two, under one product, the first eight digits of the cells' digests are the same."""
BOTH, SWAPPED = (ONE, OTHER), (OTHER, ONE)
MATRICES = ((ONE,), (OTHER,), BOTH, SWAPPED)


def planned(folder: Path, prompts: Sequence[str], **options) -> Plan:
    """The plan of a campaign of these prompts, all of one product."""
    matrix = folder / "teapots.csv"
    matrix.write_text("\n".join(["product,prompt", *(f'Teapot,"{prompt}"' for prompt in prompts)]))
    return plan_campaign(Campaign(matrix=str(matrix), output=str(folder / "out"), variants=VARIANTS, **options))


def store_of(plan: Plan) -> CampaignStore:
    """Its files."""
    return CampaignStore.open(plan.campaign.output, plan.campaign.slug)


def ran(plan: Plan, api: Api, **options) -> dict[str, str]:
    """A run of the campaign as it is planned; by prompt: which original the manifest lists."""
    assert asyncio.run(run(store_of(plan), api, plan.cells, **options)).stopped_by is None
    return listed(plan)


def listed(plan: Plan) -> dict[str, str]:
    """By prompt: which original the manifest lists."""
    rows = csv.DictReader(io.StringIO(store_of(plan).read("manifest.csv").decode("utf-8-sig")))
    return {row["prompt"]: row["original"] for row in rows}


def as_an_earlier_version_had_it(store: CampaignStore, *, is_intent_kept: bool) -> None:
    """Take from the ledger what earlier versions did not write."""
    for name in store.names(ENDS):
        end = json.loads(store.read(f"{ENDS}/{name}"))
        del end["request_sha256"]
        store.write(f"{ENDS}/{name}", json.dumps(end).encode())
    store.delete(OUTCOMES_KEY)
    if not is_intent_kept:
        for name in store.names(INTENTS):
            store.delete(f"{INTENTS}/{name}")


def test_the_same_two_cells_have_the_same_two_ids(tmp_path):
    """On any machine, whichever row is first; one of them has the eight digits that a cell alone has."""
    ids = {cell.request.prompt: cell.cell_id for cell in planned(tmp_path, BOTH).cells}
    assert {cell.request.prompt: cell.cell_id for cell in planned(tmp_path, SWAPPED).cells} == ids
    assert sorted(map(len, ids.values())) == [len("teapot-") + 8, len("teapot-") + 16]
    assert len({cell_id[:15] for cell_id in ids.values()}) == 1, "or the tests below try nothing"


@pytest.mark.parametrize("matrices", list(itertools.product(MATRICES, repeat=3)))
def test_each_image_is_paid_once_and_found_again(tmp_path: Path, matrices: tuple[tuple[str, ...], ...]):
    """In three runs, with rows in another order, a row gone, and a row back."""
    api, found = Api(), {}
    for prompts in matrices:
        originals = ran(planned(tmp_path, prompts), api)
        assert list(originals) == list(prompts)
        assert all(found.setdefault(prompt, key) == key for prompt, key in originals.items())
    assert len(set(found.values())) == len(found)
    assert set(api.billed.values()) == {1}


@pytest.mark.parametrize("first", MATRICES)
@pytest.mark.parametrize("second", [BOTH, SWAPPED])
def test_what_is_finished_is_told_as_it_is(tmp_path: Path, first: tuple[str, ...], second: tuple[str, ...]):
    """Also without a run: nobody is given another's image, and a third is not asked for."""
    api = Api()
    before = ran(planned(tmp_path, first), api)
    result = finished_result(planned(tmp_path, second))
    assert (result is None) == (len(first) < 2)
    if result is not None:
        assert listed(planned(tmp_path, second)) == before


@pytest.mark.parametrize("is_intent_kept", [True, False])
@pytest.mark.parametrize("first", MATRICES)
def test_a_ledger_of_an_earlier_version_is_read(tmp_path: Path, first: tuple[str, ...], *, is_intent_kept: bool):
    """Its intents tell whose request an end is of; where even they are gone the id is believed, and no more is paid."""
    api = Api()
    before = ran(planned(tmp_path, first), api)
    as_an_earlier_version_had_it(store_of(planned(tmp_path, first)), is_intent_kept=is_intent_kept)
    after = ran(planned(tmp_path, SWAPPED), api)
    assert api.billed.total() == 2
    if is_intent_kept:
        assert after | before == after


@pytest.mark.parametrize("first", [(ONE,), (OTHER,)])
def test_what_was_asked_for_and_never_answered_is_whose_it_was(tmp_path: Path, first: tuple[str, ...]):
    """A run was killed with its request out: the other cell is asked for all the same, and only that."""
    plan, api = planned(tmp_path, first), Api()
    assert Ledger(store_of(plan), "killed").intend(plan.cells[0], 1)
    ended = asyncio.run(run(store_of(plan), api, planned(tmp_path, SWAPPED).cells))
    assert ended.statuses == ["unknown", "done"]
    assert api.billed == {prompt: 1 for prompt in BOTH if prompt not in first}


@pytest.mark.parametrize("retried", MATRICES)
def test_a_retry_is_a_turn_of_its_own_cell(tmp_path: Path, retried: tuple[str, ...]):
    """The one failed, the other is done: whose turn is next does not depend on the order of rows."""
    ran(planned(tmp_path, (ONE,)), Api(refusal=httpx.Response(400)))
    api = Api()
    kept = ran(planned(tmp_path, (OTHER,)), api)
    after = ran(planned(tmp_path, retried), api, retry=("failed",))
    assert all(after[prompt] == kept[prompt] for prompt in set(after) & set(kept))
    assert api.billed == dict.fromkeys({OTHER, *retried}, 1)


def test_two_runs_at_one_time_ask_for_one_each(tmp_path: Path):
    """Both have planned the short id before either has begun: whoever comes second takes the long one."""
    one, other = planned(tmp_path, (ONE,)), planned(tmp_path, (OTHER,))
    assert one.cells[0].cell_id == other.cells[0].cell_id
    api, store = Api(), store_of(one)
    begun = iter([one])

    def another_begins(_: str) -> None:
        for plan in begun:
            assert Ledger(store, "another").intend(plan.cells[0], 1)

    intend = Ledger.intend
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Ledger, "intend", lambda *args: another_begins("") or intend(*args))
        ended = asyncio.run(run(store, api, other.cells, budget_usd=2 * PRICE_USD))
    assert (ended.statuses, ended.spent_usd) == (["done"], PRICE_USD)
    assert list(ended.outcomes) == [other.cells[0].possible_ids[1]]
    assert list(ran(planned(tmp_path, SWAPPED), Api())) == list(SWAPPED)


def test_a_budget_counts_both(tmp_path: Path):
    """The one that the matrix does not ask for any more has cost what it has."""
    ran(planned(tmp_path, (ONE,)), Api())
    api = Api()
    plan = planned(tmp_path, (OTHER,))
    ended = asyncio.run(run(store_of(plan), api, plan.cells, budget_usd=PRICE_USD * Decimal("1.5")))
    assert ended.stopped_by is not None
    assert api.billed.total() == 0


def copies(folder: Path, *rows: str) -> Plan:
    """The plan of a campaign of rows `seed,num_images` of one product."""
    matrix = folder / "copies.csv"
    matrix.write_text("\n".join(["product,seed,num_images", *(f"Teapot,{row}" for row in rows)]))
    return plan_campaign(Campaign(matrix=str(matrix), output=str(folder / "out"), variants=VARIANTS))


def names_of(plan: Plan) -> list[str]:
    """The names of the stored originals, as the manifest lists them."""
    rows = csv.DictReader(io.StringIO(store_of(plan).read("manifest.csv").decode()))
    return [row["original"].removeprefix("originals/") for row in rows]


def test_a_file_tells_which_copy_it_is(tmp_path: Path):
    """From the second on; the first is called as one alone is, and what has another seed is another request."""
    plan, api = copies(tmp_path, ",3", "5,2"), Api(odd={"seed": None})
    ran(plan, api)
    names = [re.sub(r"-[0-9a-f]{8}\.png$", "", name) for name in names_of(plan)]
    assert names == ["teapot", "teapot-copy2", "teapot-copy3", "teapot", "teapot"]
    assert api.billed.total() == 5


@pytest.mark.parametrize("row", [",3", "5,3"], ids=["any seeds", "given seeds"])
def test_copies_of_an_earlier_version_keep_their_names(tmp_path: Path, row: str):
    """And none is paid again: their ids had no numbers."""
    plan, api = copies(tmp_path, row), Api(odd={"seed": None})
    cells = tuple(cell.model_copy(update={"cell_id": without_number(cell.cell_id)}) for cell in plan.cells)
    asyncio.run(run(store_of(plan), api, cells))
    before = names_of(plan)
    ran(copies(tmp_path, row.replace("3", "4")), api)
    assert names_of(plan)[:3] == before
    assert names_of(plan)[3].startswith("teapot-copy4-" if row == ",3" else "teapot-")
    assert api.billed.total() == 4


def test_a_copy_that_has_another_place_by_now_is_not_paid_again(tmp_path: Path):
    """Seeds 5, 6 and 7, then 6, 7 and 8: the files of 6 and 7 stay what they are, with their names."""
    api = Api(odd={"seed": None})
    ran(copies(tmp_path, "5,3"), api)
    before = names_of(copies(tmp_path, "5,3"))
    ran(copies(tmp_path, "6,3"), api)
    assert names_of(copies(tmp_path, "6,3"))[:2] == before[1:]
    assert api.billed.total() == 4


def test_new_sizes_are_cut_from_their_own_originals(tmp_path: Path):
    """Also where an earlier version had published the one cell under the other's id."""
    plan = planned(tmp_path, BOTH)
    before = ran(plan, Api())
    store = store_of(plan)
    published = Published.model_validate_json(store.read(PUBLISHED_KEY))
    ids = [cell.cell_id for cell in published.cells]
    mixed = [
        cell.model_copy(update={"cell_id": cell_id}) for cell, cell_id in zip(published.cells, ids[::-1], strict=True)
    ]
    store.write(PUBLISHED_KEY, published.model_copy(update={"cells": tuple(mixed)}).model_dump_json().encode())
    recut_campaign(Recut(campaign_folder=store.root, variants=VARIANTS), progress=lambda *_: None)
    assert listed(plan) == before
