"""A table is read from wherever it lies, and what hinders it is told in a sentence."""

import bz2
import gzip
import lzma
import os
from pathlib import Path

import fsspec
import pytest

from tasks.errors import InputInvalid
from tasks.tables.tables import open_table
from tests.buckets import Bucket
from tests.matrices import a_file

CSV = b"product,sku\nTea,00123\n"


def rows(url: str) -> list[tuple[int, tuple[str, ...]]]:
    """The rows of the table at `url`."""
    with open_table(url) as table:
        return list(table.rows)


def problem(url: str) -> str:
    """What is wrong with the table at `url`."""
    with pytest.raises(InputInvalid) as raised:
        rows(url)
    return str(raised.value)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("M.CSV", CSV),
        ("m.txt", CSV),
        ("m.tsv", CSV.replace(b",", b"\t")),
        ("m", CSV),
        ("m.csv~", CSV),
        ("m.csv.gz", CSV),
        ("m.csv", gzip.compress(CSV, mtime=0)),
        ("m.csv.gz", gzip.compress(CSV, mtime=0)),
        ("m.csv.bz2", bz2.compress(CSV)),
        ("m.csv.xz", lzma.compress(CSV)),
        ("q1 launch (final) [2].csv", CSV),
        ("мат*рица?.csv", CSV),
    ],
)
def test_names_and_compressions(tmp_path: Path, name: str, content: bytes) -> None:
    """The content tells the kind, whatever the name; signs that mean something to a shell mean nothing here."""
    assert rows(a_file(tmp_path, content, name)) == [(2, ("Tea", "00123"))]


def test_a_url_of_any_file_system() -> None:
    """What fsspec opens, we read."""
    fsspec.filesystem("memory").pipe_file("/shelf/m.csv", CSV)
    assert rows("memory://shelf/m.csv") == [(2, ("Tea", "00123"))]


@pytest.mark.parametrize("name", ["m.numbers", "m.csv.zip", "m.json", ""])
def test_an_ending_that_is_not_ours_is_told(name: str) -> None:
    """With what to do about it."""
    assert problem(name).endswith(
        "is not a table that can be read; use a spreadsheet (.xlsx, .xlsb, .xls, .ods), a .csv or a .parquet"
    )


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    """A missing file and where it was looked for, a system that nobody knows, a file that its ending belies."""
    assert problem("absent.csv") == f"absent.csv: does not exist in {Path.cwd()}"
    assert problem("absent") == f"absent: does not exist in {Path.cwd()}"
    file = a_file(tmp_path, CSV)
    assert problem(f"{file}/m.csv") == f"{file}/m.csv: does not exist: {file} is a file and no folder"
    assert problem(f"file://{file}.csv").endswith(f"does not exist in {tmp_path}; there is {Path(file).name}")
    assert "no storage is known as klingon://; name a folder" in problem("klingon://m.csv")
    damaged = "cannot be read: it is compressed, and was cut off or damaged; copy or download it again"
    assert problem(a_file(tmp_path, gzip.compress(CSV * 1000, mtime=0)[:-30], "cut.csv.gz")).endswith(damaged)
    assert problem(a_file(tmp_path, b"\xfd7zXZ\x00" + bytes(40), "m.csv.xz")).endswith(damaged)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_told(tmp_path: Path) -> None:
    """It does exist."""
    path = a_file(tmp_path, CSV)
    Path(path).chmod(0)
    assert problem(path).endswith("may not be read; check its permissions")


def test_each_way_in_which_a_bucket_gives_nothing_is_told(bucket: Bucket) -> None:
    """A missing object, a missing bucket, missing rights."""
    fsspec.filesystem("s3").pipe_file("campaigns/m.csv", CSV)
    assert rows(f"{bucket.url}/m.csv") == [(2, ("Tea", "00123"))]
    assert problem(f"{bucket.url}/absent.csv").endswith("absent.csv: does not exist")
    assert problem("s3://nowhere/m.csv").endswith("lies in a bucket that does not exist; check the bucket's name")
    with bucket.locked():
        assert "is not given out with these credentials" in problem(f"{bucket.url}/m.csv")


def test_a_fault_of_the_reader_is_not_blamed_on_the_table(tmp_path: Path) -> None:
    """Only reading is told as a fault of the file; whatever its user raises goes through as it is."""
    with pytest.raises(ZeroDivisionError), open_table(a_file(tmp_path, CSV)) as table:
        _ = 1 / len(list(table.rows)[1:])
