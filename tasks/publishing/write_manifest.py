"""The manifest: one row a cell, in matrix order; as CSV and Parquet for scripts, as a workbook for people.

Text that is missing is empty text in the first two; only seeds and times can be null. Read the CSV with
`pandas.read_csv(path, dtype=str, keep_default_na=False)`, or a metadata value such as `NA` becomes a gap.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pandas as pd

from tasks.publishing.column_names import unique_names
from tasks.publishing.column_readers import (
    Reader,
    Value,
    copy_reader,
    metadata_reader,
    review_or_awaited,
    srcset_reader,
    variant_reader,
)
from tasks.publishing.copy_number import numbered_copies
from tasks.publishing.formulas import without_formula
from tasks.publishing.manifest_columns import ASKED, CAME_OUT, COPY, MARKS, NOTHING, NUMBERS, REVIEWED, TIMES
from tasks.publishing.manifest_workbook import manifest_workbook
from tasks.records.alt_text import COLUMN as ALT
from tasks.records.answer import SEED_LIMIT
from tasks.records.cell import Cell
from tasks.records.outcome import Outcome, of_each
from tasks.records.record import writable
from tasks.records.variant import Variant


def manifest_frame(
    cells: Sequence[Cell], outcomes: Mapping[str, Outcome], variants: Sequence[Variant], *, is_held: bool = False
) -> pd.DataFrame:
    """One row a cell, in the order of `cells`; `outcomes` by cell_id, and a cell that has none is `pending`.

    `is_held`: images on which nobody has decided are awaited to be.

    Times are cut to milliseconds, so that the CSV and the Parquet file say the same.
    """
    readers = _readers(cells, variants) | ({"review": review_or_awaited} if is_held else {})
    rows = list(of_each(cells, outcomes))
    shown = {name: [_shown(name, read, *row) for row in rows] for name, read in readers.items()}
    return pd.DataFrame({name: _typed(name, values) for name, values in shown.items()})


def _readers(cells: Sequence[Cell], variants: Sequence[Variant]) -> dict[str, Reader]:
    """How to read each column, in the order of the columns."""
    # Of campaigns that have languages; in others a column of this name is the matrix's own.
    spoken: dict[str, Reader] = {"language": lambda cell, _: cell.language} if any(c.languages for c in cells) else {}
    fixed = [*ASKED, *CAME_OUT, COPY, *REVIEWED, *MARKS, *spoken]
    cuts = unique_names([variant.name for variant in variants], fixed, "variant_")
    sets = [variant for variant in variants if variant.widths]
    set_names = unique_names([f"{variant.name}_srcset" for variant in sets], [*fixed, *cuts], "variant_")
    metadata = list(dict.fromkeys(name for cell in cells for name in cell.metadata if name.casefold() != ALT))
    names = unique_names([writable(name) for name in metadata], [*fixed, *cuts, *set_names], "matrix_")
    return {
        **ASKED,
        **{column: variant_reader(variant.name) for column, variant in zip(cuts, variants, strict=True)},
        **CAME_OUT,
        COPY: copy_reader(numbered_copies(cells)),
        **REVIEWED,
        **MARKS,
        **spoken,
        **{column: srcset_reader(one) for column, one in zip(set_names, sets, strict=True)},
        **{column: metadata_reader(name) for column, name in zip(names, metadata, strict=True)},
    }


def _shown(name: str, read: Reader, cell: Cell, outcome: Outcome) -> Value:
    """What a record says in one column; nothing where that fits no column, since one record must not cost the others.

    Text has `?` for half a character.
    """
    try:
        value = read(cell, outcome)
        if isinstance(value, datetime):
            return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
        if isinstance(value, int) and not -SEED_LIMIT <= value < SEED_LIMIT:
            return NOTHING[name]
        return writable(value) if isinstance(value, str) else value
    except (ArithmeticError, ValueError):
        return NOTHING.get(name, "")


def _typed(name: str, values: list[Value]) -> pd.Series:
    if name in TIMES:
        return pd.Series(pd.to_datetime(pd.Series(values, dtype=object), utc=True)).dt.as_unit("ms")
    return pd.Series(values, dtype=NUMBERS.get(name, "string"))


def manifest_parquet(frame: pd.DataFrame) -> bytes:
    """The manifest as Parquet: real types, times in milliseconds of UTC, no index column."""
    return frame.to_parquet(None, engine="pyarrow", index=False)


def manifest_csv(frame: pd.DataFrame) -> bytes:
    r"""The manifest as CSV by RFC 4180: UTF-8, commas, lines that end in `\r\n`, quotes where they are needed.

    No byte order mark: a script that reads the first column by its name must find it; what opens by a double click is
    the workbook beside it. Text that a spreadsheet would run gets a leading `'`.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file)  # its \r\n also makes it quote a lone \r, which it passes over with \n
    writer.writerow([without_formula(str(name)) for name in frame.columns])
    writer.writerows(zip(*(_csv_texts(frame[name]) for name in frame.columns), strict=True))
    return file.getvalue().encode()


def manifest_xlsx(frame: pd.DataFrame) -> bytes:
    """The manifest as an Excel workbook, for a double click: commas are no delimiter to a German Excel."""
    columns = [frame[name].astype(object).where(frame[name].notna(), None).tolist() for name in frame.columns]
    return manifest_workbook([str(name) for name in frame.columns], zip(*columns, strict=True))


def _csv_texts(column: pd.Series) -> list[str]:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        microseconds = column.dt.strftime("%Y-%m-%dT%H:%M:%S.%f").fillna("")
        return [f"{time[:-3]}Z" if time else "" for time in microseconds.tolist()]
    if isinstance(column.dtype, pd.StringDtype):
        return [without_formula(text) for text in column.tolist()]
    return ["" if number is pd.NA else _number(number) for number in column.tolist()]


def _number(number: float) -> str:
    """Whole as it is; money to the cent and, where there is more, to six decimals, never as `1e-06`."""
    if isinstance(number, int):
        return str(number)
    cents, more = f"{number:.6f}"[:-4], f"{number:.6f}"[-4:]
    return cents + more.rstrip("0")
