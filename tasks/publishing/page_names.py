"""What the pages of a contact sheet are called, and how they link to what lies beside them."""

import re
from typing import Final
from urllib.parse import quote

INDEX: Final = "index.html"


def relative_href(key: str) -> str:
    """`key` as a link from the campaign's folder; no key can name a host or a scheme."""
    return quote(key.lstrip("/"), safe="/", errors="replace")


def page_key(number: int) -> str:
    """The key of a page; the first is the one that is opened."""
    return INDEX if number == 1 else f"page-{number}.html"


def is_page(key: str) -> bool:
    """Whether a page lies under `key`."""
    return key == INDEX or re.fullmatch(r"page-\d+\.html", key) is not None
