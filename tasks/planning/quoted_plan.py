"""A plan at the prices that the API has quoted: which requests to ask about, and what differs from the table. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from tasks.planning.price_cells import Bill
from tasks.planning.prices import Priced, priced, read_prices
from tasks.records.cell import Cell
from tasks.records.models import OFFERS
from tasks.records.money import counted, usd
from tasks.records.plan import Plan
from tasks.records.quote import Quote
from tasks.records.request import GenerationRequest

if TYPE_CHECKING:
    from decimal import Decimal

NEVER_PRICED: Final = frozenset(
    {"prompt", "negative_prompt", "seed", "style_type", "style_preset", "style_codes", "color_palette", "private"}
)
"""Fields of a request on which no price depends; whatever else is added to it may have one."""
PRICED_BY: Final = tuple(name for name in GenerationRequest.model_fields if name not in NEVER_PRICED)
SIZES_TOLD: Final = 5

Shape = tuple[object, ...]
"""What the price of a request may depend on."""


class Quoted(NamedTuple):
    """What has come of asking for the price of each shape."""

    quotes: Mapping[Shape, Quote]
    refused: tuple[tuple[Cell, str], ...] = ()
    """A cell of each shape that the API would turn away, and why."""


def shape_of(request: GenerationRequest) -> Shape:
    """What makes two requests cost alike. Files count by how many there are, whatever is in them."""
    values = (getattr(request, name) for name in PRICED_BY)
    return tuple(len(value) if isinstance(value, tuple | list) else value for value in values)


def to_ask(cells: Iterable[Cell]) -> dict[Shape, Cell]:
    """The first cell of each shape that can be quoted."""
    found: dict[Shape, Cell] = {}
    for cell in cells:
        if OFFERS[cell.request.model].route == "v2":
            found.setdefault(shape_of(cell.request), cell)
    return found


def at_quoted_prices(plan: Plan, quoted: Quoted, today: date) -> Plan:
    """The plan, each of whose cells costs what was quoted for its shape, with what differs from the table as notes."""
    bill, cells, by_table = Bill(read_prices()), list[Cell](), list[Cell]()
    for cell in plan.cells:
        quote = quoted.quotes.get(shape_of(cell.request))
        cells.append(cell if quote is None else cell.model_copy(update={"price_usd": quote.usd}))
        by_table += [cell] if quote is None else []
        bill.add(cell.format, priced(cell.request), cell.request.aspect_text(), cells[-1].price_usd)
    table_date = [min(bill.prices[priced(cell.request)].read_on for cell in by_table)] if by_table else []
    quote_date = [f"{today} (quoted)"] if quoted.quotes else []
    return plan.model_copy(
        update={
            "cells": tuple(cells),
            "groups": bill.groups(),
            "cost_usd": bill.cost_usd(),
            "prices_read_on": " and ".join(table_date + quote_date),
            "notes": (*plan.notes, *quote_notes(plan.cells, cells, quoted)),
        }
    )


def quote_notes(planned: Iterable[Cell], cells: Iterable[Cell], quoted: Quoted) -> list[str]:
    """Where quotes differ from the table, what is an estimate, and what keeps the table's price."""
    aspects: dict[tuple[Priced, Decimal, Decimal], dict[str, None]] = {}
    for before, now in zip(planned, cells, strict=True):
        if shape_of(now.request) in quoted.quotes:
            place = priced(now.request), before.price_usd, now.price_usd
            aspects.setdefault(place, {}).setdefault(now.request.aspect_text())
    kinds = [which for which, _, _ in aspects]
    notes = [
        f"{name_of(which)}{_sizes(seen) if kinds.count(which) > 1 else ''}: the API quotes {usd(after)} an image, the "
        f"table says {usd(before)}; the quote is booked"
        for (which, before, after), seen in aspects.items()
        if before != after
    ]
    if quoted.quotes and not notes:
        notes.append(f"{counted(len(quoted.quotes), 'price')} quoted by the API: as in the table")
    if any(quote.is_estimate for quote in quoted.quotes.values()):
        notes.append("the API calls a quote an estimate; what it names as the most is booked")
    notes += [f"row {cell.row} has no quote, and would have no image: {why}" for cell, why in quoted.refused]
    old = dict.fromkeys(cell.request.model for cell in planned if OFFERS[cell.request.model].route != "v2")
    unquoted = f"{', '.join(old)}: only models of v2 can be quoted; the table's price stands"
    return notes + ([unquoted] if old else [])


def name_of(which: Priced) -> str:
    """Such as `ideogram-4-5 low`."""
    beside = f" with {'an' if which.is_custom else 'a'} {which.beside}" if which.beside else ""
    return f"{which.model} {which.quality.replace('_', ' ')}{beside}"


def _sizes(aspects: Mapping[str, None]) -> str:
    named = [aspect for aspect in aspects if aspect]
    more = f" and {len(named) - SIZES_TOLD:,} more" if len(named) > SIZES_TOLD else ""
    return f" in {', '.join(named[:SIZES_TOLD])}{more}" if named else ""
