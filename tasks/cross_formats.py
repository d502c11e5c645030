"""The second axis of a matrix: each row is made in each format, or in the one that it names."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from tasks.clients.tables import open_table
from tasks.faults import Faults
from tasks.models.request import as_written
from tasks.parse_matrix import Duplicates, ParsedRow, parse_rows, read_header

NO_FORMAT: Final = ParsedRow("", 0, {}, {})


def read_formats(url: str, encoding: str | None, faults: Faults) -> tuple[list[ParsedRow], list[str]]:
    """The formats of the table at `url`, each with a name of its own, and what to note; faults are collected."""
    with open_table(url, encoding) as table:
        columns = read_header(table, faults)
        duplicates = Duplicates(table.source)
        rows = list(parse_rows(table, columns, faults, duplicates))
        if "format" not in columns.known:
            faults.add(table.source, "has no column 'format'; it needs one, beside aspect_ratio, style_type and such")
        elif not rows:
            faults.add(table.source, "has no formats below its header")
        else:
            _check_names(rows, faults)
    return rows, duplicates.notes()


def _check_names(rows: Sequence[ParsedRow], faults: Faults) -> None:
    names = Counter(row.wishes.get("format") for row in rows)
    for row in rows:
        name = row.wishes.get("format")
        if name is None:
            faults.add(row.source, "is empty; every format needs a name", row.number, "format")
        elif names[name] > 1:
            problem = "names more than one format; give each a name of its own"
            faults.add(row.source, problem, row.number, "format", name)


def formats_of(row: ParsedRow, formats: Sequence[ParsedRow], faults: Faults) -> Sequence[ParsedRow]:
    """The formats that `row` is to be made in: all of them, or the one that it names."""
    name = row.wishes.get("format")
    if not formats:
        return (NO_FORMAT,)
    if name is None:
        return formats
    named = [one for one in formats if one.wishes.get("format") == name]
    if not named:
        known = ", ".join(str(one.wishes["format"]) for one in formats if "format" in one.wishes)
        problem = f"is not in {formats[0].source}; use one of {known}, or leave it empty for all of them"
        faults.add(row.source, problem, row.number, "format", name)
    return named


def cross(row: ParsedRow, one: ParsedRow) -> ParsedRow:
    """`row` in the format `one`. What the row says goes before the format; an empty cell says nothing."""
    metadata = row.metadata
    if one.metadata:
        metadata = one.metadata | {name: text for name, text in metadata.items() if text or name not in one.metadata}
    return ParsedRow(row.source, row.number, over(one.wishes, row.wishes), metadata)


def over(format_wishes: Mapping[str, Any], row_wishes: Mapping[str, Any]) -> dict[str, Any]:
    """A row's wishes over a format's. Aspect ratio and resolution stand for one choice, so the row's displaces both."""
    wishes = {**format_wishes, **row_wishes}
    for mine, other in (("resolution", "aspect_ratio"), ("aspect_ratio", "resolution")):
        if mine in row_wishes and other not in row_wishes:
            wishes.pop(other, None)
    return wishes


def add_misfit(row: ParsedRow, one: ParsedRow, column: str, problem: str, faults: Faults) -> None:
    """Note that `row` in the format `one` asks for what cannot be, at the place where it is to be mended.

    That is the format, unless the row itself names the value, or the model that does not take it.
    """
    place, is_of_format = row, column in one.wishes and column not in row.wishes
    if is_of_format and row.wishes.keys().isdisjoint({"model", "rendering"}):
        place = one
    elif is_of_format:
        problem = f"of the format {one.wishes.get('format')!r} {problem}"
    value = row.wishes.get(column, one.wishes.get(column))
    text = None if value is None else as_written(str(value))
    faults.add(place.source, problem, place.number, column, text)
