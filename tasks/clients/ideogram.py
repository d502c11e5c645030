"""Speaks the legacy dialect of the Ideogram API: `POST /generate`, one image a request.

Building a body and reading an answer are pure; `IdeogramClient` is the only code that touches the network.
Documented at https://developer.ideogram.ai/api-reference/api-reference/generate-v2 and /ideogram-api/errors.
"""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx
from pydantic import ValidationError

from tasks import errors
from tasks.models.answer import GenerateAnswer, ImageObject
from tasks.models.fault import shortened
from tasks.models.request import GenerationRequest
from tasks.settings import Settings

RETRY_AFTER_MAX_S: Final = 300.0
MESSAGE_MAX_CHARS: Final = 300
USER_AGENT: Final = "ideogram-campaigns"


def build_body(request: GenerationRequest) -> dict[str, Any]:
    """The JSON body of `request`: only what was asked for, in the API's words."""
    fields = request.model_dump(mode="json", exclude_none=True)
    fields["magic_prompt_option"] = fields.pop("magic_prompt")
    if request.color_palette is not None:
        palette = request.color_palette.model_dump(mode="json", exclude_none=True)
        fields["color_palette"] = {key: value for key, value in palette.items() if value}
    return {"image_request": fields}


def parse_answer(status: int, headers: Mapping[str, str], body: bytes) -> ImageObject:
    """The image that a POST answered with; its `url` is there. Raises the error that says what happens next."""
    if status != httpx.codes.OK:
        raise _refusal(status, headers, _message(body))
    try:
        image = GenerateAnswer.model_validate_json(body).data[0]
    except (ValidationError, IndexError) as error:
        raise errors.OutcomeUnknown("The API answered 200 with a body that could not be read") from error
    if not image.is_image_safe:
        raise errors.ImageRefused("The API drew the image and withheld it as unsafe", is_billed=True)
    if not image.url:
        raise errors.ImageRefused("The API answered without an image", is_billed=True)
    return image


def _refusal(status: int, headers: Mapping[str, str], message: str) -> Exception:  # noqa: PLR0911  one line a status
    """What each status means for the cell and the campaign; 5xx but 503 may have been billed."""
    said = f" It said: {message}" if message else ""
    match status:
        case 401:
            return errors.CredentialsRejected(f"The API does not know this key (401); check IDEOGRAM_API_KEY.{said}")
        case 402:
            return errors.CreditsExhausted(f"The balance does not pay for another image (402); top it up.{said}")
        case 403:
            return errors.CredentialsRejected(f"The API does not let this key make images (403).{said}")
        case 422:
            return errors.ImageRefused(message or "The prompt failed the safety check", is_billed=False)
        case 429:
            retry_after = parse_retry_after(headers.get("retry-after"), time.time())
            return errors.RateLimited(f"Too many images in flight (429).{said}", retry_after_s=retry_after)
        case 503:
            return errors.NotAccepted(f"The API is not available (503).{said}")
        case _ if 400 <= status < 500:  # noqa: PLR2004
            return errors.RequestRejected(f"The API rejected the request ({status}).{said}")
        case _ if 300 <= status < 400:  # noqa: PLR2004
            return errors.RequestRejected(f"The API answered with a redirect ({status}); check IDEOGRAM_BASE_URL")
        case _:
            return errors.OutcomeUnknown(f"The API failed ({status}) and may have billed the image.{said}")


def _message(body: bytes) -> str:
    """What an error's body says to a person, on one line."""
    try:
        said = httpx.Response(200, content=body).json()
    except ValueError:
        return ""
    text = said.get("error") or said.get("message") or said.get("detail") if isinstance(said, dict) else None
    return shortened(str(text), MESSAGE_MAX_CHARS) if text else ""


def parse_retry_after(header: str | None, now_unix_s: float) -> float | None:
    """Seconds to wait, from seconds or a date (RFC 9110, 10.2.3), at most five minutes; None where it says nothing."""
    if header is None:
        return None
    try:
        wait_s = float(header)
    except ValueError:
        try:
            when = parsedate_to_datetime(header)
        except ValueError:
            return None
        wait_s = when.replace(tzinfo=when.tzinfo or UTC).timestamp() - now_unix_s
    return min(max(wait_s, 0.0), RETRY_AFTER_MAX_S) if wait_s == wait_s else None  # noqa: PLR0124  not a number


def without_query(url: str) -> str:
    """`url` less its signature, for messages."""
    return url.partition("?")[0]


@dataclass(frozen=True)
class IdeogramClient:
    """The network side: one connection pool for a campaign."""

    settings: Settings
    http: httpx.AsyncClient

    @classmethod
    @asynccontextmanager
    async def open(
        cls, settings: Settings, transport: httpx.AsyncBaseTransport | None = None
    ) -> AsyncIterator["IdeogramClient"]:
        """A client whose connections close with the context. Proxies of the environment are honoured."""
        timeout = httpx.Timeout(
            settings.answer_timeout_s, connect=settings.connect_timeout_s, pool=settings.connect_timeout_s
        )
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=200)
        headers = {"user-agent": USER_AGENT}
        async with httpx.AsyncClient(timeout=timeout, limits=limits, headers=headers, transport=transport) as http:
            yield cls(settings, http)

    async def generate(self, request: GenerationRequest) -> ImageObject:
        """Ask for the image and wait for it: this call is what costs money. Raises what `parse_answer` raises.

        NotAccepted: nothing was sent. OutcomeUnknown: it was sent, and what became of it is not known.
        """
        key = {"Api-Key": self.settings.api_key.get_secret_value()}
        try:
            response = await self.http.post(f"{self.settings.base_url}/generate", json=build_body(request), headers=key)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise errors.NotAccepted(f"The API cannot be reached: {_said(error)}") from error
        except httpx.HTTPError as error:
            raise errors.OutcomeUnknown(f"The request was sent and no answer came: {_said(error)}") from error
        return parse_answer(response.status_code, response.headers, response.content)


def _said(error: Exception) -> str:
    return str(error) or {"ReadTimeout": "it took too long"}.get(type(error).__name__, type(error).__name__)
