"""The workbook opens by a double click, says what the CSV says, and runs nothing."""

import io
import re
from datetime import UTC, datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.publishing.manifest_workbook import CUT_OFF, TEXT_MAX_UNITS, manifest_workbook
from tasks.publishing.write_manifest import manifest_csv, manifest_frame, manifest_xlsx
from tasks.records.variant import DEFAULT_VARIANTS
from tests.factories import STARTED_AT, a_cell, a_request, an_original, an_outcome
from tests.tasks.publishing.test_write_manifest import read_csv


def sheet_of(content: bytes):
    """The one sheet of a workbook, read by another library than the one that wrote it."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["manifest"]
    return book.active


def one_value(value):
    """What a cell with this value comes back as, and its kind: s a text, f a formula, n a number, d a time."""
    cell = sheet_of(manifest_workbook(["name"], [[value]])).cell(2, 1)
    return cell.value, cell.data_type


def test_it_says_what_the_csv_says():
    """The same columns, rows in the same order; numbers are numbers and times are times."""
    cells = [a_cell(a_request('ü, 茶; "x"\n2', seed=0), metadata={"sku": "00123", "n": "NA"}), a_cell(copy_number=2)]
    frame = manifest_frame(cells, {cells[0].cell_id: an_outcome(cells[0])}, DEFAULT_VARIANTS)
    sheet = sheet_of(manifest_xlsx(frame))
    header, first, second = ([cell.value for cell in row] for row in sheet.rows)
    rows = read_csv(manifest_csv(frame))
    assert header == list(rows[0])
    told = dict(zip(header, first, strict=True))
    texts = ("cell_id", "prompt", "og", "sku", "n", "status", "alt")
    assert {name: told[name] for name in texts} == {name: rows[0][name] for name in texts}
    assert (told["row"], told["seed"], told["cost_usd"], told["copy_number"]) == (2, 0, 0.08, 1)
    assert told["started_at"] == STARTED_AT.replace(tzinfo=None)
    assert [second[header.index(name)] for name in ("seed", "started_at", "original", "status")] == [
        None,
        None,
        None,
        "pending",
    ]
    assert (sheet.freeze_panes, sheet.auto_filter.ref.partition(":")[0]) == ("B2", "A1")


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@x", "{=1}", '=HYPERLINK("http://x")', "http://x/", "1e5", "'=1"]
)
def test_no_text_is_anything_but_text(text):
    """Neither a formula nor a link nor a number, and without a quote more than was typed."""
    assert one_value(text) == (text, "s")
    cell = sheet_of(manifest_workbook(["n"], [[text]])).cell(2, 1)
    assert cell.hyperlink is None
    assert cell.quotePrefix, "edited and left, it would become a formula"


def test_a_header_is_text_as_well():
    """A column of the matrix may be called anything."""
    cell = sheet_of(manifest_workbook(["=1+1"], [])).cell(1, 1)
    assert (cell.value, cell.data_type) == ("=1+1", "s")


@pytest.mark.parametrize("text", ["x" * TEXT_MAX_UNITS, "x" * (TEXT_MAX_UNITS + 1), "😀" * 20_000])
def test_what_is_too_long_for_a_cell_is_cut_and_says_so(text):
    """Otherwise Excel would call the file damaged; it counts UTF-16 units."""
    told, _ = one_value(text)
    assert len(told.encode("utf-16-le")) <= 2 * TEXT_MAX_UNITS
    assert told == text or (told.endswith(CUT_OFF) and text.startswith(told.removesuffix(CUT_OFF)))
    assert (told == text) == (len(text) == TEXT_MAX_UNITS)


def test_a_seed_keeps_all_its_digits():
    """Excel's numbers have fifteen."""
    assert one_value(2**53 + 1) == (str(2**53 + 1), "s")
    assert one_value(2**31 - 1) == (2**31 - 1, "n")


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan"), datetime(1, 1, 1, tzinfo=UTC)])
def test_what_excel_has_no_number_for_is_text(value):
    """One odd record does not cost the manifest."""
    assert one_value(value) == (str(value), "s")


def test_the_last_time_of_all_is_one():
    """Whose year has four digits."""
    assert one_value(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))[1] == "d"


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20))
def test_any_text_makes_a_file_that_opens(text):
    """Control characters and what XML does not have included."""
    told, kind = one_value(text)
    assert kind == "s"
    told = re.sub(r"_x([0-9A-F]{4})_", lambda code: chr(int(code[1], 16)), told)  # as Excel does, and openpyxl does not
    assert "".join(told.split()) == "".join(text.replace("\ufffe", "?").replace("\uffff", "?").split())


def test_the_same_manifest_is_the_same_bytes():
    """Publishing again changes nothing."""
    cell = a_cell()
    outcome = an_outcome(cell, original=an_original(cell, seed=2**60), started_at=datetime(2026, 8, 5, tzinfo=UTC))
    assert len({manifest_xlsx(manifest_frame([cell], {cell.cell_id: outcome}, ())) for _ in range(2)}) == 1


def test_a_campaign_without_cells_is_a_workbook():
    """With its header."""
    assert sheet_of(manifest_xlsx(manifest_frame([], {}, ()))).max_row == 1
