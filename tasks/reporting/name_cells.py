"""A cell as a person knows it, and its request as the API does, wherever one is told of."""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from rich.text import Text

from tasks.records.cell import Cell
from tasks.records.fault import shortened
from tasks.records.outcome import Outcome

PRODUCT_SHOWN_CHARS: Final = 40
REQUESTS_TOLD: Final = 3
Place = tuple[int, str]
"""A row, and one of its formats."""


def whose(cells: Sequence[Cell], copied: Collection[Place]) -> str:
    """Such as `row 3, Green tea, hero, copy 2, and 4 more`; without a product by its prompt."""
    more = f", and {len(cells) - 1:,} more" if len(cells) > 1 else ""
    return f"{name_of(cells[0], copied, cells[0].request.prompt)}{more}"


def name_of(cell: Cell, copied: Collection[Place], otherwise: str = "") -> str:
    """A cell as a person knows it: row, product (or what it is called `otherwise`), format, and copy if it has any."""
    product = Text(shortened(cell.product or otherwise, PRODUCT_SHOWN_CHARS))
    product.truncate(PRODUCT_SHOWN_CHARS, overflow="ellipsis")  # of which some may be wide
    copy = f"copy {cell.copy_number}" if (cell.row, cell.format) in copied else ""
    words = (f"row {cell.row}", product.plain.replace(" …", "…"), cell.format, cell.language_told, copy)
    return ", ".join(filter(None, words))


def whole_format(cell: Cell) -> str:
    """Its format, and its languages where it has any."""
    return " ".join(filter(None, (cell.format, cell.language_told)))


def of_copies(cells: Iterable[Cell]) -> frozenset[Place]:
    """Where there is more than one copy."""
    return frozenset((cell.row, cell.format) for cell in cells if cell.copy_number > 1)


def called_by_the_api(outcomes: Iterable[Outcome]) -> str:
    """What to name to the API's makers of what ended so, behind the reason: ` (API request Ab3x)`; empty for nothing.

    Of many the first few; the manifest has them all.
    """
    ids = [outcome.request_id for outcome in outcomes if outcome.request_id]
    more = f" and {len(ids) - REQUESTS_TOLD:,} more" if len(ids) > REQUESTS_TOLD else ""
    noun = "API request" if len(ids) == 1 else "API requests"
    return f" ({noun} {', '.join(ids[:REQUESTS_TOLD])}{more})" if ids else ""
