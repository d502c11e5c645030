"""A process that is killed between an end, its event, its sending and the note of it: every end is heard of."""

import json
import time

import pytest

from flows.commands.deliver_command import main
from tasks.callbacks.delivery_attempt import STALE_AFTER
from tasks.callbacks.outbox import Outbox
from tests.chaos.conftest import Make, is_long
from tests.tasks.receivers import listening

OUTBOX = "tasks.callbacks.outbox:Outbox"
SEND = "tasks.callbacks.sender:CallbackSender.send"
POINTS = [
    *(f"{OUTBOX}.queue:before:1", f"{OUTBOX}.queue:after:2", f"{OUTBOX}.claim:before:2", f"{OUTBOX}.claim:after:1"),
    *(f"{SEND}:before:1", f"{SEND}:after:1", f"{OUTBOX}.note:before:1", f"{OUTBOX}.note:after:1"),
    "tasks.running.announce_cells:queue_campaign:before:1",
]


@is_long
@pytest.mark.timeout(600)
def test_killed_at_every_step_of_a_callback(make_campaign: Make, monkeypatch: pytest.MonkeyPatch):
    """An end makes one event, which is heard once, and again only where a process died with it in its hands."""
    monkeypatch.setenv("CALLBACK_ALLOW_PRIVATE", "1")
    campaign = make_campaign(3 * len(POINTS))
    with listening() as receiver:
        campaign.options = (*campaign.options, "--callback-url", receiver.url)
        for point in POINTS:
            campaign.run(point=point)
        assert campaign.kills == len(POINTS), campaign.log
        campaign.end()
        time.sleep(STALE_AFTER.total_seconds() + 1)
        assert main([str(campaign.folder / campaign.output)]) == 0
        standings = Outbox(campaign.store()).load(whole=True)
        assert {standing.state for standing in standings} == {"delivered"}
        heard = [(headers, json.loads(body)) for headers, body in receiver.heard]
    ends = [(headers, event) for headers, event in heard if event["event"].startswith("generation.")]
    told = {(event["jobId"], event["status"]): headers["webhook-id"] for headers, event in ends}
    assert sorted(told) == sorted((row["cell_id"], row["status"]) for row in campaign.rows())
    assert len({headers["webhook-id"] for headers, _ in ends}) == len(told), "an end has one id"
    attempts = {standing.delivery.event_id: standing.attempts for standing in standings}
    assert receiver.ids.keys() == attempts.keys()
    assert all(count <= attempts[id_] for id_, count in receiver.ids.items()), "no attempt is made twice"
