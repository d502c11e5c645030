"""Gives every cell of a plan its copy number, and the words that its id begins with."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from tasks.records.cell import DIGEST_SHOWN_CHARS, cell_digest, numbered
from tasks.records.slug import slug
from tasks.records.structured_prompt import title_of

PRODUCT_SLUG_MAX_CHARS: Final = 40
FORMAT_SLUG_MAX_CHARS: Final = 24


def readable_slug(product: str, format_name: str, languages: Sequence[str] = ()) -> str:
    """Lower-case words of product and format, joined by dashes; `image` where neither has a letter or digit.

    A prompt stands for a product that has no name; a structured one says in a sentence what it shows. Behind them comes
    the language, unless the image is for several.
    """
    parts = (
        slug(title_of(product), PRODUCT_SLUG_MAX_CHARS, whole_words=True),
        slug(format_name, FORMAT_SLUG_MAX_CHARS),
    )
    words = "-".join(filter(None, parts)) or "image"
    return f"{words}-{languages[0].lower()}" if len(languages) == 1 else words


def shortest_id(name: str, request_sha256: str, copy_number: int) -> str:
    """The shortest id that a cell may have whose id begins with these words."""
    digest = cell_digest(request_sha256, copy_number)[: DIGEST_SHOWN_CHARS[0]]
    return f"{numbered(name, copy_number)}-{digest}"


@dataclass
class Copies:
    """Remembers what was asked for."""

    _counts: Counter[bytes] = field(default_factory=Counter)

    def next_copy(self, request_sha256: str) -> int:
        """How often the request has been asked for, this time included."""
        key = bytes.fromhex(request_sha256)
        self._counts[key] += 1
        return self._counts[key]
