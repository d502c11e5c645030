"""The bytes of an image that is paid: waited for where the API still draws it, and downloaded by its link."""

from datetime import UTC, datetime

from tasks.api.download import download
from tasks.api.poller import Generation
from tasks.api.read_answer import checked
from tasks.errors import LinkFailed
from tasks.ledger.records import Answered
from tasks.records.answer import ImageObject
from tasks.run_state.job import Job
from tasks.run_state.paid_bytes import is_lost
from tasks.run_state.toolbox import Toolbox


async def drawn(tools: Toolbox, job: Job, answered: Answered) -> Answered:
    """The answer with the image's link: at once, or when the API has drawn what it accepted.

    Raises a CellError where the API draws no image, and StillDrawn where this run waits no longer.
    """
    if answered.is_drawn:
        return answered
    age_s = (datetime.now(UTC) - answered.started_at).total_seconds()
    image = checked(job.cell.request, await tools.poller.image_of(generation_of(job, answered), max(0.0, age_s)))
    told = image.model_copy(update={"generation_id": answered.image.generation_id})
    return answered.model_copy(update={"image": told})


def generation_of(job: Job, answered: Answered) -> Generation:
    """What the poller is asked for: generations of one model and quality take alike."""
    kind = f"{job.cell.request.model} {job.cell.request.quality or ''}"
    return Generation(answered.image.generation_id or "", kind)


async def fetch(tools: Toolbox, answered: Answered) -> bytes:
    """The image behind an answer's link. Raises LinkFailed."""
    async with tools.downloads:
        return await download(tools.ideogram, answered.image.url or "")


async def fetch_drawn(tools: Toolbox, job: Job, answered: Answered) -> bytes:
    """The same, where the link may have expired: the API tells a new one of a generation that it knows by its id."""
    try:
        return await fetch(tools, answered)
    except LinkFailed as error:
        if answered.image.generation_id is None or not is_lost(error):
            raise
        told = ImageObject(generation_id=answered.image.generation_id)
        again = await drawn(tools, job, answered.model_copy(update={"image": told}))
        if again.image.url == answered.image.url:
            raise
        return await fetch(tools, again)
