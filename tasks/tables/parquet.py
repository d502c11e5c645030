"""Parquet as rows of text: each value as a person would have typed it."""

import io
import json
from collections.abc import Iterator
from typing import IO, Final

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.errors import InputInvalid
from tasks.records.fault import shortened
from tasks.tables.content import PARQUET
from tasks.tables.typed_values import texts_of

_MAGIC, _MAGIC_ENCRYPTED = PARQUET
_FRAME_BYTES: Final = 12
"""The magic at both ends, and the length of the footer."""
_ENCRYPTED: Final = "is encrypted; write it without encryption"
_CUT_OFF: Final = "cannot be read: the Parquet file was cut off, its end is missing; copy or download it again"
_DAMAGED: Final = "cannot be read: the Parquet file is damaged"
_SAID_MAX_CHARS: Final = 100


def read_parquet(source: str, file: IO[bytes]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The records, each with its number: 1 for the names of the columns, and from 2 on for the rows.

    Raises InputInvalid where the file is something else, or not whole.
    """
    problem = _not_whole(file)
    if problem:
        raise InputInvalid.of(source=source, problem=problem)
    try:
        parquet = pq.ParquetFile(file)
        yield 1, tuple(parquet.schema_arrow.names)
        number = 1
        for batch in parquet.iter_batches(batch_size=10_000):
            columns = [texts_of(column) for column in batch.columns]
            for texts in zip(*columns, strict=True):
                number += 1
                yield number, texts
    except (pa.ArrowException, OSError) as error:
        if _is_of_the_storage(error):
            raise
        is_encrypted = "crypt" in str(error).lower()
        problem = _ENCRYPTED if is_encrypted else f"{_DAMAGED} ({shortened(str(error), _SAID_MAX_CHARS)})"
        raise InputInvalid.of(source=source, problem=problem) from error


def index_columns(schema: pa.Schema) -> frozenset[str]:
    """The columns that pandas has written as the index of its data frame, by what it says of itself."""
    try:
        indexes = json.loads((schema.metadata or {}).get(b"pandas", b"{}"))["index_columns"]
        return frozenset(name for name in indexes if isinstance(name, str))
    except (ValueError, LookupError, TypeError):  # whoever wrote it, it is only a hint
        return frozenset()


def _is_of_the_storage(error: Exception) -> bool:
    """Whether the bytes could not be had, rather than understood: Arrow's own errors have no number and no cause."""
    return isinstance(error, OSError) and (error.errno is not None or error.__cause__ is not None)


def _not_whole(file: IO[bytes]) -> str | None:
    """Why the file is no whole Parquet file that can be read, told by its two ends."""
    file.seek(0)
    head = file.read(4)
    size = file.seek(0, io.SEEK_END)
    if not size:
        return "is empty; the first row names the columns"
    if head not in PARQUET:
        return "is not a Parquet file, whatever its name says"
    if size < _FRAME_BYTES:
        return _CUT_OFF
    file.seek(size - 8)
    tail = file.read(8)
    file.seek(0)
    if _MAGIC_ENCRYPTED in {head, tail[4:]}:
        return _ENCRYPTED
    is_cut_off = tail[4:] != _MAGIC or int.from_bytes(tail[:4], "little") > size - _FRAME_BYTES
    return _CUT_OFF if is_cut_off else None
