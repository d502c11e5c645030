"""The pictures that rows and formats name: each is found beside its table, and read once, however many rows name it."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import PurePath
from typing import Final

from tasks.errors import InputInvalid
from tasks.planning.faults import Faults
from tasks.planning.parsed_row import ParsedRow
from tasks.records.fault import without_secrets
from tasks.records.reference import REFERENCE_COLUMNS, FoundReference, Reference
from tasks.references.look import NoPicture, look_at
from tasks.references.place import folder_of, is_whole, place_of
from tasks.references.read import read_picture
from tasks.tables.hindrance import ABSENT

AT_A_TIME: Final = 8
"""Each is held whole while it is looked at."""
ROWS_AHEAD: Final = 32


@dataclass
class References:
    """What is known of each picture, by where it lies: what was found, or why nothing was. Its bytes are not kept."""

    faults: Faults
    read: Callable[[str], bytes] = read_picture
    _known: dict[str, FoundReference | str] = field(default_factory=dict)

    def found_in_each(self, rows: Iterable[ParsedRow], table: str) -> Iterator[ParsedRow]:
        """The same of many rows. The pictures of some are looked at side by side: those in a bucket are waited for.

        Raises what `rows` raises, once the rows before it are through.
        """
        folder = folder_of(table) or ""
        with ThreadPoolExecutor(AT_A_TIME, "pictures") as pool:
            for ahead in _some_of(rows):
                names = (name for row in ahead for column in REFERENCE_COLUMNS for name in row.wishes.get(column, ()))
                places = dict.fromkeys(place_of(name, folder) for name in names if folder or is_whole(name))
                new = [place for place in places if place not in self._known]
                self._known.update(zip(new, pool.map(self._look, new), strict=True))
                for row in ahead:
                    yield self.found_in(row, table)

    def found_in(self, row: ParsedRow, table: str) -> ParsedRow:
        """`row` of `table` with the pictures that it names found; none for those that cannot be, which are faults."""
        named = {column: row.wishes[column] for column in REFERENCE_COLUMNS if column in row.wishes}
        if not named:
            return row
        folder = folder_of(table)
        found = {column: tuple(self._found(row, column, names, folder)) for column, names in named.items()}
        return row._replace(wishes=row.wishes | found)

    def listed(self) -> tuple[FoundReference, ...]:
        """Each picture that was found, once, wherever it lies."""
        found = (one for one in self._known.values() if isinstance(one, FoundReference))
        return tuple({one.reference: one for one in found}.values())

    def _found(
        self, row: ParsedRow, column: str, names: tuple[str, ...], folder: str | None
    ) -> Iterator[FoundReference]:
        for name in names:
            if folder is None and not is_whole(name):
                problem = "lies beside no table, since this one is in no folder; write its whole path or address"
                self._add(row, column, name, problem)
                continue
            place = place_of(name, folder or "")
            if place not in self._known:
                self._known[place] = self._look(place)
            known = self._known[place]
            if isinstance(known, FoundReference):
                yield known if known.typed == name else known.model_copy(update={"typed": name})
            else:
                self._add(row, column, name, _told(known, name, folder))

    def _add(self, row: ParsedRow, column: str, name: str, problem: str) -> None:
        self.faults.add_shared(row.source, problem, row.number or None, row.title(column), name)

    def _look(self, place: str) -> FoundReference | str:
        try:
            data = self.read(place)
            media_type, width_px, height_px = look_at(data)
        except NoPicture as error:
            return str(error)
        return FoundReference(
            reference=Reference(sha256=hashlib.sha256(data).hexdigest(), media_type=media_type),
            typed=place,
            place=place,
            size_bytes=len(data),
            width_px=width_px,
            height_px=height_px,
        )


def _some_of(rows: Iterable[ParsedRow]) -> Iterator[list[ParsedRow]]:
    """The rows, some at a time; those before a fault that ends them come before it."""
    waiting, fault = iter(rows), None
    while fault is None:
        ahead: list[ParsedRow] = []
        try:
            ahead.extend(islice(waiting, ROWS_AHEAD))
        except InputInvalid as invalid:
            fault = invalid
        if not ahead and fault is None:
            return
        yield ahead
    raise fault


def _told(problem: str, name: str, folder: str | None) -> str:
    """`problem` of what a table calls `name`, with where it was looked for, and what was perhaps meant."""
    if not problem.startswith(ABSENT) or is_whole(name):
        told = problem
    else:
        told = f"{problem} in {without_secrets(folder or '').rstrip('/')}, where its table lies"
    is_many = "," in name and len([part for part in name.split(",") if PurePath(part.strip()).suffix]) > 1
    return f"{told}; several pictures have ; between, and no comma" if is_many else told
