"""A run cuts the variants that the campaign has, whoever has brought them, and what it is asked for."""

import asyncio
from pathlib import Path

import pytest

from tasks.errors import InputInvalid
from tasks.ledger.heartbeats import this_run
from tasks.ledger.ledger import Ledger
from tasks.ledger.variant_set import VariantSet, change_variants, read_variants
from tasks.planning.plan_campaign import plan_campaign
from tasks.publish_campaign import listed_now
from tasks.publishing.recut import Recut
from tasks.publishing.recut_campaign import recut_campaign
from tasks.records.campaign import Campaign
from tasks.records.marks import UNMARKED
from tasks.records.plan import Plan
from tasks.records.variant import DEFAULT_VARIANTS, Variant
from tasks.running.finished_campaign import finished_result
from tasks.running.plan_retry import plan_dry_run
from tasks.running.separate_sandbox import CLEARED, keep_apart
from tasks.running.settle_variants import settle
from tasks.storage.storage import CampaignStore
from tests.factories import a_cell, a_request, an_outcome
from tests.tasks.harness import VARIANTS, Api, run, without_engine  # noqa: F401  a fixture

OG = VARIANTS[0]
BIG_OG = OG.model_copy(update={"width": 24, "height": 12})
STORY = Variant(name="story", width=5, height=9, format="png")
MATRIX = "prompt\nLamp 1\nLamp 2\n"


def planned(folder: Path, *variants: Variant, text: str = MATRIX, **options) -> Plan:
    """The plan of a matrix, with what is asked for besides."""
    matrix = folder / "lamps.csv"
    matrix.write_text(text)
    return plan_campaign(Campaign(matrix=str(matrix), output=str(folder / "out"), variants=variants, **options))


def store_of(plan: Plan) -> CampaignStore:
    """Its files."""
    return CampaignStore.open(plan.campaign.output, plan.campaign.slug)


def settled(plan: Plan) -> tuple[tuple[Variant, ...], tuple[str, ...]]:
    """The variants of a run of the plan that begins now, and what a person is told."""
    held, told = settle(Ledger(store_of(plan), ""), plan, patience_s=0)
    return held.listed, told


def manifest_columns(store: CampaignStore) -> list[str]:
    """Of the manifest."""
    return store.read("manifest.csv").decode().splitlines()[0].split(",")


def test_a_new_campaign_has_what_is_asked_for_or_the_usual_ones(tmp_path):
    """And nothing is said of it."""
    assert settled(planned(tmp_path)) == (DEFAULT_VARIANTS, ())
    assert settled(planned(tmp_path, STORY, name="other")) == ((STORY,), ())


def test_what_an_earlier_run_was_asked_for_stays(tmp_path):
    """In the usual command's run as well, and beside what a later one brings; nothing of it is undone by a default."""
    settled(planned(tmp_path, BIG_OG))
    told = ("variants from before come along: og 24x12",)
    assert settled(planned(tmp_path)) == ((BIG_OG,), told)
    assert settled(planned(tmp_path, STORY)) == ((BIG_OG, STORY), told)


@pytest.mark.usefixtures("without_engine")
def test_new_sizes_stay_through_every_later_run(tmp_path):
    """Cut by a recut, listed by the usual command whether it has anything to do or not, and cut by it for new rows."""
    plan = planned(tmp_path, OG)
    store = store_of(plan)
    settled(plan)
    asyncio.run(run(store, Api(), plan.cells))
    recut_campaign(Recut(campaign_folder=store.root, variants=(STORY,)), progress=lambda _done, _total: None)
    assert finished_result(planned(tmp_path)) is not None
    assert {"og", "story"} <= set(manifest_columns(store))
    more = planned(tmp_path, text=f"{MATRIX}Lamp 3\n")
    variants, told = settled(more)
    assert told == ("variants from before come along: og 12x6, story 5x9",)
    asyncio.run(run(store, Api(), more.cells, variants=variants))
    assert store.read("manifest.csv").decode().count("-story.png") == 3
    dry = plan_dry_run(more.campaign.model_copy(update={"dry_run": True}))
    assert told[0] in dry.notes


def test_what_was_tried_in_the_sandbox_comes_along_to_what_is_paid(tmp_path):
    """The trial is cleared; which sizes the campaign has is no drawing of it."""
    trial = planned(tmp_path, STORY, sandbox=True)
    store = store_of(trial)
    keep_apart(store, trial)
    settled(trial)
    paid = planned(tmp_path)
    assert keep_apart(store, paid, patience_s=0) == (CLEARED,)
    assert settled(paid)[0] == (STORY,)


def test_a_cut_that_is_another_now_takes_the_old_files_away(tmp_path):
    """Those of rows that are gone too, or they would pass for the new one should the rows come back."""
    plan = planned(tmp_path, OG, STORY)
    store, former = store_of(plan), a_cell(a_request("Lamp 9"))
    settled(plan)
    Ledger(store, "").note_end(an_outcome(former))
    ids = [former.cell_id, plan.cells[0].cell_id]
    store.publish({variant.key(cell_id): b"x" for cell_id in ids for variant in (OG, STORY)})
    variants, told = settled(planned(tmp_path, BIG_OG))
    assert (variants, told) == (
        (BIG_OG, STORY),
        ("variants from before come along: story 5x9; og is cut anew as 24x12 from what is stored",),
    )
    assert sorted(store.names("variants")) == sorted(STORY.key(cell_id).removeprefix("variants/") for cell_id in ids)


def test_a_name_is_not_given_to_another_cut_while_a_run_makes_the_one_before(tmp_path):
    """Two kinds would lie under one name; what is only added harms nobody."""
    plan = planned(tmp_path, OG)
    store = store_of(plan)
    settled(plan)
    heartbeat = this_run("alive")
    store.write(heartbeat.key, heartbeat.model_dump_json().encode())
    with pytest.raises(InputInvalid, match="--variant: 'og' stands for another cut in a run that is at work"):
        settled(planned(tmp_path, BIG_OG))
    assert settled(planned(tmp_path, STORY))[0] == (OG, STORY)


def test_a_run_lists_what_another_has_brought_meanwhile(tmp_path):
    """Where both have cut under one name, the next run is told to do it anew."""
    store = store_of(planned(tmp_path))
    assert listed_now(store, (OG,)) == (OG,)
    change_variants(store, lambda _: VariantSet(listed=(BIG_OG, STORY)))
    assert listed_now(store, (OG,)) == (BIG_OG, STORY)
    assert read_variants(store).redefined([BIG_OG, STORY]) == [BIG_OG]


@pytest.mark.usefixtures("without_engine")
def test_images_that_another_run_makes_meanwhile_get_what_this_one_brings(tmp_path):
    """It waits for their end, and cuts what that run does not know of."""
    plan = planned(tmp_path, OG)
    store, first = store_of(plan), plan.cells[0]
    settled(plan)

    async def both() -> None:
        is_asked = asyncio.Event()
        api = Api(before=lambda _: is_asked.set())
        one = asyncio.create_task(run(store, api, [first]))
        await is_asked.wait()
        variants, _ = settled(planned(tmp_path, STORY))
        await asyncio.gather(one, run(store, api, [first], variants=variants))
        assert api.billed == {"Lamp 1": 1}

    asyncio.run(both())
    assert store.read("manifest.csv").decode().count("-story.png") == 1
    assert len(store.names("variants")) == 2


@pytest.mark.usefixtures("without_engine")
def test_a_campaign_of_an_earlier_version_is_marked_by_its_next_run(tmp_path):
    """For nothing, once, and told before, also by a dry run; unless somebody wants none."""
    plan = planned(tmp_path, OG, marks="none")
    store = store_of(plan)
    settled(plan)
    asyncio.run(run(store, Api(), plan.cells, campaign=plan.campaign, variants=(OG,)))
    key = OG.key(plan.cells[0].cell_id)
    assert b"DigitalSourceType" not in store.read(key)
    assert finished_result(planned(tmp_path)) is not None
    assert UNMARKED in plan_dry_run(planned(tmp_path).campaign).notes
    marked = planned(tmp_path, marks="yes")
    told = "2 images cut anew from what is stored, for nothing: variants say how they were made"
    assert told in plan_dry_run(marked.campaign).notes
    assert finished_result(marked) is None
    settled(marked)
    api = Api()
    asyncio.run(run(store, api, marked.cells, campaign=marked.campaign, variants=(OG,)))
    assert api.billed.total() == 0
    assert b"DigitalSourceType" in store.read(key)
    assert finished_result(planned(tmp_path)) is not None


@pytest.mark.usefixtures("without_engine")
def test_a_label_is_put_on_by_the_next_run(tmp_path):
    """For nothing, told before, also by a dry run; later runs that say nothing of it keep it."""
    og = Variant(name="og", width=240, height=120, format="png")
    plan = planned(tmp_path, og, label="none")
    store = store_of(plan)
    settled(plan)
    asyncio.run(run(store, Api(), plan.cells, campaign=plan.campaign, variants=(og,)))
    key = og.key(plan.cells[0].cell_id)
    bare = store.read(key)
    labelled = planned(tmp_path, label="AI")
    told = "2 images cut anew from what is stored, for nothing: variants show the label that they are to show"
    assert told in plan_dry_run(labelled.campaign).notes
    assert finished_result(labelled) is None
    settled(labelled)
    api = Api()
    asyncio.run(run(store, api, labelled.cells, campaign=labelled.campaign, variants=(og,)))
    assert api.billed.total() == 0
    assert store.read(key) != bare
    again = planned(tmp_path)
    assert "labelled 'AI': og" in again.notes
    assert finished_result(again) is not None
