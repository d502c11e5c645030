"""Requests and applications that the tests of the sandbox share."""

from typing import Any

import httpx

from sandbox.app import create_app
from sandbox.dialects.legacy import parse_document
from sandbox.image_request import ImageRequest
from sandbox.options import SandboxOptions
from tests.waiting import LIMIT_S

KEY = {"Api-Key": "any"}
IMPATIENT = httpx.Timeout(LIMIT_S, read=0.2)
"""Of a client that sends its request and leaves."""


def body(prompt: str = "Lamp, on a desk", **fields: object) -> dict[str, object]:
    """A body of `POST /generate`."""
    return {"image_request": {"prompt": prompt, **fields}}


def image_request(prompt: str = "Lamp, on a desk", **fields: object) -> ImageRequest:
    """A request that the rules accept."""
    request = parse_document(body(prompt, **fields))
    assert isinstance(request, ImageRequest), request
    return request


def client(**options: Any) -> httpx.AsyncClient:
    """A client of a new sandbox in this process, which answers at once unless told otherwise."""
    settings = SandboxOptions(**({"latency_scale": 0.0, "plain_pictures": True} | options))
    transport = httpx.ASGITransport(create_app(settings), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://sandbox.test", headers=KEY)
