"""The flow `export-campaign`: what is approved of a campaign is handed over, for nothing.

As a script, `python flows/export.py --help`, it needs no Prefect server.
"""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.append(str(Path(__file__).resolve().parents[1]))  # also where this project is not installed
    from flows.commands.needs import run_command

    run_command("export_command")  # before Prefect is imported, which takes seconds: wrong options are told at once

import asyncio
from collections.abc import Mapping
from typing import Any, cast

from prefect import State, flow
from prefect.runtime import flow_run
from prefect.states import Completed

from flows.parameters import asked_of, takes
from tasks.exporting.export import ExportOrder, ExportResult
from tasks.exporting.export_campaign import export_campaign as handed_over
from tasks.records.fault import shortened
from tasks.reporting.report_campaign import report_export
from tasks.reporting.report_refusal import unless_refused


def run_name() -> str:
    """Such as `q1-launch, 22 Nov 17:05`."""
    folder = str(flow_run.parameters.get("campaign_folder")).rstrip("/").rpartition("/")[2]
    return f"{shortened(folder, 100) or 'campaign'}, {flow_run.scheduled_start_time:%d %b %H:%M}"


@flow(name="export-campaign", flow_run_name=run_name, persist_result=False, validate_parameters=False)
@takes(ExportOrder.model_fields)
async def export_campaign(**asked: Any) -> ExportResult:  # noqa: ANN401  of many types, which the record checks
    """Hand over what is approved of a campaign: pictures, a manifest, and feeds for shops; nothing is paid."""
    # Prefect hands out the state's data.
    return cast("ExportResult", await unless_refused(end_of(asked), "export"))


def hand_over(campaign_folder: str, to: str, **options: Any) -> ExportResult:  # noqa: ANN401  as above
    """Hand over what is approved from a script, without Prefect; `options` are the flow's. See `flows/PYTHON.md`.

    Raises InputInvalid with what is to be mended, before anything is written, and StorageFailed.
    """
    return handed_over(asked_of(ExportOrder, {"campaign_folder": campaign_folder, "to": to, **options}))


async def end_of(asked: Mapping[str, object]) -> State[ExportResult]:
    """The state in which the run ends. Raises InputInvalid, or StorageFailed."""
    wanted = asked_of(ExportOrder, asked)
    result = await asyncio.to_thread(handed_over, wanted)
    await report_export(result)
    return Completed(message=result.sentence(), data=result)
