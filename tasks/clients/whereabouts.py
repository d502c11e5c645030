"""From a path or an address as a person writes it to its file system, and to the place where the files really are."""

import os
import re
from typing import Any, Final, NamedTuple

from fsspec import available_protocols
from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from tasks.models.fault import without_secrets

_CHAINED: Final = re.compile(r"([a-z0-9+]+)(://[^:]*)?::")


class Whereabouts(NamedTuple):
    """A file system of fsspec, and a path in it."""

    fs: Any
    path: str
    shown: str
    """Where the files really are: the path or the address as it was written, unless that leads elsewhere."""


def whereabouts(written: str) -> Whereabouts:
    """Where `written` leads. Raises whatever fsspec raises where it knows no such place.

    `a::b` without a protocol is the name of a file: fsspec would leave `b` out.
    """
    if "::" in written and "://" not in written and not _is_chained(written):
        fs: Any = LocalFileSystem()
        path = LocalFileSystem._strip_protocol(os.path.abspath(written))  # noqa: PTH100, SLF001
    else:
        fs, path = url_to_fs(written)
    return Whereabouts(fs, path, _shown(written, fs, path))


def _is_chained(written: str) -> bool:
    """Whether `written` begins with a protocol that stands before another, as `simplecache::` does."""
    first = _CHAINED.match(written)
    return first is not None and first[1] in available_protocols()


def _shown(written: str, fs: Any, path: str) -> str:  # noqa: ANN401  fsspec has no types
    if isinstance(fs, LocalFileSystem):
        is_as_written = os.path.normpath(path) == os.path.abspath(written)  # noqa: PTH100  `~` is a name to it
        return written if is_as_written else path
    if "::" in written:
        while hasattr(fs, "fs"):
            fs = fs.fs
        return without_secrets(str(fs.unstrip_protocol(path)))
    return without_secrets(written)
