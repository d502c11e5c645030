"""Prefect's server goes away in the middle of a campaign: nothing is lost or paid twice, and somebody is told."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from flows.prefect_server.embedded_server import SCRIPT
from flows.prefect_server.settings import SERVER_DEFAULTS
from tests.chaos.campaigns import KilledCampaign, places_taken, ran
from tests.chaos.conftest import Make, is_long

LASTING = {"PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem"}
"""A server that forgets who holds its places when it restarts keeps them taken for ever."""
REQUESTS_BEFORE = 10
PATIENT_S = 500


@contextmanager
def server(home: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A Prefect server of its own at `port`, up until the context ends or somebody kills it."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
        env = {**os.environ, **SERVER_DEFAULTS, **LASTING, "PREFECT_HOME": str(home), "PREFECT_UI_ENABLED": "0"}
        with subprocess.Popen(
            [sys.executable, "-P", SCRIPT, str(listener.fileno())],
            env=env,
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=[listener.fileno()],
        ) as process:
            listener.close()
            httpx.get(f"{url_at(port)}/health", timeout=60, trust_env=False).raise_for_status()
            try:
                yield process
            finally:
                process.kill()


def url_at(port: int) -> str:
    """The server's API."""
    return f"http://127.0.0.1:{port}/api"


def start_and_kill(campaign: KilledCampaign, server: subprocess.Popen[bytes]) -> subprocess.Popen[str]:
    """Start the campaign, and kill the server when the API has seen some requests."""
    process = campaign.start()
    until = time.monotonic() + 60
    while campaign.bill()["requests"] < REQUESTS_BEFORE:
        assert process.poll() is None, ran(process)
        assert time.monotonic() < until
        time.sleep(0.05)
    server.send_signal(signal.SIGKILL)
    server.wait()
    return process


@is_long
@pytest.mark.timeout(200)
def test_a_server_that_restarts_is_waited_for(make_campaign: Make, home: Path, port: int):
    """Killed in the middle and started again: the campaign ends as if nothing had been, every place given back."""
    with server(home, port) as killed:
        campaign = make_campaign(40, env={"PREFECT_API_URL": url_at(port), "PREFECT_HOME": str(home)})
        process = start_and_kill(campaign, killed)
    with server(home, port):
        ended = ran(process)
        assert ended.returncode == 0, ended
        assert campaign.check() == {"done": 40}
        assert len(ended.stderr.splitlines()) < 12, ended.stderr
        for noise in ("Traceback", "Error", "WARNING"):
            assert noise not in ended.stderr
        assert places_taken(url_at(port)) == 0


@is_long
@pytest.mark.timeout(600)
def test_lanes_that_hold_their_places_need_no_server(make_campaign: Make, home: Path, port: int):
    """Killed once all places were granted, it is missed at the end only: every image is there, and that is said.

    Prefect's client tries for minutes to give the places back.
    """
    with server(home, port) as killed:
        campaign = make_campaign(40, env={"PREFECT_API_URL": url_at(port), "PREFECT_HOME": str(home)})
        process = start_and_kill(campaign, killed)
    ended = ran(process, PATIENT_S)
    assert ended.returncode == 0, ended
    assert campaign.check() == {"done": 40}
    assert "Note: Prefect's server does not answer; it does not know how this run ended" in ended.stderr
    assert "Traceback" not in ended.stderr


@is_long
@pytest.mark.timeout(600)
def test_a_server_that_stays_away_stops_the_campaign(make_campaign: Make, home: Path, port: int):
    """Where places are still wanted: nothing is paid, a sentence says why, and the next run makes everything."""
    with server(home, port) as killed:
        limit = {"tag": "ideogram", "concurrency_limit": 4}
        httpx.post(f"{url_at(port)}/concurrency_limits/", json=limit, trust_env=False).raise_for_status()
        set_taken(port, 4)  # by somebody else
        campaign = make_campaign(8, env={"PREFECT_API_URL": url_at(port), "PREFECT_HOME": str(home)})
        process = campaign.start()
        until = time.monotonic() + 60
        while not list(campaign.folder.glob("out/chaos/ledger/runs/*.json")):
            assert time.monotonic() < until
            time.sleep(0.1)
        time.sleep(2)  # its lanes wait
        killed.send_signal(signal.SIGKILL)
        killed.wait()
    ended = ran(process, PATIENT_S)
    assert ended.returncode == 3, ended
    assert "Prefect's server has not answered for minutes; run again" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert {row["status"] for row in campaign.rows()} == {"pending"}
    assert campaign.bill()["requests"] == 0
    with server(home, port):
        set_taken(port, 0)
        assert campaign.run().returncode == 0
        assert campaign.check() == {"done": 8}


def set_taken(port: int, places: int) -> None:
    """So many places are taken, as the server knows it."""
    url = f"{url_at(port)}/v2/concurrency_limits/tag:ideogram"
    httpx.patch(url, json={"active_slots": places}, trust_env=False).raise_for_status()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A Prefect home of one test: a server gives places back when the leases of a run that died with another end."""
    return tmp_path / "prefect"


@pytest.fixture
def port() -> int:
    """One that nobody listens at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
