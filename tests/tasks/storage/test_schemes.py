"""What looks like an address and is none names what to write, before a folder of that name is made and paid for."""

import sys

import pytest

from tasks.errors import InputInvalid
from tasks.storage.schemes import check_address, check_output
from tasks.storage.storage import CampaignStore
from tasks.tables.tables import open_table


def problem_of(written: str) -> str:
    """What is told of an address."""
    with pytest.raises(InputInvalid) as invalid:
        check_output(written)
    (fault,) = invalid.value.faults
    return f"{fault}"


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("s3:camp/out", "s3://camp/out"),
        ("s3:/camp/out", "s3://camp/out"),
        ("s3//camp/out", "s3://camp/out"),
        ("s3;//camp/out", "s3://camp/out"),
        ("s3：//camp/out", "s3://camp/out"),
        ("arn:aws:s3:::camp/out", "s3://camp/out"),
        ("arn:aws-cn:s3:::camp", "s3://camp"),
        ("s3:\\\\camp\\out", "s3://camp\\out"),
        (" s3://camp/out", "s3://camp/out"),
        ("S3://camp/out", "s3://camp/out"),
        ("gs:camp", "gs://camp"),
        ("az:/camp", "az://camp"),
        ("https:/example.com/m.csv", "https://example.com/m.csv"),
        ("http//example.com/m.csv", "http://example.com/m.csv"),
        ("memory:out", "memory://out"),
        ("zip://m.csv::s3:camp/m.zip", "s3://camp/m.zip"),
    ],
)
def test_a_slip_in_an_address_is_told_with_what_is_right(written, right):
    """However the slashes went missing."""
    assert f": is no address; write {right}, or ./" in problem_of(written)


@pytest.mark.parametrize(
    "written", ["camp.s3.amazonaws.com/out", "abc.r2.cloudflarestorage.com/camp", "storage.googleapis.com/camp"]
)
def test_the_host_of_a_storage_is_no_folder(written):
    """It was copied without its beginning."""
    assert ": is no address; name a folder, or an address with s3://" in problem_of(written)


@pytest.mark.parametrize("written", ["r2://b/x", "foo://x", "r2:/b/x", "minio:\\b", "R2://b", "simplecache::r2://b/x"])
def test_a_storage_that_nobody_knows_is_told_with_those_that_work(written):
    """R2 and MinIO among them."""
    said = problem_of(written)
    assert "no storage is known as" in said
    assert "s3:// (also for R2, MinIO and others that speak S3: set AWS_ENDPOINT_URL), gs:// or az://" in said


@pytest.mark.parametrize("written", ["://b/x", "s3 ://b/x", "out/http://x", "ü://x"])
def test_what_is_neither_an_address_nor_a_good_path_is_told(written):
    """No folder is made that is called so."""
    assert "is no address; name a folder, or an address with s3://" in problem_of(written)


@pytest.mark.parametrize(
    ("written", "package"),
    [
        ("gs://b/x", "gcsfs"),
        ("gcs://b", "gcsfs"),
        ("az://c/x", "adlfs"),
        ("abfss://c@a/x", "adlfs"),
        ("sftp://h/x", "paramiko"),
        ("filecache::ssh://h/x", "paramiko"),
    ],
)
def test_a_storage_without_its_driver_names_the_package(written, package, monkeypatch):
    """As pip takes it."""
    monkeypatch.setitem(sys.modules, package, None)
    assert f"needs a package that is not installed: pip install {package}" in problem_of(written)


def test_a_storage_that_is_rarely_used_says_itself_what_it_needs():
    """In fsspec's words."""
    assert "needs a package that is not installed: Please install boxfs" in problem_of("box://x")


@pytest.mark.parametrize("written", ["s3://", "s3:///camp/out", "gs:///x"])
def test_a_bucket_is_named(written):
    """A slash too many leaves none."""
    assert problem_of(written).endswith("names no bucket; write s3://bucket/folder".replace("s3", written[:2]))


def test_nothing_is_kept_on_the_web():
    """A table may come from there."""
    check_address("https://example.com/x")
    assert "is a web address, and nothing can be kept there; name a folder" in problem_of("https://example.com/x")


@pytest.mark.parametrize(
    "written",
    [
        *("out", "data//out", "C:\\out", "c:/out", "C://out", "launch 10:30.csv", "q1:draft.csv", "a::b", "aa::b/c"),
        *("~/x", "./s3:camp/out", "/x/s3:x", "file:out", "file:/x", "file:///a%20b", "local:out", "s3", "s3.csv", "r2"),
        *("s3://b", "s3://b/x:y", "s3a://b/x", "memory://x", "ftp://h/x", "simplecache::s3://b/x", "zip://m::/x/m.zip"),
    ],
)
def test_paths_and_addresses_are_taken_as_they_are(written):
    """A drive of Windows, a time and a colon in a name are no beginning of an address."""
    check_output(written)


def test_a_store_and_a_table_say_the_same(tmp_path, monkeypatch):
    """A folder that is there under such a name changes nothing, nor is one made."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s3:camp").mkdir()
    (tmp_path / "s3:camp" / "m.csv").write_text("prompt\na lamp\n")
    told = r"^s3:camp/m.csv: is no address; write s3://camp/m.csv"
    with pytest.raises(InputInvalid, match=told):
        CampaignStore.at("s3:camp/m.csv")
    with pytest.raises(InputInvalid, match=told), open_table("s3:camp/m.csv"):
        pass
    with open_table("./s3:camp/m.csv") as table:
        assert [row for _, row in table.rows] == [("a lamp",)]
    assert CampaignStore.at("./s3:camp").read("m.csv")


def test_a_secret_in_an_address_is_not_told():
    """Neither where it was written nor in what is right."""
    for written in (
        "FTP://me:hunter2@h/x",
        "foo://me:hunter2@h/x",
        "ftp:/me:hunter2@h/x",
        "https:me:hunter2@h/x?hunter2",
    ):
        assert "hunter2" not in problem_of(written)
