"""Parquet as rows of text: each value as a person would have typed it."""

from collections.abc import Iterator
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.clients.typed_values import texts_of
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
        columns = [texts_of(column) for column in batch.columns]
        for texts in zip(*columns, strict=True):
            number += 1
            yield number, texts
