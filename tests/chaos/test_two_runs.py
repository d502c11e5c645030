"""Two runs of one campaign at once share its work: nothing is paid twice, and both end well."""

import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.buckets import Bucket, bucket, s3_server  # noqa: F401  fixtures
from tests.chaos.campaigns import KILLED, KilledCampaign, ran
from tests.chaos.conftest import Make, is_long


def both(campaign: KilledCampaign) -> list[subprocess.CompletedProcess[str]]:
    """Two runs of it, started at the same moment, to their ends."""
    processes = [campaign.start() for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(ran, processes))


def check_shared(campaign: KilledCampaign, ends: list[subprocess.CompletedProcess[str]]) -> None:
    """Both said that everything is done, and everything was paid once, by both of them together."""
    cells = len(campaign.prompts)
    assert [end.returncode for end in ends] == [0, 0], ends
    bill = campaign.bill()
    assert (bill["billed"], bill["requests"] - sum(bill["refused"].values())) == (cells, cells)
    for end in ends:
        assert f"{cells} done" in end.stderr
        assert "Traceback" not in end.stderr
    assert campaign.check() == {"done": cells}


@is_long
def test_two_runs_on_one_disk(make_campaign: Make):
    """Whoever creates a cell's intent pays for it, the other one waits for its end; a third run changes nothing."""
    campaign = make_campaign(16)
    check_shared(campaign, both(campaign))
    rows = campaign.rows()
    assert campaign.finish() == {"done": 16}
    assert campaign.rows() == rows


def test_two_runs_on_one_bucket(make_campaign: Make, bucket: Bucket):  # noqa: F811
    """S3's conditions do what links do on a disk."""
    campaign = make_campaign(8, output=f"{bucket.url}/campaigns")
    check_shared(campaign, both(campaign))


@is_long
@pytest.mark.timeout(300)
def test_two_runs_on_one_bucket_after_one_was_killed(make_campaign: Make, bucket: Bucket):  # noqa: F811
    """What a killed run has left is taken up by one of them."""
    campaign = make_campaign(12, output=f"{bucket.url}/campaigns")
    assert campaign.run(point="tasks.ledger.ledger:Ledger.note_answer:after:2").returncode == KILLED
    ends = both(campaign)
    unknown = campaign.check()["unknown"]
    assert [end.returncode for end in ends] == [1 if unknown else 0] * 2, ends
    assert campaign.finish()["done"] >= 8, "only what was in flight is not known"
