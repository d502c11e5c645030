"""Answers validate against the official OpenAPI document."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from tests.sandbox.examples import body, client

DOCUMENT = Path(__file__).resolve().parents[2].parent / "shared" / "contract" / "ideogram-2026-06.json"

pytestmark = pytest.mark.skipif(not DOCUMENT.exists(), reason="the API document does not lie beside the checkout")


def as_json_schema(node: Any) -> Any:
    """OpenAPI 3.0 in the words of JSON Schema: `nullable` becomes the type null."""
    if isinstance(node, list):
        return [as_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    schema = {key: as_json_schema(value) for key, value in node.items() if key not in {"nullable", "example"}}
    return {"anyOf": [schema, {"type": "null"}]} if node.get("nullable") is True else schema


def validator(name: str) -> Draft202012Validator:
    """A validator for one schema of the document."""
    components = as_json_schema(json.loads(DOCUMENT.read_text())["components"])
    schema = {"$ref": f"#/components/schemas/{name}", "components": components}
    return Draft202012Validator(schema, format_checker=FormatChecker())


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
