"""Whoever ends a run gets the prompt back at once, and everything that is paid is kept or told."""

import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from sandbox.options import SandboxOptions
from sandbox.server import running_sandbox
from tasks.ledger.names import Intents, Turn
from tasks.records.keys import INTENTS
from tests import waiting
from tests.chaos.campaigns import KILLED, KilledCampaign, places_taken, ran
from tests.chaos.conftest import Make, is_long
from tests.tasks.api.raw_server import unused_port

PROMPT_S = 15.0
MANY = 48
"""So many cells that two places are far from done where somebody is slow to interrupt."""


def until(is_so: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait for it, as long as the process lives."""
    waiting.until(lambda: process.poll() is not None or is_so(), said=lambda: ran(process))
    assert process.poll() is None, ran(process)


def interrupted(process: subprocess.Popen[str], number: signal.Signals) -> str:
    """What the command said that got a signal; it ended as promised."""
    at = time.monotonic()
    process.send_signal(number)
    ended = ran(process)
    took_s = time.monotonic() - at
    assert ended.returncode == 130, ended
    assert took_s < PROMPT_S, ended
    assert "Traceback" not in ended.stderr
    assert "Exception" not in ended.stderr
    assert "Interrupted" in ended.stderr
    return ended.stderr


def processes_of(home: Path) -> list[str]:
    """The command lines of processes that live in this Prefect home."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"PREFECT_HOME={home}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append((folder / "cmdline").read_text().replace("\0", " "))
        except OSError:  # gone, or somebody else's
            continue
    return found


def intents(campaign: KilledCampaign) -> frozenset[Turn]:
    """The turns that are somebody's, and were not given back."""
    return Intents.of(campaign.store().names(INTENTS)).begun


@pytest.mark.timeout(300)
def test_killed_then_interrupted_then_done_with_a_server_of_its_own(
    make_campaign: Make, prefect_home: Path, tmp_path: Path
):
    """The next run gets the places of the killed one, no server outlives its run, and no place stays taken."""
    home = tmp_path / "prefect-home"
    shutil.copytree(prefect_home, home)  # its database has its tables already, which takes long
    campaign = make_campaign(MANY, env={"PREFECT_HOME": str(home)}, options=("--max-in-flight", "2"))
    assert campaign.run(point="tasks.ledger.ledger:Ledger.note_answer:after:2").returncode == KILLED
    waiting.until(lambda: not processes_of(home), said=lambda: processes_of(home))  # a server ends with its run
    assert taken(home) > 0, "it died with places taken"

    asked = campaign.bill()["requests"]
    process = campaign.start()
    until(lambda: campaign.bill()["requests"] >= asked + 3, process)
    said = interrupted(process, signal.SIGINT)
    assert "run the same command again" in said
    assert processes_of(home) == []
    assert taken(home) == 0
    bill = campaign.bill()
    statuses = [row["status"] for row in campaign.rows()]
    assert statuses.count("done") + statuses.count("unknown") >= bill["billed"]
    assert "pending" in statuses
    campaign.check_bill()

    if not os.environ.get("CHAOS"):
        return
    assert ran(campaign.start("--retry", "unknown")).returncode == 0
    rows = campaign.rows()
    assert {row["status"] for row in rows} == {"done"}
    assert sum(float(row["cost_usd"]) for row in rows) >= campaign.bill()["billed_usd"] - 1e-9
    assert taken(home) == 0


def taken(home: Path) -> int:
    """How many places that home's database believes to be taken."""
    with sqlite3.connect(home / "prefect.db") as database:
        found = database.execute("SELECT active_slots FROM concurrency_limit_v2 WHERE name = 'tag:ideogram'").fetchone()
    database.close()
    return int(found[0])


@is_long
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_while_every_lane_waits_to_try_again(make_campaign: Make, server_env, number: signal.Signals):
    """An API that cannot be reached: no pause is waited for, nothing was sent, so every cell is free again."""
    campaign = make_campaign(6)
    nowhere = f"http://127.0.0.1:{unused_port()}"
    away = KilledCampaign(campaign.folder, nowhere, campaign.env, campaign.prompts)
    process = away.start()
    until(lambda: len(intents(campaign)) >= 4, process)
    time.sleep(1.0)
    interrupted(process, number)
    assert intents(campaign) == frozenset()
    assert {(row["status"], float(row["cost_usd"])) for row in campaign.rows()} == {("pending", 0.0)}
    assert places_taken(server_env["PREFECT_API_URL"]) == 0
    if number == signal.SIGINT:
        assert campaign.finish() == {"done": 6}


@is_long
def test_interrupted_while_somebody_else_has_the_only_place(make_campaign: Make, server_env):
    """Every request is turned away with 429: the same."""
    with running_sandbox(SandboxOptions(places=1, latency_range_s=(90, 90), plain_pictures=True)) as api:
        post = {"image_request": {"prompt": "somebody else's", "model": "V_2"}}
        with pytest.raises(httpx.ReadTimeout):  # it leaves, and its image is worked off all the same
            httpx.post(f"{api}/generate", json=post, headers={"api-key": "x"}, timeout=1, trust_env=False)
        campaign = make_campaign(6, api=api)
        process = campaign.start()
        until(lambda: campaign.bill()["refused"].get("429", 0) >= 6, process)
        interrupted(process, signal.SIGINT)
        assert campaign.bill()["billed"] == 1
    assert intents(campaign) == frozenset()
    assert {row["status"] for row in campaign.rows()} == {"pending"}
    assert places_taken(server_env["PREFECT_API_URL"]) == 0


@is_long
def test_interrupted_while_an_answer_is_awaited(make_campaign: Make, server_env):
    """What was sent may be paid: it gets a grace, then it is told as unknown and never sent again by itself."""
    campaign = make_campaign(2, prompts=("A lamp", "[sandbox:hang] A lamp that never comes"))
    process = campaign.start()
    until(lambda: campaign.bill()["billed"] == 2, process)
    interrupted(process, signal.SIGTERM)
    rows = {row["prompt"]: row for row in campaign.rows()}
    assert [rows[prompt]["status"] for prompt in campaign.prompts] == ["done", "unknown"]
    assert "may have been paid" in rows[campaign.prompts[1]]["error"]
    assert places_taken(server_env["PREFECT_API_URL"]) == 0
    assert campaign.finish() == {"done": 1, "unknown": 1}
