"""An xlsx is read as a person sees it, whoever wrote it; what its values do not tell is told."""

import re

import pytest

from tasks.errors import InputInvalid
from tasks.tables.tables import open_table
from tests.matrices import a_file, faults_of, plan_of
from tests.workbooks import row, text, with_sheet, xlsx

STYLES = (
    '<numFmts><numFmt numFmtId="164" formatCode="0.0%"/><numFmt numFmtId="165" formatCode="00000"/>'
    '<numFmt numFmtId="166" formatCode="&quot;up to 5%&quot;0"/><numFmt numFmtId="167" formatCode="h:mm"/></numFmts>'
    "<cellXfs><xf/>{}</cellXfs>"
).format("".join(f'<xf numFmtId="{one}" applyNumberFormat="1"/>' for one in (9, 164, 165, 166, 167, 14)))


def rows(path: str) -> list[tuple[int, tuple[str, ...]]]:
    """The rows of the table at `path`, with none that is told to be a fault."""
    with open_table(path, report=lambda fault: pytest.fail(str(fault))) as table:
        return list(table.rows)


def read(tmp_path, *cells: str, texts: str = "") -> tuple[str, ...]:
    """The texts of a row of these cells, with a name above each of them."""
    header = row(*(text(f"c{n}") for n in range(len(cells))))
    return rows(a_file(tmp_path, xlsx(header + row(*cells), texts, STYLES), "m.xlsx"))[0][1]


def test_texts_in_every_way_in_which_excel_keeps_them(tmp_path):
    """Shared or in their cell, in runs of several looks, with a reading aid above them, with control signs."""
    shared = (
        '<si><r><t xml:space="preserve">rich </t></r><r><rPr><b/></rPr><t>text</t></r></si>'
        '<si><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh><phoneticPr fontId="1"/></si><si><t></t></si>'
    )
    cells = (
        '<c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="s"><v>2</v></c>',
        '<c t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c>',
        '<c t="inlineStr"><is><t>one_x000A_two &amp; three</t></is></c><c t="str"><f>A1</f><v>made</v></c>',
    )
    header = row(*(text(f"c{n}") for n in range(6)))
    path = a_file(tmp_path, xlsx(header + row(*cells), shared), "m.xlsx")
    assert rows(path) == [(2, ("rich text", "東京", "", "ab", "one\ntwo & three", "made"))]


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("<c><v>42</v></c>", "42"),
        ('<c t="n"><v>19.99</v></c>', "19.99"),
        ('<c t="inlineStr"><is><t>00123</t></is></c>', "00123"),
        ('<c t="b"><v>1</v></c>', "true"),
        ('<c s="1"><v>0.15</v></c>', "15%"),
        ('<c s="2"><v>0.07</v></c>', "7%"),
        ('<c s="2"><v>1.255E-1</v></c>', "12.55%"),
        ('<c s="3"><v>123</v></c>', "00123"),
        ('<c s="3"><v>1.5</v></c>', "1.5"),
        ('<c s="4"><v>7</v></c>', "7"),
        ('<c s="5"><v>0.67291666666666672</v></c>', "16:09"),
        ('<c s="6"><v>46082</v></c>', "2026-03-01"),
        ('<c t="str"><f>IF(1,"","")</f><v></v></c>', ""),
        ('<c s="1"><f>1/2</f><v>0.5</v></c>', "50%"),
        ('<c t="b"><f>TRUE</f><v>0</v></c>', "false"),
    ],
)
def test_a_value_as_it_was_typed(tmp_path, cell, told):
    """Numbers without a point that nobody typed, percentages and leading zeros as they are shown."""
    assert read(tmp_path, text("x"), cell) == ("x", told)


def test_cells_and_rows_without_numbers_follow_each_other(tmp_path):
    """Some libraries leave the references out; row numbers are the sheet's own all the same."""
    sheet = (
        row(text("product"), text("sku"), number=3) + row(text("Tea"), "<c/>") + row('<c r="B7"><v>7</v></c>', number=7)
    )
    assert rows(a_file(tmp_path, xlsx(sheet), "m.xlsx")) == [(4, ("Tea", "")), (7, ("", "7"))]


def test_another_prefix_is_the_same_xml(tmp_path):
    """As Microsoft's own library for .NET writes it."""
    content = xlsx(row(text("product"), text("prompt")) + row(text("Tea"), '<c t="e"><v>#N/A</v></c>'))

    def prefixed(sheet: str) -> str:
        return re.sub(r"<(/?)(?=\w)", r"<\1x:", sheet).replace("xmlns=", "xmlns:x=")

    (fault,) = faults_of(a_file(tmp_path, with_sheet(content, prefixed), "x.xlsx"))
    assert (fault.cell, fault.value) == ("B2", "#N/A")


@pytest.mark.parametrize(
    ("cell", "value", "problem"),
    [
        ('<c t="e"><v>#N/A</v></c>', "#N/A", "is an error value of a spreadsheet; mend its formula"),
        ('<c t="e"><f>1/0</f><v>#DIV/0!</v></c>', "#DIV/0!", "is an error value of a spreadsheet; mend its formula"),
        ("<c><f>A2&amp;B2</f></c>", "=A2&B2", "is a formula"),
        ("<c><f>A2&amp;B2</f><v/></c>", "=A2&B2", "is a formula"),
        ("<c><f>A2&amp;B2</f><v></v></c>", "=A2&B2", "is a formula"),
        ('<c><f t="shared" si="0">C2*2</f></c>', "=C2*2", "is a formula"),
    ],
)
@pytest.mark.parametrize("column", ["prompt", "sku"])
def test_errors_and_formulas_without_results_are_told_by_their_cell(tmp_path, cell, value, problem, column):
    """Both would be empty fields: another prompt, or a hole in the metadata. Each is told once."""
    sheet = row(text("product"), text(column)) + row(text("Tea"), cell)
    (fault,) = faults_of(a_file(tmp_path, xlsx(sheet), "m.xlsx"))
    assert (fault.source[-6:], fault.row, fault.column, fault.cell) == ("Sheet1", 2, column, "B2")
    assert fault.value == value
    assert problem in fault.problem
    assert f"row 2, {column} (B2): '{value}' " in str(fault)


def test_a_formula_that_several_cells_share_is_told_in_each(tmp_path):
    """Only the first has its text."""
    first, second = '<c><f t="shared" ref="B2:B3" si="0">A2&amp;"x"</f></c>', '<c><f t="shared" si="0"/></c>'
    sheet = row(text("product"), text("prompt")) + row(text("Tea"), first) + row(text("Mug"), second)
    faults = faults_of(a_file(tmp_path, xlsx(sheet), "m.xlsx"))
    assert [(fault.cell, fault.value) for fault in faults] == [("B2", '=A2&"x"'), ("B3", '=A2&"x"')]


def test_rows_of_nothing_but_formulas_without_results_are_told(tmp_path):
    """At the end of the sheet as well, where a reader of values finds no row; and what is left of the table is not."""
    formula = "<c><f>X1</f></c>"
    sheet = row("<c/>", text("product"), text("prompt")) + row("<c/>", text("Tea"), text("a"))
    path = a_file(tmp_path, xlsx(sheet + row("<c/>", formula, formula, number=5)), "m.xlsx")
    assert [(fault.cell, fault.value) for fault in faults_of(path)] == [("B5", "=X1"), ("C5", "=X1")]
    path = a_file(tmp_path, xlsx(sheet + row(formula, text("Mug"), text("b"))), "m.xlsx")
    assert [cell.product for cell in plan_of(path).cells] == ["Tea", "Mug"]


def test_a_formula_that_a_library_has_given_the_result_zero_is_not_calculated(tmp_path):
    """XlsxWriter writes a 0 and says that all is to be calculated when the file is opened; any other result is one."""
    formula = '<c><f>A2&amp;"x"</f><v>0</v></c>'
    sheet = row(text("product"), text("prompt")) + row(text("Tea"), formula)
    stale = '<calcPr calcId="124519" fullCalcOnLoad="1"/>'
    (fault,) = faults_of(a_file(tmp_path, xlsx(sheet, behind=stale), "m.xlsx"))
    assert fault.value == '=A2&"x"'
    assert plan_of(a_file(tmp_path, xlsx(sheet), "m.xlsx")).cells[0].request.prompt == "0"


def test_a_number_that_has_lost_digits_is_a_fault(tmp_path):
    """Beyond 2^53 a workbook holds another number than was typed; up to there it is kept."""
    sheet = row(text("product"), text("gtin"))
    good = a_file(tmp_path, xlsx(sheet + row(text("Tea"), "<c><v>9007199254740991</v></c>")), "m.xlsx")
    assert rows(good) == [(2, ("Tea", "9007199254740991"))]
    (fault,) = faults_of(
        a_file(tmp_path, xlsx(sheet + row(text("Tea"), "<c><v>12345678901234567890</v></c>")), "m.xlsx")
    )
    assert (fault.cell, fault.column) == ("B2", "gtin")
    assert fault.problem.startswith("is a number of more digits than a spreadsheet keeps")


def test_what_is_hidden_filtered_or_merged_is_said(tmp_path):
    """It is read all the same: nobody may have meant it."""
    sheet = (
        row(text("product"), text("prompt"), text("sku"))
        + row(text("Tea"), text("a"), text("b"), more=' hidden="1"')
        + row(text("Mug"), text("c"), text("d"), more=' hidden="true"')
        + row("<c/>", more=' hidden="1"')
        + row(text("Pot"), text("e"), more=' hidden="0"')
    )
    beside = (
        '<autoFilter ref="A1:B4"><filterColumn colId="0"/></autoFilter>'
        '<mergeCells><mergeCell ref="A5:A6"/><mergeCell ref="F9:G9"/></mergeCells>'
    )
    plan = plan_of(a_file(tmp_path, xlsx(sheet, beside=beside), "m.xlsx"))
    notes = [note.partition(": ")[2] for note in plan.notes]
    assert "2 rows are hidden by a filter and were read as well; delete what is not meant" in notes
    assert "cells A5:A6 are merged: the first of each holds the value, the others are empty" in notes
    assert plan.cell_count == 3


def test_a_hidden_column_is_said(tmp_path):
    """A marketer who cannot see a negative prompt may have forgotten it."""
    sheet = row(text("product"), text("negative_prompt")) + row(text("Tea"), text("people"))
    hidden = '<cols><col min="2" max="16384" hidden="1"/></cols><sheetData>'
    content = with_sheet(xlsx(sheet), lambda xml: xml.replace("<sheetData>", hidden))
    plan = plan_of(a_file(tmp_path, content, "m.xlsx"))
    assert any(note.endswith("column B is hidden, and was read as well") for note in plan.notes)


@pytest.mark.parametrize(
    "sheet",
    [
        row('<c r="A1"><v>1</v></c>', number=1) + row('<c r="XFD1048576"><v>1</v></c>', number=1048576),
        row('<c r="A1"><v>1</v></c><c r="ZZ900000"><v>1</v></c>', number=1),
    ],
)
def test_a_cell_that_somebody_has_filled_far_away_is_told(tmp_path, sheet):
    """Whoever reads all between would need hundreds of gigabytes."""
    with pytest.raises(
        InputInvalid, match=r"reaches to cell .* which is too far; delete what stands far from the table"
    ):
        rows(a_file(tmp_path, xlsx(sheet), "m.xlsx"))
