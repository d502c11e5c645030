"""The v2 routes take what the document lists, ignore and tell what it does not, and price as the fact sheet says."""

from typing import Any

import pytest

from sandbox.dialects.v2 import Rejected, parse_document
from sandbox.dialects.v2_models import COMMON, MODELS
from sandbox.image_request import ImageRequest
from tests.contract import needs_document, request_schema

V2_MODELS = sorted(MODELS)


def request(model: str, /, **fields: Any) -> ImageRequest:
    """A request that the rules accept."""
    parsed = parse_document(model, {"prompt": "Lamp"} | fields)
    assert isinstance(parsed, ImageRequest), parsed
    return parsed


@needs_document
@pytest.mark.parametrize("model", V2_MODELS)
def test_a_model_lists_the_fields_of_the_document(model: str) -> None:
    """Name by name: a field too many would hide that the API ignores it, and bills all the same."""
    listed = set(request_schema(f"/v2/image/generate/{model}")["properties"])
    rules = MODELS[model]
    assert {*COMMON, *rules.fields, *rules.takes_files} == listed


@needs_document
@pytest.mark.parametrize("model", V2_MODELS)
def test_closed_lists_are_those_of_the_document(model: str) -> None:
    """Every word that the document lists is taken, and no other one."""
    for name, values in enums_of(f"/v2/image/generate/{model}").items():
        check = (COMMON | MODELS[model].fields).get(name)
        assert check is not None
        assert [value for value in values if check(value)] == []
        assert check("no such word") is not None, name


def enums_of(path: str) -> dict[str, list[str]]:
    """The fields with a closed list of words, and the words."""
    fields = request_schema(path, resolved=True)["properties"]
    return {name: field["enum"] for name, field in fields.items() if "enum" in field}


def test_a_field_that_the_route_does_not_list_is_ignored_and_told() -> None:
    """2a has no negative prompt, nobody has `rendering`."""
    assert request("ideogram-2a", negative_prompt="blur", rendering="turbo").unknown_fields == (
        "negative_prompt",
        "rendering",
    )


@pytest.mark.parametrize(
    ("model", "fields", "price_usd_micros"),
    [
        ("ideogram-2", {}, 80_000),
        ("ideogram-2a", {"rendering_speed": "turbo"}, 25_000),
        ("ideogram-3", {"rendering_speed": "quality"}, 90_000),
        ("ideogram-3-transparent", {"upscale_factor": "x4", "rendering_speed": "turbo"}, 200_000),
        ("ideogram-4", {"rendering_speed": "turbo"}, 30_000),
        ("ideogram-4-transparent", {"output_resolution": "2k"}, 60_000),
        ("ideogram-4-5", {}, 100_000),
        ("ideogram-4-5", {"quality": "low"}, 30_000),
        ("p-image-ideogram", {}, 10_000),
    ],
)
def test_an_image_costs_what_the_fact_sheet_says(model: str, fields: dict[str, Any], price_usd_micros: int) -> None:
    """By model and quality; 4.5 without a quality is billed as high."""
    assert request(model, **fields).price_usd_micros == price_usd_micros


def test_an_edit_has_prices_of_its_own() -> None:
    """Source images make very_low possible, and medium what is billed without a word."""
    sources = {"image_asset_identifiers": [{"asset_id": "a", "asset_type": "UPLOAD"}]}
    assert request("ideogram-4-5", quality="very_low", **sources).price_usd_micros == 8_000
    assert request("ideogram-4-5", **sources).quality == "medium"
    assert request("ideogram-4-5", quality="high", **sources).price_usd_micros == 220_000
    with pytest.raises(Rejected, match="Invalid quality"):
        request("ideogram-4-5", quality="very_low")


@pytest.mark.parametrize(
    ("model", "fields", "size_px"),
    [
        ("ideogram-2", {"aspect_ratio": "4x5"}, (896, 1120)),
        ("ideogram-3", {"resolution": "1344x704"}, (1344, 704)),
        ("ideogram-3-transparent", {"aspect_ratio": "16x9", "upscale_factor": "x2"}, (2624, 1472)),
        ("ideogram-4", {}, (2048, 2048)),
        ("ideogram-4", {"resolution": "1440x2560"}, (1440, 2560)),
        ("ideogram-4-transparent", {"aspect_ratio": "1x4", "output_resolution": "2k"}, (1024, 4096)),
        ("ideogram-4-5", {"size": "auto"}, (2048, 2048)),
        ("ideogram-4-5", {"size": "896x1120"}, (896, 1120)),
        ("p-image-ideogram", {"custom_width": 1200, "custom_height": 640}, (1200, 640)),
        ("p-image-ideogram", {"aspect_ratio": "2x1", "resolution": "2k"}, (2816, 1408)),
    ],
)
def test_a_picture_has_the_pixels_asked_for(model: str, fields: dict[str, Any], size_px: tuple[int, int]) -> None:
    """By ratio, resolution, tier or sides."""
    assert request(model, **fields).size_px == size_px


@pytest.mark.parametrize(
    ("model", "fields", "named"),
    [
        ("ideogram-4-5", {"size": "512x1536"}, "size"),
        ("ideogram-4-5", {"size": "source"}, "size"),
        ("ideogram-4-5", {"quality": "ultra"}, "quality"),
        ("ideogram-4", {"resolution": "1000x1000"}, "resolution"),
        ("ideogram-3", {"resolution": "1024x1024", "aspect_ratio": "1x1"}, "aspect_ratio and resolution"),
        ("ideogram-3", {"style_codes": ["00000000"], "style_preset": "bauhaus"}, "style_preset and style_codes"),
        ("ideogram-3", {"style_codes": ["xyz"]}, "style_codes"),
        ("p-image-ideogram", {"custom_width": 1200}, "custom_width"),
        ("p-image-ideogram", {"custom_width": 1200, "custom_height": 630}, "multiples of 16"),
        ("ideogram-2", {"async": "yes"}, "async"),
        ("ideogram-2", {"webhook_url": "http://example.com/hook"}, "webhook_url"),
        ("ideogram-2", {"prompt": ""}, "prompt"),
    ],
)
def test_a_bad_value_is_named(model: str, fields: dict[str, Any], named: str) -> None:
    """One fault, with the field in it."""
    faults = parse_document(model, {"prompt": "Lamp"} | fields)
    assert isinstance(faults, list)
    assert len(faults) == 1
    assert named in faults[0]


def test_a_webhook_makes_it_asynchronous() -> None:
    """With or without the word; this machine may listen without encryption."""
    assert request("ideogram-4-5", webhook_url="http://127.0.0.1:9/hook").is_async
    assert request("ideogram-4-5", webhook_url="https://example.com/hook").is_async
    assert not request("ideogram-4-5").is_async
