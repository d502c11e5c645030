"""Sizes are chosen for the variants of a campaign, and stay what images were made in."""

from pathlib import Path
from typing import Any

import pytest

from tasks.errors import InputInvalid
from tasks.ledger.ledger import Ledger
from tasks.ledger.variant_set import change_variants, read_variants
from tasks.planning.choose_sizes import held_by
from tasks.publishing.recut import Recut
from tasks.records.campaign import Campaign
from tasks.records.keys import INTENTS, SANDBOX_MARK
from tasks.records.plan import Plan
from tasks.records.variant import Variant
from tasks.running.settle_variants import settle
from tasks.storage.storage import CampaignStore
from tests.matrices import a_file, faults_of, plan_of

OG, STORY, THUMB = map(Variant.parse, ("og=1200x630,only=wide", "story=1080x1920,only=tall", "thumb=400x400"))
FORMATS = "format,size\nwide,auto\ntall,auto\nsquare,1:1\n"


def planned(folder: Path, matrix: str, formats: str | None = None, **options: Any) -> Plan:
    """The plan of a matrix, and of its formats where there are any."""
    named = {"formats": a_file(folder, formats, "f.csv")} if formats else {}
    return plan_of(a_file(folder, matrix), output=str(folder / "out"), **named, **options)


def sizes_of(plan: Plan) -> list[str]:
    """What each cell asks for, as people write it."""
    return [cell.request.aspect_text() for cell in plan.cells]


def begun(plan: Plan, *, sandbox: bool = False) -> CampaignStore:
    """The campaign's files once a run of it has asked for an image."""
    store = CampaignStore.open(plan.campaign.output, plan.campaign.slug)
    settle(Ledger(store, ""), plan, patience_s=0)
    store.write(f"{INTENTS}/a.1.json", b"{}")
    if sandbox:
        store.write(SANDBOX_MARK, b"{}")
    return store


def test_each_format_is_drawn_for_what_is_cut_from_it(tmp_path):
    """By the row's model; copies and further rows have the same."""
    rows = "product,model,num_images\nTea,,2\nCup,V_2,\nJar,V_2A,\n"
    plan = planned(tmp_path, rows, FORMATS, model="4.5", variants=(OG, STORY))
    assert sizes_of(plan) == [
        *("1440x720", "1440x720", "1440x2560", "1440x2560", "2048x2048", "2048x2048"),
        *("1344x704", "720x1280", "1:1"),
        *("16:9", "9:16", "1:1"),
    ]
    assert plan.sizes["ideogram-4-5/wide"] == "RESOLUTION_1440_720"


def test_prompts_that_a_template_makes_of_a_row_are_drawn_in_one_size(tmp_path):
    """However many there are of a format, it is one where variants are shared."""
    best = tuple(one.model_copy(update={"only": ("best",)}) for one in (OG, STORY))
    plan = planned(tmp_path, "product,template\nTea,{product} {in|out}\n", FORMATS[:-11], variants=best)
    assert sizes_of(plan) == ["1344x704", "1344x704", "720x1280", "720x1280"]


def test_an_image_whose_size_was_chosen_is_the_one_whose_size_was_typed(tmp_path):
    """Its id changes only when the choice does."""
    (chosen,) = planned(tmp_path, "product,size\nTea,auto\n").cells
    (typed,) = planned(tmp_path, f"product,resolution\nTea,{chosen.request.aspect_text()}\n").cells
    assert chosen == typed


@pytest.mark.parametrize(
    ("matrix", "formats", "options", "sizes"),
    [
        ("product\nTea\n", None, {"size": "auto"}, ["1152x832"]),
        ("product\nTea\n", None, {"size": "16x9"}, ["16:9"]),
        ("product\nTea\n", None, {}, ["1:1"]),
        ("product,size\nTea,3:1\nCup,\n", None, {"size": "1344x704"}, ["3:1", "1344x704"]),
        ("product,aspect_ratio\nTea,3:1\nCup,\n", None, {"size": "auto"}, ["3:1", "1152x832"]),
        ("product\nTea\n", "format,size\na,16:9\nb,\n", {"size": "2:3"}, ["16:9", "2:3"]),
        ("product,size\nTea,4:3\n", "format,aspect_ratio\na,16:9\n", {"size": "auto"}, ["4:3"]),
        ("product,resolution\nTea,1344x704\n", "format,size\na,auto\n", {}, ["1344x704"]),
        ("product,aspect_ratio\nTea,\n", "format,size\na,3:2\n", {}, ["3:2"]),
    ],
)
def test_the_row_goes_before_the_format_and_that_before_the_option(tmp_path, matrix, formats, options, sizes):
    """Size, aspect_ratio and resolution are one choice, whichever says it."""
    assert sizes_of(planned(tmp_path, matrix, formats, **options)) == sizes


@pytest.mark.parametrize(
    ("matrix", "options", "fault"),
    [
        ("product,size,aspect_ratio\nTea,auto,16:9\n", {}, "size: 'auto' and the aspect_ratio '16:9' exclude"),
        ("product,size,resolution\nTea,16:9,1344x704\n", {}, "size: '16:9' and the resolution '1344x704' exclude"),
        ("product,size,model\nTea,1344x704,2a\n", {}, "size: '1344x704' is not accepted by V_2A, which takes"),
        ("product,size,model\nTea,1344x704,4.5\n", {}, "size: '1344x704' is no size of ideogram-4-5, only of V_2"),
        ("product,size,model\nTea,4:1,4.5\n", {}, "size: '4:1' is not accepted by ideogram-4-5, only by"),
        ("product\nTea\nCup\n", {"size": "2048x2048"}, "--size: '2048x2048' is no size of V_2, only of ideogram-4"),
        ("product,size\nTea,L\n", {}, "needs another name, such as product_size"),
    ],
)
def test_a_size_that_cannot_be_is_told_where_it_stands(tmp_path, matrix, options, fault):
    """As it was typed, before anything is paid; of the option once."""
    (found,) = faults_of(a_file(tmp_path, matrix), **options)
    assert fault in str(found)


def test_a_new_variant_pays_for_no_image_again(tmp_path):
    """Nor does a new format; what is chosen for the first time is chosen for all that is cut then."""
    matrix, formats = "product\nTea\n", "format,size\nhero,auto\n"
    first = planned(tmp_path, matrix, formats, variants=(THUMB,))
    store = begun(first)
    later = planned(tmp_path, "product\nTea\nCup\n", f"{formats}more,auto\n", variants=(Variant.parse("og=1200x630"),))
    assert sizes_of(first) == ["1024x1024"]
    assert sizes_of(later) == ["1024x1024", "1152x832"] * 2
    assert later.cells[0].request_sha256 == first.cells[0].request_sha256
    (note,) = [note for note in later.notes if "keeps its size" in note]
    assert note.startswith("what is made keeps its size, and is not paid again: hero 1024x1024 (1152x832 ")
    assert [note for note in planned(tmp_path, matrix, formats).notes if "keeps its size" in note] == []
    settle(Ledger(store, ""), later, patience_s=0)
    assert read_variants(store).sizes == {"V_2/hero": "RESOLUTION_1024_1024", "V_2/more": "RESOLUTION_1152_832"}


def test_only_what_is_made_is_told_to_keep_its_size(tmp_path):
    """A format that is new is drawn for what the others leave, and nothing is said of either."""
    og, story = (one.model_copy(update={"only": ("best",)}) for one in (OG, STORY))
    begun(planned(tmp_path, "product\nTea\n", "format,size\na,auto\n", variants=(story,)))
    later = planned(tmp_path, "product\nTea\n", "format,size\nb,auto\na,auto\n", variants=(og,))
    assert sizes_of(later) == ["1344x704", "720x1280"]
    assert [note for note in later.notes if "keeps its size" in note] == []


def test_variants_that_a_campaign_has_from_before_count(tmp_path):
    """Whoever adds a format types only what is new."""
    begun(planned(tmp_path, "product\nTea\n", variants=(OG.model_copy(update={"only": ()}),)))
    assert sizes_of(planned(tmp_path, "product,size\nTea,auto\n")) == ["1344x704"]


def test_what_was_only_tried_binds_nobody(tmp_path):
    """A trial's images are not paid; nor is anything of a run that was refused before its first request."""
    matrix = "product,size\nTea,auto\n"
    begun(planned(tmp_path, matrix, variants=(THUMB,), sandbox=True), sandbox=True)
    assert sizes_of(planned(tmp_path, matrix, variants=(THUMB, OG))) == ["1152x832"]
    assert sizes_of(planned(tmp_path, matrix, variants=(THUMB, OG), sandbox=True)) == ["1024x1024"]
    refused = planned(tmp_path, matrix, variants=(THUMB,), name="Other")
    settle(Ledger(CampaignStore.open(str(tmp_path / "out"), "other"), ""), refused, patience_s=0)
    assert sizes_of(planned(tmp_path, matrix, variants=(OG,), name="Other")) == ["1152x832"]


def test_a_size_that_the_model_has_no_more_is_chosen_anew(tmp_path):
    """Rather than sent, refused and stuck."""
    matrix = "product,size\nTea,auto\n"
    store = begun(planned(tmp_path, matrix, variants=(THUMB,)))
    change_variants(store, lambda held: held.with_sizes({"V_2/": "RESOLUTION_7_7"}))
    assert sizes_of(planned(tmp_path, matrix)) == ["1024x1024"]


@pytest.mark.parametrize("wanted", [{"variants": (OG,), "prune": True}, {"prune": True}, {"variants": (OG,)}])
def test_a_recut_keeps_the_sizes(tmp_path, wanted):
    """It changes what is cut, and not what was made."""
    store = begun(planned(tmp_path, "product,size\nTea,auto\n", variants=(THUMB,)))
    change_variants(store, Recut(campaign_folder=store.root, **wanted).of)
    assert read_variants(store).sizes == {"V_2/": "RESOLUTION_1024_1024"}


def test_of_two_runs_that_choose_otherwise_the_later_is_refused(tmp_path):
    """Before it has paid: both would pay for the same row."""
    matrix = "product,size\nTea,auto\n"
    mine, other = (planned(tmp_path, matrix, variants=(one,)) for one in (THUMB, STORY))
    begun(other)
    with pytest.raises(InputInvalid, match="run the same command again"):
        begun(mine)


def test_a_campaign_whose_output_cannot_be_read_is_not_paid_blindly(tmp_path):
    """Its sizes are not known; a look chooses them as for a new one."""
    (tmp_path / "out").write_text("a file")
    campaign = Campaign(matrix=a_file(tmp_path, "product\nTea\n"), output=str(tmp_path / "out"), variants=(THUMB,))
    with pytest.raises(InputInvalid, match="--output"):
        held_by(campaign)
    assert held_by(campaign.model_copy(update={"dry_run": True})).sizes == {}
