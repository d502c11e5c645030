"""What is told of images that the API has accepted and that this run does not wait for any longer."""

from collections.abc import Collection
from decimal import Decimal

from tasks.ledger.resume import Ask
from tasks.records.money import counted, usd


def told_of(left: Collection[Ask]) -> tuple[str, ...]:
    """How many they are, what they cost, and what becomes of them: a sentence, or none where there are none."""
    if not left:
        return ()
    price = usd(sum((ask.cell.price_usd for ask in left), Decimal(0)))
    are, them = ("is", "it") if len(left) == 1 else ("are", "them")
    return (f"{counted(len(left), 'image')} {are} still being drawn, for {price}; the next run fetches {them}",)
