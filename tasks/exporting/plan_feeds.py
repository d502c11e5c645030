"""The feeds that are asked for, checked before anything is written: addresses, products, one picture of each image."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Final

from tasks.errors import InputInvalid
from tasks.exporting.choose_files import HandedFile
from tasks.exporting.export import ExportOrder, Feed
from tasks.exporting.feeds import (
    FILES,
    MERCHANT_MORE_MAX,
    TO_DO,
    ProductPicture,
    by_product,
    feed_of,
    problem_of,
    title_of,
)
from tasks.planning.faults import Faults
from tasks.records.money import counted
from tasks.storage.public_address import VARIABLE, public_base
from tasks.tables.unseen import squeezed

TAKEN: Final = ("webp", "jpeg", "png")
"""Formats that all three importers take."""
ROWS_SHOWN: Final = 5
DIGEST_CHARS: Final = 12


def urls_of(digests: Mapping[str, str], base_url: str | None) -> dict[str, str]:
    """Where each file will be served, by its name; none where nobody has said so. A comma would part two addresses."""
    if base_url is None:
        return {}
    base = base_url.replace(",", "%2C")
    return {name: f"{base}/{name}?v={digest[:DIGEST_CHARS]}" for name, digest in digests.items()}


def base_of(order: ExportOrder, campaign: str, to: str) -> str | None:
    """Under which address it will be served: as it was said, or what the output's public address comes to below that.

    `campaign` and `to` are whole addresses. Raises InputInvalid.
    """
    output, base = campaign.rpartition("/")[0], public_base()
    if order.base_url is not None or base is None or order.is_archive or not to.startswith(f"{output}/"):
        return order.base_url
    return f"{base}/{to.removeprefix(output).strip('/')}"


def shown_in_feeds(files: Sequence[HandedFile], order: ExportOrder) -> list[HandedFile]:
    """Of each image the file that feeds show: of the variant that is named, else its largest. Raises InputInvalid."""
    of_images: dict[str, list[HandedFile]] = {}
    for file in files:
        of_images.setdefault(file.image.cell.cell_id, []).append(file)
    if order.feed_variant is not None:
        names = list(dict.fromkeys(file.variant_name for file in files))
        if order.feed_variant not in names:
            problem = f"is not handed over; use {', '.join(names)}"
            raise InputInvalid.of(source="--feed-variant", value=order.feed_variant, problem=problem)
        of_images = {
            cell_id: [file for file in its if file.variant_name == order.feed_variant]
            for cell_id, its in of_images.items()
        }
    chosen = (max(filter(is_taken, its), key=area, default=None) for its in of_images.values())
    shown = [file for file in chosen if file is not None]
    if not shown:
        problem = "find no picture that shops take; hand over a variant as WebP, JPEG or PNG"
        raise InputInvalid.of(source="--feeds", problem=problem)
    return shown


def is_taken(file: HandedFile) -> bool:
    """Whether importers take its format, and it is a cut: an original carries none of our marks."""
    return file.variant is not None and file.variant.format in TAKEN


def area(file: HandedFile) -> int:
    """In pixels."""
    return file.size.width_px * file.size.height_px


def feeds_of(
    files: Sequence[HandedFile], urls: Mapping[str, str], order: ExportOrder
) -> tuple[dict[str, bytes], list[str]]:
    """The content of each feed by its name, and what to know of them. Raises InputInvalid with every fault."""
    if not order.feeds:
        return {}, []
    faults, shown = Faults(), shown_in_feeds(files, order)
    check_fetched(urls, order, faults)
    tables, notes = dict[str, bytes](), list[str]()
    pictures = [ProductPicture(one.image.row, one.image.cell.row, urls.get(one.name, "")) for one in shown]
    for feed in order.feeds:
        column = order.handle_column if feed == "shopify" else order.sku_column
        check_column(column, feed, pictures, faults)
        products = by_product(pictures, column)
        check_products(feed, products, column, faults)
        tables[FILES[feed]] = feed_of(feed, products)
        notes += notes_of(feed, products, column, pictures)
    if "merchant" in order.feeds:
        check_marks(shown, faults)
    faults.raise_if_any()
    return tables, notes


def check_fetched(urls: Mapping[str, str], order: ExportOrder, faults: Faults) -> None:
    """Importers fetch pictures from the web."""
    if not urls:
        problem = f"name pictures by web addresses; say where {order.to} will be served: --base-url https://..., "
        faults.add("--feeds", f"{problem}or {VARIABLE} for what lies below the output folder")


def check_column(column: str, feed: Feed, pictures: Sequence[ProductPicture], faults: Faults) -> None:
    """Products are known by a column of the matrix."""
    if any(by_product(pictures, column)):
        return
    option = "--handle-column" if feed == "shopify" else "--sku-column"
    names = {squeezed(name): name for name in pictures[0].row}
    near = get_close_matches(squeezed(column), names.keys() - {squeezed(column)}, n=1)
    hint = f"did you mean {names[near[0]]}?" if near else "add it to the matrix and run the campaign again, for nothing"
    known = f"{feed} knows products by it; name yours with {option}, or {hint}"
    is_there = squeezed(column) in names
    faults.add(
        option, f"{'is empty in every row' if is_there else 'is no column of the matrix'}; {known}", value=column
    )


def check_products(feed: Feed, products: Mapping[str, Sequence[ProductPicture]], column: str, faults: Faults) -> None:
    """Each is known by something that its importer finds."""
    for key, (first, *_) in products.items():
        if problem := problem_of(feed, key):
            faults.add(f"{feed} feed", problem, first.number, column, key)
        if feed == "shopify" and not title_of(first):
            problem = "is empty, and Shopify asks for a title; fill in the column title or product"
            faults.add(f"{feed} feed", problem, first.number, "title")


def check_marks(shown: Sequence[HandedFile], faults: Faults) -> None:
    """Google takes AI-made pictures with their DigitalSourceType alone."""
    bare = [file for file in shown if not file.is_marked]
    if bare:
        problem = (
            f"{counted(len(bare), 'picture')} without the mark that Google asks of AI-made ones; say it, for nothing"
        )
        faults.add(
            "merchant feed", f"{problem}: python flows/recut_variants.py FOLDER --marks yes", bare[0].image.cell.row
        )


def notes_of(
    feed: Feed, products: Mapping[str, Sequence[ProductPicture]], column: str, pictures: Sequence[ProductPicture]
) -> list[str]:
    """What to do with a feed, and what is not in it."""
    rows = sorted({picture.number for picture in pictures} - {one.number for its in products.values() for one in its})
    notes = [TO_DO[feed]]
    if rows:
        shown = ", ".join(f"{row:,}" for row in rows[:ROWS_SHOWN]) + (" and more" if len(rows) > ROWS_SHOWN else "")
        notes.append(f"{FILES[feed]}: without {counted(len(rows), 'row')} that have no {column} ({shown})")
    left = {key: len(its) - 1 - MERCHANT_MORE_MAX for key, its in products.items() if len(its) - 1 > MERCHANT_MORE_MAX}
    if feed == "merchant" and left:
        more = ", ".join(list(left)[:ROWS_SHOWN])
        count = f"the last {sum(left.values())} of {more} are left out"
        notes.append(f"{FILES[feed]}: Google takes {MERCHANT_MORE_MAX + 1} pictures of a product; {count}")
    return notes
