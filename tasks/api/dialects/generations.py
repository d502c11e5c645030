"""What v2 answers where it does not wait for the image: that it has begun, and later what became of it.

Documented at https://developer.ideogram.ai/v2/api-reference (asynchronous requests).
"""

import re
from collections.abc import Mapping
from typing import Final

import httpx

from tasks import errors
from tasks.api.connection import as_text
from tasks.api.dialects.bodies import Told, message_of, said, text_of, told_in
from tasks.api.dialects.refusals import refusal, request_id_in
from tasks.api.read_answer import images_told, parse_answer
from tasks.records.answer import Accepted, ImageObject, Pending

_OF_A_POLICY: Final = re.compile(r"policy|safety|unsafe|copyright|moderat|nsfw|prohibit|forbidden|sensitive|blocked")
"""`content_policy_violation` is the one reason that is documented; what else it is about a prompt has such words."""


def read_accepted(status: int, headers: Mapping[str, str], body: bytes, took_s: float = 0.0) -> Accepted | ImageObject:
    """What an asynchronous request was answered with: the id to ask for, or at once its image.

    Raises as `parse_answer`; a success that holds neither leaves the outcome unknown.
    """
    told = told_in(body)
    generation_id = text_of(told, "generation_id")
    if not httpx.codes.is_success(status) or not generation_id or tells_of_an_image(body):
        return parse_answer(status, headers, body, took_s)
    seed = told.get("seed")
    is_seed = isinstance(seed, int) and not isinstance(seed, bool)
    return Accepted(generation_id=generation_id, seed=seed if is_seed else None, request_id=request_id_in(headers))


def read_poll(status: int, headers: Mapping[str, str], body: bytes) -> ImageObject | Pending:
    """The image of a generation that is done, or that nothing is known of it yet, and it is to be asked for again.

    Raises ImageRefused where a policy stopped it and GenerationFailed where something else did, neither billed;
    OutcomeUnknown where the API does not know of it any more, and what stops a campaign as any other answer does.
    """
    if not httpx.codes.is_success(status):
        return _refused_poll(status, headers, body)
    told = told_in(body)
    match text_of(told, "status").lower():
        case "completed":
            return parse_answer(status, headers, body)
        case "failed":
            raise _with_id(_failure(told), headers)
        case "pending":
            return Pending()
        case "" if tells_of_an_image(body):
            return parse_answer(status, headers, body)
        case other:
            return Pending(note=f"the API does not say how a generation stands: {as_text(other)!r}")


def tells_of_an_image(body: bytes) -> bool:
    """Whether an answer tells of an image, be it one that was withheld."""
    return any(image.url or image.is_image_safe is not None for image in images_told(body))


def _failure(told: Told) -> errors.CellError:
    reason = text_of(told, "failure_reason") or message_of(told)
    in_words = as_text(reason.replace("_", " ")) or "it gave no reason"
    if _OF_A_POLICY.search(reason.lower()):
        return errors.ImageRefused(f"The API refused the image while it was made: {in_words}", is_billed=False)
    return errors.GenerationFailed(f"The generation failed, and is not billed: {in_words}")


def _refused_poll(status: int, headers: Mapping[str, str], body: bytes) -> Pending:
    words = said(message_of(told_in(body)))
    match error := refusal(status, headers, body):
        case errors.CampaignStopped():
            raise error
        case errors.RequestRejected():
            gone = f"The API does not know of the generation any more ({status}), which may have been billed.{words}"
            raise _with_id(errors.OutcomeUnknown(gone), headers)
        case _:
            wait_s = error.retry_after_s if isinstance(error, errors.NotAccepted) else None
            note = f"the API does not say now how a generation stands ({status}).{words}"
            return Pending(note=note, retry_after_s=wait_s)


def _with_id(error: errors.CellError, headers: Mapping[str, str]) -> errors.CellError:
    error.request_id = request_id_in(headers)
    return error
