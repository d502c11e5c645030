"""Downloads a finished image: from hosts that are allowed, up to a size, within a time."""

import asyncio
import random
from collections.abc import Sequence
from typing import Final

import httpx

from tasks.api.connection import BodyRefused, as_text, read_body, reason
from tasks.api.hosts import THIS_MACHINE, is_host
from tasks.api.ideogram import IdeogramClient
from tasks.api.settings import Settings
from tasks.errors import LinkFailed
from tasks.records.outcome import SANDBOX

PAUSES_S: Final = (0.5, 1.0, 2.0)
"""Between one try and the next; each is taken a quarter longer or shorter, by chance."""
REDIRECTS_MAX: Final = 2
LINK_MAX_CHARS: Final = 200
PORT_MAX: Final = 65_535
_TRIED_AGAIN: Final = {408, 425, 429}


class _NotNow(Exception):
    """The server did not give the image, and may do so a moment later."""


def check_link(link: httpx.URL, settings: Settings) -> None:
    """Raise LinkFailed unless `link` lies on an allowed host; plain http only where the API itself speaks it."""
    schemes = {"https", httpx.URL(settings.base_url).scheme}
    if link.scheme not in schemes or link.userinfo:
        accepted = " or ".join(sorted(schemes))
        raise LinkFailed(f"The image's link is not an {accepted} address: {shown(link)}", link_fault="refused")
    host = host_of(link)
    if not is_host(host):
        raise LinkFailed(f"The image's link names no host: {shown(link)}", link_fault="refused")
    if not any(host == allowed or host.endswith(f".{allowed}") for allowed in settings.image_hosts):
        advice = f"allow it with IDEOGRAM_IMAGE_HOSTS={host}"
        raise LinkFailed(f"The image's link names the host {host!r}; {advice}", link_fault="not allowed")


def host_of(link: httpx.URL) -> str:
    """The host as it is looked up: lower case, in ASCII, without the dot that may end it."""
    return link.raw_host.decode("ascii", "replace").lower().removesuffix(".")


def shown(link: httpx.URL) -> str:
    """`link` for a message: without its signature and without a name or password."""
    return as_text(f"{link.scheme}:{'//' if link.raw_host else ''}{link.host}{link.path}", LINK_MAX_CHARS)


async def download(client: IdeogramClient, url: str, pauses_s: Sequence[float] = PAUSES_S) -> bytes:
    """The image behind `url`, byte for byte. It is paid, so passing faults are tried again. Raises LinkFailed."""
    link = _of_this_run(_parsed(url), client.settings)
    for attempt in range(len(pauses_s) + 1):
        if attempt:
            await asyncio.sleep(pauses_s[attempt - 1] * random.uniform(0.75, 1.25))  # noqa: S311
        try:
            async with asyncio.timeout(client.settings.download_timeout_s):
                return await _fetch(client, link)
        except BodyRefused as error:
            raise LinkFailed(f"The image {error}", link_fault="too large") from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, _NotNow) as error:
            failure = reason(error)
    # A stand-in on this machine takes its images along when it ends; elsewhere a server may come back.
    is_over = host_of(link) in THIS_MACHINE
    raise LinkFailed(
        f"The image could not be downloaded, in {len(pauses_s) + 1} tries: {failure}",
        link_fault="refused" if is_over else "not answered",
    )


def _of_this_run(link: httpx.URL, settings: Settings) -> httpx.URL:
    """`link`; that of an earlier trial's stand-in leads to this run's, which listens elsewhere and has its books."""
    if settings.made_by != SANDBOX or host_of(link) not in THIS_MACHINE:
        return link
    here = httpx.URL(settings.base_url)
    return link.copy_with(scheme=here.scheme, host=here.host, port=here.port)


def _parsed(url: str, seen_from: httpx.URL | None = None) -> httpx.URL:
    """`url`, which may be relative where it is seen from another. Raises LinkFailed, which does not repeat it."""
    try:
        link = seen_from.join(url) if seen_from else httpx.URL(url)
        is_readable = link.host is not None and (link.port is None or 0 < link.port <= PORT_MAX)
    except (ValueError, httpx.InvalidURL):
        is_readable = False
    if not is_readable:
        raise LinkFailed("The image's link is not an address", link_fault="refused")
    return link


async def _fetch(client: IdeogramClient, link: httpx.URL) -> bytes:
    """One download; redirects are followed by hand, so that none leaves its host. httpx.HTTPError: try again."""
    for _ in range(REDIRECTS_MAX + 1):
        check_link(link, client.settings)
        async with client.http.stream("GET", link, follow_redirects=False) as response:
            if not response.has_redirect_location:
                _check_status(response.status_code)
                return await read_body(response, client.settings.download_max_bytes)
            link = _next(link, response.headers["location"])
    raise LinkFailed("The image's link leads around in circles")


def _next(link: httpx.URL, location: str) -> httpx.URL:
    """Where `link` redirects to. Raises LinkFailed unless it is the same host, port and scheme, or https after http."""
    target = _parsed(location, seen_from=link)
    is_same = (target.scheme, target.port) == (link.scheme, link.port)
    is_safer = (link.scheme, target.scheme, target.port) == ("http", "https", None)
    if host_of(target) != host_of(link) or not (is_same or is_safer):
        raise LinkFailed("The image's link leads to another host, which is not followed", link_fault="refused")
    return target


def _check_status(status: int) -> None:
    """Return if the image comes. Raises LinkFailed if it never will, _NotNow if it may."""
    if status == httpx.codes.OK:
        return
    if status in _TRIED_AGAIN or not httpx.codes.is_client_error(status):
        raise _NotNow(f"its server answered {status}")
    raise LinkFailed(f"The image's link has expired or is refused ({status})", link_fault="refused")
