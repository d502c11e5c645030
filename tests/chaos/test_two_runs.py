"""Two runs of one campaign at once share its work: nothing is paid twice, and both end well."""

import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.chaos.campaigns import KILLED, KilledCampaign, ran
from tests.chaos.conftest import Make
from tests.tasks.clients.conftest import Bucket, bucket, s3_server  # noqa: F401  fixtures

AWS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION", "AWS_CONFIG_FILE", "AWS_ENDPOINT_URL")


def both(campaign: KilledCampaign) -> list[subprocess.CompletedProcess[str]]:
    """Two runs of it, started at the same moment, to their ends."""
    processes = [campaign.start() for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(ran, processes))


def check(campaign: KilledCampaign, ends: list[subprocess.CompletedProcess[str]]) -> None:
    """Both said that everything is done, and everything was paid once, by both of them together."""
    assert [end.returncode for end in ends] == [0, 0], ends
    bill = campaign.bill()
    assert (bill["billed"], bill["requests"] - sum(bill["refused"].values())) == (len(campaign.prompts),) * 2
    for end in ends:
        assert f"{len(campaign.prompts)} done" in end.stderr
        assert "Traceback" not in end.stderr
    assert campaign.finish() == {"done": len(campaign.prompts)}


def test_two_runs_on_one_disk(make_campaign: Make):
    """Whoever creates a cell's intent pays for it; the other one waits for its end."""
    campaign = make_campaign(16)
    check(campaign, both(campaign))


@pytest.mark.parametrize("dies", [True])
def test_two_runs_on_one_bucket_after_one_was_killed(make_campaign: Make, bucket: Bucket, dies: bool):  # noqa: F811
    """S3's conditions do what links do on a disk; what a killed run has left is taken up by one of them."""
    campaign = make_campaign(12, output=f"{bucket.url}/campaigns")
    if dies:
        assert campaign.run(point="tasks.clients.ledger:Ledger.note_answer:after:2").returncode == KILLED
    ends = both(campaign)
    unknown = sum(row["status"] == "unknown" for row in campaign.rows())
    assert [end.returncode for end in ends] == [1 if unknown else 0] * 2, ends
    campaign.check_bill()
    counts = campaign.finish()
    assert counts["done"] >= 8, "only what was in flight is not known"
