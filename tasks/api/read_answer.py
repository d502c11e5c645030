"""Reads what the legacy dialect of the Ideogram API answers: an image, or the error that says what happens next.

Documented at https://developer.ideogram.ai/api-reference/api-reference/generate-v2 and /ideogram-api/errors.
"""

import json
import re
import time
from collections.abc import Mapping
from typing import Any, Final

import httpx

from tasks import errors
from tasks.api.connection import as_text
from tasks.api.retry_after import parse_retry_after
from tasks.records.answer import ImageObject, images_in
from tasks.records.request import GenerationRequest, as_written

RETRY_AFTER_MAX_S: Final = 300.0
"""The longest wait that the API is granted."""
WORK_BEGINS_AFTER_S: Final = 2.0
"""An API that turns a request away does so before it works on it: its fastest image takes longer than this."""
DIGITS_MAX: Final = 20
"""Of a whole number in an answer: one of 64 bits and its sign have no more."""

_SIZE: Final = re.compile(r"\d+x\d+")

Told = Mapping[str, Any]


def parse_answer(status: int, headers: Mapping[str, str], body: bytes, took_s: float = 0.0) -> ImageObject:
    """The image that a POST answered with; its `url` is there. Raises the error that says what happens next.

    `took_s` is the time from sending the request to the answer's head, in seconds, without opening the connection.
    """
    if not httpx.codes.is_success(status):
        raise _refusal(status, headers, _told(body), took_s)
    images = _images(body)
    linked = [image for image in images if image.url and image.is_image_safe is not False]
    if len(linked) > 1:
        told = f"the API answered with {len(linked)} images where one was asked for, and may have billed each"
        return linked[0].model_copy(update={"notes": (*linked[0].notes, told)})
    if linked:
        return linked[0]
    if any(image.is_image_safe is False for image in images):
        raise errors.ImageRefused("The API drew the image and withheld it as unsafe", is_billed=True)
    if any(image.is_image_safe for image in images):
        raise errors.ImageRefused("The API answered without an image", is_billed=True)
    said = _said(_message(_told(body)))
    raise errors.OutcomeUnknown(f"The API answered {status} with a body that holds no image.{said}")


def checked(request: GenerationRequest, image: ImageObject) -> ImageObject:
    """`image`, unless it repeats another seed or size than `request` asked for: then OutcomeUnknown is raised.

    It is somebody else's then, and what became of this request is not known.
    """
    size = as_written(image.resolution)
    told = (
        ("seed", request.seed, image.seed),
        ("resolution", as_written(request.resolution or "") or None, size if _SIZE.fullmatch(size) else None),
    )
    for name, asked, answered in told:
        if asked is not None and answered not in {asked, None}:
            raise errors.OutcomeUnknown(f"The answer is to another request: {name} {answered} instead of {asked}")
    return image


def _images(body: bytes) -> list[ImageObject]:
    """The images that the body of an answer tells of."""
    try:
        return list(images_in(_document(body)))
    except (ValueError, RecursionError):
        return []


def _document(body: bytes) -> object:
    """The JSON in `body`, with `?` for half a character: a prompt that was rewritten may be cut within one.

    Whole numbers that are too long for Python stay text. Raises ValueError or RecursionError where there is no JSON.
    """
    document = json.loads(body.decode("utf-8-sig", errors="replace"), parse_int=_whole_number)
    whole: object = json.loads(json.dumps(document, ensure_ascii=False).encode(errors="replace"))
    return whole


def _whole_number(digits: str) -> int | str:
    return int(digits) if len(digits) <= DIGITS_MAX else digits


def _refusal(status: int, headers: Mapping[str, str], told: Told, took_s: float) -> Exception:  # noqa: PLR0911  one line a status
    """What each status means for the cell and the campaign; 408 and 5xx may have been billed.

    Not so a 503 that comes before any work, in the API's own words: what stands before it knows nothing of its work.
    """
    message = _message(told)
    said = _said(message)
    retry_after_s = parse_retry_after(headers.get("retry-after"), time.time(), RETRY_AFTER_MAX_S)
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
            return errors.RateLimited(f"Too many images in flight (429).{said}", retry_after_s=retry_after_s)
        case 503 if took_s < WORK_BEGINS_AFTER_S and _is_own(told):
            return errors.ApiUnavailable(f"The API is not available (503).{said}", retry_after_s=retry_after_s)
        case _ if 400 <= status < 500 and status != httpx.codes.REQUEST_TIMEOUT:  # noqa: PLR2004
            return errors.RequestRejected(f"The API rejected the request ({status}).{said}")
        case _ if 300 <= status < 400:  # noqa: PLR2004
            return errors.RequestRejected(f"The API answered with a redirect ({status}); check IDEOGRAM_BASE_URL")
        case _:
            return errors.OutcomeUnknown(f"The API failed ({status}) and may have billed the image.{said}")


def _told(body: bytes) -> Told:
    """The fields of an error's body, as far as it has any."""
    try:
        document = _document(body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _is_own(told: Told) -> bool:
    """Whether an error's body is the API's own. Gateways answer with a page, with nothing, or a mere `message`."""
    return any(told.get(name) for name in ("error", "detail", "reject_reason"))


def _said(message: str) -> str:
    return f" It said: {message}" if message else ""


def _message(told: Told) -> str:
    """What an error's body says to a person, on one line; of a typed one its reason as well."""
    text = told.get("error") or told.get("message") or told.get("detail")
    if isinstance(text, dict):
        text = text.get("message") or text
    parts = (as_text(str(part)) for part in (text, told.get("reject_reason")) if part)
    return ", ".join(filter(None, parts))
