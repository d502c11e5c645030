"""Where a table lies, told the same way today and tomorrow, and without what nobody else may know."""

import hashlib
import os
import re
from typing import Final
from urllib.parse import parse_qsl, urlencode

from fsspec.core import strip_protocol

from tasks.records.table_name import split_sheet
from tasks.tables.share_links import direct

_SAME_STORAGE: Final = {"s3a": "s3", "s3n": "s3", "gcs": "gs"}
_SIGNATURE: Final = re.compile(
    r"x-(amz|goog)-.*|awsaccesskeyid|googleaccessid|signature|expires|policy|key-pair-id"  # S3, GCS, CloudFront
    r"|s(ig|e|t|p|v|r|pr|s|rt)|sk(oid|tid|t|e|s|v)"  # Azure
    r"|.*(token|auth|key).*",
    re.IGNORECASE,
)
"""Parameters that open a link for a while, and are others tomorrow."""


def table_address(table: str) -> str:
    """The whole path of a table with links followed, or its URL without a user, a password or a signature.

    What else is asked for in a URL, such as a sheet's number, is told by its digest.
    """
    place, sheet = split_sheet(table)
    behind = f"#{sheet}" if sheet else ""
    if "://" in place and not place.startswith(("file://", "local://")):
        return _url(direct(place)) + behind
    return f"{os.path.normcase(os.path.realpath(strip_protocol(place)))}{behind}"


def _url(url: str) -> str:
    scheme, _, rest = url.partition("://")
    place, _, query = re.sub(r"^[^/@]*@", "", rest).partition("?")
    host, slash, path = place.partition("/")
    asked = [
        (name, value) for name, value in parse_qsl(query, keep_blank_values=True) if not _SIGNATURE.fullmatch(name)
    ]
    digest = f"?{hashlib.sha256(urlencode(sorted(asked)).encode()).hexdigest()[:16]}" if asked else ""
    return f"{_SAME_STORAGE.get(scheme.lower(), scheme.lower())}://{host.lower()}{slash}{path}{digest}"
