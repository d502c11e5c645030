"""What is stored is there whole under its name or not at all, wherever it lies."""

import errno
import os
import stat
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import fsspec
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tasks.errors import StorageFailed
from tasks.records.request import GenerationRequest
from tasks.storage import disk
from tasks.storage.storage import CampaignStore
from tests.buckets import SECRET, Bucket
from tests.factories import a_request
from tests.tasks.api.raw_server import unused_port

FILES = {"manifest.csv": b"a,b\n", "variants/lamp-1-og.webp": b"RIFF", "index.html": b"<!doctype html>"}


def files_in(folder: Path) -> dict[str, bytes]:
    """Everything that lies in `folder`, hidden files included, by its path in it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# Anywhere


@pytest.mark.parametrize("place", ["{tmp}", "file://{tmp}", "local://{tmp}/", "memory://{name}", "{tmp}/deep/er"])
def test_what_is_written_is_read_again(place, tmp_path):
    """The same bytes come back under the same key, and a later write replaces them."""
    store = CampaignStore.open(place.format(tmp=tmp_path, name=tmp_path.name), "q1-launch")
    store.write("originals/lamp.png", b"first")
    store.write("originals/lamp.png", bytes(range(256)))
    assert store.read("originals/lamp.png") == bytes(range(256))


@pytest.mark.parametrize("place", ["{tmp}", "memory://{name}"])
def test_many_are_published_each_under_its_key(place, tmp_path):
    """Files of several folders in one call."""
    store = CampaignStore.open(place.format(tmp=tmp_path, name=tmp_path.name), "q1-launch")
    store.publish(FILES)
    assert {key: store.read(key) for key in FILES} == FILES


@pytest.mark.parametrize("place", ["{tmp}", "memory://{name}"])
def test_what_is_not_there_is_told_as_such(place, tmp_path):
    """A missing file is no fault of the storage."""
    with pytest.raises(FileNotFoundError):
        CampaignStore.open(place.format(tmp=tmp_path, name=tmp_path.name), "q1-launch").read("originals/lamp.png")


@pytest.mark.parametrize("place", ["{tmp}", "memory://{name}"])
def test_a_record_that_is_missing_or_damaged_is_none(place, tmp_path):
    """Whoever reads it does the same either way."""
    store, record = CampaignStore.open(place.format(tmp=tmp_path, name=tmp_path.name), "q1-launch"), a_request("a cat")
    assert store.read_record("ledger/a.json", GenerationRequest) is None
    for damaged in (b"", b"{", b"[]", b"null", b'{"prompt": 1}', b"\xff\xfe"):
        store.write("ledger/a.json", damaged)
        assert store.read_record("ledger/a.json", GenerationRequest) is None
    store.write("ledger/a.json", record.model_dump_json().encode())
    assert store.read_record("ledger/a.json", GenerationRequest) == record


@pytest.mark.parametrize(
    "key", ["", "/etc/passwd", "../other/manifest.csv", "a/../../b.png", "C:\\x.png", "a\\b.png", "C:x.png", "a\0.png"]
)
def test_no_key_leads_out_of_the_campaigns_folder(key, tmp_path):
    """On no system: a key is made of plain names with slashes between them."""
    store = CampaignStore.open(str(tmp_path / "out"), "q1-launch")
    with pytest.raises(ValueError, match="is not a key"):
        store.publish({"index.html": b"x", key: b"x"})
    assert files_in(tmp_path) == {}


@hypothesis_settings(max_examples=40)
@given(
    st.lists(
        st.text(st.characters(exclude_categories=["C"], exclude_characters='/\\:"<>|?*'), min_size=1, max_size=60)
        .map(lambda name: name.strip(". "))
        .filter(lambda name: name and len(name.encode()) < 200),
        min_size=1,
        max_size=3,
    ),
    st.binary(max_size=100),
)
def test_any_plain_name_can_be_a_key(tmp_path_factory, parts, data):
    """Spaces, signs and letters of any alphabet."""
    store = CampaignStore.open(str(tmp_path_factory.getbasetemp() / "any"), "q1 früh")
    key = "/".join([*parts, "x.png"])
    store.write(key, data)
    assert store.read(key) == data


def test_a_place_that_cannot_be_used_is_named_with_what_to_do():
    """The sentence leads on, and holds no password."""
    with pytest.raises(StorageFailed, match="check the network and the address") as failed:
        CampaignStore.open(f"ftp://user:{SECRET}@127.0.0.1:{unused_port()}/x", "q1-launch")
    assert SECRET not in str(failed.value)


# On a disk


def test_spaces_and_letters_of_any_alphabet_in_the_root(tmp_path):
    """A folder's name is taken as it is; nothing in it is a sign of a URL."""
    output = tmp_path / "Kampagnen äöü 50% #1?"
    store = CampaignStore.open(str(output), "q1-launch")
    store.write("manifest.csv", b"x")
    assert files_in(output) == {"q1-launch/manifest.csv": b"x"}
    assert store.is_local


def test_a_relative_root_stays_where_it_was_opened(tmp_path, monkeypatch):
    """Changing the working folder later moves no file; the root is shown as it was written."""
    monkeypatch.chdir(tmp_path)
    store = CampaignStore.open("data/out/", "q1-launch")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    store.write("manifest.csv", b"x")
    assert files_in(tmp_path) == {"data/out/q1-launch/manifest.csv": b"x"}
    assert store.root == "data/out/q1-launch"


@pytest.mark.parametrize(
    "place",
    [
        "out",
        "out/",
        "./out",
        "a::b",
        "a::b/c::d",
        "out/a%20b",
        "file://out",
        "file://{tmp}/a%20b",
        "local://{tmp}/x",
        "~/x",
    ],
)
def test_the_place_that_is_told_is_where_the_files_are(place, tmp_path, monkeypatch):
    """However it was written: a person opens what was printed, and a callback's reader what it names."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    store = CampaignStore.open(place.format(tmp=tmp_path), "q1-launch")
    store.write("index.html", b"x")
    assert Path(store.root, "index.html").read_bytes() == b"x"
    assert Path(store.address, "index.html").read_bytes() == b"x"
    assert Path(store.address).is_absolute()


def test_a_chain_is_told_by_where_it_ends(bucket):
    """What stands before it is on this machine only."""
    store = CampaignStore.open(f"simplecache::{bucket.url}/spring", "q1-launch")
    assert (store.root, store.address) == (f"{bucket.url}/spring/q1-launch",) * 2


def test_a_tilde_is_the_home_folder(tmp_path, monkeypatch):
    """As in a shell, also where no shell has seen it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    CampaignStore.open("~/campaigns", "q1-launch").write("manifest.csv", b"x")
    assert files_in(tmp_path) == {"campaigns/q1-launch/manifest.csv": b"x"}


def test_a_long_name_can_be_staged(tmp_path):
    """A name as long as the disk allows needs no longer one on its way."""
    CampaignStore.open(str(tmp_path), "q1-launch").write("ä" * 120 + ".png", b"x")


def test_every_byte_is_flushed_before_its_name_appears(tmp_path, monkeypatch):
    """First all files are written and flushed, then all are renamed, then the folders are flushed."""
    steps: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def flush(descriptor: int) -> None:
        kind = "folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file"
        steps.append(f"flush {kind}")
        fsync(descriptor)

    store = CampaignStore.open(str(tmp_path), "q1-launch")
    store.publish(FILES)
    monkeypatch.setattr(os, "fsync", flush)
    monkeypatch.setattr(Path, "replace", lambda part, path: steps.append("rename") or replace(part, path))
    store.publish(FILES)
    assert steps == ["flush file"] * 3 + ["rename"] * 3 + ["flush folder"] * 2


def test_new_folders_survive_a_power_cut(tmp_path, monkeypatch):
    """A folder is flushed into the one that holds it, up to the first that was there."""
    flushed: list[Path] = []
    monkeypatch.setattr(disk, "flush_folder", flushed.append)
    CampaignStore.open(str(tmp_path / "out"), "q1-launch").write("originals/lamp.png", b"x")
    root = tmp_path / "out" / "q1-launch"
    assert flushed == [tmp_path, tmp_path / "out", root, root / "originals"]


def failing(call: int, fault: OSError, real):
    """`real`, that raises `fault` the `call`-th time."""
    calls = iter(range(1, 1_000))

    def work(*args, **kwargs):
        if next(calls) == call:
            raise fault
        return real(*args, **kwargs)

    return work


@pytest.mark.parametrize("call", [1, 2, 3])
@pytest.mark.parametrize(
    ("owner", "name"), [(Path, "mkdir"), (Path, "open"), (os, "fsync")], ids=["mkdir", "open", "fsync"]
)
def test_a_fault_before_the_first_rename_leaves_everything_as_it_was(owner, name, call, tmp_path, monkeypatch):
    """Whichever file it is: what was published before stays whole, and no litter lies about."""
    files = {f"new-{n}/{key}": data for n, (key, data) in enumerate(FILES.items())}
    store = CampaignStore.open(str(tmp_path), "q1-launch")
    store.publish(dict.fromkeys(FILES, b"old"))
    before = files_in(tmp_path)
    monkeypatch.setattr(disk, "flush_folder", lambda _: None)
    monkeypatch.setattr(
        owner, name, failing(call, OSError(errno.ENOSPC, "No space left on device"), getattr(owner, name))
    )
    with pytest.raises(StorageFailed, match=r"No space left on device.*; make room there"):
        store.publish(files)
    assert files_in(tmp_path) == before


class FullDisk:
    """A file that takes a few bytes and no more."""

    def __init__(self, file):
        self._file = file

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()

    def write(self, data):
        """Take one byte, then fail."""
        self._file.write(data[:1])
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_disk_that_fills_up_while_writing_leaves_no_half_file(tmp_path, monkeypatch):
    """Neither under the final name nor beside it."""
    real = Path.open
    store = CampaignStore.open(str(tmp_path), "q1-launch")
    store.publish(dict.fromkeys(FILES, b"old"))
    before = files_in(tmp_path)
    monkeypatch.setattr(Path, "open", lambda *args: FullDisk(real(*args)))
    with pytest.raises(StorageFailed, match="make room"):
        store.publish(FILES)
    monkeypatch.undo()
    assert files_in(tmp_path) == before


@pytest.mark.parametrize("call", [1, 2, 3])
def test_a_fault_between_renames_leaves_whole_files_only(call, tmp_path, monkeypatch):
    """Each file is the old one or the new one, and no litter lies about."""
    store = CampaignStore.open(str(tmp_path), "q1-launch")
    store.publish(dict.fromkeys(FILES, b"old"))
    monkeypatch.setattr(
        Path, "replace", failing(call, PermissionError(errno.EACCES, "Permission denied"), Path.replace)
    )
    with pytest.raises(StorageFailed, match=r"Permission denied.*; check the rights"):
        store.publish(FILES)
    published = list(FILES)[: call - 1]
    assert files_in(tmp_path / "q1-launch") == {k: FILES[k] if k in published else b"old" for k in FILES}


def test_a_share_that_cannot_flush_a_folder_is_good_enough(tmp_path, monkeypatch):
    """The files are there; only a disk that reports damage or is full is a fault."""
    monkeypatch.setattr(os, "open", failing(1, OSError(errno.EINVAL, "Invalid argument"), os.open))
    store = CampaignStore.open(str(tmp_path), "q1-launch")
    disk.flush_folder(tmp_path)
    monkeypatch.setattr(os, "fsync", failing(1, OSError(errno.EIO, "Input/output error"), os.fsync))
    with pytest.raises(OSError, match="Input/output error"):
        disk.flush_folder(tmp_path)
    store.write("manifest.csv", b"x")


def test_a_file_in_the_way_of_a_folder_is_named(tmp_path):
    """The output's name belongs to a file: nothing is overwritten."""
    (tmp_path / "q1-launch").write_bytes(b"mine")
    with pytest.raises(StorageFailed, match="q1-launch cannot be written"):
        CampaignStore.open(str(tmp_path), "q1-launch").write("originals/lamp.png", b"x")
    assert files_in(tmp_path) == {"q1-launch": b"mine"}


def test_threads_do_not_step_on_each_other(tmp_path):
    """Many threads write many keys, and the same key, at once: each file is whole and is somebody's."""
    store = CampaignStore.open(str(tmp_path), "q1-launch")
    start = threading.Barrier(8)

    def work(number: int) -> None:
        start.wait()
        for turn in range(10):
            store.publish({f"deep/{number}/{turn}.png": bytes([number]) * 5_000, "same.png": bytes([number]) * 5_000})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    stored = files_in(tmp_path / "q1-launch")
    assert len(stored) == 81
    assert all(data in {bytes([number]) * 5_000 for number in range(8)} for data in stored.values())


# In a bucket


def test_files_arrive_in_a_bucket_under_their_type(bucket: Bucket):
    """The environment's endpoint and credentials are enough, and a browser is told what each file is."""
    types = {
        "manifest.csv": "text/csv; charset=utf-8",
        "manifest.parquet": "application/vnd.apache.parquet",
        "manifest.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "index.html": "text/html; charset=utf-8",
        "originals/lamp.png": "image/png",
        "originals/lamp.jpg": "image/jpeg",
        "originals/lamp.gif": "image/gif",
        "originals/lamp.tif": "image/tiff",
        "variants/lamp-og.webp": "image/webp",
        "variants/lamp-og.avif": "image/avif",
        "ledger/lamp.json": "application/json",
        "notes.xyz": "application/octet-stream",
    }
    store = CampaignStore.open(f"{bucket.url}/2026 früh/", "q1-launch")
    store.publish(dict.fromkeys(types, b"\x00\xff"))
    assert bucket.keys() == sorted(f"2026 früh/q1-launch/{key}" for key in types)
    assert {key: bucket.content_type(f"2026 früh/q1-launch/{key}") for key in types} == types
    assert store.read("originals/lamp.png") == b"\x00\xff"
    assert not store.is_local
    assert store.root == f"{bucket.url}/2026 früh/q1-launch"


@pytest.mark.parametrize("place", ["disk", "bucket"])
def test_campaigns_are_the_folders_of_an_output(request, tmp_path, place):
    """Not the files beside them; an output that is not there has none."""
    output = f"{request.getfixturevalue('bucket').url}/out" if place == "bucket" else str(tmp_path / "out")
    assert CampaignStore.open(output, "").folders() == []
    for slug in ("tea", "cups"):
        CampaignStore.open(output, slug).write("ledger/x.json", b"{}")
    with fsspec.open(f"{output}/notes.txt", "wb") as file:
        file.write(b"x")
    assert CampaignStore.open(output, "").folders() == ["cups", "tea"]


def test_a_missing_file_in_a_bucket_is_told_as_such(bucket: Bucket):
    """As on a disk."""
    with pytest.raises(FileNotFoundError):
        CampaignStore.open(bucket.url, "q1-launch").read("originals/lamp.png")


def test_a_file_that_is_replaced_in_a_bucket_is_read_anew(bucket: Bucket):
    """Nothing is remembered from the first time."""
    store = CampaignStore.open(bucket.url, "q1-launch")
    for data in (b"first", b"second"):
        store.write("index.html", data)
        assert store.read("index.html") == data


@pytest.mark.usefixtures("bucket")
def test_a_missing_bucket_is_named_with_what_to_do():
    """A campaign stops, and the sentence says that the bucket is what is missing."""
    with pytest.raises(StorageFailed, match=r"s3://no-such-bucket/q1-launch cannot be written: .*; create the bucket"):
        CampaignStore.open("s3://no-such-bucket", "q1-launch").write("manifest.csv", b"x")


def test_denied_access_is_named_with_what_to_do(bucket: Bucket):
    """The secret stays out of the sentence and of what caused it."""
    store = CampaignStore.open(bucket.url, "q1-launch")
    with bucket.locked(), pytest.raises(StorageFailed, match="; check the rights") as failed:
        store.write("manifest.csv", b"x")
    with bucket.locked(), pytest.raises(StorageFailed, match=r"cannot be read: .*; check the rights"):
        store.read("manifest.csv")
    assert SECRET not in "".join(traceback.format_exception(failed.value))


def test_missing_credentials_are_named_with_what_to_do(bucket: Bucket, monkeypatch):
    """Whoever forgot to set them learns so."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(StorageFailed, match="; check the rights") as failed:
        CampaignStore.open(bucket.url, "q1-launch").write("manifest.csv", b"x")
    assert SECRET not in "".join(traceback.format_exception(failed.value))


def test_threads_write_to_a_bucket_at_once(bucket: Bucket):
    """Each file arrives, whole."""
    store = CampaignStore.open(bucket.url, "q1-launch")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: store.write(f"originals/{n}.png", bytes([n]) * 1_000), range(12)))
    assert len(bucket.keys()) == 12
    assert store.read("originals/7.png") == bytes([7]) * 1_000


def test_a_write_that_fails_in_memory_is_a_storage_fault(monkeypatch):
    """Whatever kind of error a file system raises."""
    monkeypatch.setattr(fsspec.filesystem("memory"), "pipe_file", failing(1, RuntimeError("odd"), None), raising=False)
    with pytest.raises(StorageFailed, match=r"memory://x/q1-launch cannot be written: odd$"):
        CampaignStore.open("memory://x", "q1-launch").write("manifest.csv", b"x")


def test_what_killed_writers_have_staged_is_swept_away_when_it_is_old(tmp_path: Path):
    """A live one may still be at what is young; no file under a name of its own is touched."""
    store = CampaignStore.open(str(tmp_path), "q1-launch")
    store.write("originals/lamp.png", b"lamp")
    folder = tmp_path / "q1-launch" / "originals"
    for name, age_s in ((".old.part", 7200), (".young.part", 60), ("lamp.png", 7200)):
        (folder / name).touch()
        os.utime(folder / name, (time.time() - age_s,) * 2)
    store.sweep()
    assert sorted(path.name for path in folder.iterdir()) == [".young.part", "lamp.png"]
