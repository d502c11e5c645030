"""A review by rounds: the last form is taken in, what it asks for is made again, and what waits then is shown.

Every process of the run comes through here from the top. Forms before the last one were taken in before that was shown;
a form that is taken in once more says nothing new, since what it says is as old as it is.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from prefect.runtime import flow_run

from flows.review_rounds.form import SentForm
from flows.review_rounds.round_text import Round, round_text
from tasks.errors import CampaignStopped, InputInvalid, Interrupted
from tasks.planning.faults import Faults
from tasks.records.fault import Fault
from tasks.records.money import counted
from tasks.reporting.notify_people import People
from tasks.reporting.numbered_picture import numbered_picture
from tasks.reviewing.filled_form import FilledForm, NumberedSheet, said_in
from tasks.reviewing.review import ReviewOrder, ReviewResult
from tasks.reviewing.review_campaign import review_campaign
from tasks.reviewing.waiting import Waiting, standing_now, waiting_in
from tasks.storage.public_address import public_folder
from tasks.storage.storage import CampaignStore

NOTHING_SAID: Final = "The last form decided nothing."


class Make(Protocol):
    """Makes what is to be made again."""

    async def __call__(self, store: CampaignStore, *, is_sandbox: bool) -> str:
        """What came of it, in a sentence. Raises CampaignFault where it cannot."""


class Forms(Protocol):
    """The forms of a review."""

    async def sent(self) -> list[SentForm]:
        """Those that were filled in, round after round."""

    async def ask(self, number: int, description: str, ids: Sequence[str], before: FilledForm) -> None:
        """Show the form of a round, filled in as it was `before`; raises what ends the process meanwhile."""


@dataclass(frozen=True)
class TakenIn:
    """What came of a form."""

    result: ReviewResult | None = None
    """None where it decided nothing, or could not be taken in."""
    faults: Sequence[Fault] = ()
    said: Sequence[str] = ()


async def review_in_rounds(order: ReviewOrder, forms: Forms, make: Make) -> ReviewResult:
    """Where the review stands at its end. Raises what `forms` raises while one is waited for.

    Raises InputInvalid where the folder is no campaign's, and StorageFailed.
    """
    store = CampaignStore.at(order.campaign_folder)
    waiting = await asyncio.to_thread(waiting_in, store)
    answers = await forms.sent()
    taken = await asyncio.to_thread(take_in, order, answers[-1], waiting) if answers else TakenIn()
    is_over = bool(answers) and answers[-1].answer.verdict == "done" and not taken.faults
    said = list(taken.said)
    now = await asyncio.to_thread(standing_now, store, taken.result)
    if answers and now.again and not (is_over or taken.faults):
        said.append(await made(make, store, is_sandbox=waiting.is_sandbox))
        now = await asyncio.to_thread(standing_now, store, taken.result)
    waiting = await asyncio.to_thread(waiting_in, store)
    if is_over:
        return now
    if not waiting.open and not taken.faults:
        return with_what_is_left(now, said)
    if taken.faults:
        shown, before = Round(waiting, said, taken.faults, answers[-1].ids), answers[-1].answer
    else:
        shown, before = Round(waiting, said), FilledForm(by=answers[-1].answer.by if answers else "")
    await show(store, shown, forms, len(answers) + 1, before)
    raise AssertionError  # the run is suspended by then


def take_in(order: ReviewOrder, answered: SentForm, waiting: Waiting) -> TakenIn:
    """Take in a form, all of it or nothing. Raises StorageFailed."""
    answer, faults = answered.answer, Faults()
    if answer.is_empty:
        return TakenIn(said=(NOTHING_SAID,))
    cells = {cell.cell_id: cell for cell in waiting.cells}
    sheet = NumberedSheet(answered.ids, cells, waiting.pictured)
    said = said_in(answer, sheet, answered.at, faults)
    file = answer.decisions.strip()
    wanted = order.model_copy(update={"decisions": (file,) if file else ()})
    try:
        faults.raise_if_any()
        result = review_campaign(wanted, progress=lambda *_: None, also=said, at=answered.at)
    except InputInvalid as invalid:
        return TakenIn(faults=invalid.faults)
    return TakenIn(result, said=(f"Taken in: {result.sentence()}.", *result.notes))


async def made(make: Make, store: CampaignStore, *, is_sandbox: bool) -> str:
    """What came of making what is to be made again; what keeps it from that is told, and loses nothing."""
    try:
        return await make(store, is_sandbox=is_sandbox)
    except Interrupted:
        raise
    except (InputInvalid, CampaignStopped) as fault:
        return f"Not made again: {fault}"


def with_what_is_left(now: ReviewResult, said: Sequence[str]) -> ReviewResult:
    """The end of a review in which nothing waits for a person; that an image could not be made again is its trouble."""
    if not now.again:
        return now
    left = f"{counted(now.again, 'image')} still to be made again"
    trouble = f"{left}. {' '.join(said)} Run the campaign as before, then review it again"
    return now.model_copy(update={"troubles": (trouble,)})


async def show(store: CampaignStore, now: Round, forms: Forms, number: int, before: FilledForm) -> None:
    """Show what waits, tell people so, and wait for the form of this round."""
    picture = await asyncio.to_thread(numbered_picture, store, now.ids, now.waiting.outcomes)
    page = f"{public_folder(store.root) or store.address}/index.html"
    people = await People.load()
    subject = f"{now.waiting.title}: {counted(len(now.waiting.open), 'image')} to be reviewed, round {number}"
    where = flow_run.ui_url or "in Prefect"
    await people.hear(subject, f"Fill in the form of the run, behind Resume: {where}. Page: {page}")
    await forms.ask(number, round_text(now, page, picture), now.ids, before)
