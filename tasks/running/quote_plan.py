"""The plan of a campaign at the prices that the API quotes."""

import asyncio
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Final

import httpx

from tasks.api.ideogram import IdeogramClient
from tasks.api.settings import Settings
from tasks.errors import CampaignFault, CampaignStopped, QuoteIgnored
from tasks.ledger.ledger import Ledger
from tasks.ledger.records import Answered
from tasks.planning.ask_quotes import ask_quotes
from tasks.planning.quoted_plan import Quoted, at_quoted_prices, to_ask
from tasks.records.answer import Accepted, ImageObject
from tasks.records.cell import Cell
from tasks.records.plan import Plan
from tasks.records.quote import Quote
from tasks.records.request import GenerationRequest
from tasks.references.kept import planned_contents
from tasks.running.claim_folder import claim_folder
from tasks.storage.storage import CampaignStore

QUOTING: Final = "quote"
"""The run that owns the turn of an image which a question for a price has drawn: none that could be alive."""


def asks(plan: Plan) -> bool:
    """Whether there is a price that the campaign wants to be quoted, and that can be."""
    return plan.campaign.quote and bool(to_ask(plan.cells))


def with_nothing_asked(plan: Plan) -> Plan:
    """The plan of a campaign of which nothing is quoted; where it wanted that, with a note that says why."""
    return at_quoted_prices(plan, Quoted({}), today()) if plan.campaign.quote else plan


def today() -> date:
    """As prices are dated."""
    return datetime.now(UTC).date()


async def quoted(plan: Plan, settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> Plan:
    """The plan at the quoted prices, where its campaign asks for them; `plan` itself otherwise.

    Raises the CampaignStopped for which there are no prices. Should the API have drawn an image instead, that is kept
    in the ledger, where the next run fetches it.
    """
    if not asks(plan):
        return with_nothing_asked(plan)
    async with IdeogramClient.open(settings, transport) as client:

        async def ask(request: GenerationRequest) -> Quote:
            contents = await asyncio.to_thread(planned_contents, plan.references, request.references)
            return await client.quote(request, contents)

        answers = await ask_quotes(ask, to_ask(plan.cells))
    kept = [await asyncio.to_thread(keep, plan, settings, cell, told) for cell, told in answers.paid]
    match answers.fault:
        case QuoteIgnored(told=told, request_id=request_id):
            raise QuoteIgnored(told, request_id, is_kept=all(kept))
        case CampaignStopped() as fault:
            raise fault
    return at_quoted_prices(plan, answers.quoted(), today())


def keep(plan: Plan, settings: Settings, cell: Cell, told: Accepted | ImageObject | None) -> bool:
    """Note an image that nobody has asked for as paid, and how to fetch it; whether that could be done."""
    with suppress(CampaignFault):
        store = CampaignStore.open(plan.campaign.output, plan.campaign.slug)
        claim_folder(store, plan)
        ledger = Ledger(store, QUOTING, made_by=settings.made_by)
        known = ledger.load(plan.cells)
        own = known.cells[plan.cells.index(cell)]
        turn = max(known.next_turn(own.cell_id), known.open.get(own.cell_id, 0) + 1)
        ledger.intend(own, turn)
        if told is not None:
            image = told if isinstance(told, ImageObject) else ImageObject(**told.model_dump())
            now = datetime.now(UTC)
            answered = Answered(
                cell_id=own.cell_id, turn=turn, image=image, attempts=1, started_at=now, made_by=ledger.made_by
            )
            ledger.note_answer(answered)
            return True
    return False
