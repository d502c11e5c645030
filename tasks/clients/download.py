"""Downloads a finished image: from hosts that are allowed, up to a size, within a time."""

import asyncio
import random
from typing import Final
from urllib.parse import urljoin, urlsplit

import httpx

from tasks.clients.ideogram import IdeogramClient, without_query
from tasks.errors import LinkFailed
from tasks.settings import Settings

ATTEMPTS: Final = 4
FIRST_PAUSE_S: Final = 0.5
REDIRECTS_MAX: Final = 2
_EXPIRED: Final = {403, 404, 410}


def check_link(url: str, settings: Settings) -> None:
    """Raise LinkFailed unless `url` lies on an allowed host; plain http only where the API itself speaks it."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    schemes = {"https", urlsplit(settings.base_url).scheme}
    if parts.scheme not in schemes or parts.username or parts.password:
        raise LinkFailed(f"The image's link is not an {' or '.join(sorted(schemes))} address: {without_query(url)}")
    if not any(host == allowed or host.endswith(f".{allowed}") for allowed in settings.image_hosts):
        raise LinkFailed(f"The image's link names the host {host!r}; allow it with IDEOGRAM_IMAGE_HOSTS={host}")


async def download(client: IdeogramClient, url: str) -> bytes:
    """The image behind `url`, byte for byte. It is paid, so passing faults are tried again. Raises LinkFailed."""
    for attempt in range(ATTEMPTS):
        try:
            async with asyncio.timeout(client.settings.download_timeout_s):
                return await _fetch(client, url)
        except (httpx.HTTPError, TimeoutError) as error:
            failure = f"The image could not be downloaded: {str(error) or type(error).__name__}"
        await asyncio.sleep(FIRST_PAUSE_S * 2**attempt * random.uniform(0.75, 1.25))  # noqa: S311
    raise LinkFailed(failure)


async def _fetch(client: IdeogramClient, url: str) -> bytes:
    """One download; redirects are followed by hand, so that none leaves its host. httpx.HTTPError: try again."""
    for _ in range(REDIRECTS_MAX + 1):
        check_link(url, client.settings)
        async with client.http.stream("GET", url, follow_redirects=False) as response:
            if not response.has_redirect_location:
                _check_status(response)
                return await _body(response, client.settings.download_max_bytes)
            target = urljoin(url, response.headers["location"])
        if urlsplit(target).netloc != urlsplit(url).netloc:
            raise LinkFailed("The image's link leads to another host, which is not followed")
        url = target
    raise LinkFailed("The image's link leads around in circles")


def _check_status(response: httpx.Response) -> None:
    if response.status_code in _EXPIRED:
        raise LinkFailed(f"The image's link has expired or is refused ({response.status_code})")
    response.raise_for_status()


async def _body(response: httpx.Response, max_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > max_bytes:
            raise LinkFailed(f"The image is larger than {max_bytes / 1e6:.0f} MB")
    return bytes(body)
