"""Typed values become the texts that a person would have typed."""

import struct
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from math import isnan
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.errors import InputInvalid
from tasks.tables.tables import open_table
from tasks.tables.typed_values import as_text, shortest
from tests.matrices import a_file, a_parquet, plan_of


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
        (datetime(2026, 3, 1, 12, tzinfo=UTC), "2026-03-01 12:00:00+00:00"),
        (datetime(2026, 3, 1, 12, 30, 1, 5, UTC), "2026-03-01 12:30:01.000005+00:00"),
        (datetime(2026, 3, 1), "2026-03-01"),  # noqa: DTZ001  as a data frame holds a day
        (time(16, 9), "16:09:00"),
        (timedelta(hours=26), "26:00:00"),
        (-timedelta(minutes=90), "-01:30:00"),
        (timedelta(milliseconds=1500), "00:00:01.5"),
        (2**63, "9223372036854775808"),
        (1e22, "10000000000000000000000"),
        (1.5e300, "1.5e+300"),
        (1e-7, "0.0000001"),
        (["a", None, 1], '["a", null, 1]'),
        ({"name": "EMBER", "on": date(2026, 3, 1)}, '{"name": "EMBER", "on": "2026-03-01"}'),
        ([2.0, float("nan"), 2**63], "[2, null, 9223372036854775808]"),
        ("thé".encode(), "thé"),
    ],
)
def test_a_value_as_a_person_types_it(value: object, text: str) -> None:
    """Whole numbers have no point, gaps are empty, lists and structures are JSON."""
    assert as_text(value) == text


NESTED = pa.struct({"a": pa.struct({"b": pa.list_(pa.float32())})})


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
        (pa.array([19.99, 0.1], pa.float32()), ["19.99", "0.1"]),
        (pa.array([1e10, None], pa.float32()), ["10000000000", ""]),
        (pa.array([19.98, 65504], pa.float16()), ["19.98", "65504"]),
        (pa.array([[19.99], None], pa.list_(pa.float32())), ["[19.99]", ""]),
        (pa.array([[19.99, 2.0], []], pa.large_list(pa.float16())), ["[19.98, 2]", "[]"]),
        (pa.array([{"a": {"b": [0.1]}}, {"a": None}], NESTED), ['{"a": {"b": [0.1]}}', '{"a": null}']),
        (pa.array([[("k", 0.3)], None], pa.map_(pa.string(), pa.float32())), ['[["k", 0.3]]', ""]),
        (pa.array([19.99, None], pa.float32()).dictionary_encode(), ["19.99", ""]),
        (pa.array([2**63, 1], pa.uint64()), ["9223372036854775808", "1"]),
        (pa.array([2**62 + 1, -1]), ["4611686018427387905", "-1"]),
        (pa.array([1, None], pa.timestamp("us", "Europe/Berlin")), ["1970-01-01 01:00:00.000001+01:00", ""]),
        (pa.array([253402300800, 0], pa.timestamp("s")), ["10000-01-01 00:00:00.000", "1970-01-01 00:00:00.000"]),
        (pa.array([58_140_000_000_000, None], pa.duration("ns")), ["16:09:00", ""]),
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


@pytest.mark.parametrize("content", [b"product\nTea\n", b"PAR1 cut off", b"PAR1" + b"\0" * 40 + b"PAR1"])
def test_what_is_no_parquet_is_told(tmp_path: Path, content: bytes) -> None:
    """A CSV under the wrong name, a file that was cut off."""
    with pytest.raises(InputInvalid, match=r"is not a Parquet file|cannot be read"):
        read(a_file(tmp_path, content, "m.parquet"))


def test_a_nul_is_told_by_row(tmp_path: Path) -> None:
    """No text of a table holds one."""
    with pytest.raises(InputInvalid, match=r"row 3, product: 'a\\x00' holds a NUL character$"):
        read(a_parquet(tmp_path, {"product": ["a", "a\0"]}))


@given(st.floats(width=32))
def test_a_narrow_float_is_told_in_the_fewest_digits_that_are_it(value: float) -> None:
    """No tail comes of its being a double for a moment, and it is the same number still."""
    told = shortest(value, "f")
    same = struct.pack("f", told) == struct.pack("f", value)
    assert same or isnan(value)
    assert isnan(value) or len(f"{told!r}".lstrip("-").replace(".", "").split("e")[0].strip("0")) <= 9


def test_a_narrow_float_in_a_prompt_is_paid_as_it_was_written(tmp_path: Path) -> None:
    """A product that is a number is part of the prompt."""
    (cell,) = plan_of(a_parquet(tmp_path, {"product": pa.array([19.99], pa.float32())})).cells
    assert cell.request.prompt == "19.99, professional  design, high quality".replace("  ", " ")


BROKEN = pa.Array.from_buffers(pa.string(), 2, pa.array([b"ok", b"caf\xe9"]).buffers())


@pytest.mark.parametrize(
    "array",
    [
        BROKEN,
        pa.array([b"ok", b"caf\xe9"]),
        pa.ListArray.from_arrays(pa.array([0, 1, 2], pa.int32()), BROKEN),
        pa.StructArray.from_arrays([BROKEN], ["a"]),
        pa.MapArray.from_arrays(pa.array([0, 1, 2], pa.int32()), pa.array(["k", "l"]), BROKEN),
    ],
    ids=["string", "binary", "list", "struct", "map"],
)
def test_what_is_no_text_is_told_by_row_and_column(tmp_path: Path, array: pa.Array) -> None:
    """Also where it is called a text, and where it lies within."""
    with pytest.raises(
        InputInvalid, match=r"row 3, note: '[^']*caf\N{REPLACEMENT CHARACTER}.* that is not UTF-8; store it"
    ):
        read(a_parquet(tmp_path, {"product": ["p", "q"], "note": array}))
