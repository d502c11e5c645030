"""Parquet as rows of text: each value as a person would have typed it."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from math import isnan
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.errors import InputInvalid
from tasks.models.fault import Fault


def read_parquet(source: str, file: IO[bytes]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The records, each with its number: 1 for the names of the columns, and from 2 on for the rows.

    Raises InputInvalid where the file is something else.
    """
    try:
        parquet = pq.ParquetFile(file)
    except pa.ArrowInvalid as error:
        problem = "is not a Parquet file, whatever its name says"
        raise InputInvalid([Fault(source=source, problem=problem)]) from error
    yield 1, tuple(parquet.schema_arrow.names)
    number = 1
    for batch in parquet.iter_batches(batch_size=10_000):
        columns = [[as_text(value) for value in column.to_pylist()] for column in batch.columns]
        for texts in zip(*columns, strict=True):
            number += 1
            yield number, texts


def as_text(value: object) -> str:  # noqa: PLR0911  one line a type
    """`value` as a person would have typed it: null is empty, and 3.0 is `3`, as gaps make floats of whole numbers."""
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return "" if isnan(value) else str(int(value) if value.is_integer() else value)
        case Decimal():
            return f"{value:f}"
        case date():
            return value.isoformat()
        case list() | dict():
            return json.dumps(value, ensure_ascii=False, default=as_text)
        case bytes():
            return value.decode("utf-8", "replace")
        case _:
            return str(value)
