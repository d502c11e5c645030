"""Callbacks as a user meets them: a campaign, its receivers over sockets, and the command that delivers the rest."""

import csv
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from flows.commands.deliver_command import main
from flows.commands.last_callbacks import sentence
from tasks.callbacks.outbox import Outbox
from tasks.callbacks.retry import Verdict
from tasks.callbacks.signature import Secrets, verify
from tasks.storage.storage import CampaignStore
from tests.factories import STARTED_AT
from tests.flows.conftest import ROOT, Run
from tests.tasks.receivers import DOWN, Listener, an_event, listening
from tests.waiting import until

SECRET = "whsec_" + "c2VjcmV0" * 5
DELIVER = ROOT / "flows" / "deliver_callbacks.py"


@pytest.fixture
def ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shared_server, sandbox_url: str) -> dict[str, str]:
    """The settings of a campaign that may call this machine; `deliver` finds them too."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CALLBACK_ALLOW_PRIVATE", "1")
    monkeypatch.setenv("CALLBACK_SECRET", SECRET)
    return shared_server | {"IDEOGRAM_BASE_URL": sandbox_url, "IDEOGRAM_API_KEY": "any"}


def a_matrix(folder: Path, *rows: tuple[str, str]) -> Path:
    """A matrix of prompts and the URLs that are told of them."""
    path = folder / "matrix.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("prompt", "callback_url", "sku"), *((*row, "00123") for row in rows)])
    return path


def told(receiver: Listener) -> list[tuple[str, str]]:
    """What a receiver was told of, and by which status; each signed by us, and its id that of the signature.

    Once, however often it came: an answer that takes longer than the end of a run waits for it is asked for again.
    """
    for headers, body in receiver.heard:
        assert verify(Secrets.parse(SECRET), headers, body, int(headers["webhook-timestamp"])) == headers["webhook-id"]
    by_id = {headers["webhook-id"]: json.loads(body) for headers, body in receiver.heard}
    return sorted((event["event"], event["status"] or "") for event in by_id.values())


def test_a_campaign_is_told_while_it_runs_and_the_rest_is_delivered_later(run_campaign: Run, tmp_path: Path, ready):
    """By the hooks, before the ledger knows of the end; nothing is told twice by another run, nor by the deliverer."""
    with listening() as own, listening(status=500) as failing:
        matrix = a_matrix(tmp_path, ("one", ""), ("two", f"{own.url} {failing.url}"), ("three [sandbox:refuse]", ""))
        ended = run_campaign(matrix, "--callback-url", own.url, env=ready)
        assert ended.returncode == 1, ended.stderr
        completed, failed = ("generation.completed", "done"), ("generation.failed", "blocked")
        advice = "see and deliver them with: python flows/deliver_callbacks.py data/out"
        counts = rf"(\d) callbacks? delivered, (\d) waits?; {re.escape(advice)}"
        [(delivered, waiting)] = re.findall(counts, " ".join(ended.stderr.split()))
        assert (int(delivered) + int(waiting), int(waiting) > 0) == (5, True)
        main(["data/out"])  # nothing is left, unless a receiver was slow
        until(lambda: told(own) == [("campaign.completed", ""), completed, completed, failed], said=lambda: told(own))
        until(lambda: failing.ids)
        assert own.events[0]["metadata"]["sku"] == "00123"
        assert all(Path(event["filePath"]).exists() for event in own.events if event["filePath"])
        assert "t0ken" not in ended.stderr

        folder = tmp_path / "data" / "out" / "matrix"
        rows = {row["cell_id"]: row for row in csv.DictReader((folder / "manifest.csv").read_text().splitlines())}
        for event, (headers, _) in zip(own.events, own.heard, strict=True):
            if event["event"] == "campaign.completed":
                continue
            [queued, *_] = sorted((folder / "callbacks" / "events").glob(f"{headers['webhook-id']}.*"))
            [end] = (folder / "ledger" / "ends").glob(f"{event['jobId']}.*")
            order = [queued, end] if event["status"] == "done" else [end, queued]
            assert order == sorted(order, key=lambda path: path.stat().st_mtime_ns), "a failure is noted first"
            assert f"{event['timestamp'][:23]}Z" == rows[event["jobId"]]["finished_at"]

        failing.status, once, so_far = 200, own.ids, failing.ids
        assert main(["data/out", "--replay", *failing.ids]) == 0
        assert failing.ids == Counter({event_id: count + 1 for event_id, count in so_far.items()})
        assert own.ids == once, "who has it is not meant"
        assert main(["data/out"]) == 0
        assert failing.ids.total() == so_far.total() + 1


def test_what_is_dead_is_listed_and_replayed(tmp_path: Path, monkeypatch, capsys):
    """A receiver that is gone gets nothing more, until a person replays: then it is open again."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CALLBACK_ALLOW_PRIVATE", "1")
    outbox = Outbox(CampaignStore.open("data/out", "tea"))
    with listening(status=410) as receiver:
        outbox.queue(an_event(1, receiver.url))
        assert main([]) == 1
        assert main(["data/out", "--list"]) == 1
        listed = capsys.readouterr().out
        assert "The endpoint is gone (410)" in listed
        assert "t0ken" not in listed
        assert main(["data/out"]) == 1
        assert set(receiver.ids.values()) == {1}
        receiver.status = 200
        assert main(["data/out", "--replay-since", "2999-01-01"]) == 1
        assert main(["data/out", "--replay", "all"]) == 0
        assert set(receiver.ids.values()) == {2}
        outbox.queue(an_event(2, receiver.url))
        assert main(["data/out", "--campaign", "tea"]) == 0
        assert "now 1 delivered; in all 2 delivered" in capsys.readouterr().out
        assert main(["data/out", "--replay", "evt_1"]) == 0
        assert receiver.ids == {"evt_1": 3, "evt_2": 1}


def test_a_replay_that_fails_stays_dead_and_one_of_a_delivered_event_stays_delivered(tmp_path: Path, monkeypatch):
    """A person asked for one attempt, and knows how it went."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CALLBACK_ALLOW_PRIVATE", "1")
    outbox = Outbox(CampaignStore.open("data/out", "tea"))
    with listening() as receiver:
        outbox.queue(an_event(1, receiver.url))
        outbox.queue(an_event(2, receiver.url))
        outbox.note(an_event(2, receiver.url).delivery, 10, DOWN, Verdict("dead", why="given up"), STARTED_AT)
        assert main([]) == 1
        receiver.status = 500
        assert main(["--replay", "evt_1", "evt_2"]) == 1
        assert main(["--replay-since", "2026-01-01"]) == 1
    assert receiver.ids == {"evt_1": 2, "evt_2": 2}
    stood = {standing.delivery.event_id: (standing.state, standing.attempts) for standing in outbox.load(whole=True)}
    assert stood == {"evt_1": ("delivered", 2), "evt_2": ("dead", 12)}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["data/out", "--replay", "evt_0"], "--replay: 'evt_0' is no event below data/out"),
        (["data/out", "--replay"], "--replay: names no event; give ids, or 'all'"),
        (["data/out", "--replay", ""], "--replay: names no event; give ids, or 'all'"),
        (["data/uot"], "OUTPUT: 'data/uot' is no folder that holds campaigns"),
        (["matrix.csv"], "OUTPUT: 'matrix.csv' is no folder that holds campaigns"),
        ([""], "OUTPUT: '' is no folder that holds campaigns"),
        (["tea"], "OUTPUT: 'tea' is the folder of one campaign; give the one above it"),
        (["data/out", "--campaign", "nobody"], "--campaign: 'nobody' has no callbacks below data/out"),
        (["data/out", "--list", "--replay", "all"], "--list: sends nothing"),
        (["data/out", "--replay-since", "yesterday"], "replay-since"),
        (["ftp2://x"], "cannot be used"),
    ],
)
def test_bad_input_is_named(tmp_path: Path, monkeypatch, capsys, arguments, said):
    """With exit code 2; nothing is sent."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "matrix.csv").touch()
    (tmp_path / "tea" / "ledger" / "intents").mkdir(parents=True)
    (tmp_path / "tea" / "ledger" / "intents" / "pot.1.json").touch()
    assert main(arguments) == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_campaigns_may_be_called_like_their_folders(tmp_path: Path, monkeypatch):
    """What tells a campaign's own folder is what lies in it."""
    monkeypatch.setenv("CALLBACK_ALLOW_PRIVATE", "1")
    with listening() as receiver:
        for number, slug in enumerate(("callbacks", "ledger")):
            outbox = Outbox(CampaignStore.open(str(tmp_path), slug))
            assert outbox.sender_id()
            outbox.queue(an_event(number, receiver.url))
        assert main([str(tmp_path)]) == 0
        assert len(receiver.ids) == 2


@pytest.mark.parametrize("is_signed", [True, False])
def test_callbacks_without_a_signature_are_said_to_be(tmp_path: Path, monkeypatch, capsys, is_signed):
    """A secret that is missing from cron's environment would turn them into dead letters, one 401 after another."""
    monkeypatch.setenv("CALLBACK_ALLOW_PRIVATE", "1")
    monkeypatch.setenv("CALLBACK_SECRET", SECRET if is_signed else "")
    with listening() as receiver:
        Outbox(CampaignStore.open(str(tmp_path), "tea")).queue(an_event(1, receiver.url))
        assert main([str(tmp_path)]) == 0
        assert ("callbacks are sent without a signature" not in capsys.readouterr().err) == is_signed
        assert main([str(tmp_path)]) == 0
    assert "signature" not in capsys.readouterr().err, "nothing was sent"


def test_the_script_starts_without_prefect(tmp_path: Path):
    """It is quick to start, and needs no server."""
    code = f"""
import runpy, sys
sys.argv = ["deliver_callbacks.py"]
try:
    runpy.run_path({str(DELIVER)!r}, run_name="__main__")
except SystemExit as end:
    print(end.code, "prefect" in sys.modules)
"""
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines() == ["There are no callbacks here.", "0 False"]


def test_the_last_sentence_says_what_to_do():
    """Only where something is left."""
    assert sentence(Counter({"delivered": 1}), "out") == "1 callback delivered"
    assert sentence(Counter({"delivered": 2, "claimed": 1, "waiting": 1, "dead": 3}), "out") == (
        "2 callbacks delivered, 2 wait, 3 dead; see and deliver them with: python flows/deliver_callbacks.py out"
    )


def test_one_outbox_that_cannot_be_read_holds_up_no_other(tmp_path: Path, monkeypatch, capsys):
    """It is named, after the others were served."""
    monkeypatch.setenv("CALLBACK_ALLOW_PRIVATE", "1")
    (tmp_path / "broken" / "callbacks").mkdir(parents=True)
    (tmp_path / "broken" / "callbacks" / "events").symlink_to("events")
    with listening() as receiver:
        Outbox(CampaignStore.open(str(tmp_path), "tea")).queue(an_event(1, receiver.url))
        assert main([str(tmp_path)]) == 3
        assert set(receiver.ids) == {"evt_1"}
    assert "cannot be" in capsys.readouterr().err
