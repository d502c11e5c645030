"""Rows of a sheet's XML in which nothing is to be told or corrected: they are passed over, and need no parser.

Whoever reads a sheet for errors, formulas and what is hidden finds nothing in most rows. One that consists, byte for
byte, of cells with a number, a shared text or a text of their own is balanced in itself, so that what is left without
it is still the same document, and all that counts of it is its place.
"""

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Final

from tasks.workbooks.marks import Marks, column_letters

ROW_MAX_BYTES: Final = 1 << 20
"""A row that is longer ends the search for plain ones."""
_ROW_END: Final = b"</row>"
_DECLARED: Final = re.compile(rb"(?:\xef\xbb\xbf)?(?:<\?xml[^?<>]*\?>)?")
_OWN_TEXT: Final = r"[^<>&\x00-\x08\x0b-\x1f\xef]*"
"""No sign that means something to XML, or that it does not allow; of those above U+F000, some are not."""
_LETTERS: Final = 26


class PlainRows:
    """Parts a sheet's XML into what is to be parsed, and plain rows within the columns that are known to be filled."""

    def __init__(self, marks: Marks, styles: Collection[str]) -> None:
        """`marks`: of the sheet, as far as it has been parsed; `styles`: those whose numbers are shown otherwise."""
        self._marks = marks
        self._styles = frozenset(styles)
        self._rest = b""
        self._is_begun = self._is_over = False

    def parted(self, chunk: bytes) -> Iterator[tuple[bytes, int]]:
        """Pieces of XML to be parsed one by one, or, where that is empty, the last of the plain rows in its place."""
        data, self._rest = self._rest + chunk, b""
        if self._is_over or not self._may_be_parted(data):
            self._is_over = True
            yield data, 0
            return
        at = end = 0
        while end >= 0:
            begun, last, match = at, 0, _plain_row(self._marks.width, self._styles).match
            while found := match(data, at):
                at, last = found.end(), max(last, int(found[1]))
            if last:
                yield (b"", last) if _is_text(data[begun:at]) else (data[begun:at], 0)
            end = data.find(_ROW_END, at)
            if end >= 0:
                yield data[at : end + len(_ROW_END)], 0
                at = end + len(_ROW_END)
        self._rest = data[at:]
        self._is_over = len(self._rest) > ROW_MAX_BYTES

    def end(self) -> bytes:
        """What is left to be parsed."""
        return self._rest

    def _may_be_parted(self, data: bytes) -> bool:
        """Whether a row is one wherever it stands: not in a comment, nor in other signs than those of UTF-8."""
        declared = b"" if self._is_begun else (_DECLARED.match(data) or [b""])[0]
        self._is_begun = True
        is_known = b"encoding" not in declared or b"utf-8" in declared.lower()
        return is_known and b"<!" not in data and data.find(b"<?", len(declared)) < 0


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


@lru_cache(maxsize=256)
def _plain_row(width: int, styles: frozenset[str]) -> re.Pattern[bytes]:
    """A row with its number, of cells in the first columns; those in which nothing stands may lie further right."""
    shown = "|".join(map(re.escape, sorted(styles)))
    style = f'(?: s="(?!(?:{shown})")[0-9]+")?' if styles else '(?: s="[0-9]+")?'
    begin = rf'<c r="{_columns(width)}\1"{style}'
    number = rf'{begin}(?: t="[snb]")?><v>[-+.0-9eE]*</v></c>'
    own = rf'{begin} t="inlineStr"><is><t(?: xml:space="preserve")?>{_OWN_TEXT}</t></is></c>'
    empty = r'<c r="[A-Z]{1,3}\1"(?: s="[0-9]+")?(?: t="[a-zA-Z]+")? ?/>'
    more = r'(?: (?!r=|hidden="(?:1|true|on)")[a-zA-Z0-9:]+="[a-zA-Z0-9 .:-]*")*'
    row = rf'<row r="([1-9][0-9]{{0,6}})"{more}>(?:{empty})*+(?:{number}|{own})(?:{number}|{own}|{empty})*+</row>'
    return re.compile(row.encode("latin-1"))


def _columns(width: int) -> str:
    """The letters of the first columns, as far as they are two at most."""
    last = column_letters(min(width, _LETTERS * (_LETTERS + 1)) - 1) if width > 0 else ""
    if len(last) < len("AA"):
        return f"[A-{last}]" if last else "(?!)"
    return f"(?:[A-Z]|[A-{last[0]}][A-Z])" if last[1] == "Z" else _up_to(last)


def _up_to(last: str) -> str:
    before = f"[A-{chr(ord(last[0]) - 1)}][A-Z]|" if last[0] > "A" else ""
    return f"(?:[A-Z]|{before}{last[0]}[A-{last[1]}])"
