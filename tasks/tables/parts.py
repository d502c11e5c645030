"""A folder of Parquet files that are one table, as Spark, DuckDB and Hive write it."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.errors import InputInvalid
from tasks.tables.parquet import read_parquet

_ENDINGS: Final = (".parquet", ".pq")
_LAKES: Final = {"_delta_log": "a Delta table", ".hoodie": "a Hudi table"}
"""What else lies in the folder of a table whose files do not all count. An Iceberg one's has other files in sight."""
_NO_PARTITION: Final = "__HIVE_DEFAULT_PARTITION__"
_OTHERS_SHOWN: Final = 3


@dataclass
class Parts:
    """The parts of the table in a folder, in the order of their names."""

    source: str
    """The folder, as it is told."""
    fs: Any
    base: str
    schema: pa.Schema | None = None
    """That of the first part, once its names have been read."""
    _begun: list[tuple[int, str]] = field(default_factory=list)
    """From which row of the whole on which part is read."""

    def row_in_part(self, row: int) -> tuple[str, int]:
        """The part in which a row of the whole stands, and its number there: 2 for the first below the names."""
        at = bisect_right(self._begun, row, key=lambda begun: begun[0]) - 1
        if at < 0:
            return self.source, row
        first, part = self._begun[at]
        return part, row - first + 2

    def records(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        """The records of all parts, numbered through from 1 for the names of the columns.

        Columns that stand in a part's path, as in `country=de/part-0.parquet`, come after its own. Raises InputInvalid.
        """
        header: tuple[str, ...] = ()
        number = 1
        for name in self._names():
            source = f"{self.source.rstrip('/')}/{name}"
            with self.fs.open(f"{self.base}/{name}", "rb") as file:
                records = read_parquet(source, file)
                own = next(records)[1]
                columns = {key: value for key, value in partitions(name).items() if key not in own}
                names = (*own, *columns)
                if self.schema is None:
                    header, self.schema = names, pq.read_schema(file)
                    yield 1, header
                order = _order(source, self._begun[0][1] if self._begun else source, header, names)
                self._begun.append((number + 1, source))
                for _, texts in records:
                    number += 1
                    whole = (*texts, *columns.values())
                    yield number, tuple(whole[at] for at in order)

    def _names(self) -> list[str]:
        """The parts by their paths in the folder; what is hidden or begins with `_` is not one of them."""
        self.fs.invalidate_cache(self.base)
        for name, kind in _LAKES.items():
            if self.fs.exists(f"{self.base}/{name}"):
                raise self._invalid(f"is {kind}, in which not every file counts; write it as one Parquet file")
        found = [path.removeprefix(self.base).lstrip("/") for path in self.fs.find(self.base)]
        seen = sorted(name for name in found if not any(step[:1] in {".", "_"} for step in name.split("/")))
        parts = [name for name in seen if name.lower().endswith(_ENDINGS)]
        if not parts:
            raise self._invalid("is a folder without Parquet files; name a table in it")
        others = [name for name in seen if name not in set(parts)]
        if others:
            more = f" and {len(others) - _OTHERS_SHOWN:,} more" if len(others) > _OTHERS_SHOWN else ""
            told = f"{', '.join(others[:_OTHERS_SHOWN])}{more}"
            raise self._invalid(f"holds, beside Parquet files, {told}; name one table, or take the others away")
        return parts

    def _invalid(self, problem: str) -> InputInvalid:
        return InputInvalid.of(source=self.source, problem=problem)


def partitions(name: str) -> dict[str, str]:
    """The columns that the path of a part names, and their values."""
    steps = (step.split("=", 1) for step in name.split("/")[:-1] if "=" in step)
    return {unquote(key): "" if value == _NO_PARTITION else unquote(value) for key, value in steps}


def _order(source: str, first: str, header: tuple[str, ...], names: tuple[str, ...]) -> list[int]:
    """Where each column of the first part stands in another. Raises InputInvalid where they have not the same."""
    if sorted(header) != sorted(names):
        lacks = "".join(f", lacks {name!r}" for name in header if name not in names)
        has = "".join(f", has {name!r}" for name in names if name not in header)
        problem = f"has other columns than {first}{lacks}{has}; write all parts with the same ones"
        raise InputInvalid.of(source=source, problem=problem)
    return list(range(len(names))) if header == names else [names.index(name) for name in header]
