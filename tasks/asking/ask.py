"""The paid call, and the noting of its answer."""

from functools import partial

from tasks.api.dialects.call import Contents
from tasks.errors import (
    ApiUnavailable,
    CellError,
    NotAccepted,
    OutcomeUnknown,
    RateLimited,
    StorageFailed,
    TakenOver,
)
from tasks.ledger.records import Answered
from tasks.records.answer import Accepted, ImageObject
from tasks.references.kept import read_kept
from tasks.run_state.hold_turn import hold
from tasks.run_state.job import Job
from tasks.run_state.rescue_answers import rescue
from tasks.run_state.toolbox import Toolbox


async def ask(tools: Toolbox, job: Job) -> Answered:
    """The paid call. Its answer tells of the image, or that the API has accepted to draw it.

    Raises what stopped the campaign where that was before the request left, or while it was turned away; TakenOver
    where another run has the turn by then, and ReferenceLost where a picture that goes along cannot.
    """
    references = job.cell.request.references
    async with tools.carried.holding(references, partial(tools.on_storage_thread, read_kept, tools.store)) as contents:
        await tools.pause.wait()
        tools.stop.raise_if_halted()
        if job.attempts:
            tools.purse.raise_if_short(job.cell.price_usd)
        told = await _told(tools, job, contents)
    return Answered(
        cell_id=job.cell.cell_id,
        turn=job.ask.turn,
        image=told if isinstance(told, ImageObject) else ImageObject(**told.model_dump()),
        attempts=job.ask.attempts + job.attempts,
        started_at=job.started_at,
        made_by=tools.ideogram.settings.made_by,
    )


async def _told(tools: Toolbox, job: Job, contents: Contents) -> ImageObject | Accepted:
    """What the API answers; whatever it does, its health, the purse and the slots are told."""
    job.send()
    try:
        told = await tools.ideogram.generate(job.cell.request, lambda: hold(tools, job), contents)
    except (TakenOver, StorageFailed):
        job.keep_back()
        raise
    except NotAccepted as error:
        job.turn_away()
        match error:
            case RateLimited(max_in_flight=int() as most):
                tools.slots.keep_to(most)
            case ApiUnavailable():
                tools.purse.doubt(job.cell.price_usd)
        tools.tally.tell(str(error))
        tools.pause.ask_for(error.retry_after_s or 0)
        tools.stop.raise_if_halted()
        raise
    except OutcomeUnknown:
        tools.not_heard()
        raise
    except CellError:
        tools.heard()
        raise
    tools.heard()
    return told


async def note_answer(tools: Toolbox, job: Job, answered: Answered) -> None:
    """Keep the answer where whoever comes after a crash looks for it. Where the storage fails, the campaign stops.

    The image is paid: it is fetched all the same, and perhaps it can be stored.
    """
    try:
        await tools.on_storage_thread(tools.ledger.note_answer, answered)
        job.answer_is_noted()
    except StorageFailed as fault:
        tools.stop.because(fault)
        await rescue(tools, job)
