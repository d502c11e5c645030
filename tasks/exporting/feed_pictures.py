"""Which picture of each image feeds show, in which language, and at which address."""

from collections.abc import Mapping, Sequence
from typing import Final

from tasks.errors import InputInvalid
from tasks.exporting.choose_files import HandedFile
from tasks.exporting.export import ExportOrder, Feed
from tasks.exporting.feeds import ProductPicture
from tasks.records.alt_text import DEFAULT_LANGUAGE, alt_texts
from tasks.records.cell import Cell
from tasks.records.language import lookup
from tasks.storage.public_address import public_base

TAKEN: Final = ("webp", "jpeg", "png")
"""Formats that all three importers take."""
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


def shown_in(feed: Feed, files: Sequence[HandedFile], variant: str | None) -> list[HandedFile]:
    """Of each image the file that a feed shows: of the `variant` that is named, else its largest.

    Google takes no pictures with a text laid over them, so that a variant without a label goes before one with it.
    Raises InputInvalid where there is none.
    """
    names = list(dict.fromkeys(file.variant_name for file in files))
    if variant is not None and variant not in names:
        problem = f"is not handed over; use {', '.join(names)}"
        raise InputInvalid.of(source="--feed-variant", value=variant, problem=problem)
    of_images: dict[str, list[HandedFile]] = {}
    for file in files:
        if is_taken(file) and variant in {None, file.variant_name}:
            of_images.setdefault(file.image.cell.cell_id, []).append(file)
    if not of_images:
        problem = "find no picture that shops take; hand over a variant as WebP, JPEG or PNG"
        raise InputInvalid.of(source="--feeds", problem=problem)
    return [max(its, key=lambda one: (feed == "merchant" and not one.label, area(one))) for its in of_images.values()]


def is_taken(file: HandedFile) -> bool:
    """Whether importers take its format, and it is a cut: an original carries none of our marks."""
    return file.variant is not None and file.variant.format in TAKEN


def area(file: HandedFile) -> int:
    """In pixels."""
    return file.size.width_px * file.size.height_px


def by_language(shown: Sequence[HandedFile], urls: Mapping[str, str]) -> dict[str, list[ProductPicture]]:
    """The pictures of each language, since shops have a feed for each; under an empty text where there is but one."""
    languages = list(dict.fromkeys(tag for file in shown for tag in file.image.cell.languages))
    if len(languages) <= 1:
        return {"": [picture_of(file, urls, "") for file in shown]}
    return {
        tag: [picture_of(file, urls, tag) for file in shown if tag in (file.image.cell.languages or [tag])]
        for tag in languages
    }


def picture_of(file: HandedFile, urls: Mapping[str, str], language: str) -> ProductPicture:
    """A file as a feed shows it, with its alternative text in a language."""
    image = file.image
    return ProductPicture(image.row, image.cell.row, urls.get(file.name, ""), alt_in(image.cell, language))


def alt_in(cell: Cell, language: str) -> str:
    """The alternative text of an image in a language, else its own."""
    texts = alt_texts(cell)
    return texts.get(lookup(language.casefold(), texts) or DEFAULT_LANGUAGE, "")
