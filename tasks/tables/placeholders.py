"""Finds what a template has left in a text: `{product}` and its like, which nothing here fills in."""

import re
from collections.abc import Container
from typing import Final

from tasks.tables.columns import column_name
from tasks.tables.unseen import squeezed

_NAME: Final = r"(\w[\w .\-/]{0,60}?)"
_GAP: Final = r"\s{0,9}"
_TEMPLATED: Final = re.compile(
    rf"\$?\{{\{{[{{%#]?{_GAP}{_NAME}{_GAP}(?:\|[^{{}}]*)?[%#}}]?\}}\}}|\{{%.{{1,80}}?%\}}|%[sd]\b"
)
"""What only a template writes, whatever it names."""
_BRACED: Final = re.compile(rf"[$#]?\{{{_GAP}\$?([^\W\d][\w.\-]*|\d*){_GAP}\}}")
"""One word in braces, or a number, or nothing."""
_BRACKETED: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"[$#]?\{{{_GAP}{_NAME}{_GAP}\}}",
        rf"\[{{1,3}}{_GAP}{_NAME}{_GAP}\]{{1,3}}",
        rf"%{{1,3}}{_GAP}{_NAME}{_GAP}%{{1,3}}",
        rf"%\({_NAME}\)[sd]",
        rf"<{{1,3}}{_GAP}{_NAME}{_GAP}>{{1,3}}",
        rf"«{_GAP}{_NAME}{_GAP}»",
        rf"\*\|{_GAP}{_NAME}{_GAP}\|\*",
        r"\$([^\W\d]\w*)",
    )
)
"""What may be meant as it stands, unless it names a column."""
_CHOICE: Final = re.compile(r"\{[^{}\"]*\|[^{}\"]*\}")
_FILLERS: Final = re.compile(r"\b(?:your|insert|enter|the|here|name|title|text)\b", re.IGNORECASE)


def may_hold_one(text: str) -> bool:
    """Whether a sign stands in `text` that each placeholder has: a fast look."""
    return "{" in text or "[" in text or "%" in text or "<" in text or "$" in text or "«" in text or "*|" in text


def check_filled(text: str, names: Container[str], template: str | None = None) -> None:
    """Raise ValueError, with the end of a sentence, where `text` holds a placeholder.

    `template` is the column whose texts are filled in, and may stand for this one.
    """
    if found := placeholder(text, names):
        remedy = f"put it into the column {template!r} to have it filled in" if template else "write what belongs there"
        raise ValueError(
            f"still holds {found}, which nothing fills in: a text is sent as it is; {remedy}, or, if it is meant to be "
            "seen, write it in round brackets"
        )


def alternatives_in(text: str) -> str | None:
    """The first choice such as `{red|blue}` in a text that is sent as it is, where only a template makes one of it."""
    found = _CHOICE.search(text)
    return found[0] if found else None


def placeholder(text: str, names: Container[str]) -> str | None:
    """The first placeholder in `text`, if there is one: braces around one word, or any brackets around a column.

    `names` are those of the table's columns, squeezed; ours are known. `{a|b}`, `[sandbox:refuse]` and JSON are none.
    """
    for pattern in (_TEMPLATED, _BRACED):
        if found := pattern.search(text):
            return found[0]
    for pattern in _BRACKETED:
        for found in pattern.finditer(text):
            if _is_column(found[1], names) or _is_column(_FILLERS.sub("", found[1].replace("_", " ")), names):
                return found[0]
    return None


def _is_column(name: str, names: Container[str]) -> bool:
    return column_name(name) is not None or squeezed(name) in names
