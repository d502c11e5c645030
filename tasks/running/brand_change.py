"""What another brand kit or model than the last run had would make anew, and for how much: told before it is paid."""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal

from tasks.ledger.ledger import Ledger
from tasks.records.cell import Cell
from tasks.records.money import counted, usd


def brand_notes(ledger: Ledger, cells: Sequence[Cell], *, has_former: bool) -> list[str]:
    """A sentence where the campaign was last published with another kit or other models. Raises StorageFailed.

    `has_former`: whether images lie there that these cells do not ask for. Without any,
    and without a kit, nothing is read.
    """
    if not has_former and not kit_of(cells):
        return []
    published = ledger.read_published()
    return changed(published.cells, cells) if published is not None and published.cells else []


def kit_of(cells: Sequence[Cell]) -> str:
    """The brand kit of cells, its name and digest; empty where they have none."""
    return next((cell.brand for cell in cells if cell.brand), "")


def reasons(made: Sequence[Cell], cells: Sequence[Cell]) -> Iterator[str]:
    """What is otherwise than in the last run, of what is given by options that are easily forgotten."""
    before, now = kit_of(made), kit_of(cells)
    if before and now and before != now:
        yield "the brand kit has changed since the last run"
    elif now and not before:
        yield "the last run had no brand kit"
    elif before and not now:
        yield f"the last run had the brand kit {before.partition(' sha256:')[0]!r} (--brand), and this one has none"
    models = [dict.fromkeys(cell.request.model for cell in own) for own in (made, cells)]
    if models[0].keys().isdisjoint(models[1]):
        old, new = (", ".join(own) for own in models)
        yield f"the last run drew with {old} (--model), and this one draws with {new}"


def changed(made: Sequence[Cell], cells: Sequence[Cell]) -> list[str]:
    """Such as `the brand kit has changed since the last run: 38 of 40 images would be made anew, $3.04`.

    Anew is what stands in the place of an image that was made; what was never there is new. Empty without a reason.
    """
    said = "; ".join(reasons(made, cells))
    if not said:
        return []
    asked = {_identity(cell) for cell in cells}
    left = Counter((cell.product, cell.format) for cell in made if _identity(cell) not in asked)
    held = {_identity(cell) for cell in made}
    anew, new = list[Decimal](), list[Decimal]()
    for cell in cells:
        if _identity(cell) not in held:
            place = cell.product, cell.format
            (anew if left[place] else new).append(cell.price_usd)
            left[place] -= 1 if left[place] else 0
    of_all = f"{len(anew):,} of {counted(len(cells), 'image')}" if anew else "no image"
    cost = f", {usd(sum(anew, Decimal(0)))}" if anew else ""
    are = "1 is" if len(new) == 1 else f"{len(new):,} are"
    more = f"; {are} new, {usd(sum(new, Decimal(0)))}" if new else ""
    return [f"{said}: {of_all} would be made anew{cost}{more}"]


def _identity(cell: Cell) -> tuple[str, int]:
    return cell.request_sha256, cell.copy_number
