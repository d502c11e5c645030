"""Opens what lies at a path or an address: a file, or a folder of parts."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import IO, Final

from fsspec.implementations.local import LocalFileSystem

from tasks.errors import InputInvalid
from tasks.records.fault import without_secrets
from tasks.storage.whereabouts import whereabouts
from tasks.tables.parts import Parts
from tasks.tables.share_links import direct
from tasks.tables.web_copy import fetched

Fetch = Callable[[str], AbstractContextManager[IO[bytes]]]
"""Gives a copy of what lies at a web address."""

_WEB: Final = re.compile(r"https?://", re.IGNORECASE)
_OTHER_NAMES: Final = re.compile(
    r"\.(numbers|gsheet|json|jsonl|ndjson|zip|7z|pdf|docx?|html?|png|jpe?g|webp)$", re.IGNORECASE
)


@contextmanager
def kept_copies() -> Iterator[Fetch]:
    """Fetches each web address once, however many tables are read of it; each is read from its beginning."""
    kept: dict[str, IO[bytes]] = {}
    with ExitStack() as stack:

        @contextmanager
        def fetch(url: str) -> Iterator[IO[bytes]]:
            if url not in kept:
                kept[url] = stack.enter_context(fetched(url))
            kept[url].seek(0)
            yield kept[url]

        yield fetch


@contextmanager
def opened(url: str, fetch: Fetch = fetched) -> Iterator[IO[bytes] | Parts]:
    """The file at `url`, or the parts in the folder there. Raises InputInvalid, or whatever the file system raises."""
    if _WEB.match(url):
        with fetch(direct(url)) as copy:
            yield copy
        return
    source = without_secrets(url)
    if not url.strip() or _OTHER_NAMES.search(source):
        problem = "is not a table that can be read; use a spreadsheet (.xlsx, .xlsb, .xls, .ods), a .csv or a .parquet"
        raise InputInvalid.of(source=source, problem=problem)
    fs, path, _ = whereabouts(url)
    if isinstance(fs, LocalFileSystem) and fs.isdir(path):
        yield Parts(source, fs, path)
        return
    with ExitStack() as stack:
        try:
            file = stack.enter_context(fs.open(path, "rb"))
            is_empty = not file.read(1)
            file.seek(0)
        except (FileNotFoundError, IsADirectoryError, ValueError):  # of buckets, each tells a folder in its own way
            if not fs.isdir(path):
                _say_what_the_web_says(url)
                raise
            file, is_empty = None, True
        yield Parts(source, fs, path.rstrip("/")) if is_empty and fs.isdir(path) else file


def _say_what_the_web_says(url: str) -> None:
    """Raise what hinders the web address at the end of a chain: fsspec takes each hindrance for a missing file."""
    last = url.rpartition("::")[2]
    if _WEB.match(last):
        with fetched(last):
            pass
