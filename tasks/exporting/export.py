"""What a person asks to be handed over, and what came of it."""

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from tasks.exporting.name_pattern import DEFAULT_NAMES, checked_pattern
from tasks.records.exit_code import ExitCode
from tasks.records.money import counted
from tasks.records.record import Order, Record
from tasks.storage.public_address import checked_base

Feed = Literal["shopify", "woocommerce", "merchant"]
ARCHIVE: Final = ".zip"


def _split(given: object) -> object:
    """Words, each once; a text holds them with commas or spaces between."""
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list | tuple):
        return given
    words = (word for text in texts for word in re.split(r"[\s,;]+", str(text)))
    return tuple(dict.fromkeys(filter(None, words)))


def _named(place: str) -> str:
    if not place.strip():
        raise ValueError(
            "names no place; use a folder, a file that ends in .zip, or a URL such as s3://bucket/handover"
        )
    return place.strip()


Place = Annotated[str, AfterValidator(_named)]
Words = Annotated[tuple[str, ...], BeforeValidator(_split)]
Feeds = Annotated[tuple[Feed, ...], BeforeValidator(_split)]
Names = Annotated[str, AfterValidator(checked_pattern)]
Base = Annotated[str, AfterValidator(checked_base)]


class ExportOrder(Order):
    """What is to be handed over, and where to."""

    campaign_folder: str = Field(title="Campaign folder")
    """Folder or URL of the campaign, such as data/out/q1-launch or s3://bucket/campaigns/q1-launch."""
    to: Place = Field(title="To")
    """Where to hand it over: a folder, a file that ends in .zip, or a URL such as s3://bucket/handover. What is there
    from elsewhere is never touched."""
    names: Names = Field(default=DEFAULT_NAMES, title="Names")
    """What files are called: any column of the manifest or the matrix in braces, also {copy}, {take}, {variant} and
    {cell_id}; what may be empty stands in brackets, such as [-{colour}]; a / makes folders."""
    only: Words = Field(default=(), title="Only these variants")
    """The variants to hand over, such as og and thumb; original is the image as the API delivered it. Without any, all
    variants that the campaign lists."""
    undecided: bool = Field(default=False, title="Undecided ones too")
    """Also images that are done and on which nobody has decided; otherwise only those that somebody has kept."""
    feeds: Feeds = Field(default=(), title="Feeds")
    """Tables that shops read as they are: shopify, woocommerce, merchant (a supplemental feed of Google's)."""
    feed_variant: str | None = Field(default=None, title="Variant in feeds")
    """The variant that feeds show of each image; without one, its largest."""
    base_url: Base | None = Field(default=None, title="Public address")
    """The web address at which what is handed over will be served, where feeds are fetched from; without one, that of
    CAMPAIGN_PUBLIC_URL, where it is handed over below the output folder."""
    sku_column: str = Field(default="sku", title="Column of SKUs")
    """The matrix's column by which WooCommerce and Google know a product."""
    handle_column: str = Field(default="handle", title="Column of handles")
    """The matrix's column by which Shopify knows a product: the end of its page's address."""

    @property
    def is_archive(self) -> bool:
        """Whether it is handed over as one file."""
        return self.to.casefold().endswith(ARCHIVE)


class ExportResult(Record):
    """What was handed over."""

    name: str
    """Of the campaign."""
    folder: str
    """Its own."""
    to: str
    """Where it was handed over."""
    images: int
    files: tuple[str, ...]
    """Of the images, as they are called there, in the order of the matrix."""
    tables: tuple[str, ...]
    """The manifest and the feeds, as they are called there."""
    written: int
    """How many of all these were written; the others were there, byte for byte."""
    removed: int = 0
    """Files of an earlier export that are approved no longer."""
    undecided: int = 0
    """Images that were left out, since nobody has decided on them."""
    base_url: str | None = None
    """Under which address feeds and manifest name the files."""
    notes: tuple[str, ...] = ()
    """What to know of it."""

    @property
    def exit_code(self) -> ExitCode:
        """That of a command which has done this."""
        return ExitCode.DONE

    def sentence(self) -> str:
        """Such as `31 images in 93 files handed over, 4 of them written; 2 files removed; 12 undecided, left out`."""
        all_files = len(self.files) + len(self.tables)
        told = f"{counted(self.images, 'image')} in {counted(len(self.files), 'file')} handed over"
        written = "all was there already" if not self.written else f"{self.written:,} of {all_files:,} files written"
        told += f" with {', '.join(self.tables)}; {written}"
        told += f"; {counted(self.removed, 'file')} removed" if self.removed else ""
        return told + (f"; {self.undecided:,} undecided, left out" if self.undecided else "")
