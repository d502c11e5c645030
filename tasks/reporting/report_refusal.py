"""Tells in the Prefect UI why a run was refused: a state with a sentence, and every fault in a table."""

from collections.abc import Awaitable
from typing import Any, Final, TypeVar

from prefect.client.schemas.objects import State
from prefect.states import Failed

from tasks.errors import InputInvalid
from tasks.records.campaign import Campaign
from tasks.records.fault import Fault, shortened, without_secrets
from tasks.records.money import counted
from tasks.reporting.report_campaign import keep_artifact, tag_run
from tasks.reporting.summarize import ShownTable, Summary

Result = TypeVar("Result")
SHOWN_MAX: Final = 200
VALUE_MAX_CHARS: Final = 100
SENTENCE_MAX_CHARS: Final = 600
UNPAID: Final = "nothing was sent, nothing was paid"


async def unless_refused(running: Awaitable[Result], key: str) -> Result | State[Any]:
    """What `running` comes to, or the state of a run whose input is refused; `key` names the artifact that says why.

    A call of the flow raises the InputInvalid that the state holds.
    """
    try:
        return await running
    except InputInvalid as invalid:
        await tag_run("refused")
        await keep_artifact(of_refusal(invalid), f"{key or 'campaign'}-refused", headline(invalid))
        return Failed(message=sentence(invalid), data=invalid)


def headline(invalid: InputInvalid) -> str:
    """Such as `2 things to mend; nothing was sent, nothing was paid`."""
    return f"{counted(len(invalid.faults) + invalid.more, 'thing')} to mend; {UNPAID}"


def sentence(invalid: InputInvalid) -> str:
    """What the state says: the first fault, and where the others are."""
    first = shortened(str(invalid.faults[0]), SENTENCE_MAX_CHARS) if invalid.faults else ""
    others = ". The run's artifact lists all" if len(invalid.faults) + invalid.more > 1 else ""
    return f"Refused, {headline(invalid)}: {first}{others}"


def of_refusal(invalid: InputInvalid) -> Summary:
    """Every fault that was kept, as a row of a table."""
    shown = invalid.faults[:SHOWN_MAX]
    more = len(invalid.faults) + invalid.more - len(shown)
    table = ShownTable(
        "To mend",
        ("where", "row", "column", "value", "what is wrong, and what is accepted"),
        tuple(map(row_of, shown)),
        f"And {more:,} more." if more else "",
    )
    note = "Mend this, and run again with the same parameters."
    return Summary("Refused", f"{headline(invalid)[0].upper()}{headline(invalid)[1:]}. {note}", tables=(table,))


def row_of(fault: Fault) -> tuple[str, ...]:
    """A fault as texts, without what is secret in an address."""
    row = "" if fault.row is None else str(fault.row)
    value = "" if fault.value is None else shortened(without_secrets(fault.value, "***@"), VALUE_MAX_CHARS)
    return (in_form(fault.source), row, fault.field, value, fault.problem)


def in_form(source: str) -> str:
    """An option of the command as the form calls it; anything else as it is."""
    name = source.removeprefix("--").replace("-", "_")
    field = Campaign.model_fields.get(name) if source.startswith("--") else None
    return source if field is None else f"{field.title} ({name})"
