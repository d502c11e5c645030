"""What a picture shows, in words for those who do not see it: from the matrix, never from the prompt."""

import re
from typing import Final

from tasks.records.cell import Cell

COLUMN: Final = "alt"
NAMES: Final = ("alt", "alttext")
"""How the column may be called, without case, spaces, dashes and underscores; the first goes before the second."""
DEFAULT_LANGUAGE: Final = "x-default"
"""The language of the column that names none, as XMP calls it."""

_LANGUAGE: Final = re.compile(r"([a-z]+):([a-z]{2,3}(?:-[a-z0-9]{2,8})*)")


def alt_text(cell: Cell) -> str:
    """The alternative text of a cell's image: its row's column `alt`, else `{product}, {format}`; empty without either.

    A prompt says what was wished for, and how; it describes no picture.
    """
    return alt_texts(cell).get(DEFAULT_LANGUAGE, "")


def alt_texts(cell: Cell) -> dict[str, str]:
    """The alternative text by language: `x-default` of the column `alt`, `de` of `alt:de`; none that is empty."""
    found: dict[tuple[str, str], str] = {}
    for header, text in cell.metadata.items():
        name, language = named(header)
        if name in NAMES and text.strip():
            found.setdefault((name, language), " ".join(text.split()))
    template = ", ".join(filter(None, (" ".join(part.split()) for part in (cell.product, cell.format))))
    texts = {DEFAULT_LANGUAGE: template} if template else {}
    for name in reversed(NAMES):
        texts |= {language: text for (column, language), text in found.items() if column == name}
    return dict(sorted(texts.items(), key=lambda one: (one[0] != DEFAULT_LANGUAGE, one[0])))


def named(header: str) -> tuple[str, str]:
    """What a column is called, squeezed, and of which language it is."""
    squeezed = re.sub(r"[\s_\-‐-―−]+", "", header.partition(":")[0]).casefold()  # noqa: RUF001  any dash is meant
    match = _LANGUAGE.fullmatch(f"{squeezed}:{header.partition(':')[2].strip().casefold()}")
    return (match[1], match[2]) if match else (squeezed if ":" not in header else "", DEFAULT_LANGUAGE)
