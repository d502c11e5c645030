"""Tables for tests, on disk, and the plans made of them."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.errors import InputInvalid
from tasks.planning.plan_campaign import plan_campaign
from tasks.records.campaign import Campaign
from tasks.records.fault import Fault
from tasks.records.plan import Plan

DATA = Path(__file__).parents[1] / "data"


def a_file(folder: Path, content: str | bytes, name: str = "m.csv") -> str:
    """The path of a file in `folder` with `content`, text as UTF-8."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def as_csv(rows: Iterable[Sequence[str]], delimiter: str = ",") -> str:
    """`rows` as CSV, quoted where needed."""
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerows(rows)
    return file.getvalue()


def a_parquet(folder: Path, columns: Mapping[str, Any], name: str = "m.parquet") -> str:
    """The path of a Parquet file in `folder` with `columns`: a list or an Arrow array each."""
    path = folder / name
    pq.write_table(pa.table(dict(columns)), path)
    return str(path)


def plan_of(matrix: str, **options: Any) -> Plan:
    """The plan of the matrix at `matrix`; without a label, unless one is named, which would be noted otherwise."""
    return plan_campaign(Campaign(**{"matrix": matrix, "label": "none", **options}))


def faults_of(matrix: str, **options: Any) -> tuple[Fault, ...]:
    """The faults of the matrix at `matrix`, of which there must be some."""
    with pytest.raises(InputInvalid) as raised:
        plan_of(matrix, **options)
    return raised.value.faults
