"""Waits until nobody is at work in a campaign's folder."""

import time
from typing import Final

from tasks.errors import InputInvalid
from tasks.ledger.heartbeats import DEAD_AFTER_S, Watcher
from tasks.records.keys import RUNS
from tasks.storage.storage import CampaignStore

LOOK_EVERY_S: Final = 2.0
PATIENCE_S: Final = DEAD_AFTER_S + LOOK_EVERY_S
"""After so long a run on another machine that is no more would have been taken for dead."""


def wait_for_runs(store: CampaignStore, patience_s: float = PATIENCE_S) -> None:
    """Return when no run of the campaign is alive. Raises InputInvalid where one still is."""
    watcher = Watcher(store)
    until = time.monotonic() + patience_s
    for name in store.names(RUNS):
        while watcher.is_alive(name.removesuffix(".json")):
            if time.monotonic() > until:
                problem = "is being made by a run at this moment; wait for its end"
                raise InputInvalid.of(source=store.root, problem=problem)
            time.sleep(LOOK_EVERY_S)
