"""One cell: the paid call, the download and the storing of the original, in one step, because links expire."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import Task

from tasks.clients.download import download
from tasks.decode_image import FORMATS, Original, Proven, check, check_sums, decode
from tasks.errors import ApiUnavailable, CellError, ImageUnreadable, NotAccepted, OutcomeUnknown, StorageFailed
from tasks.models.cell import Cell
from tasks.models.ledger import Answered
from tasks.models.outcome import StoredOriginal
from tasks.toolbox import Toolbox, toolbox
from tasks.under_way import UnderWay

RETRY_DELAYS_S: Final[list[float]] = [1, 2, 4, 8, 16, 30, 30, 30, 30, 30, 30, 30]
"""Some four minutes of a busy or absent API before a cell is given up; the last cells of a campaign need it most."""

Look = Callable[[bytes], Proven]
"""Tells whether bytes are an image, keeps no pixels, and raises ImageUnreadable."""


def original_key(cell_id: str, suffix: str) -> str:
    """Where the original of a cell lies, relative to the campaign's folder."""
    return f"originals/{cell_id}.{suffix}"


def original_keys(cell_id: str) -> tuple[str, ...]:
    """Everywhere that it may lie."""
    return tuple(original_key(cell_id, known.suffix) for known in FORMATS)


def stored_original(answered: Answered, data: bytes, original: Proven) -> StoredOriginal:
    """The record of an image that is about to be stored."""
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
    )


async def ask(tools: Toolbox, under_way: UnderWay) -> Answered:
    """The paid call. When its answer has come, the cell's place in flight is free for the next.

    Raises what stopped the campaign where that was before the request left, or while it was turned away.
    """
    await tools.gate.wait()
    tools.work.raise_if_halted()
    if under_way.attempts:
        tools.work.raise_if_unaffordable(under_way)
    under_way.attempts += 1
    under_way.is_asked = under_way.is_sent = True
    try:
        image = await tools.ideogram.generate(under_way.cell.request)
    except NotAccepted as error:
        under_way.is_sent = False
        if isinstance(error, ApiUnavailable):
            tools.work.doubt(under_way)
        tools.work.tally.trouble = str(error)
        tools.gate.close_for(error.retry_after_s or 0)
        tools.work.raise_if_halted()
        raise
    except OutcomeUnknown:
        tools.work.not_heard()
        raise
    except CellError:
        tools.work.heard()
        raise
    tools.work.heard()
    under_way.answer = Answered(
        cell_id=under_way.cell.cell_id,
        turn=under_way.ask.turn,
        image=image,
        attempts=under_way.ask.attempts + under_way.attempts,
        started_at=under_way.started_at,
    )
    under_way.answered.set()
    return under_way.answer


async def keep(
    tools: Toolbox, answered: Answered, data: bytes, look: Look = check_sums, *, is_stored: bool = False
) -> StoredOriginal:
    """Prove that `data` is an image, and store it unless it is.

    The decoded image is handed on to be cut. Where many wait for that already, `look` is the proof, and it is decoded
    when it is cut.
    """
    under_way = tools.work.under_way[answered.cell_id]
    under_way.holds_pixels = tools.work.has_room_for_pixels
    proven = await tools.on_image_thread(decode if under_way.holds_pixels else look, data)
    if isinstance(proven, Original):
        under_way.image = proven.image
    record = stored_original(answered, data, proven)
    if not is_stored:
        await tools.on_storage_thread(tools.store.write, record.key, data)
    notes = "".join(f"; {note}" for note in record.notes)
    get_run_logger().info("Stored %s, %d x %d%s", record.key, record.width_px, record.height_px, notes)
    return record


async def fetch(tools: Toolbox, answered: Answered) -> bytes:
    """The image behind an answer's link. Raises LinkFailed."""
    async with tools.downloads:
        return await download(tools.ideogram, answered.image.url or "")


def is_worth_retrying(_task: Task[..., Any], _run: TaskRun, state: State) -> bool:
    """Only what was turned away before any work: it cost nothing, and may succeed a moment later."""
    error = state.data if isinstance(state.data, BaseException) else None
    return isinstance(error, CellError) and error.retryable


@task(
    task_run_name="{cell.cell_id}",
    description="Asks for one image, downloads it and stores it as it came.",
    retries=len(RETRY_DELAYS_S),
    retry_delay_seconds=RETRY_DELAYS_S,
    retry_jitter_factor=0.5,
    retry_condition_fn=is_worth_retrying,
    cache_policy=NO_CACHE,
    persist_result=False,
)
async def generate_image(cell: Cell) -> StoredOriginal:
    """The stored original of `cell`. Raises a CellError that ends the cell, or a CampaignStopped that ends them all."""
    tools = toolbox()
    answered = await ask(tools, tools.work.under_way[cell.cell_id])
    try:
        await tools.on_storage_thread(tools.ledger.note_answer, answered)
    except StorageFailed as fault:
        tools.work.stop(fault)  # the image is paid: it is fetched all the same, and perhaps it can be stored
    return await keep(tools, answered, await fetch(tools, answered))


@task(
    task_run_name="recover {cell.cell_id}",
    description="Fetches an image that an earlier run paid for and could not store.",
    cache_policy=NO_CACHE,
    persist_result=False,
)
async def recover_image(cell: Cell, answered: Answered) -> StoredOriginal:
    """The stored original of a `cell` that was paid and left behind. Raises CellError where its link is dead."""
    tools = toolbox()
    for key in original_keys(cell.cell_id):
        try:
            data = await tools.on_storage_thread(tools.store.read, key)
        except FileNotFoundError:
            continue
        with suppress(ImageUnreadable):
            return await keep(tools, answered, data, check, is_stored=True)
    return await keep(tools, answered, await fetch(tools, answered), check)
