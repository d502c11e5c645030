"""Reads what any route of the Ideogram API answers: an image, or the error that says what happens next."""

import re
from collections.abc import Mapping
from typing import Final

import httpx

from tasks import errors
from tasks.api.dialects.bodies import document, message_of, said, text_of, told_in
from tasks.api.dialects.refusals import refusal, request_id_in
from tasks.records.answer import ImageObject, images_in
from tasks.records.request import GenerationRequest
from tasks.records.sizes import as_written

_SIZE: Final = re.compile(r"\d+x\d+")


def parse_answer(status: int, headers: Mapping[str, str], body: bytes, took_s: float = 0.0) -> ImageObject:
    """The image that a POST answered with; its `url` is there. Raises the error that says what happens next.

    `took_s` is the time from sending the request to the answer's head, in seconds, without opening the connection.
    """
    if not httpx.codes.is_success(status):
        raise refusal(status, headers, body, took_s)
    told = {"request_id": request_id_in(headers), "generation_id": text_of(told_in(body), "generation_id") or None}
    try:
        return _first_linked(images_told(body), status, body).model_copy(update=told)
    except errors.CellError as error:
        error.request_id = told["request_id"]
        raise


def _first_linked(images: list[ImageObject], status: int, body: bytes) -> ImageObject:
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
    words = said(message_of(told_in(body)))
    raise errors.OutcomeUnknown(f"The API answered {status} with a body that holds no image.{words}")


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
            error = errors.OutcomeUnknown(f"The answer is to another request: {name} {answered} instead of {asked}")
            error.request_id = image.request_id
            raise error
    return image


def images_told(body: bytes) -> list[ImageObject]:
    """The images that the body of an answer tells of."""
    try:
        return list(images_in(document(body)))
    except (ValueError, RecursionError):
        return []
