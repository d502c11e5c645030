"""The second axis of a matrix: each row is made in each format, or in the one that it names."""

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any, Final

from tasks.planning.equal_rows import Duplicates
from tasks.planning.faults import Faults
from tasks.planning.parse_matrix import parse_rows
from tasks.planning.parsed_row import ParsedRow
from tasks.planning.read_header import read_header
from tasks.planning.request_rules import ONE_CHOICE
from tasks.planning.size_rules import Misfit
from tasks.records.campaign import Campaign
from tasks.records.fault import without_secrets
from tasks.records.models import OFFERS, Model
from tasks.records.table_name import split_sheet
from tasks.tables.columns import SENT_AS_TYPED, TEMPLATE_OF
from tasks.tables.open_table import Fetch
from tasks.tables.placeholders import check_filled, placeholder
from tasks.tables.share_links import whole_workbook
from tasks.tables.table_address import table_address
from tasks.tables.tables import open_table, own_formats
from tasks.tables.unseen import squeezed

NO_FORMAT: Final = ParsedRow("", 0, {}, {})


def campaign_formats(campaign: Campaign, faults: Faults, fetch: Fetch) -> tuple[Sequence[ParsedRow], list[str]]:
    """The formats of a campaign, which may stand in the matrix's own workbook, and what to note of them."""
    named, own, notes = campaign.formats, own_formats(campaign.matrix, fetch), []
    if own is not None and named is None:
        notes = [f"{without_secrets(own)}: every row is made in each of its formats, since the workbook has this sheet"]
    elif own is not None and named is not None and not _is_same(own, named):
        notes = [f"{without_secrets(own)}: was not read, since another formats table is named"]
    place = named or own
    if not place:
        return (), []
    rows, more = read_formats(place, campaign.encoding, faults, fetch)
    return rows, notes + more


def _is_same(own: str, named: str) -> bool:
    """Whether the formats table that is named is a workbook's own sheet of them."""
    (workbook, sheet), (other, other_sheet) = split_sheet(own), split_sheet(named)
    is_one = table_address(workbook) == table_address(whole_workbook(other))
    return is_one and (other_sheet is None or squeezed(other_sheet) == squeezed(sheet or ""))


def read_formats(url: str, encoding: str | None, faults: Faults, fetch: Fetch) -> tuple[list[ParsedRow], list[str]]:
    """The formats of the table at `url`, each with a name of its own, and what to note; faults are collected."""
    with open_table(url, encoding, faults.note, fetch, is_formats=True) as table:
        columns = read_header(table, faults)
        duplicates = Duplicates(table.source)
        rows = []
        for row in parse_rows(table, columns, faults, duplicates):
            if "format" in columns.known and "format" not in row.wishes:
                faults.add(row.source, "is empty; every format needs a name", row.number, "format")
            rows.append(row)
        if "format" not in columns.known:
            faults.add(table.source, "has no column 'format'; it needs one, beside aspect_ratio, style_type and such")
        elif not rows:
            faults.add(table.source, "has no formats below its header")
        else:
            _check_names(rows, faults)
    slips = [f"{table.source}: {slip}" for slip in columns.slips()]
    return rows, [*table.notes, *duplicates.notes(), *columns.notes(table.source), *slips]


def _check_names(rows: Sequence[ParsedRow], faults: Faults) -> None:
    names = Counter(row.wishes.get("format") for row in rows)
    for row in rows:
        name = row.wishes.get("format")
        if name is not None and names[name] > 1:
            problem = "names more than one format; give each a name of its own"
            faults.add(row.source, problem, row.number, "format", name)


def names_of(formats: Sequence[ParsedRow]) -> Sequence[str]:
    """The names of the formats' metadata, which a placeholder in the matrix may mean."""
    return tuple(formats[0].metadata) if formats else ()


def add_leftovers(formats: Sequence[ParsedRow], names: Container[str], faults: Faults) -> None:
    """Note the placeholders of the formats that mean a column of the matrix, of which their own table does not know."""
    for row in formats:
        for column in sorted(SENT_AS_TYPED & row.wishes.keys()):
            text = row.wishes[column]
            try:
                check_filled(text, names, TEMPLATE_OF.get(column))
            except ValueError as error:
                if placeholder(text, frozenset(map(squeezed, row.metadata))) is None:
                    faults.add(row.source, str(error), row.number, column, text)


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
    """`row` in the format `one`. What the row says goes before the format; an empty field says nothing."""
    if one is NO_FORMAT:
        return row
    metadata = row.metadata
    if one.metadata:
        metadata = one.metadata | {name: text for name, text in metadata.items() if text or name not in one.metadata}
    return row._replace(wishes=over(one.wishes, row.wishes), metadata=metadata)


def fitted(wanted: ParsedRow, row: ParsedRow, one: ParsedRow, model: Model) -> ParsedRow:
    """`row` in the format `one` without a style that only the format names, where the model takes none.

    A formats table serves rows of many models. Whoever writes style and model into one row contradicts himself.
    """
    has_style = "style_type" in wanted.wishes.keys() - row.wishes.keys() and "model" not in one.wishes
    if not has_style or "style_type" in OFFERS[model].takes:
        return wanted
    return wanted._replace(wishes={column: wish for column, wish in wanted.wishes.items() if column != "style_type"})


def over(format_wishes: Mapping[str, Any], row_wishes: Mapping[str, Any]) -> dict[str, Any]:
    """A row's wishes over a format's. Where two columns stand for one choice, the row's displaces the other."""
    wishes = {**format_wishes, **row_wishes}
    for pair in ONE_CHOICE:
        for mine, other in (pair, pair[::-1]):
            if mine in row_wishes and other not in row_wishes:
                wishes.pop(other, None)
    return wishes


def add_misfits(
    row: ParsedRow, one: ParsedRow, found: Iterable[Misfit], faults: Faults, options: Mapping[str, str | None]
) -> None:
    """Note the misfits of `row` in the format `one` (column, problem, remedy) at the place where they are to be mended.

    That is the format, unless the row itself names the value, or the model that does not take it; and the option of the
    campaign, of `options` by its column, where neither names one.
    """
    has_model = not row.wishes.keys().isdisjoint({"model", "rendering", "quality"})
    for wrong, problem, remedy in found:
        column = written_as(wrong, row, one)
        text = row.typed(column) or one.typed(column)
        if text is None and column in options:
            faults.add(f"--{column}", f"{problem}; {remedy}", value=options[column])
            continue
        if column in row.wishes or column not in one.wishes:
            faults.add(row.source, f"{problem}; {remedy}", row.number, row.title(column), text)
        elif has_model:
            whose = f"of the format {one.wishes.get('format')!r}"
            faults.add(row.source, f"{whose} {problem}; change the model or the format", row.number, column, text)
        else:
            faults.add(one.source, f"{problem}; {remedy}", one.number, one.title(column), text)


def written_as(column: str, row: ParsedRow, one: ParsedRow) -> str:
    """The column in which a text stands that is sent: that of templates, where it was filled in."""
    template = TEMPLATE_OF.get(column)
    level = next((level for level in (row, one) if not {column, template}.isdisjoint(level.wishes)), NO_FORMAT)
    return template if template in level.wishes and column not in level.wishes else column
