"""Where the API is asked to tell that an image is done: `IDEOGRAM_WEBHOOK_URL`, or nowhere.

The API takes https addresses of up to 2,048 characters on public hosts; what it would refuse with every request is
refused here, before the first. Documented at https://developer.ideogram.ai (webhooks).
"""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import SplitResult, urlsplit

from tasks.api.addresses import may_dial
from tasks.api.hosts import THIS_MACHINE, is_host
from tasks.errors import InputInvalid

VARIABLE: Final = "IDEOGRAM_WEBHOOK_URL"
RECEIVED_AT: Final = "/webhooks/ideogram"
"""The path at which our receiver takes them."""
MAX_CHARS: Final = 2_048

_ADDRESS: Final = re.compile(r"https?://[!-\"$-~]+", re.IGNORECASE)
_PRIVATE_NAME: Final = re.compile(r"[^.]+|(?:.*\.)?(?:localhost|local|internal|lan|home\.arpa|test|invalid|example)")
"""Names of one label, and those that only a machine or its own network knows."""
_NUMBER: Final = re.compile(r"(?:.*\.)?(?:0x[0-9a-f]*|[0-9]+)")
"""What resolvers take for an address of IPv4, however it is written."""


def webhook_url_in(env: Mapping[str, str], *, is_api_here: bool = False) -> str | None:
    """The address, None where webhooks are not asked for. Raises InputInvalid, which does not repeat it.

    `is_api_here`: the API is a stand-in on this machine, and may call back to it without encryption.
    """
    url = env.get(VARIABLE, "").strip()
    if not url:
        return None
    problem = f"has {len(url):,} characters; the API takes {MAX_CHARS:,}" if len(url) > MAX_CHARS else ""
    problem = problem or _problem(_parts(url), is_api_here=is_api_here)
    if problem:
        raise InputInvalid.of(source=VARIABLE, problem=problem)
    return url


def _parts(url: str) -> SplitResult | None:
    """What the address is made of; None where it is none."""
    try:
        parts = urlsplit(url)
        is_address = (
            bool(_ADDRESS.fullmatch(url)) and parts.port != 0 and parts.username is None and is_host(_host_of(parts))
        )
    except ValueError:
        return None
    return parts if is_address else None


def _host_of(parts: SplitResult) -> str:
    return (parts.hostname or "").removesuffix(".")


def _problem(parts: SplitResult | None, *, is_api_here: bool) -> str:
    """What is wrong with the address; empty where nothing is."""
    if parts is None:
        return f"is not an address such as https://hooks.example.com{RECEIVED_AT}, without a user name or #"
    host = _host_of(parts)
    if not (is_api_here and host in THIS_MACHINE):
        if parts.scheme != "https":
            return "is not encrypted; the API calls https addresses only"
        if _is_private(host):
            return (
                f"leads to {host}, which the API cannot reach; name a public host, or unset it to do without webhooks"
            )
    return "" if parts.path.strip("/") else f"names no path; the receiver takes webhooks at {RECEIVED_AT}"


def _is_private(host: str) -> bool:
    """Whether the name itself tells that nobody outside reaches it."""
    if ":" in host or _NUMBER.fullmatch(host):
        return not may_dial(host)
    return _PRIVATE_NAME.fullmatch(host) is not None
