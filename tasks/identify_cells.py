"""Gives every cell of a plan its copy number and its id."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from tasks.models.cell import cell_digest
from tasks.models.slug import slug

PRODUCT_SLUG_MAX_CHARS: Final = 40
FORMAT_SLUG_MAX_CHARS: Final = 24
DIGEST_SHOWN_CHARS: Final = (8, 16, 64)


def readable_slug(product: str, format_name: str) -> str:
    """Lower-case words of product and format, joined by dashes; `image` where neither has a letter or digit."""
    parts = (slug(product, PRODUCT_SLUG_MAX_CHARS, whole_words=True), slug(format_name, FORMAT_SLUG_MAX_CHARS))
    return "-".join(filter(None, parts)) or "image"


@dataclass
class Identities:
    """Remembers what was asked for and which ids are taken."""

    _copies: Counter[bytes] = field(default_factory=Counter)
    _taken: set[str] = field(default_factory=set)

    def next_copy(self, request_sha256: str) -> int:
        """How often the request has been asked for, this time included."""
        key = bytes.fromhex(request_sha256)
        self._copies[key] += 1
        return self._copies[key]

    def cell_id(self, name: str, request_sha256: str, copy_number: int) -> str:
        """`name` and the first 8 digits of the cell's digest; more of them where two cells would share those."""
        digest = cell_digest(request_sha256, copy_number)
        cell_id = next(free for n in DIGEST_SHOWN_CHARS if (free := f"{name}-{digest[:n]}") not in self._taken)
        self._taken.add(cell_id)
        return cell_id
