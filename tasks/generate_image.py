"""One cell: the paid call, the download and the storing of the original, in one step, because links expire."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import Task

from tasks.clients.download import download
from tasks.errors import CellError, RateLimited
from tasks.imaging import Original, decode
from tasks.models.answer import ImageObject
from tasks.models.cell import Cell
from tasks.models.outcome import StoredOriginal
from tasks.toolbox import Toolbox, UnderWay, toolbox

RETRY_DELAYS_S: Final[list[float]] = [1, 2, 4, 8, 16, 30, 30, 30, 30, 30, 30, 30]
"""Some four minutes of a busy or absent API before a cell is given up; the last cells of a campaign need it most."""


def original_key(cell_id: str, suffix: str) -> str:
    """Where the original of a cell lies, relative to the campaign's folder."""
    return f"originals/{cell_id}.{suffix}"


def stored_original(under_way: UnderWay, answer: ImageObject, data: bytes, original: Original) -> StoredOriginal:
    """The record of an image that is about to be stored."""
    cell_id = under_way.cell.cell_id
    return StoredOriginal(
        cell_id=cell_id,
        key=original_key(cell_id, original.suffix),
        image_sha256=sha256(data).hexdigest(),
        size_bytes=len(data),
        width_px=original.image.width,
        height_px=original.image.height,
        seed=answer.seed,
        final_prompt=answer.prompt,
        attempts=under_way.attempts,
        started_at=under_way.started_at,
        finished_at=datetime.now(UTC),
    )


async def ask(tools: Toolbox, under_way: UnderWay) -> ImageObject:
    """The paid call. When its answer has come, the cell's place in flight is free for the next."""
    await tools.gate.wait()
    under_way.attempts += 1
    try:
        answer = await tools.ideogram.generate(under_way.cell.request)
    except RateLimited as error:
        tools.gate.close_for(error.retry_after_s or 0)
        raise
    under_way.answered.set()
    return answer


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
    under_way = tools.under_way[cell.cell_id]
    answer = await ask(tools, under_way)
    data = await download(tools.ideogram, answer.url or "")
    original = await tools.on_image_thread(decode, data)
    record = stored_original(under_way, answer, data, original)
    await tools.on_storage_thread(tools.store.write, record.key, data)
    under_way.image = original.image
    get_run_logger().info("Stored %s, %d x %d, seed %d", record.key, record.width_px, record.height_px, record.seed)
    return record
