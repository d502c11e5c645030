"""The flow `recut-variants`: new sizes for a stored campaign, from its originals, for nothing.

As a script, `python flows/recut_variants.py --help`, it needs no Prefect server.
"""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.append(str(Path(__file__).resolve().parents[1]))  # also where this project is not installed
    from flows.commands.needs import run_command

    run_command("recut_command")  # before Prefect is imported, which takes seconds: wrong options are told at once

import asyncio
from collections.abc import Mapping
from typing import Any, Final, cast

from prefect import State, flow, get_run_logger
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from flows.parameters import asked_of, takes
from tasks.publishing.recut import Recut, RecutResult
from tasks.publishing.recut_campaign import recut_campaign
from tasks.records.fault import shortened
from tasks.reporting.report_campaign import report_recut
from tasks.reporting.report_refusal import unless_refused

LOGGED_EVERY: Final = 100


def run_name() -> str:
    """Such as `q1-launch, 22 Nov 17:05`."""
    folder = str(flow_run.parameters.get("campaign_folder")).rstrip("/").rpartition("/")[2]
    return f"{shortened(folder, 100) or 'campaign'}, {flow_run.scheduled_start_time:%d %b %H:%M}"


@flow(name="recut-variants", flow_run_name=run_name, persist_result=False, validate_parameters=False)
@takes(Recut.model_fields)
async def recut_variants(**asked: Any) -> RecutResult:  # noqa: ANN401  of many types, which the record checks
    """Cut new sizes from the stored originals of a campaign; nothing is paid, no key and no matrix is needed."""
    # Prefect hands out the state's data.
    return cast("RecutResult", await unless_refused(end_of(asked), "recut"))


async def end_of(asked: Mapping[str, object]) -> State[RecutResult]:
    """The state in which the run ends. Raises InputInvalid, or StorageFailed."""
    wanted = asked_of(Recut, asked)
    logger = get_run_logger()

    def tell(done: int, total: int) -> None:
        if done % LOGGED_EVERY == 0 or done == total:
            logger.info("Cut %d of %d originals", done, total)

    result = await asyncio.to_thread(recut_campaign, wanted, progress=tell)
    await report_recut(result)
    if result.exit_code:
        return Failed(message=result.sentence())
    return Completed(message=result.sentence(), data=result)
