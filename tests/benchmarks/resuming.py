"""What a campaign holds that was killed with many originals stored and uncut: a few at a time, however many wait."""

import tempfile
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from sandbox.server import running_sandbox
from tasks.ledger.ledger import Ledger
from tasks.ledger.records import Answered
from tasks.planning.plan_campaign import plan_campaign
from tasks.records.answer import ImageObject
from tasks.records.campaign import Campaign
from tasks.run_state.paid_bytes import original_key
from tasks.storage.storage import CampaignStore
from tests.benchmarks.command import start_campaign
from tests.benchmarks.cost import TINY, memory_of
from tests.benchmarks.load import Load
from tests.benchmarks.rows import Row
from tests.factories import STARTED_AT

FEW, MANY = Load(60, latency_range_s=(0, 0)), Load(600, latency_range_s=(0, 0))
SIDE_PX = 830
"""Of noise, which no PNG packs: an original of 2 MB."""


def memory_of_resuming() -> list[Row]:
    """The most that is held while uncut originals are taken up, of few and of many."""
    few_bytes, many_bytes = most_held(FEW), most_held(MANY)
    return [
        Row(
            "memory at most of taking up uncut originals, many / few",
            many_bytes / few_bytes,
            "<= 1.25",
            f"{MANY.cells} of 2 MB: {many_bytes / 1e6:.0f} MB; {FEW.cells}: {few_bytes / 1e6:.0f} MB; sum of RSS",
        )
    ]


def most_held(load: Load) -> int:
    """Bytes of the command and everything that it starts, over a campaign whose images wait to be cut."""
    with tempfile.TemporaryDirectory() as folder, running_sandbox(load.sandbox) as url:
        matrix = load.write_matrix(Path(folder, "matrix.csv"))
        leave_uncut(matrix)
        running = start_campaign(matrix, url, "--variant", TINY)
        with memory_of(running.process.pid, Path(folder)) as looks:
            running.wait()
    return max(look.size_bytes for look in looks)


def leave_uncut(matrix: Path) -> None:
    """What a run leaves that was killed when every image of `matrix` had been stored and none had been cut."""
    campaign = Campaign(matrix=str(matrix), output=str(matrix.parent / "data" / "out"))
    store = CampaignStore.open(campaign.output, campaign.slug)
    dead, image, original = Ledger(store, "dead"), ImageObject(url="https://ideogram.ai/x.png"), noise()
    for cell in plan_campaign(campaign).cells:
        dead.intend(cell, 1)
        dead.note_answer(Answered(cell_id=cell.cell_id, turn=1, image=image, attempts=1, started_at=STARTED_AT))
        store.write(original_key(cell.cell_id, "png"), original)


def noise() -> bytes:
    """A PNG that cannot be packed."""
    out = BytesIO()
    pixels = np.random.default_rng(7).integers(0, 256, (SIDE_PX, SIDE_PX, 3), np.uint8)
    Image.fromarray(pixels).save(out, "PNG", compress_level=1)
    return out.getvalue()
