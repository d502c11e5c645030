"""Which rows of a table are equal, and which only look so."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final
from unicodedata import is_normalized

from tasks.tables.unseen import as_seen

REPEATED_SHOWN: Final = 5


def joined(texts: Iterable[str]) -> str:
    """The texts of a row as one, without white space around them. They hold no NUL, which can therefore part them."""
    return "\0".join([text.strip() for text in texts])


@dataclass
class Duplicates:
    """Knows the rows seen so far by a digest, and which later ones equal them in every column.

    White space around a text makes no difference: nobody sees it in a spreadsheet, and it would be paid for.
    """

    source: str
    repeated: list[tuple[int, int]] = field(default_factory=list)
    """(row, earlier row), the first few."""
    count: int = 0
    alike: list[tuple[int, int]] = field(default_factory=list)
    """The first few rows that are not equal and look as if they were, each with the earlier one."""
    alike_count: int = 0
    _seen: dict[bytes, int] = field(default_factory=dict)
    _odd: dict[bytes, int] = field(default_factory=dict)
    """Rows that hold what nobody sees, by the digest of what is seen."""

    def is_new(self, number: int, texts: Sequence[str]) -> bool:
        """Whether no earlier row had the same texts."""
        return self.is_new_row(number, joined(texts))

    def is_new_row(self, number: int, text: str) -> bool:
        """The same of the row's texts joined."""
        key = _digest(text)
        first = self._seen.setdefault(key, number)
        if first == number:
            if self._odd or not text.isascii() or "  " in text:
                self._compare(number, text, key)
            return True
        self.count += 1
        if len(self.repeated) < REPEATED_SHOWN:
            self.repeated.append((number, first))
        return False

    def forget(self, text: str) -> None:
        """Take the next row of the same joined texts for a new one: what is wrong with it is told as well."""
        self._seen.pop(_digest(text), None)

    def _compare(self, number: int, text: str, key: bytes) -> None:
        """Note a row that looks as an earlier one does. The two may be meant to differ, so both are made."""
        is_plain = "  " not in text and is_normalized("NFC", text) and text.replace("\0", "").isprintable()
        seen = key if is_plain else _digest("\0".join(map(as_seen, text.split("\0"))))
        earlier = self._odd.get(seen) or (None if is_plain else self._seen.get(seen))
        if not is_plain:
            self._odd.setdefault(seen, number)
        if earlier and earlier != number:
            self.alike_count += 1
            if len(self.alike) < REPEATED_SHOWN:
                self.alike.append((number, earlier))

    def notes(self) -> list[str]:
        """Sentences about what was left out, and what looks as if it should have been."""
        notes = []
        if self.count:
            were = "1 row was" if self.count == 1 else f"{self.count:,} rows were"
            rows = _listed(self.repeated, self.count)
            notes.append(f"{self.source}: {were} left out, equal to an earlier row in every column: {rows}")
        if self.alike_count:
            looks = "1 row looks" if self.alike_count == 1 else f"{self.alike_count:,} rows look"
            rows = _listed(self.alike, self.alike_count)
            problem = "the same as an earlier row, but for characters that nobody sees; all are made and paid for"
            notes.append(f"{self.source}: {looks} {problem}: {rows}")
        return notes


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def _listed(pairs: Sequence[tuple[int, int]], count: int) -> str:
    rows = ", ".join(f"row {row} (as row {first})" for row, first in pairs)
    return rows + (f" and {count - len(pairs):,} more" if count > len(pairs) else "")
