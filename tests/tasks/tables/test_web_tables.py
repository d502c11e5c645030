"""A table at a web address is known by what comes, and what hinders it is said as it is."""

import bz2
import gzip
import logging
import lzma
import socket
import ssl
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.errors import InputInvalid
from tasks.tables.hindrance import TooMuch, hindrance
from tasks.tables.tables import open_table
from tasks.tables.web_copy import Patience, fetched
from tests.matrices import plan_of
from tests.tasks.api.raw_server import unused_port
from tests.web import Web, web_server
from tests.workbooks import a_workbook

CSV = b"product,sku\nTea,00123\n"
SHEET = "/spreadsheets/d/abc/export?format=csv&gid=0"


def as_parquet() -> bytes:
    """The same table."""
    out = BytesIO()
    pq.write_table(pa.table({"product": ["Tea"], "sku": ["00123"]}), out)
    return out.getvalue()


@pytest.fixture
def web() -> Iterator[Web]:
    """One that knows nothing yet."""
    with web_server() as known:
        yield known


def rows(url: str) -> list[tuple[int, tuple[str, ...]]]:
    """The rows of the table at `url`."""
    with open_table(url) as table:
        assert "?" not in table.source
        return list(table.rows)


def problem(url: str) -> str:
    """What is wrong with the table at `url`, without its address."""
    with pytest.raises(InputInvalid) as raised:
        rows(url)
    (fault,) = raised.value.faults
    return fault.problem


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (SHEET, CSV),
        ("/spreadsheets/d/e/2PACX/pub?output=csv", CSV),
        ("/download", CSV),
        ("/m.php?id=3", as_parquet()),
        ("/m.csv", as_parquet()),
        ("/m.bin", gzip.compress(CSV, mtime=0)),
        ("/m.csv.gz", CSV),
        ("/m.xz", lzma.compress(CSV)),
        ("/m.bz2", bz2.compress(CSV)),
        ("/m.json", CSV),
        ("/utf16", CSV.decode().encode("utf-16")),
    ],
)
def test_a_web_address_is_told_by_its_content(web, path, body):
    """Not by its name; it is asked for once, with GET, whatever it is."""
    assert rows(web.says(path, body)) == [(2, ("Tea", "00123"))]
    assert web.asked == [f"GET {path}"]


def test_a_sheet_is_followed_to_where_it_is_kept(web):
    """As published sheets are, with a fragment that names the tab left out."""
    web.says("/kept", CSV)
    url = web.says(SHEET, status=307, location="/kept")
    assert rows(f"{url}#gid=0") == [(2, ("Tea", "00123"))]


def test_a_name_and_a_password_are_sent_and_not_told(web, caplog):
    """Neither in a fault nor in a log, where the query does not stand either."""
    caplog.set_level(logging.DEBUG)
    url = web.says("/m.csv?signature=s3cret", CSV).replace("http://", "http://me:s3cret@")
    assert rows(url) == [(2, ("Tea", "00123"))]
    assert web.signed_in == ["Basic bWU6czNjcmV0"]
    with pytest.raises(InputInvalid) as raised:
        rows(url.replace("m.csv", "gone.csv"))
    assert "s3cret" not in f"{raised.value}{caplog.text}"


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "is given out after a sign-in only; share it by link (everybody who has it), or use File > Download"),
        (403, "is not given out to everybody; publish or share it"),
        (404, "does not exist (HTTP 404)"),
        (410, "does not exist any more (HTTP 410)"),
        (429, "was asked for too often; try again later (HTTP 429)"),
        (500, "cannot be had at the moment: its server has a fault of its own (HTTP 500); try again later"),
        (503, "cannot be had at the moment"),
        (418, "cannot be read: its server answered HTTP 418"),
    ],
)
def test_each_refusal_is_said_as_it_is(web, status, said):
    """Only what is not there does not exist."""
    assert problem(web.says("/m.csv", b"product\nTea\n", status)).startswith(said)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"\n<!DOCTYPE html><html><title>Q1 - Google Sheets</title>", "is a web page and no table"),
        (
            b"<html><head><title>Sign in - Google Accounts</title>",
            "is a page that asks for a sign-in; share it",
        ),
        (b"<!-- x --><HTML><input type='password'>", "is a page that asks for a sign-in; share it"),
        (b'\xef\xbb\xbf{"error": "no"}', "is JSON and no table"),
        (b'[{"product": "Tea"}]', "is JSON and no table"),
        (b"<?xml version='1.0'?><Error/>", "is XML and no table"),
        (b"PK\x03\x04xl/", "cannot be read: the workbook was cut off or damaged"),
        (b"%PDF-1.7", "is a PDF"),
        (b"", "is empty"),
        (gzip.compress(CSV, mtime=0)[:-9], "cannot be read: it is compressed, and was cut off or damaged"),
        (as_parquet()[:-9], "cannot be read: the Parquet file was cut off, its end is missing"),
    ],
)
def test_what_comes_instead_of_a_table_is_named(web, body, said):
    """With a 200, as such pages come."""
    assert problem(web.says(SHEET, body)).startswith(said)


def test_a_page_that_one_is_sent_to_for_a_sign_in_is_told(web):
    """Whatever it looks like."""
    web.says("/ServiceLogin/signin?continue=x", b"<!doctype html><title>Konto</title>")
    url = web.says(SHEET, status=302, location="/ServiceLogin/signin?continue=x")
    assert problem(url).startswith("is given out after a sign-in only")


def test_what_does_not_come_whole_is_told(web):
    """A body that breaks off, an answer that is none, a circle."""
    assert problem(web.says("/m.csv", CSV, content_length="1000")).startswith("broke off on its way")
    assert problem(web.says("/round", status=302, location="/round")).endswith("leads from one address to the next")


def test_what_does_not_end_is_not_waited_for(web):
    """By its size, and by the time that it takes as a whole: a byte now and then would keep a run for days."""
    url = web.says("/m.csv", CSV * 100)
    for patience, said in (
        (Patience(most_bytes=1000), "is larger than 0 MB; download it"),
        (Patience(whole_timeout_s=-60), "does not come within -1 minutes"),
    ):
        with pytest.raises(TooMuch) as raised, fetched(url, patience):
            pass
        assert hindrance(raised.value).startswith(said)


def test_a_workbook_is_fetched_once_for_all_of_its_sheets(web, tmp_path):
    """For its formats as well; a password in its address is sent and not told, and neither is its query."""
    book = a_workbook(tmp_path, {"P": [["product"], ["Tea"]], "formats": [["format"], ["hero"]]})
    url = web.says("/launch?token=s3cret", Path(book).read_bytes()).replace("http://", "http://me:s3cret@")
    plan = plan_of(url)
    assert [(cell.product, cell.format) for cell in plan.cells] == [("Tea", "hero")]
    assert web.asked == ["GET /launch?token=s3cret"]
    assert "s3cret" not in "".join(plan.notes)
    with pytest.raises(InputInvalid, match="/launch: has no sheet 'X'; it has P, formats") as raised:
        plan_of(f"{url}#X")
    assert "s3cret" not in str(raised.value)


def test_each_way_to_be_away_is_said_as_it_is(web):
    """A port that nobody listens at, also behind a cache, and a server without TLS."""
    nobody = f"http://127.0.0.1:{unused_port()}/m.csv"
    for url in (nobody, f"simplecache::{nobody}"):
        assert problem(url).startswith("cannot be reached: the connection was refused")
    assert problem(web.url.replace("http", "https") + "/m.csv").startswith(
        "cannot be reached: its server speaks no TLS"
    )


def test_causes_say_more_than_what_they_are_wrapped_in():
    """Libraries raise errors of their own, from what has happened."""
    untrusted, late, unknown = httpx.ConnectError("failed"), FileNotFoundError("m.csv"), httpx.ConnectError("failed")
    unknown.__cause__ = socket.gaierror(-2, "Name or service not known")
    assert hindrance(unknown).startswith("cannot be reached: its host is not known")
    untrusted.__cause__ = ssl.SSLCertVerificationError("self-signed")
    late.__cause__ = TimeoutError()
    assert hindrance(untrusted).startswith("cannot be reached: nobody vouches for its server")
    assert hindrance(late).startswith("cannot be reached: nothing came in time")
    assert hindrance(PermissionError(13, "Permission denied")) == "may not be read; check its permissions"
    assert hindrance(httpx.ReadTimeout("x")).startswith("cannot be reached: nothing came in time")
    assert (
        hindrance(OSError("cannot open https://me:s3cret@host/m.csv?sig=1"))
        == "cannot be read: cannot open https://host/m.csv"
    )
