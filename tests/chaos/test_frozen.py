"""A run whose machine stands still while another takes it for dead: no cell is asked for twice by both."""

import signal
import time
from collections import Counter
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest

from tests.chaos.campaigns import PRICE_USD, KilledCampaign, ran
from tests.chaos.conftest import Make, is_long

ELSEWHERE = Path(__file__).with_name("elsewhere.py")
CELLS = 12


def taken_over(campaign: KilledCampaign, *, requests: int) -> tuple[str, str]:
    """What both said: the run that is stopped once so many requests have left and all were answered, and the other."""
    stopped = campaign.start()
    while stopped.poll() is None and campaign.bill()["requests"] < requests:
        time.sleep(0.02)
    stopped.send_signal(signal.SIGSTOP)
    try:
        time.sleep(1.5)  # what is out is answered, and paid, into nothing
        home = {"PREFECT_HOME": str(campaign.folder / "prefect-elsewhere"), "CHAOS_MACHINE": "elsewhere"}
        other = campaign.start("--retry", "unknown", script=ELSEWHERE, env=home)
        there = ran(other)
    finally:
        stopped.send_signal(signal.SIGCONT)
    here = ran(stopped)
    assert (here.returncode, there.returncode) == (0, 0), f"{here.stderr}\n{there.stderr}"
    assert "Traceback" not in here.stderr + there.stderr
    return here.stderr, there.stderr


@is_long
@pytest.mark.usefixtures("eight_places")
@pytest.mark.timeout(240)
@pytest.mark.parametrize("requests", [3, 9, 14])
def test_a_run_that_was_stopped_for_a_while_pays_for_nothing_that_was_taken_over(make_campaign: Make, requests: int):
    """With more lanes than the API has places, some wait for another attempt: those never ask again when they wake.

    What was out at that moment is paid, by both: the manifest's cost is the bill, to the cent.
    """
    campaign = make_campaign(CELLS, options=("--max-in-flight", "8"))
    taken_over(campaign, requests=requests)
    bill, rows = campaign.bill(), campaign.rows()
    assert Counter(row["status"] for row in rows) == {"done": CELLS}
    assert sum(Decimal(row["cost_usd"]) for row in rows) == bill["billed"] * PRICE_USD
    assert max(counts["billed"] for counts in bill["prompts"].values()) <= 2
    twice = sum(counts["billed"] == 2 for counts in bill["prompts"].values())
    assert twice <= 4, "no more than the API's places, and so requests that were out"
    for row in rows:
        assert sha256(campaign.store().read(row["original"])).hexdigest() == row["image_sha256"]
    again = ran(campaign.start())
    assert again.returncode == 0
    assert (campaign.rows(), campaign.bill()["requests"]) == (rows, bill["requests"])
