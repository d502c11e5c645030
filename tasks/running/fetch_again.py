"""What an earlier turn of a cell has paid for is looked for before another image is paid."""

from typing import Final

from prefect import get_run_logger

from tasks.errors import CellError, LinkFailed
from tasks.generate_image import recover_image
from tasks.run_state.job import Job
from tasks.run_state.paid_bytes import is_lost
from tasks.run_state.toolbox import Toolbox

TRIED_AGAIN: Final = "; tried again: "


async def fetch_paid(tools: Toolbox, job: Job) -> None:
    """Store the image of the newest earlier turn that gives one, from what is stored of it, or by its link.

    Then the job is stored, at no price; otherwise it is unchanged. Raises LinkFailed where a link may give the image
    later: another image would have to come from the same host.
    """
    turn = job.ask.turn - 1
    while (answered := await tools.on_storage_thread(tools.ledger.last_answer, job.cell.cell_id, turn)) is not None:
        try:
            original = await recover_image(job, answered)
        except LinkFailed as error:
            if not is_lost(error):
                raise
        except CellError:
            pass
        else:
            get_run_logger().info("%s: the image that was paid before; nothing is paid for it now", job.cell.cell_id)
            tools.cells.use_paid(job, job.ask.turn - 1)
            job.store(original)
            return
        turn = answered.turn - 1


def leave_as_it_was(tools: Toolbox, job: Job, error: LinkFailed) -> bool:
    """Keep the earlier end of a cell whose paid image cannot be had now but may be had later; tell of this try.

    False where there is none: another run took the cell over, and gave it back.
    """
    earlier = tools.cells.outcomes.get(job.cell.cell_id)
    if earlier is None:
        return False
    said = (earlier.error or "").partition(TRIED_AGAIN)[0]
    told = f"{said}{TRIED_AGAIN}{error}. The image is paid, so no other was asked for"
    tools.cells.settle(job, earlier.model_copy(update={"error": told}))
    return True
