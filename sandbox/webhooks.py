"""Tells `webhook_url` that a generation is done: signed, a limited number of times, with the faults of its marker."""

import asyncio
import json
import ssl
from functools import cache
from typing import TYPE_CHECKING, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.answers import delivery
from sandbox.gallery import Gallery
from sandbox.generation import Generation
from sandbox.ledger import Ledger
from sandbox.signing import SigningKey, key_set, signed_headers

if TYPE_CHECKING:
    import httpx

USER_ID: Final = "JRPVD7jWR1aTBYiJ0UFVOg"
_TIMEOUT_S: Final = 5.0
_PAUSES_S: Final = (1.0, 4.0)
"""How long before it is told again. The API's own numbers are not published."""
_FORGED: Final = {"X-Ideogram-Webhook-Signature": "00" * 64}


@cache
def _certificates() -> ssl.SSLContext:
    """Those that are trusted, read once: to read them for each delivery would hold up all that the sandbox answers."""
    return ssl.create_default_context()


class Webhooks:
    """Delivers for one sandbox, and hands out its public keys."""

    def __init__(
        self, ledger: Ledger, gallery: Gallery, pause_scale: float, transport: "httpx.AsyncBaseTransport | None" = None
    ) -> None:
        self._ledger = ledger
        self._gallery = gallery
        self._pause_scale = pause_scale
        self._transport = transport
        self._keys: list[SigningKey] = [SigningKey.new("v1")]

    async def serve_keys(self, _: Request) -> Response:
        """`GET /v1/.well-known/jwks.json`."""
        return JSONResponse(key_set(self._keys))

    async def deliver(self, generation: Generation) -> None:
        """Tell the webhook of a generation, until it answers 2xx or has been told three times."""
        markers, url = generation.markers, generation.request.webhook_url
        if url is None or "unheard" in markers:
            return
        if "rotated" in markers:
            self._keys.append(SigningKey.new(f"v{len(self._keys) + 1}"))
        body = json.dumps(delivery(generation, self._gallery.links_from(generation.origin))).encode()
        from httpx import AsyncClient  # noqa: PLC0415  most sandboxes tell nobody, and start sooner without it

        known = _certificates()
        async with AsyncClient(transport=self._transport, timeout=_TIMEOUT_S, trust_env=False, verify=known) as client:
            for _ in range(2 if "twice" in markers else 1):
                for pause_s in (0.0, *_PAUSES_S):
                    await asyncio.sleep(self._pause_scale * pause_s)
                    if await self._told(client, url, generation, body):
                        break

    async def _told(self, client: "httpx.AsyncClient", url: str, generation: Generation, body: bytes) -> bool:
        """Whether one delivery was answered with 2xx."""
        headers = signed_headers(self._keys[-1], generation.id, USER_ID, int(self._ledger.clock()), body)
        headers |= {"Content-Type": "application/json"} | (_FORGED if "forged" in generation.markers else {})
        self._ledger.webhooks += 1
        try:
            return (await client.post(url, content=body, headers=headers)).is_success
        except Exception:  # noqa: BLE001  whatever it is, it was not heard
            return False
