"""Answers validate against the official OpenAPI document."""

import asyncio
from typing import Any

import pytest

from tests.contract import needs_document, validator
from tests.sandbox.examples import body, client

pytestmark = needs_document


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
