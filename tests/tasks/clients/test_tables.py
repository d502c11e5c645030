"""A table is read from wherever it lies, and what hinders it is told in a sentence."""

import bz2
import gzip
import lzma
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import fsspec
import pytest

from tasks.clients.tables import open_table
from tasks.errors import InputInvalid
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
        ("m.csv.gz", gzip.compress(CSV)),
        ("m.csv.bz2", bz2.compress(CSV)),
        ("m.csv.xz", lzma.compress(CSV)),
        ("q1 launch (final) [2].csv", CSV),
        ("мат*рица?.csv", CSV),
    ],
)
def test_names_and_compressions(tmp_path: Path, name: str, content: bytes) -> None:
    """The ending tells the kind, without case; signs that mean something to a shell mean nothing here."""
    assert rows(a_file(tmp_path, content, name)) == [(2, ("Tea", "00123"))]


def test_a_url_of_any_file_system() -> None:
    """What fsspec opens, we read."""
    fsspec.filesystem("memory").pipe_file("/shelf/m.csv", CSV)
    assert rows("memory://shelf/m.csv") == [(2, ("Tea", "00123"))]


def test_a_web_server_that_cannot_seek(tmp_path: Path) -> None:
    """The text is read once, from front to back; a signature behind the name is passed on."""
    a_file(tmp_path, CSV, "m.csv")
    handler = partial(QuietHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            url = f"http://127.0.0.1:{server.server_port}/m.csv?signature=a/b"
            assert rows(url) == [(2, ("Tea", "00123"))]
            assert "signature" not in problem(url.replace("m.csv", "absent.csv"))
        finally:
            server.shutdown()


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class names it so
        """Say nothing."""


@pytest.mark.parametrize("name", ["m.xlsx", "m.ods", "m", "m.csv.zip", "m.json", ""])
def test_an_ending_that_is_not_ours_is_told(name: str) -> None:
    """With what to do about it."""
    assert problem(name).endswith(
        "is not a table that can be read; use a .csv or .parquet file (from Excel: CSV UTF-8)"
    )


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    """A missing file, a folder, a system that nobody knows, a file that is not what its ending says."""
    assert problem("absent.csv") == "absent.csv: does not exist"
    (tmp_path / "folder.csv").mkdir()
    assert "cannot be read" in problem(str(tmp_path / "folder.csv"))
    assert "cannot be read: Protocol not known: klingon" in problem("klingon://m.csv")
    assert "cannot be read" in problem(a_file(tmp_path, CSV, "m.csv.gz"))
    assert "cannot be read" in problem(a_file(tmp_path, gzip.compress(CSV * 1000)[:-30], "cut.csv.gz"))
    assert "cannot be read" in problem(a_file(tmp_path, b"\xfd7zXZ\x00" + bytes(40), "m.csv.xz"))


def test_a_fault_of_the_reader_is_not_blamed_on_the_table(tmp_path: Path) -> None:
    """Only reading is told as a fault of the file; whatever its user raises goes through as it is."""
    with pytest.raises(ZeroDivisionError), open_table(a_file(tmp_path, CSV)) as table:
        _ = 1 / len(list(table.rows)[1:])
