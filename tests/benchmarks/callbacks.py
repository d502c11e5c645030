"""What callbacks cost: a campaign whose receiver hangs, against one without, and how fast an outbox is emptied."""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.server import running_sandbox
from tasks.callbacks.callback_settings import CallbackSettings
from tasks.callbacks.deliver_outbox import deliver_all
from tasks.callbacks.delivery_report import Wish
from tasks.callbacks.outbox import Outbox
from tasks.storage.storage import CampaignStore
from tests.benchmarks.command import run_campaign
from tests.benchmarks.load import Load
from tests.benchmarks.rows import Row
from tests.tasks.receivers import an_event

EVENTS = 1000
LOAD = Load(40)


def callbacks() -> list[Row]:
    """One after the other, so that each has the machine for itself."""
    walls: dict[str, float] = {}
    with running_sandbox(LOAD.sandbox) as api, receiver() as (well, heard), receiver("hang") as (hanging, _):
        for name, url in (("first", ""), ("none", ""), ("well", well), ("hanging", hanging)):
            walls[name] = campaign_s(api, url)
        told = f"{heard()} events heard of {LOAD}"
    return [
        Row("campaign with a receiver that hangs / without callbacks", walls["hanging"] / walls["none"], "<= 1.1"),
        Row("campaign with a receiver that is well / without callbacks", walls["well"] / walls["none"], "", told),
        emptied(),
    ]


@contextmanager
def receiver(*how: str) -> Iterator[tuple[str, Callable[[], int]]]:
    """The URL of a receiver, and what ends it and tells how many requests it has heard."""
    command = [sys.executable, "-m", "tests.benchmarks.receiver", *how]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        yield f"http://127.0.0.1:{port}/", lambda: int(process.communicate()[0])
        if process.poll() is None:
            process.communicate()


def campaign_s(api: str, url: str) -> float:
    """The wall time of one new campaign."""
    options = ("--callback-url", url) if url else ()
    with tempfile.TemporaryDirectory() as folder:
        matrix = LOAD.write_matrix(Path(folder, "matrix.csv"))
        return run_campaign(matrix, api, *options, CALLBACK_ALLOW_PRIVATE="1").wall_s


def emptied() -> Row:
    """Deliveries a second from a disk, each claimed, sent and noted."""
    with tempfile.TemporaryDirectory() as folder, receiver() as (url, heard):
        outbox = Outbox(CampaignStore.open(folder, "tea"))
        for number in range(EVENTS):
            outbox.queue(an_event(number, url))
        started = time.monotonic()
        asyncio.run(deliver_all(Wish(output=folder), CallbackSettings(allow_private=True)))
        took_s = time.monotonic() - started
        details = f"{EVENTS:,} events, {heard():,} requests"
    return Row("deliveries from an outbox on a disk", EVENTS / took_s, ">= 200", details, "a second")
