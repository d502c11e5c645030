"""A workbook is a matrix as people keep it: which sheet is meant, where its table begins, and what is no part of it."""

import gzip
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
import xlsxwriter

from tasks.errors import InputInvalid
from tasks.tables.tables import open_table
from tests.matrices import a_file, faults_of, plan_of
from tests.workbooks import a_workbook, row, text, xlsx

PRODUCTS = [["product", "prompt"], ["Tea", "A teapot"], ["Mug", "A mug"]]
FORMATS = [["format", "aspect_ratio"], ["hero", "16:9"], ["story", "9:16"]]
OTHERS = [["who", "what"], ["Kim", "approves"]]


def products(path: str, **options: Any) -> list[tuple[int, str]]:
    """The row and the product of each cell of the plan."""
    return [(cell.row, cell.product) for cell in plan_of(path, **options).cells]


def notes(path: str, **options: Any) -> list[str]:
    """What the plan notes, each without the file's name."""
    return [note.removeprefix(path.partition("#")[0]) for note in plan_of(path, **options).notes]


def test_the_first_sheet_that_can_be_seen_is_the_matrix(tmp_path):
    """And those beside it are named, lest somebody waits for them."""
    path = a_workbook(tmp_path, {"Old": OTHERS, "Products": PRODUCTS, "People": OTHERS})
    book = openpyxl.load_workbook(path)
    book["Old"].sheet_state = "hidden"
    book.active = 1
    book.save(path)
    assert products(path) == [(2, "Tea"), (3, "Mug")]
    how = f"name {path}#People, as the matrix or behind --formats"
    assert notes(path) == [f"#Products: was read; People was not (to read it, {how})"]


def test_a_sheet_is_named_behind_the_file(tmp_path):
    """Without case; also a hidden one. What is not there is told with what is."""
    path = a_workbook(tmp_path, {"People": OTHERS, "Spring 2026": PRODUCTS})
    assert products(f"{path}#Spring 2026") == products(f"{path}#spring 2026 ") == [(2, "Tea"), (3, "Mug")]
    assert notes(f"{path}#Spring 2026") == []
    (fault,) = faults_of(f"{path}#Autumn")
    assert str(fault) == f"{path}: has no sheet 'Autumn'; it has People, Spring 2026"
    (fault,) = faults_of(path)
    assert fault.problem.startswith("has neither a column 'product' nor a column 'prompt'")
    assert fault.source == f"{path}#People"


def test_a_sheet_of_formats_goes_with_its_matrix(tmp_path):
    """Unless another table is named; both is said."""
    path = a_workbook(tmp_path, {"Formats": FORMATS, "brand": OTHERS, "Products": PRODUCTS})
    plan = plan_of(path)
    assert [(cell.product, cell.format) for cell in plan.cells] == [
        ("Tea", "hero"),
        ("Tea", "story"),
        ("Mug", "hero"),
        ("Mug", "story"),
    ]
    unread = "#brand: was not read as a brand kit, since its first column has no key of one"
    every = "#Formats: every row is made in each of its formats, since the workbook has this sheet"
    assert notes(path) == [every, unread]
    square = a_file(tmp_path, "format,aspect_ratio\nsquare,1:1\n", "square.csv")
    assert {cell.format for cell in plan_of(path, formats=square).cells} == {"square"}
    assert notes(path, formats=square) == ["#Formats: was not read, since another formats table is named", unread]
    for named in (path, f"{path}#formats"):
        assert plan_of(path, formats=named).cells == plan.cells
        assert notes(path, formats=named) == [unread]
    matrix = a_file(tmp_path, "product,prompt\nTea,A teapot\nMug,A mug\n", "m.csv")
    assert [cell.cell_id for cell in plan_of(matrix, formats=path).cells] == [cell.cell_id for cell in plan.cells]


def test_faults_name_the_sheet_the_row_and_the_cell(tmp_path):
    """Of the formats as well, and with the letters of a table that begins further in."""
    sheet = [[], [None, "index", None], [None, "product", "Aspect Ratio"], [None, "Tea", "17:9"]]
    path = a_workbook(tmp_path, {"P": sheet, "formats": [["format", "model"], ["hero", "V_9"]]})
    faults = [str(fault) for fault in faults_of(path)]
    assert faults[0].startswith(f"{path}#formats, row 2, model (B2): 'V_9' is not accepted")
    assert faults[1].startswith(f"{path}#P, row 4, Aspect Ratio (C4): '17:9' is not accepted")


def test_a_title_above_the_table_is_passed_over(tmp_path):
    """The names of the columns are where they are; row numbers stay the sheet's own."""
    sheet = [["Spring campaign"], [], ["Owner:", "Kim"], *PRODUCTS, [], ["Pot", "A pot"]]
    path = a_workbook(tmp_path, {"P": sheet})
    assert products(path) == [(5, "Tea"), (6, "Mug"), (8, "Pot")]
    assert notes(path) == ["#P: has its column names in row 4; what stands above was passed over"]


def test_a_first_row_with_one_of_our_names_is_the_header(tmp_path):
    """A row further down with more of them is a second header, which is told."""
    rows = [["product", "who"], ["Tea", "Kim"], ["product", "who"], ["Mug", "Lee"]]
    (fault,) = faults_of(a_workbook(tmp_path, {"P": rows}))
    assert (fault.row, fault.problem) == (3, "repeats the names of the columns; delete the row")


@pytest.mark.parametrize("title", [[], ["Formats"]])
def test_a_table_below_the_other_is_told(tmp_path, title):
    """Its rows would be products, and paid, if only its header were deleted."""
    path = a_workbook(tmp_path, {"P": [*PRODUCTS, [], title, *FORMATS]})
    assert [fault.problem for fault in faults_of(path)] == [
        "begins another table, with other columns; give that a sheet or a file of its own"
    ]


def test_two_tables_beside_each_other_are_told(tmp_path):
    """Rows of the second would be taken for words about the first, and paid. An empty column alone does no harm."""
    beside = [
        ["product", "prompt", None, "format", "aspect_ratio"],
        ["Tea", "A teapot", None, "hero", "16:9"],
        ["Mug", "A mug", None, None, None],
    ]
    (fault,) = faults_of(a_workbook(tmp_path, {"P": beside}))
    assert fault.problem == (
        "seems to hold two tables beside each other, with column C between them: row 3 belongs to one of them only; "
        "give each a sheet of its own, or delete the empty column"
    )
    assert products(a_workbook(tmp_path, {"P": beside[:2]})) == [(2, "Tea")]


def test_what_stands_beside_the_table_is_told(tmp_path):
    """A note to the right of the columns that have a name."""
    path = a_workbook(tmp_path, {"P": [*PRODUCTS, ["Pot", "A pot", None, "ask Kim"]]})
    (fault,) = faults_of(path)
    assert str(fault).endswith(
        "#P, row 4, D4: 'ask Kim' stands in a column without a name; name it in row 1, or clear the cell"
    )


def test_an_empty_sheet_is_told(tmp_path):
    """As an empty file is; so is one with names and no rows."""
    assert faults_of(a_workbook(tmp_path, {"P": []}))[0].problem == "is empty; the first row names the columns"
    assert faults_of(a_workbook(tmp_path, {"P": PRODUCTS[:1]}))[0].problem == "has no rows below its header"


@pytest.mark.parametrize("name", ["launch.xls", "launch.csv", "launch.xlsx", "launch"])
def test_the_content_tells_what_a_file_is(tmp_path, name):
    """A workbook under another name, packed once more, and a CSV that a tool has called a workbook."""
    content = Path(a_workbook(tmp_path, {"P": PRODUCTS}, "made.xlsx")).read_bytes()
    assert products(a_file(tmp_path, content, name)) == [(2, "Tea"), (3, "Mug")]
    assert products(a_file(tmp_path, gzip.compress(content), name)) == [(2, "Tea"), (3, "Mug")]
    assert products(a_file(tmp_path, "product\tprompt\nTea\tA teapot\n".encode("utf-16"), name)) == [(2, "Tea")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("<html><table><tr><td>product</td></tr></table>", "is a web page inside, whatever its name says; open it in"),
        ("<table border=1><tr><td>product</td></tr></table>", "is a web page inside, whatever its name says; open it"),
        ('<meta charset="utf-8"><table><tr><td>product</td>', "is a web page inside, whatever its name says; open it"),
        ("MIME-Version: 1.0\r\nContent-Type: multipart/related", "is a web archive inside, whatever its name says"),
        ('<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>', "is a spreadsheet kept as XML"),
        (b"\x09\x08\x08\x00\x00\x05\x10\x00", "is of an Excel older than 1997; open it in a spreadsheet program"),
    ],
)
def test_what_is_called_xls_and_is_something_else_is_told(tmp_path, content, said):
    """Many a shop's export is a web page with such a name."""
    assert faults_of(a_file(tmp_path, content, "export.xls"))[0].problem.startswith(said)


def test_pandas_and_its_index(tmp_path):
    """Written as data frames are, by both of its engines: a column that numbers the rows is left out."""
    frame = pa.table({"product": ["Tea", "Mug"], "seed": [1.0, None], "sku": ["007", None]}).to_pandas()
    for engine in ("openpyxl", "xlsxwriter"):
        path = str(tmp_path / f"{engine}.xlsx")
        frame.to_excel(path, engine=engine)
        plan = plan_of(path)
        assert [(cell.product, cell.request.seed, cell.metadata) for cell in plan.cells] == [
            ("Tea", 1, {"sku": "007"}),
            ("Mug", None, {"sku": ""}),
        ]
        assert any("column 1 only numbers the rows, and is left out" in note for note in plan.notes)


def test_xlsxwriter_and_what_it_writes(tmp_path):
    """Texts in runs, links, dates counted from 1904, and the ratio that Excel takes for a time."""
    path = str(tmp_path / "m.xlsx")
    with xlsxwriter.Workbook(path, {"date_1904": True, "default_date_format": "dd.mm.yy"}) as book:
        sheet, bold = book.add_worksheet("P"), book.add_format({"bold": True})
        sheet.write_row(0, 0, ["product", "aspect_ratio", "link", "on", "ok"])
        sheet.write_rich_string(1, 0, "Oat ", bold, "milk")
        sheet.write_datetime(1, 1, time(16, 9), book.add_format({"num_format": "hh:mm"}))
        sheet.write_url(1, 2, "https://example.com/tea")
        sheet.write_datetime(1, 3, datetime(2026, 3, 1, tzinfo=UTC).replace(tzinfo=None))
        sheet.write_boolean(1, 4, True)
    (cell,) = plan_of(path).cells
    assert (cell.product, cell.request.aspect_ratio) == ("Oat milk", "ASPECT_16_9")
    assert cell.metadata == {"link": "https://example.com/tea", "on": "2026-03-01", "ok": "true"}


def test_a_model_of_the_batch_page_is_a_number_to_a_spreadsheet(tmp_path):
    """2.0 is kept as 2."""
    sheet = row(text("product"), text("model")) + row(text("Tea"), "<c><v>2</v></c>")
    assert plan_of(a_file(tmp_path, xlsx(sheet), "m.xlsx")).cells[0].request.model == "V_2"


def test_a_ratio_that_became_a_time_is_shown_as_it_is_seen(tmp_path):
    """4:5 in an unformatted cell is five past four to Excel."""
    path = a_workbook(tmp_path, {"P": [["product", "aspect_ratio"], ["Tea", time(17, 5)], ["Mug", time(9, 16)]]})
    (fault,) = faults_of(path)
    assert (fault.cell, fault.value) == ("B2", "17:05")


def test_a_day_in_the_place_of_a_ratio_is_told(tmp_path):
    """9/16 is a day of September to an American Excel, and no 9:16 by guessing."""
    day = datetime(2026, 9, 16, tzinfo=UTC).replace(tzinfo=None)
    (fault,) = faults_of(a_workbook(tmp_path, {"P": [["product", "aspect_ratio"], ["Tea", day]]}))
    assert fault.value == "2026-09-16"
    assert fault.problem.startswith("is a day that the spreadsheet has made of it; make the cell a text")


def test_checkboxes_below_the_table_make_no_rows(tmp_path):
    """Google Sheets goes on with them to the end of the sheet."""
    boxes: list[list[Any]] = [[None, None, False]] * 3
    path = a_workbook(tmp_path, {"P": [["product", "prompt", "done"], ["Tea", "A teapot", True], *boxes]})
    assert products(path) == [(2, "Tea")]


def test_each_row_is_read_as_it_is_asked_for(tmp_path):
    """A fault of one row does not hide those before it."""
    path = a_workbook(tmp_path, {"P": PRODUCTS})
    with open_table(path) as table:
        assert next(iter(table.rows)) == (2, ("Tea", "A teapot"))
        assert table.letters == {"product": "A", "prompt": "B"}
    with pytest.raises(InputInvalid, match="does not exist"), open_table(f"{path}x#P"):
        pass


def merged(folder: Path, rows: str, *areas: str) -> str:
    """A sheet of products, prompts and models, with merged cells."""
    cells = "".join(f'<mergeCell ref="{area}"/>' for area in areas)
    header = row(text("product"), text("prompt"), text("model"), text("note"))
    return a_file(folder, xlsx(header + rows, beside=f"<mergeCells>{cells}</mergeCells>"), "m.xlsx")


def test_a_text_that_is_merged_over_rows_holds_for_the_first_alone(tmp_path):
    """A person reads it in each of them; what would be paid for in its place is something else."""
    rows = "".join(row(text(f"Cup {n}"), text("A cup") if n == 2 else "<c/>", "<c/>", text("x")) for n in (2, 3, 4))
    faults = [str(fault).partition(", ")[2] for fault in faults_of(merged(tmp_path, rows, "B2:B4"))]
    assert [fault.partition(": ")[0] for fault in faults] == ["row 3, prompt (B3)", "row 4, prompt (B4)"]
    why = "is empty, since it is merged with B2, and only that holds 'A cup'; take the cells apart, and fill in each"
    assert {fault.partition(": ")[2] for fault in faults} == {why}


@pytest.mark.parametrize("areas", [("A2:A3",), ("D2:D3",), ("B2:C2",), ("C2:C3",), ("B3:B9",), ("B1:D1",), ("B2:B2",)])
def test_other_merged_cells_are_no_fault(tmp_path, areas):
    """Of products and notes, of empty texts, beside each other, and below the last row."""
    rows = row(text("Cup"), text("A cup"), "<c/>", text("x")) + row(text("Pot"), text("A pot"))
    assert plan_of(merged(tmp_path, rows, *areas)).cell_count == 2
