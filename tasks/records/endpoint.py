"""Where callbacks may go, as an address: the plan and the sender go by the same rule."""

from typing import Final
from urllib.parse import urlsplit

import httpx

PORT_MAX: Final = 65_535


def parse_endpoint(url: str) -> httpx.URL:
    """`url`, if it is one that events may go to. Raises ValueError, whose sentence does not repeat it."""
    try:
        target = httpx.URL(url)
        port = urlsplit(url).port  # refuses what httpx passes on: a bracket that is left open, a port below zero
    except (ValueError, httpx.InvalidURL):
        raise ValueError("The callback URL is not an address") from None
    if target.scheme not in {"http", "https"} or not target.raw_host or port == 0 or (port or 0) > PORT_MAX:
        raise ValueError("The callback URL is not an http or https address")
    if target.userinfo:
        raise ValueError("The callback URL holds a user name or password, which is not sent")
    return target


def parse_callback_url(text: str) -> str:
    """One http or https URL or several, each once: with a host, and without a user name or password."""
    urls = tuple(dict.fromkeys(text.split()))
    if not urls or not all(map(_is_callback_url, urls)):
        raise ValueError(
            "is not accepted; use an http or https URL without a user name or password, or several with spaces between"
        )
    return " ".join(urls)


def _is_callback_url(text: str) -> bool:
    try:
        parse_endpoint(text)
    except ValueError:
        return False
    return text.isprintable()
