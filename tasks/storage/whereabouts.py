"""From a path or an address as a person writes it to its file system, and to the place where the files really are."""

import os
from typing import Any, NamedTuple

from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from tasks.records.fault import without_secrets
from tasks.storage.s3_alikes import spare_check_sums
from tasks.storage.schemes import check_address, is_chained


class Whereabouts(NamedTuple):
    """A file system of fsspec, and a path in it."""

    fs: Any
    path: str
    shown: str
    """Where the files really are: the path or the address as it was written, unless that leads elsewhere."""


def whereabouts(written: str) -> Whereabouts:
    """Where `written` leads. Raises InputInvalid where it is no address, or whatever fsspec raises.

    `a::b` without a protocol is the name of a file: fsspec would leave `b` out.
    """
    check_address(written)
    if "::" in written and not is_chained(written):
        fs: Any = LocalFileSystem()
        path = LocalFileSystem._strip_protocol(os.path.abspath(written))  # noqa: PTH100, SLF001
    else:
        fs, path = url_to_fs(written)
        spare_check_sums(fs)
    return Whereabouts(fs, path, _shown(written, fs, path))


def _shown(written: str, fs: Any, path: str) -> str:  # noqa: ANN401  fsspec has no types
    if isinstance(fs, LocalFileSystem):
        is_as_written = os.path.normpath(path) == os.path.abspath(written)  # noqa: PTH100  `~` is a name to it
        return written if is_as_written else path
    if "::" in written:
        while hasattr(fs, "fs"):
            fs = fs.fs
        return without_secrets(str(fs.unstrip_protocol(path)))
    return without_secrets(written)
