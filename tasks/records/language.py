"""Languages by their tags (BCP 47), as people write them, and which text is meant where one is asked for."""

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Final

from langcodes import Language, standardize_tag, tag_is_valid

TAG_MAX_CHARS: Final = 35
EXAMPLES: Final = "such as en, de, pt-BR or zh-Hant"
_TAG: Final = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*", re.IGNORECASE)
_BESIDE: Final = re.compile(r"(.*?\w)[\s_.(\[/-]+([a-z]{2,3}(?:[-_][a-z]{2,4})?)[)\]]?", re.IGNORECASE)
_LIKE: Final = re.compile("(.*\\S)\\s*[:\uff1a]\\s*([a-z]{2,3}(?:[-_][a-z0-9]*)*)", re.IGNORECASE)
_COLON: Final = re.compile("[:\uff1a]")
_NONE: Final = frozenset({"und", "mul", "mis", "zxx"})
"""Tags of no language, of several, and of what is without words."""
_NOWHERE: Final = "zz"
"""The country that is none."""


@lru_cache(maxsize=4096)
def parse_language(text: str) -> str:
    """The tag that is meant, as it is mostly written: `pt-BR` of `PT_br`.

    Raises ValueError with the end of a sentence.
    """
    tag = text.strip().replace("_", "-")
    if not _TAG.fullmatch(tag) or len(tag) > TAG_MAX_CHARS or not tag_is_valid(tag):
        raise ValueError(f"holds {text.strip()!r}, which is no language{_meant(tag)}; write tags {EXAMPLES}")
    found = standardize_tag(tag)
    if found.partition("-")[0] in _NONE:
        raise ValueError(f"holds {text.strip()!r}, which names no language; write tags {EXAMPLES}")
    return found


def fault_of(text: str) -> str:
    """What is wrong with a tag, as the end of a sentence; empty where nothing is."""
    try:
        parse_language(text)
    except ValueError as error:
        return str(error)
    return ""


def _meant(tag: str) -> str:
    """What a tag may be a slip for: people write a country's code for its language's."""
    if len(tag) != 2 or not tag.isalpha() or not tag_is_valid(f"und-{tag}"):  # noqa: PLR2004  as those of countries
        return ""
    found = Language.get(f"und-{tag}").maximize().language
    return f" but a country: did you mean {found!r}?" if found and tag.lower() != _NOWHERE else ""


def parse_languages(text: str) -> tuple[str, ...]:
    """Tags with commas, white space or such between, or a list of them in JSON, each once. Raises ValueError."""
    listed = re.sub(r"[\[\]\"']", " ", text)
    found = dict.fromkeys(parse_language(part) for part in re.split(r"[\s,;/|&+]+", listed) if part)
    if not found:
        raise ValueError(f"names no language; write tags {EXAMPLES}, with commas between")
    return tuple(found)


@lru_cache(maxsize=4096)
def of_header(header: str) -> tuple[str, str]:
    """What a column such as `headline:de` is called without its language, and that; two empty texts of any other.

    A word behind a colon that is no language is part of the name, as in `note: internal`.
    """
    *before, last = _COLON.split(header)
    base = header[: len(header) - len(last) - 1].strip()
    if not before or not base:
        return "", ""
    try:
        return base, parse_language(last)
    except ValueError:
        return "", ""


def like_a_tag(header: str) -> tuple[str, str]:
    """The same of a column whose colon is followed by what might be a tag and is none, such as `headline:jp`."""
    found = _LIKE.fullmatch(header.strip())
    return (found[1], found[2]) if found and not of_header(header)[1] else ("", "")


@lru_cache(maxsize=4096)
def meant_by(header: str) -> tuple[str, str]:
    """The same of a header that may be meant so, as `Headline (DE)`, `headline_de` or `headline pt-BR`."""
    found = _BESIDE.fullmatch(header.strip())
    return of_header(f"{found[1]}:{found[2]}") if found else ("", "")


def lookup(wanted: str, there: Collection[str]) -> str | None:
    """The tag of those that are there that serves who wants `wanted`: itself, else one of less detail (RFC 4647, 3.4).

    So `de` serves `de-AT`, and nothing but itself serves `de`.
    """
    parts = wanted.split("-")
    return next((tag for end in range(len(parts), 0, -1) if (tag := "-".join(parts[:end])) in there), None)
