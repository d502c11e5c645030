"""Who computes on pixels gives way to who asks for images."""

import asyncio
import os
import sys
import threading

import pytest

from tasks.run_state.toolbox import NICER, NICEST, open_toolbox
from tasks.storage.storage import CampaignStore
from tests.tasks.harness import CELLS, SETTINGS, VARIANTS


def niceness() -> int:
    """Of the thread that asks."""
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


@pytest.mark.skipif(sys.platform != "linux", reason="a thread has a niceness of its own on Linux only")
def test_threads_for_pixels_are_nicer_than_all_others(tmp_path):
    """With more images than the cores can cut, an answer is still followed by the next request at once."""

    async def scenario() -> tuple[int, int]:
        store = CampaignStore.open(str(tmp_path), "lamps")
        async with open_toolbox(SETTINGS, store, CELLS, VARIANTS) as tools:
            return await tools.on_image_thread(niceness), await tools.on_storage_thread(niceness)

    here = niceness()
    assert asyncio.run(scenario()) == (min(NICEST, here + NICER), here)
    assert niceness() == here
