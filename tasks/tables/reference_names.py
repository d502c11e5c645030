"""The pictures that a field names."""

import json
import re
from typing import Final

from tasks.records.vocabulary import NAME_MAX_CHARS

_QUOTED: Final = re.compile(r"""^(["'])(.*)\1$""")


def parse_references(text: str) -> tuple[str, ...]:
    """Paths or addresses with `;` or line breaks between, or a list in JSON: commas and spaces are part of a name.

    Quotes around one are left out: Windows copies a path with them.
    """
    names = tuple(name for name in (_QUOTED.sub(r"\2", part.strip()) for part in _parts(text)) if name)
    if not names:
        raise ValueError("holds no path and no address; several have ; between")
    if any(len(name) > 2 * NAME_MAX_CHARS for name in names):
        raise ValueError(f"holds a name of more than {2 * NAME_MAX_CHARS:,} characters")
    return names


def _parts(text: str) -> list[str]:
    if text.startswith("["):
        try:
            listed = json.loads(text)
        except (ValueError, RecursionError):
            listed = None
        if isinstance(listed, list) and all(isinstance(name, str) for name in listed):
            return listed
    return re.split(r"[;\r\n]+", text)
