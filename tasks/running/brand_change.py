"""What a brand kit that has changed would make anew, and for how much: told before anything is paid."""

from collections.abc import Sequence
from decimal import Decimal

from tasks.ledger.ledger import Ledger
from tasks.records.cell import Cell
from tasks.records.money import counted, usd


def brand_notes(ledger: Ledger, cells: Sequence[Cell]) -> list[str]:
    """A sentence where the campaign was last published with another kit than these cells have. Raises StorageFailed."""
    now = next((cell.brand for cell in cells if cell.brand), "")
    published = ledger.read_published() if now else None
    if published is None or not published.cells:
        return []
    before = next((cell.brand for cell in published.cells if cell.brand), "")
    return [] if before == now else [changed(before, published.cells, cells)]


def changed(before: str, made: Sequence[Cell], cells: Sequence[Cell]) -> str:
    """Such as `the brand kit has changed since the last run: 38 of 40 images would be made anew, $3.04`."""
    held = {(cell.request_sha256, cell.copy_number) for cell in made}
    anew = [cell.price_usd for cell in cells if (cell.request_sha256, cell.copy_number) not in held]
    said = "the brand kit has changed since the last run" if before else "the last run had no brand kit"
    if not anew:
        return f"{said}: no image would be made anew"
    return f"{said}: {len(anew):,} of {counted(len(cells), 'image')} would be made anew, {usd(sum(anew, Decimal(0)))}"
