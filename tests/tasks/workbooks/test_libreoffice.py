"""Workbooks of LibreOffice 7.4 (Debian 12), as it has saved one table in three kinds; `tests/data/libreoffice.*`."""

from contextlib import suppress
from pathlib import Path

import pytest

from tasks.errors import InputInvalid
from tasks.tables.tables import open_table
from tests.matrices import a_file, faults_of, plan_of

DATA = Path(__file__).parents[2] / "data"
KINDS = ("ods", "xls", "xlsx")
XLS = (DATA / "libreoffice.xls").read_bytes()


def read(path: str) -> list[tuple[int, tuple[str, ...]]]:
    """The rows of the table at `path`."""
    with open_table(path) as table:
        return list(table.rows)


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_is_the_same_in_each_kind(kind):
    """Formulas with their results, the ratio that became a time, lines of a text, truths, days, and the formats."""
    plan = plan_of(str(DATA / f"libreoffice.{kind}"))
    assert [(cell.row, cell.product, cell.request.prompt) for cell in plan.cells] == [
        (2, "Tea", "Tea on linen"),
        (3, "Mug", "Two lines,\nthe second"),
        (4, "Pot", "Pot, professional hero design, high quality"),
    ]
    assert [cell.request.aspect_ratio for cell in plan.cells] == ["ASPECT_16_9", "ASPECT_1_1", "ASPECT_9_16"]
    assert {cell.request.style_type for cell in plan.cells} == {"DESIGN"}
    told = [[cell.metadata[name] for name in ("price", "on", "ok")] for cell in plan.cells]
    assert told == [["19.99", "2026-03-01", "true"], ["2", "2026-03-01 12:30:00", "false"], ["1" + "0" * 15, "", ""]]
    notes = " ".join(plan.notes)
    assert "1 row is hidden and was read as well" in notes
    assert "cells F4:G4 are merged" in notes


@pytest.mark.parametrize("kind", KINDS)
def test_errors_are_told_by_their_cell(kind):
    """In a column that is sent, and in one that is not."""
    faults = faults_of(f"{DATA / 'libreoffice'}.{kind}#Broken")
    assert {(fault.cell, fault.value) for fault in faults} == {("B2", "#DIV/0!"), ("C2", "#N/A"), ("C3", "#N/A")}


@pytest.mark.parametrize("at", range(0, len(XLS), 167))
def test_a_wrong_byte_in_an_xls_raises_nothing_but_a_named_fault(tmp_path, at):
    """Wherever it is: in the disk in small that an xls is, or in a record."""
    content = bytearray(XLS)
    content[at] ^= 0xFF
    with suppress(InputInvalid), open_table(a_file(tmp_path, bytes(content), "m.xls")) as table:
        assert len(list(table.rows)) <= 1 << 16


@pytest.mark.parametrize("end", range(8, len(XLS), 997))
def test_an_xls_that_is_cut_off_is_told(tmp_path, end):
    """Rather than read as far as it goes."""
    with pytest.raises(InputInvalid) as raised:
        read(a_file(tmp_path, XLS[:end], "m.xls"))
    assert len(raised.value.faults) == 1
