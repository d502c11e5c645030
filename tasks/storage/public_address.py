"""The web addresses under which a campaign's files are looked at, where somebody has said what these are."""

import os
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlsplit

from tasks.errors import InputInvalid

VARIABLE: Final = "CAMPAIGN_PUBLIC_URL"
_BASE: Final = re.compile(r"https?://[^\s<>\"?#@\\]+", re.IGNORECASE)
_PROBLEM: Final = (
    "is not accepted; use the http or https address under which the {} is served, without a password or a query, such "
    "as https://images.example.com/campaigns"
)


def public_base(environ: Mapping[str, str] = os.environ) -> str | None:
    """Under which address the output is served; None where nobody has said so. Raises InputInvalid.

    It is guessed of no bucket: most are open to nobody without credentials, and a link that fails leads nowhere.
    """
    given = environ.get(VARIABLE, "").strip()
    if given and not _is_address(given):
        raise InputInvalid.of(source=VARIABLE, value=given, problem=_PROBLEM.format("output folder"))
    return given.rstrip("/") or None


def checked_base(given: str) -> str:
    """An address under which a folder is served. Raises ValueError, with the end of a sentence."""
    if not _is_address(given.strip()):
        raise ValueError(_PROBLEM.format("folder"))
    return given.strip().rstrip("/")


def public_folder(folder: str, environ: Mapping[str, str] = os.environ) -> str | None:
    """Under which address a campaign's `folder`, a path or a URL, is served. Raises as `public_base` does."""
    base, name = public_base(environ), re.split(r"[/\\]", folder.rstrip("/\\"))[-1]
    return f"{base}/{quote(name)}" if base and name else None


def _is_address(url: str) -> bool:
    return _BASE.fullmatch(url) is not None and _has_host(url)


def _has_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
