"""What pandas and R number rows with is left out, and nothing else."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pytest

from tasks.errors import InputInvalid
from tasks.tables.parquet import index_columns
from tasks.tables.tables import open_table
from tests.matrices import a_file

if TYPE_CHECKING:
    from tasks.records.fault import Fault


def read(path: str) -> tuple[tuple[str, ...], list[tuple[str, ...]], int, list[str]]:
    """Header, texts, number of notes, and faults of the table at `path`."""
    reports: list[Fault] = []
    with open_table(path, report=reports.append) as table:
        rows = [texts for _, texts in table.rows]
        return table.header, rows, len(table.notes), [str(fault).removeprefix(f"{path}, ") for fault in reports]


@pytest.mark.parametrize(
    ("header", "numbers"),
    [
        ("", ["0", "1", "2"]),
        ('""', ['"1"', '"2"', '"3"']),
        ("", ["3", "7", "8"]),
        ("", ["0", "1", "0"]),
        ("", ["5", "", "2"]),
        ("Unnamed: 0", ["0", "1", "2"]),
        ("Unnamed: 0.2", ["0", "1", "2"]),
        ("__index_level_0__", ["2026-01-01", "a", ""]),
        ("__null_dask_index__", ["7", "0", "1"]),
        (",Unnamed: 0", ["0,0", "1,1", "2,2"]),
        (",", ["0,a", "0,b", "1,a"]),
    ],
)
def test_what_numbers_the_rows_is_left_out(tmp_path: Path, header: str, numbers: list[str]) -> None:
    """From 0 or 1, of a table that was filtered, joined or sorted, once or twice; pandas' own name needs no look."""
    rows = "".join(f"{number},Tea\n" for number in numbers)
    names, texts, notes, reports = read(a_file(tmp_path, f"{header},product\n{rows}"))
    kept = len(names) - 1
    assert (names[-1], [text[-1] for text in texts], reports) == ("product", ["Tea"] * 3, [])
    assert (kept, notes) == ((1, 1) if header == "," else (0, header.count(",") + 1))


@pytest.mark.parametrize(
    ("header", "texts"),
    [
        ("", ["call me", "2", "3"]),
        ("", ["00123", "00124", "00125"]),
        ("", ["4006381333931", "4006381333932", "4006381333933"]),
        ("", ["", "", ""]),
        ("Unnamed: 3", ["0", "1", "2"]),
        ("No", ["0", "1", "2"]),
        ("seed", ["0", "1", "2"]),
    ],
)
def test_a_column_of_texts_or_with_a_name_is_somebodys(tmp_path: Path, header: str, texts: list[str]) -> None:
    """Notes, article numbers, and whatever has a name."""
    rows = "".join(f"{text},Tea\n" for text in texts)
    names, found, notes, _ = read(a_file(tmp_path, f"{header},product\n{rows}"))
    assert (names, [row[0] for row in found], notes) == ((header, "product"), texts, 0)


def test_a_column_further_to_the_right_is_somebodys(tmp_path: Path) -> None:
    """Nobody numbers rows there."""
    assert read(a_file(tmp_path, "product,,sku\nTea,1,a\nCup,2,b\n"))[0] == ("product", "", "sku")


def test_a_text_among_the_numbers_is_told(tmp_path: Path) -> None:
    """Where it comes after the rows that were looked at: it would be left out without a word."""
    content = ",product\n" + "".join(f"{n},Tea\n" for n in range(150)) + "call me,Tea\n"
    assert read(a_file(tmp_path, content))[3] == [
        "row 152: 'call me' is in column 1, which only numbers the rows above it; give the column a name"
    ]


def test_what_cannot_be_read_is_told_in_its_turn(tmp_path: Path) -> None:
    """The rows above it are read, though it is among those that are looked at first."""
    path = a_file(tmp_path, b",product\n0,Tea\n1,Th\xe9\n")
    with open_table(path) as table:
        assert next(table.rows) == (2, ("Tea",))
        with pytest.raises(InputInvalid):
            next(table.rows)


@pytest.mark.parametrize(
    ("index", "header"),
    [
        (None, ("product", "sku")),
        (pd.Index([3, 7, 8]), ("product", "sku")),
        (pd.Index(["a", "b", "c"]), ("product", "sku")),
        (pd.Index([0, 1, 2], name="row"), ("product", "sku")),
        (pd.Index([1, 2, 3], name="row"), ("product", "sku")),
        (pd.Index([5001, 5002, 5007], name="article"), ("product", "sku", "article")),
        (pd.Index([2, 1, 3], name="rank"), ("product", "sku", "rank")),
        (pd.Index(["a", "b", "c"], name="article"), ("product", "sku", "article")),
        (pd.Index(["a", "b", "c"], name="prompt"), ("product", "sku", "prompt")),
        (pd.Index([7, 8, 9], name="seed"), ("product", "sku", "seed")),
    ],
)
def test_the_index_of_a_data_frame(tmp_path: Path, index: pd.Index | None, header: tuple[str, ...]) -> None:
    """Left out where it has no name, or numbers the rows; what somebody has made the index, such as articles, stays."""
    frame = pd.DataFrame({"product": ["Tea"] * 3, "sku": [1, 2, 3]}, index=index)
    frame.to_parquet(tmp_path / "m.parquet")
    names, _, notes, _ = read(str(tmp_path / "m.parquet"))
    assert (names, notes) == (header, int(index is not None and len(header) == 2))


def test_what_pandas_says_of_itself_may_be_anything() -> None:
    """It is a hint, and no reason to fail."""
    for text in (b"", b"[]", b"{", b'{"index_columns": 7}', b'{"index_columns": [{"kind": "range"}, null, "a"]}'):
        assert index_columns(pa.schema([], metadata={b"pandas": text})) <= {"a"}
