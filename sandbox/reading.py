"""From what was posted to a request, or to why it is none."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.dialects import legacy, v2
from sandbox.dialects.v2_models import MODELS
from sandbox.image_request import ImageRequest
from sandbox.refusals import Refusal, bad_request, problem


@dataclass(frozen=True, slots=True)
class Posted:
    """The body of a request, decoded."""

    document: object
    files: Mapping[str, int] = field(default_factory=dict)
    """How many files came by each field of a multipart body."""


def posted(content_type: str, body: bytes) -> Posted | str:
    """The decoded body, or the sentence that says why it is none."""
    if content_type.partition(";")[0].strip().lower() != "application/json":
        return "The Content-Type must be application/json"
    try:
        return Posted(json.loads(body))
    except (ValueError, RecursionError):
        return "The body is not JSON"


def read_legacy(content: Posted) -> ImageRequest | Refusal:
    """A request of `POST /generate`."""
    return _or_refusal(legacy.parse_document(content.document), is_v2=False)


def read_v2(model: str, content: Posted) -> ImageRequest | Refusal:
    """A request of `POST /v2/image/generate/{model}`."""
    if model not in MODELS:
        return problem(404, f"{model!a} is not a model of this route.")
    try:
        return _or_refusal(v2.parse_document(model, content.document, content.files), is_v2=True)
    except v2.Rejected as error:
        return Refusal(400, {"error": str(error)})


def _or_refusal(parsed: ImageRequest | list[str], *, is_v2: bool) -> ImageRequest | Refusal:
    return bad_request(parsed, is_v2=is_v2) if isinstance(parsed, list) else parsed
