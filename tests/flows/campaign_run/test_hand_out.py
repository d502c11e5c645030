"""Runs that share a campaign are told its addresses without what opens them, and find that in the campaign's folder."""

from pathlib import Path

import pytest
from prefect.utilities.callables import parameter_schema
from prefect.utilities.schema_tools import validate

from flows.campaign_run.hand_out import Handed, hand_out, taken
from flows.campaign_shard import campaign_shard
from tasks.errors import InputInvalid
from tasks.records.campaign import Campaign
from tasks.storage.storage import CampaignStore

TOKEN = "canary"
ADDRESSES = {
    "matrix": f"https://store.example.com/lamps.csv?sig={TOKEN}",
    "formats": f"https://me:{TOKEN}@store.example.com/formats.csv",
    "callback_url": f"https://hooks.example.com/{TOKEN}/x https://other.example.com/?token={TOKEN}",
}


def a_campaign(folder: Path, **fields: object) -> Campaign:
    """One whose folder is in `folder`."""
    return Campaign.model_validate({"matrix": "lamps.csv", "output": str(folder)} | fields)


def handed_out(campaign: Campaign) -> Handed:
    """What another run is given."""
    return hand_out(CampaignStore.open(campaign.output, campaign.slug), campaign)


@pytest.mark.parametrize("which", [*({name: url} for name, url in ADDRESSES.items()), ADDRESSES])
def test_the_campaign_is_whole_where_it_is_taken(tmp_path, which):
    """And Prefect is told no secret of it; a second shard finds the same file, which is its owner's alone."""
    campaign = a_campaign(tmp_path, **which, shards=3, retry=("failed",))
    handed = handed_out(campaign)
    assert TOKEN not in str(handed.as_parameters())
    assert taken(handed) == campaign
    assert handed_out(campaign) == handed
    (kept,) = (tmp_path / "lamps" / "ledger" / "addresses").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert taken(handed.without_retry()) == campaign.model_copy(update={"retry": ()})


def test_a_campaign_with_every_option_is_one_that_prefect_takes_for_a_shard(tmp_path):
    """The server holds what a run is given against the schema of its form, and refuses it otherwise."""
    options = {
        **ADDRESSES,
        "name": "Lamps",
        "budget_usd": "12.50",
        "retry": ("failed", "unknown"),
        "callback_events": ("campaign.failed",),
        "variants": "og=1200x630 card=600x400,contain,png",
        "encoding": "cp1252",
        "shards": 3,
        "do": "trial",
    }
    handed = handed_out(a_campaign(tmp_path, **options))
    schema = parameter_schema(campaign_shard).model_dump()
    validate({**handed.as_parameters(), "shard": 1}, schema, raise_on_error=True)


def test_where_nothing_is_secret_nothing_is_kept(tmp_path):
    """As an earlier version starts its shards, too."""
    campaign = a_campaign(tmp_path)
    assert handed_out(campaign) == Handed(campaign)
    assert taken(Handed(campaign)) == campaign
    assert not (tmp_path / "lamps").exists()


def test_a_worker_with_another_folder_is_told(tmp_path):
    """Its campaign would be another one, made and paid beside this."""
    handed = handed_out(a_campaign(tmp_path / "here", **ADDRESSES))
    there = handed._replace(campaign=handed.campaign.model_copy(update={"output": str(tmp_path / "there")}))
    with pytest.raises(InputInvalid, match="all workers need one output"):
        taken(there)


def test_addresses_that_are_damaged_are_told(tmp_path):
    """By their file; there is nothing to go on with."""
    handed = handed_out(a_campaign(tmp_path, **ADDRESSES))
    CampaignStore.open(str(tmp_path), "lamps").write(handed.addresses, b"{")
    with pytest.raises(InputInvalid, match=f"holds no readable {handed.addresses}"):
        taken(handed)
