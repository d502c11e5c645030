"""What is looked at before a run, where nothing is paid yet: its output, and whose it is."""

from tasks.errors import InputInvalid, StorageFailed
from tasks.records.campaign import Campaign
from tasks.records.keys import PROBES
from tasks.records.plan import Plan
from tasks.running.claim_folder import claim_folder
from tasks.running.finished_campaign import was_run_before
from tasks.storage.storage import CampaignStore


def check_lasting(output: str) -> None:
    """Raise InputInvalid where what is stored is gone when this process ends."""
    if not output.strip() or output.startswith("memory:"):
        problem = "is no place to keep images; name a folder, or a URL such as s3://bucket/campaigns"
        raise InputInvalid.of(source="--output", value=output, problem=problem)


def known_output(campaign: Campaign) -> bool:
    """Whether the campaign was run before. Raises InputInvalid where its output cannot be looked into."""
    try:
        return was_run_before(campaign)
    except StorageFailed as error:
        raise InputInvalid.of(source="--output", problem=str(error)) from error


def claim_output(plan: Plan) -> None:
    """Raise InputInvalid where the images could not be kept, or would lie among those of another campaign.

    Tried, since nothing has been paid yet.
    """
    campaign = plan.campaign
    try:
        store = CampaignStore.open(campaign.output, campaign.slug)
        store.probe(PROBES)
        claim_folder(store, plan)
    except StorageFailed as error:
        raise InputInvalid.of(source="--output", problem=str(error)) from error
