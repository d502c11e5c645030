"""A campaign as it was last published: with the outcomes, all that its manifest and its page are made of."""

from typing import Final

from tasks.models.cell import Cell
from tasks.models.record import Record
from tasks.models.variant import Variant

PUBLISHED_KEY: Final = "ledger/published.json"


class Published(Record):
    """What the matrix, the formats and the options came to, so that nobody needs them to publish once more."""

    title: str
    is_sandbox: bool
    """Whether the sandbox drew the images."""
    variants: tuple[Variant, ...]
    """Those that the manifest lists, in its order."""
    cells: tuple[Cell, ...]
    """In matrix order."""
