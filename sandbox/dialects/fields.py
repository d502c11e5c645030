"""What the fields of the v1 and v2 routes may hold, one check per kind of value. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from sandbox.checks import Check, one_of, palette_of, text
from tasks.records.vocabulary import PALETTE_NAMES

_WEBHOOK_URL_MAX_CHARS: Final = 2048
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
_STYLE_CODE: Final = re.compile(r"[0-9a-fA-F]{8}")
_REFERENCE_NAMES: Final = ("asset_id", "asset_type")


def flag(value: object) -> str | None:
    """Accepts true and false."""
    return None if isinstance(value, bool) else "must be true or false"


def optional(check: Check) -> Check:
    """Accepts null, and what `check` accepts."""
    return lambda value: None if value is None else check(value)


def text_up_to(longest: int) -> Check:
    """Accepts a string of at most so many characters."""

    def check(value: object) -> str | None:
        return text(value) or (None if len(str(value)) <= longest else f"must have at most {longest} characters")

    return check


def integer_or_null(value: object) -> str | None:
    """Accepts a whole number, or null."""
    return None if value is None or type(value) is int else "must be an integer"


def webhook_url(value: object) -> str | None:
    """Accepts an https address, or one of this machine without encryption, which the real API refuses."""
    fault = text_up_to(_WEBHOOK_URL_MAX_CHARS)(value)
    if fault:
        return fault
    try:
        parts = urlsplit(str(value))
        host = parts.hostname
    except ValueError:
        host = None
    is_accepted = host is not None and (parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK))
    return None if is_accepted else "must be an https address"


def style_codes(value: object) -> str | None:
    """Accepts a list of codes of eight hexadecimal digits."""
    is_accepted = isinstance(value, list) and all(
        isinstance(code, str) and _STYLE_CODE.fullmatch(code) for code in value
    )
    return None if is_accepted else "must be a list of codes of 8 hexadecimal digits"


def assets(most: int) -> Check:
    """Accepts a list of references to assets."""

    def check(value: object) -> str | None:
        is_accepted = (
            isinstance(value, list)
            and 1 <= len(value) <= most
            and all(isinstance(one, dict) and all(name in one for name in _REFERENCE_NAMES) for one in value)
        )
        return None if is_accepted else f"must be a list of 1 to {most} objects with asset_id and asset_type"

    return check


small_palette: Final[Check] = palette_of([name.lower() for name in PALETTE_NAMES])
"""Accepts a preset in lower case, or colours."""


def field_faults(fields: Mapping[str, object], checks: Mapping[str, Check]) -> list[str]:
    """What is wrong with each field that the route lists, one sentence a field."""
    missing = [] if "prompt" in fields else ["prompt is missing; it must be a string that is not empty"]
    wrong = [f"{name} {fault}" for name, check in checks.items() if name in fields and (fault := check(fields[name]))]
    return missing + wrong


def combination_faults(given: Mapping[str, object], groups: Sequence[Sequence[str]]) -> list[str]:
    """Which of the fields given exclude each other: of each group, a request has one."""
    both = ([name for name in group if name in given] for group in groups)
    return [f"{' and '.join(names)} exclude each other" for names in both if len(names) > 1]


MAGIC: Final[Check] = one_of(("auto", "on", "off"))
