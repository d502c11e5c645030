"""The keys that the API publishes for its webhooks: fetched when they are needed, and seldom."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tasks.api.connection import UNPROXIED, USER_AGENT, BodyRefused, read_body, reason
from tasks.webhooks.webhook_signature import Head, WebhookInvalid, is_signed, read_keys

PATH: Final = "/v1/.well-known/jwks.json"
KEPT_S: Final = 86_400.0
"""The API asks for no longer: a key that it takes away is believed for a day at most."""
REST_S: Final = 5.0
"""Between two fetches, whatever comes meanwhile: forged webhooks do not make a receiver call the API each time."""
TIMEOUT_S: Final = 10.0
ANSWER_MAX_BYTES: Final = 64_000

Fetch = Callable[[], Awaitable[bytes]]

logger = logging.getLogger(__name__)


class KeysAway(Exception):
    """No keys are known now, so nothing can be said of a signature: whoever sent it is to send it again."""


@dataclass(eq=False)
class PublishedKeys:
    """The keys of one API, remembered. Times by `clock`, in seconds."""

    fetch: Fetch
    clock: Callable[[], float] = time.monotonic
    _keys: tuple[Ed25519PublicKey, ...] = ()
    _fetched_at: float = float("-inf")
    _tried_at: float = float("-inf")
    _fetching: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def verify(self, head: Head, body: bytes) -> None:
        """Return where one of the keys has signed it, those included that have come since the last fetch.

        Raises WebhookInvalid, and KeysAway.
        """
        if self._are_old():
            await self._renew(self._fetched_at)
        if self._are_old():
            raise KeysAway("the API's keys cannot be had at the moment")
        fetched_at = self._fetched_at
        if is_signed(head, body, self._keys):
            return
        await self._renew(fetched_at)
        if self._fetched_at == fetched_at or not is_signed(head, body, self._keys):
            raise WebhookInvalid("mismatched")

    def _are_old(self) -> bool:
        return self.clock() - self._fetched_at > KEPT_S

    async def _renew(self, fetched_at: float) -> None:
        """Fetch them, unless that was done since `fetched_at`, or tried just now; one fetch serves all who wait."""
        async with self._fetching:
            if self._fetched_at != fetched_at or self.clock() - self._tried_at < REST_S:
                return
            self._tried_at = self.clock()
            try:
                self._keys = read_keys(await self.fetch())
            except (httpx.HTTPError, httpx.InvalidURL, BodyRefused, OSError, ValueError) as error:
                logger.warning("the API's keys for webhooks cannot be had: %s", reason(error))
            else:
                self._fetched_at = self.clock()


def fetched_from(base_url: str, transport: httpx.AsyncBaseTransport | None = None) -> Fetch:
    """What fetches the keys of the API at `base_url`. It raises what httpx does, BodyRefused and TimeoutError."""

    async def fetch() -> bytes:
        async with (
            asyncio.timeout(TIMEOUT_S),
            httpx.AsyncClient(mounts=UNPROXIED, headers={"user-agent": USER_AGENT}, transport=transport) as http,
            http.stream("GET", f"{base_url}{PATH}", follow_redirects=False) as response,
        ):
            if response.status_code != httpx.codes.OK:
                raise ValueError(f"it is answered with {response.status_code}")
            return await read_body(response, ANSWER_MAX_BYTES)

    return fetch
