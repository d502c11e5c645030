"""A trial shows the promise: killed at any moment and started again, every cell is done, and its bill has each once."""

from sandbox.books import Books
from tests.chaos.conftest import Make

API = "tasks.api.ideogram:IdeogramClient.generate"
LEDGER = "tasks.ledger.ledger:Ledger"
TRIAL = ("--sandbox", "--max-in-flight", "4", "--model", "V_2A_TURBO")


def test_a_trial_that_is_killed_twice_ends_with_every_cell_done(make_campaign: Make):
    """Killed with requests in flight, one of them answered and not noted; then with an answer whose link is dead."""
    campaign = make_campaign(6, options=TRIAL)
    campaign.run(point=f"{API}:after:2")
    campaign.run(point=f"{LEDGER}.note_answer:after:2")
    assert campaign.kills == 2, campaign.log
    ended = campaign.run()
    assert ended.returncode == 0, campaign.log
    assert [row["status"] for row in campaign.rows()] == ["done"] * 6, campaign.log
    accepted, collected = Books(campaign.store().address).read()
    assert sorted(one.request.prompt for one in accepted) == sorted(campaign.prompts)
    assert {one.id for one in accepted} == collected
    assert campaign.bill()["requests"] == 0, "and the API that the environment names was never asked"
