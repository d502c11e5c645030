"""What a picture shows, in words for those who do not see it: from the matrix, never from the prompt."""

import re
from typing import Final

from tasks.records.cell import Cell
from tasks.records.language import lookup

COLUMN: Final = "alt"
NAMES: Final = ("alt", "alttext")
"""How the column may be called, without case, spaces, dashes and underscores; the first goes before the second."""
DEFAULT_LANGUAGE: Final = "x-default"
"""The language of the column that names none, as XMP calls it."""

_LANGUAGE: Final = re.compile(r"([a-z]+):([a-z]{2,3}(?:-[a-z0-9]{2,8})*)")


def alt_text(cell: Cell) -> str:
    """The alternative text of a cell's image: its row's column `alt`, else `{product}, {format}`; empty without either.

    A prompt says what was wished for, and how; it describes no picture. An image that is for a language has its text in
    that, where there is one.
    """
    return alt_texts(cell).get(DEFAULT_LANGUAGE, "")


def alt_texts(cell: Cell) -> dict[str, str]:
    """The alternative text by language, none that is empty: `de` is that of `alt:de`, `x-default` the image's own."""
    texts = texts_of(cell)
    own = lookup(first_language(cell), texts)
    return {**texts, DEFAULT_LANGUAGE: texts[own]} if own else texts


def texts_of(cell: Cell) -> dict[str, str]:
    """The same, where `x-default` is of the column `alt`."""
    found: dict[tuple[str, str], str] = {}
    for header, text in cell.metadata.items():
        name, language = named(header)
        if name in NAMES and text.strip():
            found.setdefault((name, language), " ".join(text.split()))
    product = own_text(cell, "product") or cell.product
    template = ", ".join(filter(None, (" ".join(part.split()) for part in (product, cell.format))))
    texts = {DEFAULT_LANGUAGE: template} if template else {}
    for name in reversed(NAMES):
        texts |= {language: text for (column, language), text in found.items() if column == name}
    return dict(sorted(texts.items(), key=lambda one: (one[0] != DEFAULT_LANGUAGE, one[0])))


def own_text(cell: Cell, name: str) -> str:
    """What its row says in a column such as `product:de`, in the language of a cell; empty without."""
    headers = ((*named(header), text) for header, text in cell.metadata.items())
    texts = {language: text for base, language, text in headers if base == name}
    return texts.get(lookup(first_language(cell), texts) or "", "")


def first_language(cell: Cell) -> str:
    """That of a cell's texts, in small letters; empty where it has none."""
    return cell.languages[0].casefold() if cell.languages else ""


def named(header: str) -> tuple[str, str]:
    """What a column is called, squeezed, and of which language it is."""
    squeezed = re.sub(r"[\s_\-‐-―−]+", "", header.partition(":")[0]).casefold()  # noqa: RUF001  any dash is meant
    match = _LANGUAGE.fullmatch(f"{squeezed}:{header.partition(':')[2].strip().casefold()}")
    return (match[1], match[2]) if match else (squeezed if ":" not in header else "", DEFAULT_LANGUAGE)
