"""The flow `deliver-callbacks`: sends what waits in the outboxes. `python flows/deliver_callbacks.py --help`."""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.append(str(Path(__file__).resolve().parents[1]))  # also where this project is not installed
    from flows.commands.needs import run_command

    run_command("deliver_command")  # before Prefect is imported: it needs neither its server nor the seconds that takes

from collections import Counter
from collections.abc import Mapping
from typing import Any, cast

from prefect import flow, get_run_logger
from prefect.artifacts import acreate_table_artifact

from flows.parameters import asked_of, takes
from tasks.callbacks.callback_settings import UNSIGNED_NOTE, load_callback_settings
from tasks.callbacks.deliver_outbox import deliver_all, is_sent_unsigned
from tasks.callbacks.delivery_report import Line, Wish
from tasks.records.fault import one_line, without_secrets
from tasks.reporting.report_refusal import unless_refused

ARTIFACT_KEY = "callbacks"


@flow(name="deliver-callbacks", persist_result=False, validate_parameters=False)
@takes(Wish.model_fields)
async def deliver_callbacks(**asked: Any) -> dict[str, int]:  # noqa: ANN401  of many types, which the record checks
    """Deliver the callbacks that are due."""
    return cast("dict[str, int]", await unless_refused(counts_of(asked), ARTIFACT_KEY))


async def counts_of(asked: Mapping[str, object]) -> dict[str, int]:
    """Where the deliveries stand now, by their states. Raises InputInvalid."""
    wish = asked_of(Wish, asked)
    settings = load_callback_settings()
    reports = await deliver_all(wish, settings)
    if is_sent_unsigned(reports, settings):
        get_run_logger().warning(UNSIGNED_NOTE)
    if not reports:
        get_run_logger().warning("There are no callbacks below %s", one_line(without_secrets(wish.output)))
    for report in reports:
        get_run_logger().info("%s: %s", one_line(report.campaign), report.sentence())
    rows = [shown(line) for report in reports for line in report.lines]
    if rows:
        await acreate_table_artifact(rows, key=ARTIFACT_KEY, description="What waits, and what is dead")
    counts: Counter[str] = Counter()
    for report in reports:
        counts.update(report.counts)
    return dict(counts)


def shown(line: Line) -> dict[str, Any]:
    """A delivery as a row of the artifact."""
    facts = line.model_dump(mode="json")
    return {name: one_line(fact) if isinstance(fact, str) else fact for name, fact in facts.items()}
