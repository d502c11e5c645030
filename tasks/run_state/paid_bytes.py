"""The bytes that were paid for: where they lie, what is noted of them, and what follows where they are no image."""

from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256

from tasks.errors import LinkFailed
from tasks.images.decode_image import FORMATS, Proven, suffix_of
from tasks.images.found_marks import found_marks
from tasks.ledger.original_keys import original_key, spare_key, unreadable_key
from tasks.ledger.records import Answered
from tasks.records.outcome import StoredOriginal
from tasks.run_state.job import Job
from tasks.run_state.toolbox import Toolbox


def first_key(answered: Answered, data: bytes) -> str:
    """Where `data` is stored before anybody has judged it: by the format that it begins like."""
    suffix = suffix_of(data)
    return original_key(answered.cell_id, suffix) if suffix else unreadable_key(answered.cell_id, answered.turn)


def keys_of(answered: Answered) -> tuple[str, ...]:
    """Every key under which the image of a turn may lie."""
    suffixes = [known.suffix for known in FORMATS]
    spare = (spare_key(answered.cell_id, answered.turn, suffix) for suffix in suffixes)
    named = (original_key(answered.cell_id, suffix) for suffix in suffixes)
    return (unreadable_key(answered.cell_id, answered.turn), *spare, *named)


def stored_original(answered: Answered, data: bytes, original: Proven) -> StoredOriginal:
    """The record of an image that is proven to be one."""
    return StoredOriginal(
        cell_id=answered.cell_id,
        key=original_key(answered.cell_id, original.suffix),
        image_sha256=sha256(data).hexdigest(),
        size_bytes=len(data),
        width_px=original.size.width_px,
        height_px=original.size.height_px,
        seed=answered.image.seed,
        final_prompt=answered.image.prompt,
        notes=(*answered.image.notes, *original.notes),
        attempts=answered.attempts,
        started_at=answered.started_at,
        finished_at=datetime.now(UTC),
        made_by=answered.made_by,
        marks=found_marks(data),
    )


def is_lost(error: LinkFailed) -> bool:
    """Whether the image cannot be had by this link any more, whoever waits or mends a setting."""
    return error.link_fault not in {"not answered", "not allowed"}


async def moved(tools: Toolbox, key: str, to: str) -> str:
    """Give what lies under `key` the key `to`, unless it has it or somebody has removed it; returns `to`."""
    if key != to:
        with suppress(FileNotFoundError):
            await tools.on_storage_thread(tools.store.move, key, to)
    return to


def note_wasted(tools: Toolbox, job: Job, error: Exception) -> None:
    """The image of a job cannot be used. Stop the campaign where the images before or after it have the same fault."""
    if job.paid_number is None:
        return
    fault = tools.paid.wasted(job.paid_number, error, job.cell.price_usd)
    if fault is not None:
        tools.stop.because(fault)
