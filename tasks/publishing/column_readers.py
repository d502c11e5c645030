"""What stands in a column of the manifest that is not the same for every campaign."""

from collections.abc import Callable, Mapping
from datetime import datetime

from tasks.publishing.copy_number import CopyNumber
from tasks.records.cell import Cell
from tasks.records.event import AWAITED
from tasks.records.outcome import Outcome
from tasks.records.variant import Variant

Value = str | int | float | datetime | None
Reader = Callable[[Cell, Outcome], Value]


def variant_reader(name: str) -> Reader:
    """Where the file of a variant lies."""
    return lambda _, outcome: outcome.variants.get(name, "")


def srcset_reader(variant: Variant) -> Reader:
    """A variant and its other widths, as the `srcset` of a page has them: each file, and how wide it is."""
    widths = sorted([(one.width, one.name) for one in variant.narrower] + [(variant.width, variant.name)])
    return lambda _, outcome: ", ".join(
        f"{outcome.variants[name]} {width}w" for width, name in widths if name in outcome.variants
    )


def copy_reader(copies: Mapping[str, CopyNumber]) -> Reader:
    """Which of its row's images in its format a cell is."""
    return lambda cell, _: copies[cell.cell_id].number


def metadata_reader(name: str) -> Reader:
    """What the matrix says in a column of its own."""
    return lambda cell, _: cell.metadata.get(name, "")


def review_or_awaited(cell: Cell, outcome: Outcome) -> str:
    """What is decided on an image of a campaign that is held, or that it is awaited; empty where there is no image."""
    awaited = AWAITED if outcome.status == "done" else ""
    return cell.review.decision if cell.review else awaited
