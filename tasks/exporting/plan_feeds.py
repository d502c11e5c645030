"""The feeds that are asked for, checked before anything is written: addresses, products, one picture of each image."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Final

from tasks.exporting.choose_files import HandedFile
from tasks.exporting.export import ExportOrder, Feed
from tasks.exporting.feed_pictures import by_language, shown_in
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
from tasks.storage.public_address import VARIABLE
from tasks.tables.unseen import squeezed

ROWS_SHOWN: Final = 5


def feeds_of(
    files: Sequence[HandedFile], urls: Mapping[str, str], order: ExportOrder
) -> tuple[dict[str, bytes], list[str]]:
    """The content of each feed by its name, and what to know of them. Raises InputInvalid with every fault.

    A campaign of several languages has a feed for each.
    """
    faults, tables, notes = Faults(), dict[str, bytes](), dict[str, None]()
    if order.feeds:
        check_fetched(urls, order, faults)
    for feed in order.feeds:
        shown = shown_in(feed, files, order.feed_variant)
        column = order.handle_column if feed == "shopify" else order.sku_column
        for language, pictures in by_language(shown, urls).items():
            check_column(column, feed, pictures, faults)
            products = by_product(pictures, column)
            check_products(feed, products, column, faults)
            tables[named(feed, language)] = feed_of(feed, products)
            left_out = left_out_of(products, column, pictures, is_bounded=feed == "merchant")
            notes |= dict.fromkeys([TO_DO[feed], *(f"{named(feed, language)}: {what}" for what in left_out)])
        if feed == "merchant":
            check_marks(shown, faults)
            notes |= dict.fromkeys(notes_of_labels(shown))
    faults.raise_if_any()
    return tables, list(notes)


def named(feed: Feed, language: str) -> str:
    """What a feed is called where it is handed over."""
    stem, dot, ending = FILES[feed].rpartition(".")
    return f"{stem}-{language}{dot}{ending}" if language else FILES[feed]


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


def notes_of_labels(shown: Sequence[HandedFile]) -> list[str]:
    """Google takes no texts that are laid over a picture, and may take a label for one."""
    count = sum(bool(file.label) for file in shown)
    what = f"{FILES['merchant']}: {counted(count, 'picture')} with a visible label; Google takes no texts on pictures"
    return [f"{what}, so hand over a variant without one as well, which is shown instead"] if count else []


def left_out_of(
    products: Mapping[str, Sequence[ProductPicture]],
    column: str,
    pictures: Sequence[ProductPicture],
    *,
    is_bounded: bool,
) -> list[str]:
    """What is not in a feed; `is_bounded`, it takes so many pictures of a product and no more."""
    notes = []
    rows = sorted({picture.number for picture in pictures} - {one.number for its in products.values() for one in its})
    if rows:
        shown = ", ".join(f"{row:,}" for row in rows[:ROWS_SHOWN]) + (" and more" if len(rows) > ROWS_SHOWN else "")
        which = f"row {shown}, which has" if len(rows) == 1 else f"rows {shown}, which have"
        notes.append(f"without {which} no {column}")
    left = {key: len(its) - 1 - MERCHANT_MORE_MAX for key, its in products.items() if len(its) - 1 > MERCHANT_MORE_MAX}
    if left and is_bounded:
        count = f"the last {sum(left.values())} of {', '.join(list(left)[:ROWS_SHOWN])} are left out"
        notes.append(f"Google takes {MERCHANT_MORE_MAX + 1} pictures of a product; {count}")
    return notes
