"""Reads a picture from wherever fsspec reaches, or a web server gives it out."""

import re
from typing import Final

from tasks.errors import InputInvalid
from tasks.records.reference import REFERENCE_MAX_BYTES
from tasks.references.look import TOO_LARGE, NoPicture
from tasks.storage.whereabouts import whereabouts
from tasks.tables.hindrance import TooLarge, hindrance
from tasks.tables.share_links import direct
from tasks.tables.web_copy import Patience, fetched

_WEB: Final = re.compile(r"https?://", re.IGNORECASE)
_PATIENCE: Final = Patience(most_bytes=REFERENCE_MAX_BYTES)
_FOLDER: Final = "is a folder; name a picture in it"


def read_picture(place: str) -> bytes:
    """What lies at `place`, and no more of it than the API takes. Raises NoPicture."""
    try:
        if _WEB.match(place):
            with fetched(direct(place), _PATIENCE) as copy:
                return copy.read()
        return _read(place)
    except (NoPicture, MemoryError):
        raise
    except TooLarge as error:
        raise NoPicture(TOO_LARGE) from error
    except InputInvalid as error:
        raise NoPicture(error.faults[0].problem) from error
    except Exception as error:  # every file system of fsspec raises its own kinds
        raise NoPicture(hindrance(error)) from error


def _read(place: str) -> bytes:
    fs, path, _ = whereabouts(place)
    try:
        with fs.open(path, "rb") as file:
            data = bytes(file.read(REFERENCE_MAX_BYTES + 1))
    except Exception as error:
        if fs.isdir(path):
            raise NoPicture(_FOLDER) from error
        raise
    if not data and fs.isdir(path):  # of buckets, some open a folder as a file of nothing
        raise NoPicture(_FOLDER)
    return data
