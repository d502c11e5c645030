"""Files on a disk of this machine: whole under their names or not there, also after a power cut."""

import errno
import os
import re
import time
import uuid
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

STAGED: Final = ".part"
STAGED_FOR_S: Final = 3600
"""Whoever staged a file that is older is no more."""
LEFT_AFTER_S: Final = 60
_STAGED_NAME: Final = re.compile(rf"\.[0-9a-f]{{32}}{re.escape(STAGED)}")
PRIVATE_FILE: Final = 0o600
PRIVATE_FOLDER: Final = 0o700
_DAMAGED_OR_FULL: Final = {errno.EIO, errno.ENOSPC, errno.EDQUOT}


def publish(files: Mapping[Path, bytes], private: Collection[Path] = ()) -> None:
    """Write and flush every file beside its final name, then rename them all, then flush the folders.

    Those of `private`, files and folders, can be read by their owner alone.
    """
    staged: dict[Path, Path] = {}
    try:
        for path, data in files.items():
            make_folder(path.parent, is_private=path.parent in private)
            staged[path] = path.with_name(f".{uuid.uuid4().hex}{STAGED}")
            write_new(staged[path], data, is_private=path in private)
        for path, part in staged.items():
            part.replace(path)
    finally:
        for part in staged.values():
            with suppress(OSError):  # what went wrong before is what is told
                part.unlink(missing_ok=True)
    for folder in {path.parent for path in files}:
        flush_folder(folder)


def write_new(path: Path, data: bytes, *, is_private: bool = False, is_flushed: bool = True) -> None:
    """Write a file that is not there yet. Raises FileExistsError where it is."""
    with path.open("xb") as file:
        if is_private:
            with suppress(PermissionError):  # a disk without modes, such as a memory stick
                os.fchmod(file.fileno(), PRIVATE_FILE)
        file.write(data)
        file.flush()
        if is_flushed:
            os.fsync(file.fileno())


def close_to_others(folders: Collection[Path], files: Collection[Path]) -> None:
    """Let their owner alone reach them, where they are there and the disk and its rights allow it.

    What lies in a folder that is closed is closed with it, however much it is.
    """
    for paths, mode in ((folders, PRIVATE_FOLDER), (files, PRIVATE_FILE)):
        for path in paths:
            with suppress(OSError):
                if path.stat().st_mode & 0o077:
                    path.chmod(mode)


def sweep(folder: Path) -> None:
    """Remove what processes that were killed have staged anywhere in `folder`."""
    for path in folder.rglob(f".*{STAGED}"):
        with suppress(OSError):  # another run sweeps too
            if time.time() - path.stat().st_mtime > STAGED_FOR_S:
                path.unlink()


def sweep_beside(folder: Path) -> None:
    """Remove what killed processes have staged right in `folder`, which may hold files of others: by our names alone.

    A file is staged for moments here, so that one whose last byte is a minute old is left behind.
    """
    for path in folder.glob(f".*{STAGED}"):
        with suppress(OSError):
            if _STAGED_NAME.fullmatch(path.name) and time.time() - path.stat().st_mtime > LEFT_AFTER_S:
                path.unlink()


def move(source: Path, target: Path) -> None:
    """Rename a file, into a folder that may not be there yet. Raises FileNotFoundError where the file is not."""
    make_folder(target.parent)
    source.replace(target)
    for folder in (target.parent, source.parent):
        flush_folder(folder)


def make_folder(folder: Path, *, is_private: bool = False) -> None:
    """`folder` and those above it, each flushed into the one that holds it; a private one is its owner's alone."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(PRIVATE_FOLDER if is_private else 0o777, exist_ok=True)
    flush_folder(folder.parent)


def flush_folder(folder: Path) -> None:
    """Make the names in `folder` survive a power cut, where that can be asked: not on Windows, not on all shares."""
    if os.name == "nt":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno in _DAMAGED_OR_FULL:
            raise
