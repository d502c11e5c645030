"""Texts as parts of file names."""

from functools import lru_cache

from slugify import slugify


@lru_cache(maxsize=4096)
def slug(text: str, max_chars: int, *, whole_words: bool = False) -> str:
    """`text` in lower-case Latin letters, digits and dashes; empty where it has no letter or digit.

    The transliteration is named, because `slugify` would otherwise take whichever is installed, and a cell has the
    same id on any machine. `whole_words` leaves out a word rather than cutting it.
    """
    return slugify(text, max_length=max_chars, word_boundary=whole_words, backend="text-unidecode")
