"""What is shown in Prefect's UI, and sent to people, is text."""

import asyncio
from contextlib import nullcontext

from flows import export, handle_callback, recut_variants
from tasks.reporting.notify_people import People, news, subject
from tasks.reporting.report_campaign import markdown
from tasks.reporting.summarize import of_plan, of_result
from tests.factories import STARTED_AT, an_outcome
from tests.outside import ALL, a_plan, a_result, commands_in


def test_artifacts_hold_no_commands() -> None:
    """Nor markdown of a stranger's, nor lines that a text has begun."""
    plan, result = a_plan(ALL), a_result(ALL)
    outcome = an_outcome(plan.cells[0], "failed", error=ALL)
    for text in map(markdown, (of_plan(plan), of_result(result, plan.cells, {outcome.cell_id: outcome}))):
        assert not commands_in(text)
        assert r"\x1b" in text
        assert not [line for line in text.splitlines() if line.startswith("]0;")]


def test_people_are_sent_no_commands() -> None:
    """Whatever the block sends them through."""
    heard: list[str] = []

    class Block:
        """Keeps what it is to send."""

        def notify(self, body: str, subject: str | None = None) -> None:
            """Keep it."""
            heard.extend((body, subject or ""))

        def raise_on_failure(self):
            """Nothing fails."""
            return nullcontext()

    plan, result = a_plan(ALL), a_result(ALL)
    outcome = an_outcome(plan.cells[0], "blocked", error=ALL)
    people = People("a block", Block())  # type: ignore[arg-type]  of a kind of its own
    asyncio.run(people.hear(subject(result), news(result, plan.cells, {outcome.cell_id: outcome})))
    assert len(heard) == 2
    assert not commands_in("".join(heard))


def test_runs_are_named_without_commands(monkeypatch) -> None:
    """After a folder, or the cell that an event names."""
    for flow, parameters in (
        (recut_variants, {"campaign_folder": f"out/{ALL}"}),
        (export, {"campaign_folder": f"out/{ALL}"}),
        (handle_callback, {"event": {"jobId": ALL}}),
    ):
        monkeypatch.setattr(
            flow, "flow_run", type("Run", (), {"parameters": parameters, "scheduled_start_time": STARTED_AT})
        )
        assert not commands_in(flow.run_name())
