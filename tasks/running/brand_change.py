"""What a brand kit that has changed would make anew, and for how much: told before anything is paid."""

from collections import Counter
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
    """Such as `the brand kit has changed since the last run: 38 of 40 images would be made anew, $3.04`.

    Anew is what stands in the place of an image that was made; what was never there is new.
    """
    asked = {_identity(cell) for cell in cells}
    left = Counter((cell.product, cell.format) for cell in made if _identity(cell) not in asked)
    held = {_identity(cell) for cell in made}
    anew, new = list[Decimal](), list[Decimal]()
    for cell in cells:
        if _identity(cell) not in held:
            place = cell.product, cell.format
            (anew if left[place] else new).append(cell.price_usd)
            left[place] -= 1 if left[place] else 0
    said = "the brand kit has changed since the last run" if before else "the last run had no brand kit"
    of_all = f"{len(anew):,} of {counted(len(cells), 'image')}" if anew else "no image"
    cost = f", {usd(sum(anew, Decimal(0)))}" if anew else ""
    are = "1 is" if len(new) == 1 else f"{len(new):,} are"
    more = f"; {are} new, {usd(sum(new, Decimal(0)))}" if new else ""
    return f"{said}: {of_all} would be made anew{cost}{more}"


def _identity(cell: Cell) -> tuple[str, int]:
    return cell.request_sha256, cell.copy_number
