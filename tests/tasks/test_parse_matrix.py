"""Rows become wishes and metadata, and rows that say the same are one."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tasks.clients.tables import open_table
from tasks.faults import Faults
from tasks.parse_matrix import Duplicates, ParsedRow, parse_rows, read_header
from tests.matrices import a_file


def parse(folder: Path, content: str) -> tuple[list[ParsedRow], list[str], list[str]]:
    """Rows, faults (without their source) and notes of a CSV."""
    path = a_file(folder, content)
    faults = Faults()
    with open_table(path) as table:
        duplicates = Duplicates("m.csv")
        rows = list(parse_rows(table, read_header(table, faults), faults, duplicates))
    return rows, [str(fault).removeprefix(f"{path}, ") for fault in faults.found], duplicates.notes()


def test_columns_of_ours_become_values_and_others_metadata(tmp_path: Path) -> None:
    """Empty cells of ours are left out; metadata is kept as typed, empty cells included."""
    rows, faults, _ = parse(tmp_path, "product,SEED,sku,season, Note \n Tea ,7,00123,NA, x \nCoffee,,,None,\n")
    assert faults == []
    assert [(row.number, row.wishes, row.metadata) for row in rows] == [
        (2, {"product": "Tea", "seed": 7}, {"sku": "00123", "season": "NA", "Note": " x "}),
        (3, {"product": "Coffee"}, {"sku": "", "season": "None", "Note": ""}),
    ]


def test_a_column_without_a_name_is_called_by_its_place(tmp_path: Path) -> None:
    """Its texts are somebody's notes."""
    rows, _, _ = parse(tmp_path, "product,,sku\nTea,call me,1\n")
    assert rows[0].metadata == {"column_2": "call me", "sku": "1"}


def test_two_headers_for_one_column_are_a_fault(tmp_path: Path) -> None:
    """One of them would be passed over, whichever names they have."""
    _, faults, _ = parse(tmp_path, "\nstyle,Style Type,product,sku,sku\nDESIGN,ANIME,Tea,1,2\n")
    assert faults == [
        "row 2, Style Type: is named twice, the other time as 'style'; leave one of them out",
        "row 2, sku: is named twice, the other time as 'sku'; leave one of them out",
    ]


def test_every_fault_of_a_row_is_told(tmp_path: Path) -> None:
    """With the column as the file names it, and the text as it stands there."""
    _, faults, _ = parse(tmp_path, "product,Seed Number,style\nTea, -1 ,cubist\nTea,1,DESIGN,more\n")
    assert faults == [
        "row 2, Seed Number: '-1' is not accepted; use a whole number from 0 to 2147483647",
        "row 2, style: 'cubist' is not accepted; use one of AUTO, GENERAL, REALISTIC, DESIGN, RENDER_3D, ANIME",
        "row 3: 'Tea,1,DESIGN,more' has 4 cells under 3 column names; quote a cell that holds the delimiter",
    ]


def test_equal_rows_are_one_and_a_note_says_so(tmp_path: Path) -> None:
    """In every column, but for white space around a text, which nobody sees."""
    rows, _, notes = parse(tmp_path, "product,sku\nTea,1\nTea,2\nTea ,1\n")
    assert [row.number for row in rows] == [2, 3]
    assert notes == ["m.csv: 1 row was left out, equal to an earlier row in every column: row 4 (as row 2)"]


def test_many_duplicates_are_counted(tmp_path: Path) -> None:
    """The first few are named."""
    rows, _, notes = parse(tmp_path, "product\n" + "Tea\n" * 2_000)
    assert len(rows) == 1
    assert notes[0].startswith("m.csv: 1,999 rows were left out")
    assert notes[0].endswith("row 6 (as row 2), row 7 (as row 2) and 1,994 more")


@given(st.lists(st.lists(st.text(alphabet="a\x1f ,\x1e", max_size=3), min_size=2, max_size=2), max_size=12))
def test_only_equal_rows_are_duplicates(rows: list[list[str]]) -> None:
    """No text can be made up so that it looks like two."""
    duplicates = Duplicates("m.csv")
    kept = [row for number, row in enumerate(rows, start=2) if duplicates.is_new(number, row)]
    stripped = {tuple(text.strip() for text in row) for row in rows}
    assert len(kept) == len(stripped)
