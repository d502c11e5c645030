"""The form of a round in Prefect's UI, and what was filled into those before.

A run that waits for a form is suspended: its process ends, and holds no place. It is resumed in a new one, which runs
from the top; so whatever a round needs again is kept with the run, as Prefect's own inputs of it: what the form showed,
and what was filled in. They go when the run is deleted.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from prefect import get_client
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.flow_runs import asuspend_flow_run
from prefect.input import RunInput
from prefect.input.run_input import keyset_from_base_key
from pydantic import Field, create_model

from tasks.reviewing.filled_form import TITLES, FilledForm

WAITS_S: Final = 7 * 86_400
"""So long a form may be filled in; Prefect's own hour would end the run. What was decided by then stays."""
ROUNDS_MAX: Final = 1_000
EXPLAINED: Final = {
    "keep": "Numbers of the picture, such as 1, 3-5; all keeps those that nothing else names.",
    "again": "Numbers of images that are to be made again: with another seed, or as the next field says.",
    "words": "For all that are made again, or by number: 3: warmer light; 5: no people. It is added to the prompt, and "
    "is the whole prompt where there is no image. For others it is the reason.",
    "reject": "Numbers of images that are not to be used; of one without an image, that you do without it.",
    "decisions": "Path or address of a table that the campaign's page has exported, instead of numbers or besides.",
    "by": "Who decides this; it stands in the manifest.",
    "verdict": "'another round' makes what is to be made again, for the prices above, and shows what waits then; "
    "'done' ends the review.",
}


class SentForm(NamedTuple):
    """A form that was filled in."""

    answer: FilledForm
    at: datetime
    ids: tuple[str, ...]
    """The cells that it showed, by number from 1."""


def shown_key(number: int) -> str:
    """Under which what a round showed is kept."""
    return f"round-{number}-shown"


def round_key(number: int) -> str:
    """What Prefect calls a round."""
    return f"round-{number}"


def form_of(description: str, before: FilledForm) -> type[RunInput]:
    """The form of one round, filled in as it was `before`.

    Prefect's `with_initial_data` would drop what a field says of itself.
    """
    fields: dict[str, Any] = {
        name: (
            FilledForm.model_fields[name].annotation,
            Field(
                getattr(before, name),
                title=TITLES[name],
                description=EXPLAINED[name],
                json_schema_extra={"position": place},
            ),
        )
        for place, name in enumerate(FilledForm.model_fields)
    }
    form: type[RunInput] = create_model("Review", __base__=RunInput, **fields)
    form._description = description  # noqa: SLF001  where Prefect itself puts it
    return form


def as_answer(given: object) -> FilledForm:
    """What was sent, whoever sent it: without what is no field of the form, or empty."""
    fields = given.items() if isinstance(given, dict) else ()
    return FilledForm.model_validate({k: v for k, v in fields if k in FilledForm.model_fields and v is not None})


@dataclass(frozen=True)
class PrefectForms:
    """The forms of one flow run."""

    run_id: UUID

    async def sent(self) -> list[SentForm]:
        """What was filled in so far, round after round."""
        found: list[SentForm] = []
        async with get_client() as prefect:
            for number in range(1, ROUNDS_MAX):
                key = keyset_from_base_key(f"suspended-{round_key(number)}")["response"]
                inputs = await prefect.filter_flow_run_input(self.run_id, key, 1, set())
                if not inputs or inputs[0].created is None:
                    break
                ids = json.loads(await prefect.read_flow_run_input(self.run_id, shown_key(number)))
                found.append(SentForm(as_answer(inputs[0].decoded_value), inputs[0].created, tuple(ids)))
        return found

    async def ask(self, number: int, description: str, ids: Sequence[str], before: FilledForm) -> None:
        """Suspend the run until the form of this round is filled in: raises Prefect's Pause."""
        async with get_client() as prefect:
            with suppress(ObjectNotFound, PrefectHTTPStatusError):  # of a process that was killed at this place
                await prefect.delete_flow_run_input(self.run_id, shown_key(number))
            await prefect.create_flow_run_input(self.run_id, shown_key(number), json.dumps(list(ids)))
        await asuspend_flow_run(wait_for_input=form_of(description, before), timeout=WAITS_S, key=round_key(number))
