"""From what was posted to a request, or to why it is none."""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from PIL import Image
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from sandbox.dialects import legacy, v1, v2
from sandbox.dialects.sizes import SizePx
from sandbox.dialects.v2_models import MODELS
from sandbox.image_request import ImageRequest
from sandbox.refusals import Refusal, bad_request, problem

FILE_MAX_BYTES: Final = 25_000_000
_UNREADABLE: Final = Refusal(400, {"error": "Could not read a source image."})
_PART_MAX_BYTES: Final = 1_000_000
_NUMBERS: Final = frozenset({"num_images", "seed", "custom_width", "custom_height"})
_FLAGS: Final = frozenset({"async", "private", "enable_copyright_detection"})
_JSON_PARTS: Final = frozenset({"color_palette", "image_asset_identifiers", "style_reference_asset_identifiers"})
_LISTS: Final = frozenset({"style_codes"})
_WORDS: Final = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Posted:
    """The body of a request, decoded."""

    document: object
    files: Mapping[str, Sequence[SizePx]] = field(default_factory=dict)
    """By field, the pixels of each image that came in a multipart body."""


async def posted(request: Request, *, takes_files: bool, is_v2: bool) -> Posted | Refusal:
    """The decoded body: JSON, or the parts of a form where the route takes files."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await request.body()
    if kind == "multipart/form-data" and takes_files:
        try:
            async with request.form(max_part_size=_PART_MAX_BYTES) as form:
                return await _of_form([(name, value) for name, value in form.multi_items()])
        except (HTTPException, ValueError) as error:
            return bad_request([f"The form cannot be read: {error}"], is_v2=is_v2)
    if kind != "application/json":
        accepted = "application/json or multipart/form-data" if takes_files else "application/json"
        return bad_request([f"The Content-Type must be {accepted}"], is_v2=is_v2)
    try:
        return Posted(json.loads(body))
    except (ValueError, RecursionError):
        return bad_request(["The body is not JSON"], is_v2=is_v2)


def read_legacy(content: Posted) -> ImageRequest | Refusal:
    """A request of `POST /generate`."""
    return _or_refusal(legacy.parse_document(content.document), is_v2=False)


def read_v1(content: Posted) -> ImageRequest | Refusal:
    """A request of `POST /v1/ideogram-v3/generate`."""
    return _or_refusal(v1.parse_document(content.document, content.files), is_v2=False)


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


async def _of_form(parts: Sequence[tuple[str, UploadFile | str]]) -> Posted | Refusal:
    """A document and files of the parts of a form; a list is a part that is repeated."""
    document: dict[str, object] = {}
    files: dict[str, list[SizePx]] = {}
    for name, value in parts:
        if isinstance(value, str):
            document[name] = [*_listed(document.get(name)), value] if name in _LISTS else decoded(name, value)
        elif name in _JSON_PARTS:
            document[name] = json.loads(await value.read())
        else:
            content = await value.read()
            if len(content) > FILE_MAX_BYTES:
                return Refusal(413, None)
            size_px = _size_px(content)
            if size_px is None:
                return _UNREADABLE
            files.setdefault(name, []).append(size_px)
    return Posted(document, files)


def decoded(name: str, value: str) -> object:
    """The value of a text part, as the field of its name has it in JSON; what cannot be decoded stays a text."""
    if name in _NUMBERS:
        return int(value) if value.isdecimal() else value
    if name in _FLAGS:
        return _WORDS.get(value, value)
    return json.loads(value) if name in _JSON_PARTS else value


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _size_px(content: bytes) -> SizePx | None:
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP")) as image:
            return image.size
    except (OSError, Image.DecompressionBombError):
        return None
