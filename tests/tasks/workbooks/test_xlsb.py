"""An xlsb, Excel's binary workbook, is read as an xlsx is."""

from struct import pack

import pytest

from tasks.tables.tables import open_table
from tests.matrices import a_file, faults_of, plan_of
from tests.workbooks import wide, xlsb

ROW, ERROR, REAL, TEXT, FORMULA_ERROR, MERGED = 0, 3, 5, 6, 11, 176


def a_row(number: int, *, is_hidden: bool = False) -> tuple[int, bytes]:
    """The record with which a row begins."""
    return ROW, pack("<IIHBBBI", number, 0, 300, 0, 0x10 * is_hidden, 0, 0)


def a_cell(kind: int, column: int, value: bytes) -> tuple[int, bytes]:
    """A cell's record."""
    return kind, pack("<II", column, 0) + value


HEADER = [a_row(0), a_cell(TEXT, 0, wide("product")), a_cell(TEXT, 1, wide("sku"))]
TEA = [a_row(1), a_cell(TEXT, 0, wide("Tea"))]


def test_texts_and_numbers(tmp_path):
    """With the sheet's own row numbers."""
    content = xlsb([*HEADER, *TEA, a_cell(REAL, 1, pack("<d", 42.0)), a_row(4), a_cell(TEXT, 0, wide("Mug"))])
    with open_table(a_file(tmp_path, content, "m.xlsb")) as table:
        assert list(table.rows) == [(2, ("Tea", "42")), (5, ("Mug", ""))]


@pytest.mark.parametrize("kind", [ERROR, FORMULA_ERROR])
def test_errors_are_told_by_their_cell(tmp_path, kind):
    """They would be empty fields."""
    (fault,) = faults_of(a_file(tmp_path, xlsb([*HEADER, *TEA, a_cell(kind, 1, b"\x2a")]), "m.xlsb"))
    assert (fault.cell, fault.column, fault.value) == ("B2", "sku", "#N/A")


def test_what_is_hidden_or_merged_is_said(tmp_path):
    """It is read all the same."""
    records = [*HEADER, a_row(1, is_hidden=True), a_cell(TEXT, 0, wide("Tea")), (MERGED, pack("<4I", 1, 2, 0, 0))]
    notes = " ".join(plan_of(a_file(tmp_path, xlsb(records), "m.xlsb")).notes)
    assert "1 row is hidden and was read as well" in notes
    assert "cells A2:A3 are merged" in notes


def test_a_workbook_that_breaks_off_is_told(tmp_path):
    """In the middle of a record."""
    (fault,) = faults_of(a_file(tmp_path, xlsb([*HEADER, (REAL, b"\x01")]), "m.xlsb"))
    assert fault.problem.startswith("cannot be read: the workbook was cut off or damaged")
