"""The v1 route takes what the document lists, as JSON or as a form with images."""

import asyncio
import io
from typing import Any

import httpx
import pytest
from PIL import Image

from sandbox.dialects.v1 import CHECKS, FILES, PATH, parse_document
from sandbox.image_request import ImageRequest
from tests.contract import needs_document, request_schema, validator
from tests.sandbox.examples import client


@needs_document
def test_the_fields_and_words_are_those_of_the_document() -> None:
    """Name by name, word by word."""
    listed = request_schema(PATH, resolved=True)["properties"]
    assert {*CHECKS, *FILES} == set(listed)
    for name, words in ((name, field["enum"]) for name, field in listed.items() if "enum" in field):
        assert [word for word in words if CHECKS[name](word)] == []
        assert CHECKS[name]("no such word") is not None, name


@pytest.mark.parametrize(
    ("fields", "price_usd_micros"),
    [({}, 60_000), ({"rendering_speed": "FLASH"}, 30_000), ({"rendering_speed": "QUALITY"}, 90_000)],
)
def test_an_image_costs_what_its_speed_says(fields: dict[str, Any], price_usd_micros: int) -> None:
    """And more with a character's image."""
    request = parse_document({"prompt": "Lamp"} | fields)
    assert isinstance(request, ImageRequest)
    assert request.price_usd_micros == price_usd_micros
    with_character = parse_document({"prompt": "Lamp"}, {"character_reference_images": [(8, 8)]})
    assert isinstance(with_character, ImageRequest)
    assert with_character.price_usd_micros == 150_000


@pytest.mark.parametrize(
    ("fields", "files", "named"),
    [
        ({"aspect_ratio": "ASPECT_1_1"}, {}, "aspect_ratio"),
        ({"aspect_ratio": "1x1", "resolution": "1024x1024"}, {}, "aspect_ratio and resolution"),
        ({"style_codes": ["0123abcd"], "style_type": "AUTO"}, {}, "style_codes and style_type"),
        ({"style_codes": ["0123abcd"]}, {"style_reference_images": [(8, 8)]}, "style_reference_images"),
        ({}, {"character_reference_images": [(8, 8), (8, 8)]}, "one image"),
    ],
)
def test_a_bad_value_is_named(fields: dict[str, Any], files: dict[str, Any], named: str) -> None:
    """One fault, with the field in it."""
    faults = parse_document({"prompt": "Lamp"} | fields, files)
    assert isinstance(faults, list)
    assert len(faults) == 1
    assert named in faults[0]


async def _with_form(path: str, files: list[tuple[str, Any]]) -> httpx.Response:
    async with client() as sandbox:
        return await sandbox.post(path, files=files)


def posted(path: str, *files: tuple[str, Any]) -> httpx.Response:
    """The answer to a form of parts; a text is a part without a file name."""
    return asyncio.run(_with_form(path, [(name, (None, it) if isinstance(it, str) else it) for name, it in files]))


def png(size_px: tuple[int, int] = (8, 8)) -> tuple[str, bytes]:
    """A file of a form."""
    file = io.BytesIO()
    Image.new("RGB", size_px).save(file, "PNG")
    return "a.png", file.getvalue()


@needs_document
def test_a_form_is_read_as_json_is() -> None:
    """Numbers and flags as texts, lists as repeated parts, a palette as JSON, images beside them."""
    answer = posted(
        PATH,
        ("prompt", "Lamp"),
        ("num_images", "2"),
        ("seed", "7"),
        ("enable_copyright_detection", "true"),
        ("color_palette", '{"name": "EMBER"}'),
        ("style_reference_images", png()),
        ("style_reference_images", png()),
    )
    assert answer.status_code == 200, answer.text
    assert [image["seed"] for image in answer.json()["data"]] == [7, 8]
    validator("ImageGenerationResponseV3").validate(answer.json())
    assert "successor-version" in answer.headers["link"]
    assert answer.headers["deprecation"].startswith("@")
    assert "ideogram-3" in answer.json()["notice"]


def test_an_edit_keeps_the_size_of_its_source() -> None:
    """As a form of v2, up to 2048 x 2048 pixels; JSON cannot carry files."""
    path = "/v2/image/generate/ideogram-4-5"
    kept = posted(path, ("prompt", "Lamp"), ("size", "source"), ("quality", "very_low"), ("images", png((320, 256))))
    assert kept.json()["data"][0]["resolution"] == "320x256"
    large = posted(path, ("prompt", "Lamp"), ("images", png((4096, 2048))), ("mask", png((4096, 2048))))
    assert large.json()["data"][0]["resolution"] == "2896x1448"
    assert large.json()["generation_kind"] == "workflow"


@pytest.mark.parametrize(
    ("path", "parts", "status"),
    [
        (PATH, [("prompt", "Lamp"), ("num_images", "two")], 400),
        (PATH, [("prompt", "Lamp"), ("color_palette", "{")], 400),
        (PATH, [("prompt", "Lamp"), ("style_reference_images", ("a.png", b"no image"))], 400),
        (PATH, [("prompt", "Lamp"), ("style_reference_images", ("a.png", bytes(25_000_001)))], 413),
        ("/v2/image/generate/ideogram-3", [("prompt", "Lamp")] + [("style_reference_images", png())] * 11, 400),
        ("/v2/image/generate/ideogram-2", [("prompt", "Lamp")], 400),
    ],
)
def test_a_form_that_is_wrong_is_refused(path: str, parts: list[tuple[str, Any]], status: int) -> None:
    """A text for a number, JSON that is none, a file that is no image or too large, too many, a route without files."""
    assert posted(path, *parts).status_code == status
