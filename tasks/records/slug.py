"""Texts as parts of file names."""

import re
from functools import lru_cache
from typing import Final

from slugify import slugify

_WORD_MAX_CHARS: Final = 1000
_DEVICE: Final = re.compile(r"(con|prn|aux|nul|(com|lpt)[0-9])", re.IGNORECASE)


def is_device(name: str) -> bool:
    """Whether Windows takes a file or a folder of this name for a device, whatever its ending."""
    return _DEVICE.fullmatch(name.partition(".")[0].strip()) is not None


def word(name: str) -> str:
    """A name as a word that another spelling of it, in dashes or spaces, gives as well."""
    return slug(name, _WORD_MAX_CHARS)


@lru_cache(maxsize=4096)
def slug(text: str, max_chars: int, *, whole_words: bool = False) -> str:
    """`text` in lower-case Latin letters, digits and dashes; empty where it has no letter or digit.

    The transliteration is named, because `slugify` would otherwise take whichever is installed, and a cell has the
    same id on any machine. `whole_words` leaves out a word rather than cutting it.
    """
    return slugify(text, max_length=max_chars, word_boundary=whole_words, backend="text-unidecode")
