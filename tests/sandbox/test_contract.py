"""Answers validate against the official OpenAPI document, and what the project sends is read whole."""

import asyncio
import json
from typing import Any

import pytest

from sandbox.image_request import ImageRequest
from sandbox.reading import Posted, read_legacy, read_v1, read_v2
from sandbox.refusals import Refusal
from tasks.api.dialects.routes import build_call
from tasks.planning.prices import Priced, read_prices
from tasks.records.models import OFFERS, Model
from tasks.records.reference import Reference
from tasks.records.request import GenerationRequest
from tasks.records.sizes import pixels, ratio_of
from tests.contract import needs_document, validator
from tests.sandbox.examples import body, client

pytestmark = needs_document

WISHES = {"negative_prompt": "blur", "color_palette": {"name": "EMBER"}}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"num_images": 8, "style_type": "RENDER_3D", "magic_prompt_option": "OFF"},
        {"model": "V_1", "aspect_ratio": "ASPECT_3_1"},
        {"resolution": "RESOLUTION_1344_704", "color_palette": {"members": [{"color_hex": "#abc"}]}},
        {"prompt": "Lamp [sandbox:unsafe]"},
    ],
)
def test_an_answer_validates(fields: dict[str, Any]) -> None:
    """Every kind of success is a GenerateImageResponse, and its request is a GenerateImageRequest."""

    async def scenario() -> Any:
        async with client() as sandbox:
            return (
                await sandbox.post("/generate", json=body() | {"image_request": {"prompt": "Lamp"} | fields})
            ).json()

    validator("GenerateImageRequest").validate({"image_request": {"prompt": "Lamp"} | fields})
    validator("GenerateImageResponse").validate(asyncio.run(scenario()))


def test_a_safety_refusal_validates() -> None:
    """A 422 is a GenerateImageSafetyError."""

    async def scenario() -> Any:
        async with client() as sandbox:
            return (await sandbox.post("/generate", json=body("Lamp [sandbox:refuse]"))).json()

    validator("GenerateImageSafetyError").validate(asyncio.run(scenario()))


def read(request: GenerationRequest) -> ImageRequest | Refusal:
    """What the sandbox reads of the call that asks for a request."""
    call = build_call(request)
    content = Posted(json.loads(json.dumps(call.fields)), {one.field: [(640, 480)] for one in call.uploads})
    match OFFERS[request.model].route:
        case "legacy":
            return read_legacy(content)
        case "v1":
            return read_v1(content)
        case "v2":
            return read_v2(request.model, content)


@pytest.mark.parametrize("which", [which for which in read_prices() if not which.is_custom], ids=str)
def test_what_we_send_is_read_whole_and_billed_as_priced(which: Priced) -> None:
    """By model, quality and pictures: no field is passed over, the pixels are those asked for, the price the list's."""
    model, quality = which.model, which.quality
    offer, price = OFFERS[model], read_prices()[which].usd_per_image
    square = offer.resolution_for("ASPECT_1_1")
    wishes: dict[str, Any] = {"seed": 7} | ({"resolution": square} if square else {})
    wishes |= {} if offer.route == "legacy" else {"quality": quality, "enable_copyright_detection": True}
    for name, wish in WISHES.items():
        wishes |= {name: wish} if name in offer.takes else {}
    if which.reference is not None:
        wishes[which.reference] = (Reference(sha256="ab12", media_type="image/png"),)
    made = read(GenerationRequest(prompt="Lamp", model=model, style_type=next(iter(offer.styles), None), **wishes))
    assert isinstance(made, ImageRequest), made
    assert (made.unknown_fields, made.price_usd_micros, made.seed) == ((), price * 1_000_000, 7)
    if square:
        assert made.size_px == pixels(square)


@pytest.mark.parametrize("model", [model for model, offer in OFFERS.items() if offer.has_ratio_field])
def test_every_shape_that_we_offer_is_drawn_in_it(model: Model) -> None:
    """Within two in a hundred."""
    for ratio in OFFERS[model].ratios:
        made = read(GenerationRequest(prompt="Lamp", model=model, aspect_ratio=ratio))
        assert isinstance(made, ImageRequest), made
        wanted = ratio_of(ratio)
        assert wanted is None or made.size_px[0] / made.size_px[1] == pytest.approx(float(wanted), rel=0.02)


def test_the_keys_of_webhooks_validate() -> None:
    """As a JWKS of the document."""

    async def scenario() -> Any:
        async with client() as sandbox:
            return (await sandbox.get("/v1/.well-known/jwks.json")).json()

    validator("WebhookSigningJwks").validate(asyncio.run(scenario()))
