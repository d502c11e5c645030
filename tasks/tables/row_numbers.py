"""The columns in which pandas and R number the rows of what they write: they hold nothing of anybody's."""

import re
from collections.abc import Collection, Sequence
from itertools import chain, islice
from typing import Final

from tasks.errors import InputInvalid
from tasks.records.fault import Fault
from tasks.tables.columns import column_name
from tasks.tables.reading import Reading, Rows
from tasks.tables.unseen import is_blank

_UNNAMED: Final = re.compile(r"Unnamed: 0(?:\.\d+)*")
_LEVEL: Final = re.compile(r"__index_level_\d+__|__null_dask_index__")
_NUMBER: Final = re.compile(r"0|[1-9]\d{0,8}")
"""A row's number: an article's may begin with a zero, or be longer."""
_LOOKED_AT: Final = 100


def without_row_numbers(reading: Reading, header: Sequence[str], rows: Rows) -> tuple[tuple[str, ...], Rows, list[str]]:
    """Header and rows without such columns, and a note about each.

    Whether a column only numbers the rows is judged by the first hundred of them, and a later one that does not fit is
    told.
    """
    candidates = [n for n, name in enumerate(header) if _may_number(name, n, header, reading.indexes)]
    if not candidates:
        return tuple(header), rows, []
    first, rows = _peeked(rows)
    left_out = [n for n in candidates if _only_numbers(header[n], [texts[n] for texts in first])]
    notes = [
        f"{reading.source}: column {n + 1}{f' ({header[n]})' * (not is_blank(header[n]))} only numbers the rows, "
        "and is left out"
        for n in left_out
    ]
    return _without(tuple(header), left_out), _rows_without(reading, header, rows, left_out), notes


def _may_number(name: str, position: int, header: Sequence[str], indexes: Collection[str]) -> bool:
    if column_name(name):
        return False
    is_first = all(map(is_blank, header[: position + 1]))
    return is_first or name in indexes or bool(_UNNAMED.fullmatch(name) or _LEVEL.fullmatch(name))


def _peeked(rows: Rows) -> tuple[list[tuple[str, ...]], Rows]:
    """The texts of the first rows, and all rows; what is raised among the first is raised when it is their turn."""
    first = []
    try:
        for row in islice(rows, _LOOKED_AT):
            first.append(row)  # noqa: PERF402  those before an error are kept
    except InputInvalid as invalid:
        return [texts for _, texts in first], chain(first, _raising(invalid))
    return [texts for _, texts in first], chain(first, rows)


def _raising(invalid: InputInvalid) -> Rows:
    raise invalid
    yield


def _only_numbers(name: str, texts: Sequence[str]) -> bool:
    """Whether all texts are whole numbers, and there are some; those of a table that was sorted or filtered jump.

    With a name of a person's, numbers that do not count from 0 or 1 may be articles.
    """
    if _LEVEL.fullmatch(name):
        return True
    filled = [text.strip() for text in texts if text.strip()]
    if not filled or not all(map(_NUMBER.fullmatch, filled)):
        return False
    if is_blank(name) or _UNNAMED.fullmatch(name):
        return True
    return any(filled == [str(start + n) for n in range(len(filled))] for start in (0, 1))


def _rows_without(reading: Reading, header: Sequence[str], rows: Rows, left_out: Sequence[int]) -> Rows:
    for number, texts in rows:
        for n in left_out:
            if texts[n].strip() and not _NUMBER.fullmatch(texts[n].strip()) and not _LEVEL.fullmatch(header[n]):
                problem = f"is in column {n + 1}, which only numbers the rows above it; give the column a name"
                reading.report(Fault(source=reading.source, row=number, value=texts[n], problem=problem))
        yield number, _without(texts, left_out)


def _without(texts: tuple[str, ...], left_out: Sequence[int]) -> tuple[str, ...]:
    for n in reversed(left_out):
        texts = texts[:n] + texts[n + 1 :]
    return texts
