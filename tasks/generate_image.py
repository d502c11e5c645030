"""One cell: the paid call, the download and the storing of the original, in one step, because links expire."""

from collections.abc import Callable
from typing import Any, Final

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import Task

from tasks.asking.ask import ask, note_answer
from tasks.asking.fetch import drawn, fetch, fetch_drawn
from tasks.errors import (
    CampaignStopped,
    CellError,
    ImageUnreadable,
    LinkFailed,
    TakenOver,
)
from tasks.images.decode_image import Original, Proven, check, check_sums, decode
from tasks.ledger.original_keys import unreadable_key
from tasks.ledger.records import Answered
from tasks.records.outcome import StoredOriginal
from tasks.run_state.hold_turn import hold_image
from tasks.run_state.job import Job
from tasks.run_state.paid_bytes import first_key, is_lost, keys_of, moved, note_wasted, stored_original
from tasks.run_state.stage import Stage
from tasks.run_state.toolbox import toolbox

RETRY_DELAYS_S: Final[list[float]] = [1, 2, 4, 8, 16, 30, 30, 30, 30, 30, 30, 30]
"""Some four minutes of a busy or absent API before a cell is given up; the last cells of a campaign need it most."""

Look = Callable[[bytes], Proven]
"""Tells whether bytes are an image, keeps no pixels, and raises ImageUnreadable."""


async def keep(
    job: Job, answered: Answered, data: bytes, look: Look = check_sums, *, key: str | None = None
) -> StoredOriginal:
    """Store `data` as it came, unless it lies under `key` already, then prove that it is an image.

    Raises ImageUnreadable, which names where it is kept. The decoded image is handed on to be cut. Where many wait for
    that already, `look` is the proof, and it is decoded when it is cut.
    """
    tools = toolbox()
    if key is None:
        job.in_hand.receive(answered, data)
    await hold_image(tools, job)
    if key is None:
        key = first_key(answered, data)
        await tools.on_storage_thread(tools.store.write, key, data)
        job.in_hand.lay_down()
    job.in_hand.take_room(is_there=tools.cells.has_room_for_pixels())
    try:
        proven = await tools.on_image_thread(decode if job.in_hand.is_to_be_decoded else look, data)
    except ImageUnreadable as error:
        job.in_hand.drop_pixels()
        kept = await moved(tools, key, unreadable_key(answered.cell_id, answered.turn))
        raise type(error)(f"Paid, but {error}; what came is kept in {kept}", kept=kept) from error
    if isinstance(proven, Original):
        job.in_hand.decode(proven.image)
    record = stored_original(answered, data, proven)
    if key != record.key:  # written and not moved, since a bucket's file keeps the type that its first name gave it
        await tools.on_storage_thread(tools.store.write, record.key, data)
        await tools.on_storage_thread(tools.store.delete, key)
    notes = "".join(f"; {note}" for note in record.notes)
    get_run_logger().info("Stored %s, %d x %d%s", record.key, record.width_px, record.height_px, notes)
    return record


def is_worth_retrying(_task: Task[..., Any], _run: TaskRun, state: State) -> bool:
    """Only what was turned away before any work: it cost nothing, and may succeed a moment later."""
    error = state.data if isinstance(state.data, BaseException) else None
    return isinstance(error, CellError) and error.retryable


@task(
    task_run_name="{job.cell.cell_id}",
    description="Asks for one image, downloads it and stores it as it came.",
    retries=len(RETRY_DELAYS_S),
    retry_delay_seconds=RETRY_DELAYS_S,
    retry_jitter_factor=0.5,
    retry_condition_fn=is_worth_retrying,
    cache_policy=NO_CACHE,
    persist_result=False,
)
async def generate_image(job: Job) -> StoredOriginal:
    """The stored original of a job. Raises a CellError that ends the cell, or a CampaignStopped that ends them all."""
    tools = toolbox()
    answered = await ask(tools, job)
    if not answered.is_drawn:
        job.accept(answered)
        await note_answer(tools, job, answered)
        answered = await drawn(tools, job, answered)
    number = tools.paid.next_number()
    job.pay(answered, number)
    try:
        await note_answer(tools, job, answered)
        record = await keep(job, answered, await fetch(tools, answered))
    except (CampaignStopped, TakenOver):
        raise
    except Exception as error:  # also a fault of ours: the next image would meet it too
        note_wasted(tools, job, error)
        if isinstance(error, CellError):
            error.request_id = answered.image.request_id
        raise
    finally:
        tools.paid.known(number)
    tools.paid.used(number)
    return record


@task(
    task_run_name="recover {job.cell.cell_id}",
    description="Fetches an image that an earlier run paid for and could not store.",
    cache_policy=NO_CACHE,
    persist_result=False,
)
async def recover_image(job: Job, answered: Answered) -> StoredOriginal:
    """The stored original of a cell that was paid and left behind: from what is stored of it, else by its link.

    Raises CellError where neither gives an image.
    """
    tools = toolbox()
    found: ImageUnreadable | None = None
    for key in keys_of(answered):
        try:
            data = await tools.on_storage_thread(tools.store.read, key)
            return await keep(job, answered, data, check, key=key)
        except FileNotFoundError:
            continue
        except ImageUnreadable as error:
            found = error
    try:
        if not answered.is_drawn:
            answered = await drawn(tools, job, answered)
            if job.stage is Stage.ACCEPTED:
                job.pay(answered)
        record = await keep(job, answered, await fetch_drawn(tools, job, answered), check)
    except LinkFailed as error:
        raise (found if found is not None and is_lost(error) else error) from error
    if found is not None:
        await tools.on_storage_thread(tools.store.delete, unreadable_key(answered.cell_id, answered.turn))
    return record
