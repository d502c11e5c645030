"""Where the user has a Prefect server, what follows a callback is a run on it."""

import json

import httpx
import pytest

from tests.deployments.running import running_receiver
from tests.tasks.clients.raw_server import unused_port

SHOP = """
def note(event):
    with open("seen", "a") as file:
        print(event.event, event.id, event.metadata["sku"], file=file)
    if event.id == "evt_broken":
        raise RuntimeError("no such shop")
"""


@pytest.fixture
def runs(shared_server):
    """The runs of a flow on the server, as names and how they ended."""

    def of(flow: str) -> list[tuple[str, str]]:
        query = {"flows": {"name": {"any_": [flow]}}, "sort": "START_TIME_ASC"}
        found = httpx.post(f"{shared_server['PREFECT_API_URL']}/flow_runs/filter", json=query, trust_env=False).json()
        return [(run["name"], run["state_type"]) for run in found]

    return of


def test_where_the_server_is_away_the_work_is_done_all_the_same(tmp_path, prefect_home):
    """In the receiver's own process, and its log says why there is no run."""
    (tmp_path / "shop.py").write_text(SHOP)
    env = {"CALLBACK_ON_COMPLETED": "shop:note", "PREFECT_API_URL": f"http://127.0.0.1:{unused_port()}/api"}
    with running_receiver(tmp_path, {**env, "PREFECT_HOME": str(prefect_home)}) as receiver:
        receiver.post("evt_done", jobId="teapot-1")
        receiver.wait_for(done=1, waiting=0)
    assert (tmp_path / "seen").read_text() == "generation.completed evt_done T-1\n"
    said = [json.loads(line)["message"] for line in (tmp_path / "log").read_text().splitlines()]
    assert "Prefect's server does not answer, so this is done without a run" in said


def test_events_of_images_are_runs_on_the_users_server(tmp_path, shared_server, prefect_home, runs):
    """Named after the cell; a failure is shown there too, and the log stays one object a line."""
    (tmp_path / "shop.py").write_text(SHOP)
    hooks = {"CALLBACK_ON_COMPLETED": "shop:note", "CALLBACK_ON_FAILED": "shop:note"}
    with running_receiver(tmp_path, {**shared_server, **hooks, "PREFECT_HOME": str(prefect_home)}) as receiver:
        receiver.post("evt_done", jobId="teapot-1")
        receiver.post("evt_failed", "generation.failed", jobId="teapot-2", error="refused")
        receiver.post("evt_campaign", "campaign.completed", jobId=None)
        receiver.wait_for(done=3, waiting=0)
        receiver.post("evt_broken", jobId="teapot-3")
        receiver.wait_for(waiting=1)
        receiver.process.terminate()
        receiver.process.wait(30)
    assert ("teapot-1", "COMPLETED") in runs("handle-completed")
    assert ("teapot-3", "FAILED") in runs("handle-completed")
    assert runs("handle-failed") == [("teapot-2", "COMPLETED")]
    seen = (tmp_path / "seen").read_text().split("\n")
    assert {"generation.completed evt_done T-1", "generation.failed evt_failed T-1"} <= set(seen)
    lines = (tmp_path / "log").read_text().splitlines()
    assert [line for line in lines if not line.startswith("{")] == []
    assert not [line for line in lines if "canary" in json.dumps(json.loads(line))]
