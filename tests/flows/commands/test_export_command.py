"""The command of an export as a user meets it."""

from pathlib import Path

import pytest

from flows.commands.export_command import main
from tasks.ledger.ledger import Ledger
from tasks.ledger.published import Published
from tasks.records.variant import DEFAULT_VARIANTS
from tasks.storage.storage import CampaignStore
from tests.factories import a_cell, a_request, an_original, an_outcome

CELLS = [a_cell(a_request(f"Lamp {number}"), product=f"Lamp {number}", row=number + 2) for number in range(2)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a campaign of two images, on which nobody has decided."""
    store = CampaignStore.open(str(tmp_path), "q1-launch")
    ledger = Ledger(store, "earlier")
    for cell in CELLS:
        keys = [an_original(cell).key, *(variant.key(cell.cell_id) for variant in DEFAULT_VARIANTS)]
        store.publish(dict.fromkeys(keys, cell.cell_id.encode()))
        ledger.note_end(an_outcome(cell))
    published = Published(title="Q1 Launch", is_sandbox=False, variants=DEFAULT_VARIANTS, cells=tuple(CELLS))
    ledger.keep_published(published)
    return tmp_path / "q1-launch"


def test_it_is_handed_over_and_told(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """How much, what to do with a feed, and where it lies: on standard error; the address by the output's own."""
    arguments = [f"{folder}/", str(tmp_path / "handed"), "--undecided", "--only", "og,thumb", "--feeds", "merchant"]
    assert main([*arguments, "--sku-column", "product", "--base-url", "https://i.example.com"]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        (
            "Q1 Launch: 2 images in 4 files handed over with google-merchant.txt, manifest.csv; 6 of 6 files written. "
            "Nothing was paid"
        ),
        "  Note: Merchant Center: add it as a supplemental source; ids are those of your primary one",
        f"  {tmp_path / 'handed'}",
        "  served at https://i.example.com",
    ]


def test_the_public_address_of_the_output_serves_what_lies_in_it(folder: Path, tmp_path: Path, capsys, monkeypatch):
    """And nothing that lies elsewhere, or in a zip."""
    monkeypatch.setenv("CAMPAIGN_PUBLIC_URL", "https://i.example.com/campaigns/")
    told = "served at https://i.example.com/campaigns/handed/q1"
    feeds = ["--undecided", "--feeds", "merchant", "--sku-column", "product"]
    assert main([str(folder), str(tmp_path / "handed" / "q1"), *feeds]) == 0
    assert told in capsys.readouterr().err
    assert main([str(folder), str(tmp_path / "q1.zip"), *feeds]) == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["{folder}"], "TO: is missing; type for example: python flows/export.py data/out/q1-launch q1-launch.zip"),
        (["{folder}", "handed"], "has no image that somebody has kept"),
        (["{folder}/..", "handed"], "is no campaign's folder"),
        (["nope", "handed"], "nope: does not exist in"),
        (["{folder}", "s3:/bucket", "--undecided"], "is no address; write s3://bucket"),
        (["{folder}", "https://shop.example", "--undecided"], "is a web address, and nothing can be kept there"),
        (["{folder}", "handed", "--names", "{product}.jpg"], "--names: '{product}.jpg' ends in .jpg"),
        (["{folder}", "handed", "--feeds", "etsy"], "--feeds: 'etsy' is not accepted; it must be 'shopify'"),
        (["{folder}", " ", "--undecided"], "TO: '' names no place; use a folder"),
        (["{folder}", "handed", "--base-url", "shop"], "--base-url: 'shop' is not accepted; use the http or https"),
    ],
)
def test_bad_input_ends_with_2_and_a_sentence(folder: Path, capsys, monkeypatch, arguments: list[str], told: str):
    """Nothing is written."""
    monkeypatch.chdir(folder.parent)
    before = sorted(folder.parent.rglob("*"))
    assert main([argument.format(folder=folder, product="{product}") for argument in arguments]) == 2
    said = capsys.readouterr().err
    assert told in said
    assert "nothing was written, nothing was paid" in said
    assert sorted(folder.parent.rglob("*")) == before
