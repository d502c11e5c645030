"""Typed values become the texts that a person would have typed."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tasks.clients.parquet import as_text
from tasks.clients.tables import open_table
from tasks.errors import InputInvalid
from tests.matrices import a_file, a_parquet


def read(path: str) -> list[tuple[int, tuple[str, ...]]]:
    """The rows of the table at `path`."""
    with open_table(path) as table:
        return list(table.rows)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("00123", "00123"),
        ("NA", "NA"),
        (True, "true"),
        (7, "7"),
        (7.0, "7"),
        (0.25, "0.25"),
        (float("nan"), ""),
        (float("inf"), "inf"),
        (-0.0, "0"),
        (Decimal("2.00"), "2.00"),
        (Decimal("1E+3"), "1000"),
        (date(2026, 3, 1), "2026-03-01"),
        (datetime(2026, 3, 1, 12, tzinfo=UTC), "2026-03-01T12:00:00+00:00"),
        (time(16, 9), "16:09:00"),
        (["a", None, 1], '["a", null, 1]'),
        ({"name": "EMBER", "on": date(2026, 3, 1)}, '{"name": "EMBER", "on": "2026-03-01"}'),
        ("thé".encode(), "thé"),
        (b"\xff", "\N{REPLACEMENT CHARACTER}"),
    ],
)
def test_a_value_as_a_person_types_it(value: object, text: str) -> None:
    """Whole numbers have no point, gaps are empty, lists and structures are JSON."""
    assert as_text(value) == text


@pytest.mark.parametrize(
    ("array", "texts"),
    [
        (pa.array([1, 2], pa.int64()), ["1", "2"]),
        (pa.array([1.0, None]), ["1", ""]),
        (pa.array([True, None]), ["true", ""]),
        (pa.array(["a", None]).dictionary_encode(), ["a", ""]),
        (pa.array([Decimal("1.50"), Decimal("3.00")], pa.decimal128(10, 2)), ["1.50", "3.00"]),
        (pa.array([date(2026, 3, 1), None]), ["2026-03-01", ""]),
        (pa.array([1, 2], pa.timestamp("ns")), None),
        (pa.array([["#fff"], []]), ['["#fff"]', "[]"]),
        (pa.array([{"a": 1}, None]), ['{"a": 1}', ""]),
        (pa.array([[("a", 1)], None], pa.map_(pa.string(), pa.int64())), ['[["a", 1]]', ""]),
        (pa.array(["x", "y"], pa.large_string()), ["x", "y"]),
        (pa.array([None, None], pa.null()), ["", ""]),
    ],
)
def test_columns_of_every_type_are_read(tmp_path: Path, array: pa.Array, texts: list[str] | None) -> None:
    """Whatever a data frame was saved with."""
    rows = read(a_parquet(tmp_path, {"product": ["p", "q"], "x": array}))
    assert texts is None or [row[1][1] for row in rows] == texts


def test_rows_are_numbered_from_2_and_blank_ones_left_out(tmp_path: Path) -> None:
    """As if the names of the columns stood in row 1; a batch's end makes no difference."""
    names: list[Any] = [str(n) for n in range(20_001)]
    names[1], names[2] = None, "  "
    numbers = [number for number, _ in read(a_parquet(tmp_path, {"product": names}))]
    assert numbers == [2, *range(5, 20_003)]


@pytest.mark.parametrize("content", [b"", b"product\nTea\n", b"PAR1 cut off", b"PAR1" + b"\0" * 40 + b"PAR1"])
def test_what_is_no_parquet_is_told(tmp_path: Path, content: bytes) -> None:
    """A CSV under the wrong name, a file that was cut off."""
    with pytest.raises(InputInvalid, match=r"is not a Parquet file|cannot be read"):
        read(a_file(tmp_path, content, "m.parquet"))


def test_a_nul_is_told_by_row(tmp_path: Path) -> None:
    """No text of a table holds one."""
    with pytest.raises(InputInvalid, match=r"row 3: 'a\\x00' holds a NUL character$"):
        read(a_parquet(tmp_path, {"product": ["a", "a\0"]}))
