"""The flow `reconcile`: what the API has billed, held against the ledgers of campaigns.

As a script, `python flows/reconcile.py --help`, it needs no Prefect server.
"""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.append(str(Path(__file__).resolve().parents[1]))  # also where this project is not installed
    from flows.commands.needs import run_command

    run_command("reconcile_command")  # before Prefect is imported, which takes seconds: wrong options are told at once

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from prefect import State, flow
from prefect.states import Completed, Failed

from flows.parameters import asked_of, takes
from flows.prefect_server.stored_key import load_run_settings
from tasks.api.ideogram import IdeogramClient
from tasks.reconciling.reconcile import Audit, reconcile
from tasks.reporting.report_campaign import keep_artifact
from tasks.reporting.report_refusal import unless_refused
from tasks.reporting.tell_audit import of_reconciled

ARTIFACT_KEY = "reconcile"


@flow(name="reconcile", persist_result=False, validate_parameters=False)
@takes(Audit.model_fields)
async def reconcile_bill(**asked: Any) -> str:  # noqa: ANN401  of many types, which the record checks
    """Hold what the API has billed against the ledgers of campaigns; changes and pays nothing."""
    return cast("str", await unless_refused(end_of(asked), ARTIFACT_KEY))


async def end_of(asked: Mapping[str, object]) -> State[str]:
    """The state in which the run ends: green where nothing is billed beyond what is known. Raises as `reconcile`."""
    wanted = asked_of(Audit, asked)
    async with IdeogramClient.open(await load_run_settings()) as client:
        audit = await reconcile(wanted, client, datetime.now(UTC))
    summary = of_reconciled(audit, wanted.key)
    await keep_artifact(summary, ARTIFACT_KEY, summary.said)
    return Failed(message=summary.said) if audit.beyond else Completed(message=summary.said, data=summary.said)
