"""An ods is read as a person sees it; what its values do not tell is told."""

import pytest

from tasks.errors import InputInvalid
from tasks.tables.tables import open_table
from tests.matrices import a_file, faults_of, plan_of
from tests.workbooks import ods, ods_cell, ods_row

NOTE = "<office:annotation><text:p>a note</text:p></office:annotation>"
NOTHING = 'office:value-type="string" office:string-value=""'
EMPTY = "<table:table-cell/>"
ENDLESS = '<table:table-cell table:number-columns-repeated="16382"/>'
END = ods_row('<table:table-cell table:number-columns-repeated="16384"/>', more='table:number-rows-repeated="1048570"')


def p(content: str) -> str:
    """A cell with one paragraph."""
    return ods_cell(f"<text:p>{content}</text:p>")


def read(tmp_path, *cells: str) -> tuple[str, ...]:
    """The texts of a row of these cells."""
    header = ods_row(*(p(f"c{n}") for n in range(len(cells))), ENDLESS)
    path = a_file(tmp_path, ods(header + ods_row(*cells, ENDLESS) + END), "m.ods")
    with open_table(path, report=lambda fault: pytest.fail(str(fault))) as table:
        return next(iter(table.rows))[1]


@pytest.mark.parametrize(
    ("content", "attributes", "told"),
    [
        ("<text:p>a <text:span>b</text:span>c</text:p>", "", "a bc"),
        ("<text:p>a<text:s text:c='3'/>b</text:p>", "", "a   b"),
        ("<text:p>a<text:line-break/>b</text:p>", "", "a\nb"),
        ("<text:p>a<text:tab/>b<text:s/>c</text:p>", "", "a\tb c"),
        ("<text:p>a</text:p><text:p/><text:p>c</text:p>", "", "a\n\nc"),
        (
            "<office:annotation><text:p>a note</text:p></office:annotation><text:p>x<text:line-break/>y</text:p>",
            "",
            "x\ny",
        ),
        ("<text:p>shown</text:p>", 'office:value-type="string" office:string-value="held"', "held"),
        ("<text:p>TRUE</text:p>", 'office:value-type="boolean" office:boolean-value="true"', "true"),
        ("<text:p>15 %</text:p>", 'office:value-type="percentage" office:value="0.15"', "15%"),
        ("<text:p>19,99 €</text:p>", 'office:value-type="currency" office:value="19.99"', "19.99"),
        ("<text:p>42</text:p>", 'office:value-type="float" office:value="42"', "42"),
        ("<text:p>00042</text:p>", 'office:value-type="float" office:value="42"', "00042"),
        ("<text:p>WAHR</text:p>", 'table:formula="of:=TRUE()" office:value-type="float" office:value="1"', "true"),
        ("<text:p>16:09</text:p>", 'office:value-type="time" office:time-value="PT16H09M00S"', "16:09"),
        ("<text:p>1.3.26</text:p>", 'office:value-type="date" office:date-value="2026-03-01"', "2026-03-01"),
        ("<text:p/>", 'table:formula="of:=IF(1;&quot;&quot;)"', ""),
    ],
)
def test_a_value_as_it_was_typed(tmp_path, content, attributes, told):
    """With line breaks and tabs, which make another prompt where they are left out."""
    cell = ods_cell(content, attributes or 'office:value-type="string"')
    assert read(tmp_path, p("x"), cell) == ("x", told)


@pytest.mark.parametrize(
    ("content", "attributes", "value"),
    [
        ("<text:p>#N/A</text:p>", f'table:formula="of:=X" {NOTHING} calcext:value-type="error"', "#N/A"),
        ("<text:p>#DIV/0!</text:p>", f'table:formula="of:=1/0" {NOTHING}', "#DIV/0!"),
        ("", 'table:formula="of:=[.A2]&amp;&quot;x&quot;"', '=[.A2]&"x"'),
    ],
)
@pytest.mark.parametrize("column", ["prompt", "sku"])
def test_errors_and_formulas_without_results_are_told_by_their_cell(tmp_path, content, attributes, value, column):
    """Both would be empty fields."""
    table = ods_row(p("product"), p(column)) + ods_row(p("Tea"), ods_cell(content, attributes))
    (fault,) = faults_of(a_file(tmp_path, ods(table), "m.ods"))
    assert (fault.row, fault.column, fault.cell, fault.value) == (2, column, "B2", value)


def test_what_is_hidden_filtered_or_merged_is_said(tmp_path):
    """It is read all the same."""
    wide = '<table:table-column/><table:table-column table:visibility="collapse"/>'
    merged = ods_cell("<text:p>Pot</text:p>", 'office:value-type="string" table:number-rows-spanned="2"')
    table = (
        ods_row(p("product"), p("sku"))
        + ods_row(p("Tea"), p("1"), more='table:visibility="filter"')
        + ods_row(p("Mug"), p("2"), more='table:visibility="collapse" table:number-rows-repeated="2"')
        + ods_row(merged, p("3"))
        + ods_row("<table:covered-table-cell/>", p("4"), more="")
    )
    with open_table(a_file(tmp_path, ods(table, columns=wide), "m.ods")) as read_table:
        notes = [note.partition(": ")[2] for note in read_table.notes]
        assert [number for number, _ in read_table.rows] == [2, 3, 4, 5, 6]
    assert notes == [
        "3 rows are hidden by a filter and were read as well; delete what is not meant",
        "column B is hidden, and was read as well",
        "cells A5:A6 are merged: the first of each holds the value, the others are empty",
    ]


@pytest.mark.parametrize("again", ['table:number-rows-repeated="900000"', 'table:number-rows-repeated="99999999999"'])
def test_a_cell_that_is_repeated_without_end_is_told(tmp_path, again):
    """Two lines of XML may stand for more cells than any reader can hold."""
    wide = 'office:value-type="percentage" office:value="1" table:number-columns-repeated="9000"'
    cell = ods_cell("<text:p>x</text:p>", wide)
    with (
        pytest.raises(InputInvalid, match=r"too far|damaged"),
        open_table(a_file(tmp_path, ods(ods_row(cell, more=again)), "m.ods")) as table,
    ):
        list(table.rows)


def test_rows_in_groups_and_under_headings_count(tmp_path):
    """As LibreOffice groups them, and repeats their headings on each printed page."""
    table = (
        f"<table:table-header-rows>{ods_row(p('product'))}</table:table-header-rows>{ods_row(EMPTY)}"
        f"<table:table-row-group>{ods_row(p('Tea'))}</table:table-row-group>"
    )
    assert [cell.row for cell in plan_of(a_file(tmp_path, ods(table), "m.ods")).cells] == [3]
