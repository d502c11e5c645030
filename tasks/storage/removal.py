"""Removes files only as they were when they were listed: who was frozen in between takes nothing newer away.

S3 has `If-Match` for this (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html). On a disk a
file is moved out of sight, looked at there, and given back where it is another. Elsewhere it is looked at right before.
"""

import errno
import os
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from fsspec.implementations.local import LocalFileSystem

from tasks.storage import disk

REMOVERS: Final = 32


def tags_in(fs: Any, base: str, folder: str) -> dict[str, str]:  # noqa: ANN401  any of fsspec's
    """By key, what tells each file right below `base/folder` from whatever takes its name later."""
    path, prefix = f"{base}/{folder}".rstrip("/"), f"{folder}/" if folder else ""
    if isinstance(fs, LocalFileSystem):
        files = Path(path).iterdir() if Path(path).is_dir() else ()
        tagged = ((one.name, _local_tag_now(one)) for one in files if not one.name.startswith("."))
        return {f"{prefix}{name}": tag for name, tag in tagged if tag is not None}
    try:
        fs.invalidate_cache(path)
        found = [one for one in fs.ls(path, detail=True) if one["type"] == "file"]
    except FileNotFoundError:
        return {}
    # A listing has S3's tags; what others list of a file need not be what they say of it when they are asked.
    tags = ((one["name"], one.get("ETag") or _tag_now(fs, one["name"])) for one in found)
    return {f"{prefix}{name.rpartition('/')[2]}": tag for name, tag in tags if tag is not None}


def remove(fs: Any, tags: Mapping[str, str]) -> None:  # noqa: ANN401  as above
    """Remove those of the files, given by path, that still are what their tags were told of. Raises OSError."""
    remove_one = _remove_locally if isinstance(fs, LocalFileSystem) else _remove
    with ThreadPoolExecutor(REMOVERS, "removal") as pool:
        list(pool.map(lambda path: remove_one(fs, path, tags[path]), tags))
    if isinstance(fs, LocalFileSystem):
        for folder in {Path(path).parent for path in tags}:
            disk.flush_folder(folder)


def _remove(fs: Any, path: str, tag: str) -> None:  # noqa: ANN401  as above
    if _tag_now(fs, path) != tag:
        return
    try:
        if "s3" not in fs.protocol or not _remove_from_s3(fs, path, tag):
            fs.rm_file(path)
    except OSError:
        if _tag_now(fs, path) == tag:
            raise


def _remove_from_s3(fs: Any, path: str, tag: str) -> bool:  # noqa: ANN401  as above
    """Whether the store knows a condition on removals. Raises OSError."""
    bucket, key, _ = fs.split_path(path)
    try:
        fs.call_s3("delete_object", Bucket=bucket, Key=key, IfMatch=tag)
    except OSError as error:
        if error.errno == errno.ENOSYS:
            return False
        raise
    return True


def _remove_locally(_: LocalFileSystem, name: str, tag: str) -> None:
    path = Path(name)
    aside = path.with_name(f".{uuid.uuid4().hex}.aside")
    try:
        path.rename(aside)
    except FileNotFoundError:
        return
    if _local_tag(aside) == tag:
        aside.unlink()
    else:
        _give_back(aside, path)


def _give_back(aside: Path, path: Path) -> None:
    try:
        os.link(aside, path)
    except FileExistsError:  # one that is newer still
        aside.unlink()
    except OSError:  # a disk without links
        aside.rename(path)
    else:
        aside.unlink()


def _local_tag(path: Path) -> str:
    there = path.stat()
    return f"{there.st_ino}-{there.st_mtime_ns}-{there.st_size}"


def _local_tag_now(path: Path) -> str | None:
    """None for what is no file, or no more."""
    try:
        return _local_tag(path) if path.is_file() else None
    except FileNotFoundError:
        return None


def _tag_now(fs: Any, path: str) -> str | None:  # noqa: ANN401  as above
    try:
        fs.invalidate_cache(path.rpartition("/")[0])
        info = fs.info(path)
    except FileNotFoundError:
        return None
    written = next(filter(None, map(info.get, ("generation", "updated", "created", "mtime"))), "")
    return str(info.get("ETag") or f"{written}-{info['size']}")
