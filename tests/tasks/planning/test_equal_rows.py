"""Rows that say the same are one, and rows that only look so are said to."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.planning.equal_rows import Duplicates
from tests.matrices import a_file, plan_of


def notes_of(folder: Path, content: str) -> tuple[list[int], list[str]]:
    """The rows of the cells of a CSV, and the notes about equal rows."""
    plan = plan_of(a_file(folder, content))
    notes = [note.replace(f"{folder}/", "") for note in plan.notes if note.startswith(str(folder))]
    return [cell.row for cell in plan.cells], notes


def test_equal_rows_are_one_and_a_note_says_so(tmp_path: Path) -> None:
    """In every column, but for white space around a text, which nobody sees."""
    rows, notes = notes_of(tmp_path, "product,sku\nTea,1\nTea,2\nTea ,1\n")
    assert rows == [2, 3]
    assert notes == ["m.csv: 1 row was left out, equal to an earlier row in every column: row 4 (as row 2)"]


def test_many_duplicates_are_counted(tmp_path: Path) -> None:
    """The first few are named."""
    rows, notes = notes_of(tmp_path, "product\n" + "Tea\n" * 2_000)
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


@pytest.mark.parametrize(
    "other",
    ["A cafe\u0301 cup", "A\N{NO-BREAK SPACE}café cup", "A ca\u200bfé cup", "A café  cup", "A café\u00ad cup\ufeff"],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_rows_that_look_the_same_are_said_to(tmp_path: Path, other: str, *, is_first: bool) -> None:
    """They are made all the same, since the API is asked for different texts, and somebody may mean them."""
    texts = [other, "A café cup"] if is_first else ["A café cup", other]
    rows, notes = notes_of(tmp_path, "product\n" + "\nTea pot\n".join(texts) + "\n")
    assert rows == [2, 3, 4]
    [note] = notes
    assert note.startswith("m.csv: 1 row looks the same as an earlier row, but for characters that nobody sees;")
    assert note.endswith("all are made and paid for: row 4 (as row 2)")


def test_rows_that_do_not_look_the_same_are_not_spoken_of(tmp_path: Path) -> None:
    """Accents and letters of another script are seen, or at least meant."""
    assert notes_of(tmp_path, "product\nCafé  cup\nCafe cup\nCafé mug\nПроба\nПроб а\n")[1] == []


@pytest.mark.parametrize("name", ["", "Unnamed: 0", '"Unnamed: 0.1"'])
@pytest.mark.parametrize("start", [0, 1, 7])
def test_the_index_of_pandas_and_r_makes_no_row_another(tmp_path: Path, name: str, start: int) -> None:
    """A first column that only numbers the rows is left out, with a word about it."""
    content = f"{name},product,sku\n" + "".join(f"{start + n},Tea,{n % 2}\n" for n in range(6))
    plan = plan_of(a_file(tmp_path, content))
    assert [(cell.row, cell.metadata) for cell in plan.cells] == [(2, {"sku": "0"}), (3, {"sku": "1"})]
    assert any("only numbers the rows, and is left out" in note for note in plan.notes)
