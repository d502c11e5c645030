"""Where the user has a Prefect server, what follows a callback is a run on it."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from flows.handle_callback import NOT_SHOWN, done_as_run, work_on
from tasks.receiving.handle_event import Work
from tasks.receiving.hooks import Hooks
from tasks.receiving.received_event import ReceivedEvent, parse_event
from tests.deployments.events import event_body
from tests.deployments.running import running_receiver
from tests.tasks.api.raw_server import unused_port

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


@contextmanager
def closed_server() -> Iterator[str]:
    """The address of a server of Prefect's that is well, and lets nobody in."""

    class Closed(BaseHTTPRequestHandler):
        def answer(self) -> None:
            """Say that it is well, or who are you."""
            self.send_response(200 if self.path == "/api/health" else 401)
            self.send_header("content-length", "4")
            self.end_headers()
            self.wfile.write(b"true")

        do_GET = do_POST = answer  # noqa: N815  as the library calls them

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Closed) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/api"
        server.shutdown()


def test_where_the_server_lets_nobody_in_the_work_is_done_all_the_same(tmp_path, prefect_home):
    """The sender was told that the event was received."""
    (tmp_path / "shop.py").write_text(SHOP)
    with closed_server() as url:
        env = {"CALLBACK_ON_COMPLETED": "shop:note", "PREFECT_API_URL": url, "PREFECT_HOME": str(prefect_home)}
        with running_receiver(tmp_path, env) as receiver:
            receiver.post("evt_done", jobId="teapot-1")
            receiver.wait_for(done=1, waiting=0)
    assert (tmp_path / "seen").read_text() == "generation.completed evt_done T-1\n"
    assert NOT_SHOWN in (tmp_path / "log").read_text()


class ServerFailed(Exception):
    """What Prefect raises."""


@pytest.mark.parametrize("fails", [None, "before", "after"])
@pytest.mark.parametrize("breaks", [False, True])
def test_the_work_is_done_once_wherever_the_server_fails(fails, breaks):
    """And what comes of it is what the user's function came to, whatever Prefect made of that.

    That it is done is noted before Prefect stores the end of the run, which may take minutes.
    """
    calls: list[str] = []
    noted: list[str] = []

    def note(event: ReceivedEvent) -> None:
        calls.append(event.id)
        if breaks:
            raise KeyError("no such shop")

    async def as_flow(event: ReceivedEvent) -> None:
        if fails == "before":
            raise ServerFailed
        try:
            await work_on(event).do()
        finally:
            assert noted == ([] if breaks else ["evt_1"])
            if fails == "after":
                raise ServerFailed

    async def done() -> None:
        noted.append("evt_1")

    event = parse_event("evt_1", event_body())
    with pytest.raises(KeyError) if breaks else nullcontext():
        asyncio.run(done_as_run(Work(event, Hooks(note), done), as_flow))
    assert calls == ["evt_1"]
    assert noted == ([] if breaks else ["evt_1"])


def test_events_of_images_are_runs_on_the_users_server(tmp_path, shared_server, prefect_home, runs):
    """Named after the cell; a failure is shown there too, and the log stays one object a line."""
    (tmp_path / "shop.py").write_text(SHOP)
    names = ("COMPLETED", "FAILED", "APPROVED", "REJECTED")
    hooks = {f"CALLBACK_ON_{name}": "shop:note" for name in names}
    with running_receiver(tmp_path, {**shared_server, **hooks, "PREFECT_HOME": str(prefect_home)}) as receiver:
        receiver.post("evt_done", jobId="teapot-1")
        receiver.post("evt_failed", "generation.failed", jobId="teapot-2", error="refused")
        receiver.post("evt_approved", "generation.approved", jobId="teapot-1", review="keep")
        receiver.post("evt_rejected", "generation.rejected", jobId="teapot-2", review="again")
        receiver.post("evt_campaign", "campaign.approved", jobId=None)
        receiver.wait_for(done=5, waiting=0)
        receiver.post("evt_broken", jobId="teapot-3")
        receiver.wait_for(waiting=1)
        receiver.process.terminate()
        receiver.process.wait(30)
    assert ("teapot-1", "COMPLETED") in runs("handle-completed")
    assert ("teapot-3", "FAILED") in runs("handle-completed")
    assert runs("handle-failed") == runs("handle-rejected") == [("teapot-2", "COMPLETED")]
    assert runs("handle-approved") == [("teapot-1", "COMPLETED")]
    seen = (tmp_path / "seen").read_text().split("\n")
    assert {"generation.completed evt_done T-1", "generation.failed evt_failed T-1"} <= set(seen)
    lines = (tmp_path / "log").read_text().splitlines()
    assert [line for line in lines if not line.startswith("{")] == []
    assert not [line for line in lines if "canary" in json.dumps(json.loads(line))]
