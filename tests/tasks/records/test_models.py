"""The table of models says what the documents say."""

import re
from typing import Any

import pytest

from tasks.records import vocabulary as words
from tasks.records.models import MODELS, OFFERS, Model, models_of, takers
from tasks.records.reference import REFERENCE_COLUMNS
from tasks.records.sizes import area, as_written, nearest, ratio_of
from tests.contract import named, needs_document, request_schema_name, schemas

PATHS = {"legacy": "/generate", "v1": "/v1/ideogram-v3/generate", "v2": "/v2/image/generate/{}"}
COLUMNS_OF = {
    "magic_prompt_option": "magic_prompt", "rendering_speed": "quality", "private": "visibility",
    "style_reference_images": "style_reference", "character_reference_images": "character_reference",
    "images": "source_image",
}  # fmt: skip
"""Fields of the routes that a matrix calls otherwise."""
FOR_EACH = {"prompt", "seed", "magic_prompt", "num_images"}
"""Columns that every model takes."""
NOT_BY_COLUMN = {
    "model", "async", "webhook_url", "target_collection_id", "magic_prompt_system_prompt_config_id",
    "style_reference_asset_identifiers", "style_reference_collection_id", "style_reference_collection_version_id",
    "character_reference_images_mask", "image_asset_identifiers", "mask", "upscale_factor", "output_resolution",
}  # fmt: skip
"""Fields that no column of a matrix is sent as: ours, masks, places in an account, and sizes above what is drawn."""


def properties(model: Model) -> dict[str, Any]:
    """What the document lists for the route of `model`."""
    route = OFFERS[model].route
    name = "ImageRequest" if route == "legacy" else request_schema_name(PATHS[route].format(model))
    return schemas()[name]["properties"]


def columns(model: Model) -> set[str]:
    """The columns that the fields of the route of `model` stand for."""
    fields = {COLUMNS_OF.get(name, name) for name in properties(model)}
    fields = {"resolution" if name in {"size", "custom_width", "custom_height"} else name for name in fields}
    return fields - NOT_BY_COLUMN - FOR_EACH


@needs_document
@pytest.mark.parametrize("model", [model for model in MODELS if OFFERS[model].route != "legacy"])
def test_each_model_takes_the_fields_of_its_route(model):
    """No more, since the API passes over what it does not know and bills; and no fewer, save what is told above."""
    own = OFFERS[model].takes - {"structured_prompt"}
    is_ratio_ours = not OFFERS[model].has_ratio_field
    assert own - ({"aspect_ratio"} if is_ratio_ours else set()) == columns(model)


@needs_document
def test_legacy_models_share_a_route_and_not_all_take_all_of_it():
    """Together they take what it lists; which takes what, its texts say."""
    taken = set().union(*(OFFERS[model].takes for model in models_of("legacy"))) - {"quality"}
    assert taken == columns("V_2")
    told = schemas()["ImageRequest"]["properties"]["negative_prompt"]["description"]
    named = set(re.findall(r"V_\w+", told))
    assert set(takers("negative_prompt")) & set(models_of("legacy")) == named
    palettes = schemas()["ColorPaletteWithPresetNameOrMembers"]["description"]
    assert set(takers("color_palette")) & set(models_of("legacy")) == set(models_of("legacy")) - {
        *re.findall(r"V_\w+", palettes)
    }


def spelt(model: Model, word: str) -> str:
    """A size as the route of `model` spells it."""
    return word if OFFERS[model].route == "legacy" else as_written(word).replace(":", "x").lower()


@needs_document
@pytest.mark.parametrize("model", MODELS)
def test_each_takes_as_many_pictures_as_its_route(model):
    """In the fields that are lists of files; v1 tells of one character, and of no limit to styles."""
    listed = {name: field for name, field in properties(model).items() if COLUMNS_OF.get(name) in REFERENCE_COLUMNS}
    assert {COLUMNS_OF[name] for name in listed} == set(OFFERS[model].references)
    assert set(OFFERS[model].references) == OFFERS[model].takes & set(REFERENCE_COLUMNS)
    for name, field in listed.items():
        assert field["items"] == {"type": "string", "format": "binary"}
        most = 1 if "Only one" in field["description"] else field.get("maxItems", 10)
        assert OFFERS[model].references[COLUMNS_OF[name]] == most


@needs_document
@pytest.mark.parametrize("model", [model for model in MODELS if OFFERS[model].has_ratio_field])
def test_ratios_are_those_of_the_route(model):
    """Each once, and none more."""
    ours = [spelt(model, ratio) for ratio in OFFERS[model].ratios]
    assert sorted(ours) == sorted(named(properties(model)["aspect_ratio"])["enum"])


@needs_document
@pytest.mark.parametrize("model", [model for model in MODELS if OFFERS[model].resolutions])
def test_sizes_are_those_of_the_route(model):
    """4.5 has no list in its schema: it takes those of 4.0, save two that it was seen to refuse."""
    ours = [spelt(model, size) for size in OFFERS[model].resolutions]
    if model == "ideogram-4-5":
        assert sorted(ours) == sorted(set(named(schemas()["ResolutionV4"])["enum"]) - {"512x1536", "1536x512"})
    else:
        assert sorted(ours) == sorted(named(properties(model)["resolution"])["enum"])


@needs_document
@pytest.mark.parametrize("model", [model for model in MODELS if OFFERS[model].styles])
def test_styles_are_those_of_the_route(model):
    """Left out are styles that stand for a model of one's own, and on the old route those of newer models."""
    listed = {word.upper() for word in named(properties(model)["style_type"])["enum"]}
    assert listed - set(OFFERS[model].styles) <= {"CUSTOM", "STYLIZED", "FICTION"}
    assert set(OFFERS[model].styles) <= listed


@needs_document
@pytest.mark.parametrize("model", [model for model in MODELS if OFFERS[model].route != "legacy"])
def test_qualities_are_words_of_the_route(model):
    """In its order, from the fastest to the best."""
    field = properties(model).get("quality") or properties(model)["rendering_speed"]
    listed = named(field)["enum"]
    assert [word for word in listed if word in OFFERS[model].qualities.values()] == list(
        OFFERS[model].qualities.values()
    )


@needs_document
def test_legacy_models_are_those_of_the_route():
    """The shared list also holds words that it does not take."""
    assert set(named(schemas()["ModelEnum"])["enum"]) - set(models_of("legacy")) == {"V_3", "AUTO"}


@pytest.mark.parametrize("model", MODELS)
def test_each_offer_can_be_asked_for(model):
    """It has a square, a quality by default, and each of its ratios has a size where it takes sizes alone."""
    offer = OFFERS[model]
    assert "ASPECT_1_1" in offer.ratios
    assert offer.default_quality in offer.qualities
    assert list(offer.qualities) == [quality for quality in words.QUALITIES if quality in offer.qualities]
    shapes = [ratio for ratio in offer.ratios if ratio != "AUTO"]
    assert offer.has_ratio_field or all(offer.resolution_for(ratio) for ratio in shapes)


def test_a_ratio_of_a_model_of_sizes_is_its_largest_size_of_that_shape():
    """4.5 draws twice the pixels a side for the same price."""
    offer = OFFERS["ideogram-4-5"]
    assert offer.resolution_for("ASPECT_1_1") == "RESOLUTION_2048_2048"
    assert offer.resolution_for("ASPECT_9_16") == "RESOLUTION_1440_2560"
    assert offer.resolution_for("ASPECT_4_5") == "RESOLUTION_1792_2240"
    assert offer.resolution_for("ASPECT_1_4") is None


@pytest.mark.parametrize(
    ("size", "is_one"),
    [
        ("RESOLUTION_1200_640", True),
        ("RESOLUTION_2048_2048", True),
        ("RESOLUTION_1200_630", False),
        ("RESOLUTION_4096_2048", False),
        ("RESOLUTION_4112_16", False),
    ],
)
def test_sizes_of_ones_own_have_limits(size, is_one):
    """Multiples of 16, up to 4096, and not more pixels than the square of 2048."""
    assert OFFERS["p-image-ideogram"].has_size(size) is is_one


def test_the_nearest_size_is_near():
    """First by shape, then by how large it is."""
    near = nearest("RESOLUTION_1200_630", OFFERS["V_2"].resolutions)
    assert near[0] == "RESOLUTION_1344_704"
    assert all(abs(float(ratio_of(size) or 0) - 1200 / 630) < 0.1 for size in near)
    assert area(nearest("RESOLUTION_800_800", OFFERS["ideogram-4-5"].resolutions)[0]) == 1024**2
