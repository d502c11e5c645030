"""A folder of Parquet files is one table, wherever it lies."""

from io import BytesIO
from pathlib import Path
from typing import Any

import fsspec
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.errors import InputInvalid
from tasks.tables.tables import open_table
from tests.buckets import Bucket
from tests.matrices import faults_of, plan_of

Rows = list[tuple[int, tuple[str, ...]]]


def parquet(**columns: Any) -> bytes:
    """A Parquet file of these columns."""
    out = BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def put(url: str, **files: bytes) -> str:
    """A folder of `files`, whose names have a `/` for each `__`."""
    fs, base = fsspec.url_to_fs(url)
    for name, content in files.items():
        path = f"{base}/{name.replace('__', '/')}"
        fs.makedirs(path.rpartition("/")[0], exist_ok=True)
        fs.pipe_file(path, content)
    return url


def read(url: str) -> tuple[tuple[str, ...], Rows]:
    """Header and rows of the table at `url`."""
    with open_table(url) as table:
        return table.header, list(table.rows)


def problem(url: str) -> str:
    """What is wrong with the table at `url`."""
    with pytest.raises(InputInvalid) as raised:
        read(url)
    return str(raised.value)


SPARK = {
    "part-00001-x.snappy.parquet": parquet(product=["Coffee"]),
    "part-00000-x.snappy.parquet": parquet(product=["Tea", "Milk"]),
    "_SUCCESS": b"",
    "_metadata": b"PAR1",
    ".part-00000-x.snappy.parquet.crc": b"crc",
    "_temporary__0__part-00009.parquet": b"half",
    "part-00002-x.snappy.parquet": parquet(product=pa.array([], pa.string())),
}
HIVE = {
    "country=de__year=2026__data_0.parquet": parquet(product=["Tea"]),
    "country=fr%20x__year=007__data_0.parquet": parquet(product=["Milk"]),
    "country=__HIVE_DEFAULT_PARTITION____year=1__data_0.parquet": parquet(product=["Coffee"]),
}


@pytest.mark.parametrize(
    "place", ["{tmp}/campaign.parquet", "{tmp}/campaign/", "memory://{name}/campaign", "file://{tmp}/c"]
)
def test_the_parts_are_read_in_the_order_of_their_names(tmp_path: Path, place: str) -> None:
    """Numbered through; marks of success, checksums, temporary and hidden files are no parts."""
    url = put(place.format(tmp=tmp_path, name=tmp_path.name), **SPARK)
    assert read(url) == (("product",), [(2, ("Tea",)), (3, ("Milk",)), (4, ("Coffee",))])


def test_a_bucket_holds_them_as_well(bucket: Bucket) -> None:
    """With a slash at its end or without, and as the whole bucket."""
    rows = [(2, ("Tea",)), (3, ("Milk",)), (4, ("Coffee",))]
    url = put(f"{bucket.url}/tables/spring", **SPARK)
    for each in (url, f"{url}/", f"{bucket.url}/tables", bucket.url):
        assert read(each)[1] == rows


def test_what_stands_in_a_path_is_a_column(tmp_path: Path) -> None:
    """As it was written, whatever it looks like; Hive's own word for nothing is nothing."""
    fs, files = fsspec.filesystem("file"), {}
    for name, content in HIVE.items():
        files[
            name.replace("__HIVE_DEFAULT_PARTITION__", "\0")
            .replace("__", "/")
            .replace("\0", "__HIVE_DEFAULT_PARTITION__")
        ] = content
    for name, content in files.items():
        fs.makedirs(str((tmp_path / name).parent), exist_ok=True)
        (tmp_path / name).write_bytes(content)
    assert read(str(tmp_path)) == (
        ("product", "country", "year"),
        [(2, ("Coffee", "", "1")), (3, ("Tea", "de", "2026")), (4, ("Milk", "fr x", "007"))],
    )


def test_columns_in_another_order_are_the_same_and_others_are_told(tmp_path: Path) -> None:
    """By part, and with what differs."""
    first = parquet(product=["Tea"], sku=["1"])
    url = put(str(tmp_path / "a"), **{"0.parquet": first, "1.parquet": parquet(sku=["2"], product=["Milk"])})
    assert read(url)[1] == [(2, ("Tea", "1")), (3, ("Milk", "2"))]
    url = put(str(tmp_path / "b"), **{"0.parquet": first, "1.parquet": parquet(product=["Milk"], price=["2"])})
    assert problem(url) == (
        f"{url}/1.parquet: has other columns than {url}/0.parquet, lacks 'sku', has 'price'; "
        "write all parts with the same ones"
    )


def test_faults_are_told_by_part_and_row(tmp_path: Path) -> None:
    """A row of the whole is found in no file; the manifest counts through."""
    parts = (parquet(product=["Tea", name], seed=["1", "x"]) for name in ("Milk", "Coffee"))
    url = put(str(tmp_path / "t"), **{f"{n}.parquet": part for n, part in enumerate(parts)})
    assert [(fault.source, fault.row) for fault in faults_of(url)] == [(f"{url}/0.parquet", 3), (f"{url}/1.parquet", 3)]
    url = put(str(tmp_path / "u"), **{"0.parquet": parquet(product=["Tea"]), "1.parquet": parquet(product=["Milk"])})
    assert [cell.row for cell in plan_of(url).cells] == [2, 3]
    assert plan_of(url).campaign.slug == "u"
    bad = {"0.parquet": parquet(product=["Tea"]), "1.parquet": parquet(product=["a", "a\0"])}
    (fault,) = faults_of(put(str(tmp_path / "v"), **bad))
    assert str(fault).endswith(r"v/1.parquet, row 3, product: 'a\x00' holds a NUL character")


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "is a folder without Parquet files; name a table in it"),
        ({"m.csv": b"product\nTea\n"}, "is a folder without Parquet files; name a table in it"),
        ({"m.parquet": b"", "notes.txt": b"x"}, "holds, beside Parquet files, notes.txt; name one table"),
        ({"m.parquet": parquet(product=["Tea"])[:-4]}, "m.parquet: cannot be read: the Parquet file was cut off"),
        ({"m.parquet": b""}, "m.parquet: is empty"),
        ({"m.parquet": b"product\n"}, "m.parquet: is not a Parquet file"),
        ({"m.parquet": b"x", "_delta_log__0.json": b"{}"}, "is a Delta table, in which not every file counts"),
    ],
)
def test_a_folder_that_is_no_table_is_told(tmp_path: Path, files: dict[str, bytes], said: str) -> None:
    """By the file that is not one, where there is one."""
    (tmp_path / "t").mkdir()
    assert said in problem(put(str(tmp_path / "t"), **files))


def test_an_index_of_pandas_is_left_out_of_parts_as_well(tmp_path: Path) -> None:
    """So that equal rows of two parts are equal."""
    frame = pd.DataFrame({"product": ["Tea"]}, index=pd.Index([0], name="nr"))
    (tmp_path / "0.parquet").write_bytes(frame.to_parquet())
    with open_table(str(tmp_path)) as table:
        assert (table.header, list(table.rows)) == (("product",), [(2, ("Tea",))])
