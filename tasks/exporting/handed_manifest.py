"""The manifest that goes along with what is handed over: a row a file, for whoever gets it.

It has no prompts and no prices: briefs are secrets, and what is handed over travels. It knows no clock, so that the
same files have the same manifest.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Final

from tasks.exporting.choose_files import HandedFile
from tasks.publishing.column_names import unique_names
from tasks.publishing.formulas import without_formula
from tasks.records.alt_text import COLUMN as ALT
from tasks.records.record import writable

MANIFEST: Final = "manifest.csv"
OF_IMAGES: Final = ("product", "format", "language")
"""Columns of the campaign's manifest that stand before what a file is, as far as it has them."""
ALSO_OF_IMAGES: Final = ("alt", "source_type", "made_by", "seed", "take", "cell_id")
"""And behind it."""


def manifest_of(files: Sequence[HandedFile], digests: Mapping[str, str], urls: Mapping[str, str]) -> bytes:
    """The manifest as CSV, as `manifest_csv` writes it; a row a file, in their order.

    `digests`: the SHA-256 of each by its name; `urls`: its web address, none where nobody has said where that is.
    """
    there = set().union(*(file.image.row for file in files))
    metadata = list(
        dict.fromkeys(name for file in files for name in file.image.cell.metadata if name.casefold() != ALT)
    )
    there -= set() if any(file.image.cell.languages for file in files) else {"language"}  # else it is the matrix's own
    first, behind = ([name for name in names if name in there] for names in (OF_IMAGES, ALSO_OF_IMAGES))
    of_files = ["variant", "width", "height", "marks", "c2pa", "label", "srcset", *(["url"] if urls else []), "sha256"]
    fixed = ["file", *first, *of_files, *behind]
    columns = unique_names([writable(name) for name in metadata], fixed, "matrix_")
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([without_formula(name) for name in (*fixed, *columns)])
    srcsets = srcsets_of(files)
    for file in files:
        size, row, url = file.size, file.image.row, [urls[file.name]] if urls else []
        says = ["yes" if file.is_marked else "", "yes" if file.is_signed else "", without_formula(file.label)]
        pixels = [str(size.width_px), str(size.height_px)]
        own = [file.variant_name, *pixels, *says, srcsets.get(file.name, ""), *url, digests[file.name]]
        said = [without_formula(writable(file.image.cell.metadata.get(name, ""))) for name in metadata]
        writer.writerow([file.name, *(row[name] for name in first), *own, *(row[name] for name in behind), *said])
    return out.getvalue().encode()


def srcsets_of(files: Sequence[HandedFile]) -> dict[str, str]:
    """Of each file whose variant has other widths, what a page's `srcset` says: those that are handed over as well."""
    names = {(file.image.cell.cell_id, file.variant_name): file.name for file in files}
    srcsets = {}
    for file in files:
        if file.variant is None or not file.variant.widths:
            continue
        widths = sorted([(one.width, one.name) for one in (file.variant, *file.variant.narrower)])
        keys = [(width, (file.image.cell.cell_id, name)) for width, name in widths]
        srcsets[file.name] = ", ".join(f"{names[key]} {width}w" for width, key in keys if key in names)
    return srcsets
