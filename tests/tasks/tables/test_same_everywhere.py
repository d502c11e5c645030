"""A table is the same table in whatever file it is kept."""

import io
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.teletype import addTextToElement
from odf.text import P

from tests.matrices import a_file, as_csv, plan_of

LETTERS = st.characters(
    codec="utf-8", categories=("L", "N", "P", "S", "Zs"), exclude_characters="\"'{}[]<>%$«»|#=+-@\\`_"
)
"""Signs that are judged by where they stand (quotes, placeholders, formulas) have tests of their own."""
WORDS = (
    st.text(LETTERS, min_size=1, max_size=12)
    .map(str.strip)
    .filter(lambda word: word.isprintable() and any(map(str.isalnum, word)))
)
TEXTS = st.one_of(
    st.sampled_from(["00123", "NA", "None", "true", "1.0", "1e5", "16:09", "2026-03-01", "null", "5%", "a & b <c>"]),
    WORDS,
    st.lists(WORDS, min_size=2, max_size=3).map("\n".join).filter(lambda text: "," not in text),  # or it seems two rows
    st.lists(WORDS, min_size=2, max_size=4).map("  ".join),
)
ROWS = st.lists(
    st.tuples(WORDS, TEXTS, st.one_of(st.just(""), TEXTS), st.integers(0, 99).map(str)), min_size=1, max_size=5
)
HEADERS = st.sampled_from(
    [
        ("product", "prompt", "note", "seed"),
        ("product", "prompt", "prompt: DE", "seed"),
        ("product", "headline", "headline: DE", "seed"),
    ]
)


def as_xlsx(rows: list[tuple[str, ...]]) -> bytes:
    """By openpyxl, with texts in their cells."""
    out, book = io.BytesIO(), openpyxl.Workbook()
    for number, texts in enumerate(rows, start=1):
        for column, text in enumerate(texts, start=1):
            cell = book.worksheets[0].cell(number, column)
            cell.value, cell.data_type = text, "s"
    book.save(out)
    return out.getvalue()


def as_shared_xlsx(rows: list[tuple[str, ...]]) -> bytes:
    """By XlsxWriter, with shared texts."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, texts in enumerate(rows):
            for column, text in enumerate(texts):
                sheet.write_string(number, column, text)
    return out.getvalue()


def as_ods(rows: list[tuple[str, ...]]) -> bytes:
    """By odfpy, a paragraph each line."""
    document, table, out = OpenDocumentSpreadsheet(), Table(name="S"), io.BytesIO()
    for texts in rows:
        row = TableRow()
        for text in texts:
            cell = TableCell(valuetype="string") if text else TableCell()
            for line in text.split("\n") if text else ():
                paragraph = P()
                addTextToElement(paragraph, line)
                cell.addElement(paragraph)
            row.addElement(cell)
        table.addElement(row)
    document.spreadsheet.addElement(table)
    document.write(out)
    return out.getvalue()


def as_parquet(rows: list[tuple[str, ...]]) -> bytes:
    """Columns of strings."""
    out, (header, *below) = io.BytesIO(), rows
    columns = [pa.array([texts[n] for texts in below], pa.string()) for n in range(len(header))]
    pq.write_table(pa.table(dict(zip(header, columns, strict=True))), out)
    return out.getvalue()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(header=HEADERS, rows=ROWS)
def test_any_texts_plan_to_the_same_cells_in_any_file(
    tmp_path: Path, header: tuple[str, ...], rows: list[tuple[str, ...]]
) -> None:
    """Ids, languages and what templates make of them included, whoever wrote the file."""
    table, asked = [header, *rows], {"languages": "en,de", "language_fallback": True}
    if "headline" in header:
        asked["template"] = "{product}[ on {headline}], number {seed} {of its|of a} kind"
    files = {
        "m.csv": as_csv(table),
        "m.tsv": as_csv(table, "\t"),
        "m.xlsx": as_xlsx(table),
        "shared.xlsx": as_shared_xlsx(table),
        "m.ods": as_ods(table),
        "m.parquet": as_parquet(table),
    }
    plans = {name: plan_of(a_file(tmp_path, content, name), **asked).cells for name, content in files.items()}
    assert plans["m.csv"]
    for name, cells in plans.items():
        assert cells == plans["m.csv"], name
