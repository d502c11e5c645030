"""The receiver as a user runs it: what it has acknowledged survives its end, however it comes."""

import json
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

from deployments.receiver.process import AT_ONCE
from tests.deployments.running import running_receiver
from tests.flows.conftest import ROOT
from tests.tasks.api.raw_server import unused_port
from tests.waiting import LIMIT_S, until

SLOW_HOOK = """
import time

def note(event):
    with open("seen", "a") as file:
        print("begun", event.id, file=file, flush=True)
        time.sleep(0.3)
        print("done", event.id, file=file, flush=True)
"""


def seen(folder: Path, what: str) -> list[str]:
    """The events that the user's function has begun, or done, in order."""
    return [line.split()[1] for line in (folder / "seen").read_text().splitlines() if line.startswith(what)]


def states(journal: Path) -> dict[str, str]:
    """How each event stands in a journal that nobody has open."""
    database = sqlite3.connect(journal)
    found = dict(database.execute("SELECT event_id, state FROM events").fetchall())
    database.close()
    return found


def test_nothing_acknowledged_is_lost_to_a_kill_or_an_end(tmp_path):
    """Killed in the middle, ended in the middle: each event is done or waits, only those in hand at the kill twice."""
    (tmp_path / "shop.py").write_text(SLOW_HOOK)
    env = {"CALLBACK_ON_COMPLETED": "shop:note", "CALLBACK_INBOX": "inbox/events.sqlite"}
    ids = [f"evt_{n:02}" for n in range(14)]
    with running_receiver(tmp_path, env) as killed:
        for event_id in ids:
            killed.post(event_id)
        until(lambda: killed.health()["done"] >= 4)
        killed.process.kill()
    done_at_kill = seen(tmp_path, "done")
    with running_receiver(tmp_path, env) as ended:
        ended.post(ids[0])
        until(lambda: ended.health()["done"] >= 8)
        ended.process.send_signal(signal.SIGTERM)
        assert ended.process.wait(LIMIT_S) == -signal.SIGTERM
    done = seen(tmp_path, "done")
    kept = states(tmp_path / "inbox" / "events.sqlite")
    assert kept == {event_id: "done" if event_id in done else "waiting" for event_id in ids}
    assert len(seen(tmp_path, "begun")) - len(done) <= AT_ONCE  # those that the kill cut off, and none since
    assert len(done) - len(set(done)) <= AT_ONCE  # done at the kill, and not yet written down
    assert {event_id for event_id in done if done.count(event_id) > 1} <= set(done_at_kill)
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert {"receiving", "received", "generation.completed"} <= {line["message"] for line in lines}


def test_settings_that_prefect_cannot_read_are_named(tmp_path: Path):
    """As by every other command: the file, and what is wrong in it."""
    (tmp_path / "profiles.toml").write_text("[[")
    env = {"PATH": "/bin", "PREFECT_HOME": str(tmp_path), "PREFECT_API_URL": "http://127.0.0.1:9/api"}
    env |= {"CALLBACK_UNSIGNED": "1", "CALLBACK_INBOX": str(tmp_path / "callbacks.sqlite")}
    command = [sys.executable, "-m", "deployments.callback_receiver", "--port", str(unused_port())]
    ended = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=LIMIT_S)
    assert ended.returncode != 0
    assert f"{tmp_path}/profiles.toml cannot be read, and Prefect needs it" in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr
