"""Asks what each kind of request costs, before anything is paid."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from tasks.errors import CampaignStopped, CellError, NotAccepted, QuoteFailed, QuoteIgnored
from tasks.planning.quoted_plan import Quoted, Shape
from tasks.records.answer import Accepted, ImageObject
from tasks.records.cell import Cell
from tasks.records.quote import Quote
from tasks.records.request import GenerationRequest

AT_ONCE: Final = 4
"""Quotes are few, and whether they count as images in flight is not documented."""
PAUSES_S: Final = (1.0, 2.0, 4.0)

Ask = Callable[[GenerationRequest], Awaitable[Quote]]
Pause = Callable[[float], Awaitable[object]]


@dataclass
class Answers:
    """What was answered so far. Nothing more is asked once anything stopped it."""

    quotes: dict[Shape, Quote] = field(default_factory=dict)
    refused: list[tuple[Cell, str]] = field(default_factory=list)
    paid: list[tuple[Cell, Accepted | ImageObject | None]] = field(default_factory=list)
    """Cells whose image was drawn by an API that passes over the question."""
    fault: CampaignStopped | None = None

    def quoted(self) -> Quoted:
        """All prices, once every shape was answered."""
        return Quoted(self.quotes, tuple(self.refused))


async def ask_quotes(ask: Ask, wanted: Mapping[Shape, Cell], pause: Pause = asyncio.sleep) -> Answers:
    """What the API quotes for each shape. Raises nothing that it says: `fault` is why the campaign must stop.

    One question goes ahead for each model: should its route pass over `dry_run`, no second image is paid for.
    """
    answers, first = Answers(), dict[str, Shape]()
    for shape, cell in wanted.items():
        first.setdefault(cell.request.model, shape)
    ahead = set(first.values())
    await ask_each(ask, ((shape, wanted[shape]) for shape in first.values()), answers, pause, at_once=1)
    await ask_each(ask, ((shape, cell) for shape, cell in wanted.items() if shape not in ahead), answers, pause)
    return answers


async def ask_each(
    ask: Ask, wanted: Iterable[tuple[Shape, Cell]], answers: Answers, pause: Pause, at_once: int = AT_ONCE
) -> None:
    """Fill `answers`. After a fault what is out is waited for, since its answer may be an image."""
    waiting = deque(wanted)

    async def lane() -> None:
        while waiting and answers.fault is None:
            shape, cell = waiting.popleft()
            try:
                answers.quotes[shape] = await patiently(ask, cell.request, pause)
            except QuoteIgnored as fault:
                answers.paid.append((cell, fault.told))
                answers.fault = fault
            except CampaignStopped as fault:
                answers.fault = answers.fault or fault
            except CellError as error:
                answers.refused.append((cell, str(error)))

    await asyncio.gather(*(lane() for _ in range(at_once)))


async def patiently(ask: Ask, request: GenerationRequest, pause: Pause) -> Quote:
    """The quote of one request, asked for a few times where the API is busy or away. Raises QuoteFailed then."""
    for wait_s in PAUSES_S:
        try:
            return await ask(request)
        except NotAccepted as error:
            await pause(max(wait_s, min(error.retry_after_s or 0, 2 * PAUSES_S[-1])))
    try:
        return await ask(request)
    except NotAccepted as error:
        raise QuoteFailed(f"No prices could be asked for, and nothing was paid: {error}") from error
