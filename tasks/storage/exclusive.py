"""Creates a file only where there is none, on a disk and in a bucket: what makes one of two runs the owner of a cell.

S3 and R2 honour `If-None-Match: *` (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html);
GCS has `ifGenerationMatch=0`; a disk has links that fail where a name is taken. Some stores pass the condition over
without a word, others say that they do not know it (501), so `probe` tries.
"""

import errno
import os
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

from fsspec.implementations.local import LocalFileSystem

from tasks.storage import disk

CONFLICT_TRIES: Final = 5
_CONFLICT: Final = ("ConditionalRequestConflict", "OperationAborted", "409")
_NO_LINKS: Final = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}


def create(
    fs: Any,  # noqa: ANN401  any of fsspec's
    path: str,
    data: bytes,
    *,
    is_flushed: bool = True,
    is_private: bool = False,
) -> bool:
    """Store `data` at `path` if nothing is there; whether it was this call that did.

    Not `is_flushed`, a power cut may undo it on a disk: enough for what only keeps living processes apart.
    `is_private`, only its owner may read it there; who may read a bucket is the bucket's business.
    A bucket's client may send a request again whose answer was lost, and then meet its own file: the same bytes count
    as ours, so they must name their writer. A store that knows no condition is looked at, then written to, and two may
    win. Raises OSError where the storage fails.
    """
    try:
        if isinstance(fs, LocalFileSystem):
            return _create_locally(Path(path), data, is_flushed=is_flushed, is_private=is_private)
        return _create_or_refuse(fs, path, data)
    except OSError as error:
        if error.errno != errno.ENOSYS:
            raise
    there = _content(fs, path)
    if there is None:
        fs.pipe_file(path, data)
    return there is None or there == data


def _create_or_refuse(fs: Any, path: str, data: bytes) -> bool:  # noqa: ANN401  as above
    """As `create`; an OSError that says ENOSYS where the store knows no condition."""
    if isinstance(fs, LocalFileSystem):
        return _create_locally(Path(path), data)
    for pause_s in (*(0.1 * 2**n for n in range(CONFLICT_TRIES)), None):
        try:
            fs.pipe_file(path, data, mode="create")
        except FileExistsError:
            return _content(fs, path) == data
        except OSError as error:
            # s3fs maps a vendor's 412 to EINVAL where its body does not say which condition failed.
            if error.errno == errno.EINVAL and (there := _content(fs, path)) is not None:
                return there == data
            if pause_s is None or not any(sign in str(error) for sign in _CONFLICT):
                raise
            time.sleep(pause_s)  # two writers met: S3 asks for another try
        else:
            return True
    return False


def _content(fs: Any, path: str) -> bytes | None:  # noqa: ANN401  as above
    """What is there now; None where whoever created it has removed it again."""
    try:
        return bytes(fs.cat_file(path))
    except FileNotFoundError:
        return None


def _create_locally(path: Path, data: bytes, *, is_flushed: bool = True, is_private: bool = False) -> bool:
    """A link appears whole or not at all, and fails where the name is taken; its folder is flushed after it."""
    disk.make_folder(path.parent, is_private=is_private)
    part = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        disk.write_new(part, data, is_private=is_private, is_flushed=is_flushed)
        try:
            os.link(part, path)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            # A disk without links, such as a memory stick: a crash here can leave it empty.
            disk.write_new(path, data, is_private=is_private, is_flushed=is_flushed)
    except FileExistsError:
        return False
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    if is_flushed:
        disk.flush_folder(path.parent)
    return True


class Probed(NamedTuple):
    """What a storage lets this run do, where it can be written and read."""

    honours_create: bool
    """Whether a second creation of one file fails, and leaves the first one's content."""
    can_remove: bool


def probe(fs: Any, folder: str) -> Probed:  # noqa: ANN401  as above
    """Try in `folder` what a campaign does: create, create again, read, and remove. Raises OSError."""
    path = f"{folder}/probe-{uuid.uuid4().hex}"
    is_strong, can_remove = False, True
    try:
        is_strong = _keeps_its_word(fs, path)
    finally:
        try:
            fs.rm_file(path)
        except PermissionError:
            can_remove = False
        except OSError:
            pass
    return Probed(is_strong, can_remove)


def _keeps_its_word(fs: Any, path: str) -> bool:  # noqa: ANN401  as above
    try:
        first = _create_or_refuse(fs, path, b"first")
        second = _create_or_refuse(fs, path, b"second")
    except OSError as error:
        if error.errno != errno.ENOSYS:
            raise
        fs.pipe_file(path, b"first")  # the same words, where it is no condition that is not known
        first, second = False, False
    return bool(fs.cat_file(path) == b"first") and first and not second
