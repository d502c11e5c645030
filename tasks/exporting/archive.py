"""Hands over as one file, a zip: it appears whole under its name, or not at all, and the same again is the same bytes.

Images are packed already, so they are stored as they are; entries have no time of their own. It is made beside its
place on a disk, and on this machine for a bucket, one picture after the other, so that none waits in memory.
"""

import os
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Final
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from fsspec.implementations.local import LocalFileSystem

from tasks.errors import CampaignFault, InputInvalid, StorageFailed
from tasks.exporting.hand_over import HandedOver, HandOver, Progress
from tasks.records.fault import without_secrets
from tasks.storage import disk
from tasks.storage.advice import what_to_do
from tasks.storage.content_types import content_type
from tasks.storage.schemes import check_output
from tasks.storage.whereabouts import Whereabouts, whereabouts

LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
"""The first time that a zip can name."""
MODE: Final = 0o100644 << 16
CHUNK_BYTES: Final = 1 << 20
COMMENT: Final = "Handed over by ideogram-campaigns of "


def to_archive(wanted: HandOver, written: str, progress: Progress) -> HandedOver:
    """Bring the file at `written` to what is wanted. Raises InputInvalid, before it writes, and StorageFailed."""
    check_output(written)
    try:
        place = whereabouts(written)
        check_own(place, wanted.campaign)
        with made_beside(place) as part:
            pack(wanted, part, progress)
            if is_same(place, part):
                return HandedOver(0)
            put(place, part)
    except CampaignFault:
        raise
    except Exception as error:  # every file system of fsspec raises its own kinds
        raise StorageFailed(f"{without_secrets(written)} cannot be written: {what_to_do(error)}") from error
    return HandedOver(len(wanted.all_digests))


def pack(wanted: HandOver, part: Path, progress: Progress) -> None:
    """Write the archive: pictures in their order, then feeds and the manifest."""
    with part.open("wb") as file:
        with ZipFile(file, "w", ZIP_STORED) as archive:
            archive.comment = comment_of(wanted.campaign)
            progress(0, len(wanted.keys))
            for number, name in enumerate(wanted.keys, start=1):
                archive.writestr(entry(name), wanted.read(name))
                progress(number, len(wanted.keys))
            for name, data in wanted.tables.items():
                archive.writestr(entry(name), data)
        file.flush()
        os.fsync(file.fileno())


def entry(name: str) -> ZipInfo:
    """A file of an archive, the same on every machine and at any time."""
    info = ZipInfo(name, LONG_AGO)
    info.external_attr, info.create_system = MODE, 3
    return info


def comment_of(campaign: str) -> bytes:
    """By which an archive is known to be ours, and whose."""
    return f"{COMMENT}{campaign}".encode()[:65_535]


def check_own(place: Whereabouts, campaign: str) -> None:
    """Raise InputInvalid where something else lies at a place."""
    try:
        with place.fs.open(place.path, "rb") as file, ZipFile(file) as archive:
            comment = archive.comment
    except FileNotFoundError:
        return
    except (BadZipFile, IsADirectoryError):
        comment = b""
    if comment != comment_of(campaign):
        whose = comment.decode(errors="replace").removeprefix(COMMENT) if comment.startswith(COMMENT.encode()) else ""
        told = f"holds what was handed over of {whose}" if whose else "is there, and no export has written it"
        raise InputInvalid.of(source=place.shown, problem=f"{told}; name another file")


@contextmanager
def made_beside(place: Whereabouts) -> Iterator[Path]:
    """A file to be written, gone afterwards unless it was moved; what killed exports have left is swept."""
    is_local = isinstance(place.fs, LocalFileSystem)
    folder = Path(place.path).parent if is_local else Path(tempfile.gettempdir())
    name = f".{Path(place.path).name}"
    left_after_s = disk.LEFT_AFTER_S if is_local else disk.STAGED_FOR_S  # it is uploaded from there
    disk.make_folder(folder)
    for left in folder.glob(f"{name}.*{disk.STAGED}"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > left_after_s:
                left.unlink()
    part = folder / f"{name}.{uuid.uuid4().hex}{disk.STAGED}"
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def is_same(place: Whereabouts, part: Path) -> bool:
    """Whether the archive is there already, byte for byte."""
    try:
        if place.fs.size(place.path) != part.stat().st_size:
            return False
        with place.fs.open(place.path, "rb") as there, part.open("rb") as made:
            return all(one == other for one, other in zip(chunks(there), chunks(made), strict=True))
    except FileNotFoundError:
        return False


def chunks(file: IO[Any]) -> Iterator[bytes]:
    """A file, piece by piece."""
    while piece := file.read(CHUNK_BYTES):
        yield piece


def put(place: Whereabouts, part: Path) -> None:
    """Have the archive in its place, in one move."""
    if isinstance(place.fs, LocalFileSystem):
        part.replace(place.path)
        disk.flush_folder(Path(place.path).parent)
    else:
        place.fs.put_file(str(part), place.path, **content_type(place.fs, place.path))
