"""What a person should know of a sheet that was read: what is hidden in it, merged, or passed over."""

from collections.abc import Sequence
from typing import Final

from tasks.tables.sheet_rows import SheetRows
from tasks.workbooks.marks import cell_name

_SHOWN: Final = 3


def sheet_notes(source: str, rows: SheetRows, unread: Sequence[str]) -> list[str]:
    """Sentences about a sheet; `unread` are sheets beside it that a person can see."""
    marks = rows.marks
    found = []
    if unread:
        workbook = source.rpartition("#")[0]
        how = f"name {workbook}#{unread[0]}, as the matrix or behind --formats"
        found.append(f"was read; {_listed(unread)} was not (to read it, {how})")
    if rows.passed_over:
        found.append(f"has its column names in row {rows.header_row}; what stands above was passed over")
    if marks.hidden_rows:
        are = "1 row is hidden and was" if marks.hidden_rows == 1 else f"{marks.hidden_rows:,} rows are hidden and were"
        by = " by a filter" if marks.is_filtered else ""
        found.append(f"{are.replace('hidden', f'hidden{by}')} read as well; delete what is not meant")
    hidden = [rows.letter(n) for n in range(rows.width) if rows.first_column + n in marks.hidden_columns]
    if hidden:
        found.append(f"column {_listed(hidden)} is hidden, and was read as well")
    merged = [cell_name(*first) + ":" + cell_name(*last) for first, last in marks.merged if _touches(rows, first, last)]
    if merged:
        found.append(f"cells {_listed(merged)} are merged: the first of each holds the value, the others are empty")
    return [f"{source}: {sentence}" for sentence in found]


def _touches(rows: SheetRows, first: tuple[int, int], last: tuple[int, int]) -> bool:
    """Whether merged cells stand in the table."""
    return last[0] >= rows.header_row - 1 and first[1] < rows.first_column + rows.width


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
