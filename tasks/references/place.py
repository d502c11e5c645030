"""From what a table calls a picture to where that lies: beside the table, unless it is a whole path or an address."""

import os
import re
from typing import Final
from urllib.parse import quote, urlsplit

from fsspec.core import strip_protocol

from tasks.records.table_name import split_sheet
from tasks.tables.share_links import direct

_WHOLE: Final = re.compile(r"/|~/|[A-Za-z]:[\\/]|\\\\|[^/]*://")
_WEB: Final = re.compile(r"https?://", re.IGNORECASE)


def is_whole(name: str) -> bool:
    """Whether `name` is a whole path or an address, and so the same wherever the table lies."""
    return _WHOLE.match(name) is not None


def folder_of(table: str) -> str | None:
    """The folder or the address in which a table lies, with a slash at its end, or whose parts it is.

    None where it lies in none, as a Google sheet or what a link leads to.
    """
    place, _ = split_sheet(table)
    if _WEB.match(place):
        parts = urlsplit(place)
        is_link = direct(place) != place or (parts.hostname or "").lower() == "docs.google.com"
        return None if is_link else f"{parts.scheme}://{parts.netloc}{_folder(parts.path) or '/'}"
    first, chain, rest = _outermost(place)
    if "://" in first and not first.startswith(("file://", "local://")):
        scheme, _, path = first.partition("://")
        return f"{scheme}://{_folder(path)}{chain}{rest}"
    path = os.path.abspath(strip_protocol(first))  # noqa: PTH100  not where a link leads
    return f"{path if os.path.isdir(path) else os.path.dirname(path)}{os.sep}"  # noqa: PTH112, PTH120  texts


def place_of(name: str, folder: str) -> str:
    """Where the picture lies that a table in `folder` calls `name`. A file is found under either kind of slash."""
    if is_whole(name):
        return name
    name = name.replace("\\", "/")
    if _WEB.match(folder):
        return folder + quote(name, safe="/%")
    first, chain, rest = _outermost(folder)
    return f"{first}{name}{chain}{rest}"


def _outermost(address: str) -> tuple[str, str, str]:
    """The part of a chain such as `zip://a.csv::s3://bucket/b.zip` in which the path stands, and what is behind it."""
    if "::" not in address or "://" not in address:
        return address, "", ""
    first, chain, rest = address.partition("::")
    if "://" in first:
        return first, chain, rest
    inner, behind, others = _outermost(rest)
    return f"{first}::{inner}", behind, others


def _folder(path: str) -> str:
    return path[: path.rfind("/") + 1]
