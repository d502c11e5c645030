"""What leaves for the API is what its document says, on every route."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.api.dialects import v2
from tasks.api.dialects.call import Call, Upload
from tasks.api.dialects.routes import build_call
from tasks.errors import RequestRejected
from tasks.planning.request_rules import QUALITY_OF_RENDERING, build_request, misfits
from tasks.records import vocabulary as words
from tasks.records.models import MODELS, OFFERS, Model
from tasks.records.request import GenerationRequest, Palette, PaletteMember
from tasks.records.sizes import ASPECT_RATIOS
from tasks.tables.columns import PARSERS, parse_value
from tests.contract import needs_document, request_schema_name, schemas, validator
from tests.factories import a_request

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
SIZES = sorted({size for offer in OFFERS.values() for size in offer.resolutions})
CELLS = {
    "prompt": TEXTS,
    "product": TEXTS,
    "format": st.sampled_from(["social-square", "hero"]),
    "aspect_ratio": st.sampled_from([*ASPECT_RATIOS, "16:9", "9x16", "auto"]),
    "resolution": st.sampled_from([*SIZES, "1344x704", "1200x640"]),
    "style_type": st.sampled_from([*words.STYLE_TYPES, "render 3d"]),
    "magic_prompt": st.sampled_from([*words.MAGIC_PROMPTS, "on"]),
    "magic_prompt_version": st.sampled_from(words.MAGIC_PROMPT_VERSIONS),
    "negative_prompt": TEXTS,
    "seed": st.integers(0, words.SEED_MAX).map(str),
    "rendering": st.sampled_from(sorted(QUALITY_OF_RENDERING)),
    "quality": st.sampled_from(words.QUALITIES),
    "style_preset": st.sampled_from(words.STYLE_PRESETS),
    "style_codes": st.lists(st.integers(0, 2**32 - 1).map("{:08x}".format), min_size=1, max_size=4).map(", ".join),
    "enable_copyright_detection": st.sampled_from(["true", "false"]),
    "custom_model_uri": st.just("model/tea/version/3"),
    "visibility": st.sampled_from(["public", "private"]),
    "num_images": st.just("2"),
    "focus": st.just("auto"),
    "callback_url": st.just("https://example.com/hook"),
    "color_palette": st.sampled_from(words.PALETTE_NAMES)
    | st.lists(
        st.builds("#{:06x}{}".format, st.integers(0, 0xFFFFFF), st.sampled_from(["", ":0.05", ":1", ":0.333"])),
        min_size=1,
        max_size=8,
    ).map(", ".join),
}


@st.composite
def planned_requests(draw: st.DrawFn) -> GenerationRequest:
    """Any request that a plan can hold: rows of texts, read as a matrix's are, less those that planning refuses."""
    names = draw(st.sets(st.sampled_from(sorted(CELLS))))
    row = {name: draw(CELLS[name]) for name in names | {"product"}}
    wishes = {name: parse_value(name, text) for name, text in row.items()}
    model = draw(st.sampled_from(MODELS))
    while found := list(misfits(wishes, model)):
        wishes.pop(found[0][0])
    return build_request(wishes, model, copy=draw(st.integers(0, 7)))


def sent(request: GenerationRequest) -> dict[str, Any]:
    """The fields that leave for `request`."""
    return dict(build_call(request).fields)


def test_every_column_is_tried():
    """A column that is added is one that must leave under a name of the route."""
    assert CELLS.keys() == PARSERS.keys() - {"model"}


@needs_document
@given(planned_requests(), st.booleans())
def test_every_planned_request_is_one_that_the_document_knows(request, is_async):
    """Whatever planning lets through validates, and no field has a name that the route does not list.

    The API passes over what it does not know, and bills the image all the same.
    """
    call = build_call(request)
    if OFFERS[request.model].route == "v2" and is_async:
        call = v2.build(request, is_async=True, webhook_url="https://example.com/hook")
    name = request_schema_name(call.path)
    validator(name).validate(json.loads(json.dumps(call.fields)))
    assert set(call.fields) <= set(schemas()[name]["properties"])
    if name == "GenerateImageRequest":
        assert set(call.fields["image_request"]) <= set(schemas()["ImageRequest"]["properties"])
    assert ("aspect_ratio" in call.fields) + ("resolution" in call.fields) + ("custom_width" in call.fields) <= 1


def test_the_default_body_is_the_reference_designs():
    """A prompt alone is sent with the model, style, ratio and magic prompt that the reference design sends."""
    request = build_request({"prompt": "A lamp"}, "V_2", copy=0)
    assert build_call(request) == Call(
        "/generate",
        {
            "image_request": {
                "prompt": "A lamp",
                "model": "V_2",
                "style_type": "AUTO",
                "aspect_ratio": "ASPECT_1_1",
                "magic_prompt_option": "AUTO",
            }
        },
    )


def test_every_field_of_the_oldest_route_is_sent_in_its_words():
    """Each field that a request can hold arrives under the API's name."""
    palette = Palette(members=(PaletteMember(color_hex="#0a3d62", color_weight=0.6), PaletteMember(color_hex="#fff")))
    request = GenerationRequest(
        prompt="A lamp",
        model="V_2_TURBO",
        resolution="RESOLUTION_1344_704",
        style_type="DESIGN",
        magic_prompt="OFF",
        magic_prompt_version="V_0_3",
        negative_prompt="people",
        seed=0,
        color_palette=palette,
    )
    assert sent(request)["image_request"] == {
        "prompt": "A lamp",
        "model": "V_2_TURBO",
        "resolution": "RESOLUTION_1344_704",
        "style_type": "DESIGN",
        "magic_prompt_option": "OFF",
        "magic_prompt_version": "V_0_3",
        "negative_prompt": "people",
        "seed": 0,
        "color_palette": {"members": [{"color_hex": "#0a3d62", "color_weight": 0.6}, {"color_hex": "#fff"}]},
    }


WISHES = {
    "prompt": "A lamp",
    "aspect_ratio": "ASPECT_16_9",
    "style_type": "FICTION",
    "style_preset": "ART_DECO",
    "color_palette": Palette(name="EMBER"),
    "quality": "low",
    "enable_copyright_detection": True,
}


@pytest.mark.parametrize(
    ("model", "wishes", "path", "fields"),
    [
        (
            "V_3",
            WISHES,
            "/v1/ideogram-v3/generate",
            {
                "prompt": "A lamp", "aspect_ratio": "16x9", "style_type": "FICTION", "style_preset": "ART_DECO",
                "color_palette": {"name": "EMBER"}, "rendering_speed": "TURBO", "enable_copyright_detection": True,
                "magic_prompt": "AUTO",
            },
        ),
        (
            "ideogram-3",
            WISHES,
            "/v2/image/generate/ideogram-3",
            {
                "prompt": "A lamp", "aspect_ratio": "16x9", "style_type": "fiction", "style_preset": "art_deco",
                "color_palette": {"name": "ember"}, "rendering_speed": "turbo", "enable_copyright_detection": True,
                "magic_prompt": "auto", "private": True,
            },
        ),
        (
            "ideogram-4-5",
            {"prompt": "A lamp", "aspect_ratio": "ASPECT_16_9"},
            "/v2/image/generate/ideogram-4-5",
            {"prompt": "A lamp", "size": "2560x1440", "quality": "medium", "magic_prompt": "auto", "private": True},
        ),
        (
            "ideogram-4-5",
            {"prompt": "A lamp", "aspect_ratio": "AUTO", "visibility": "public"},
            "/v2/image/generate/ideogram-4-5",
            {"prompt": "A lamp", "size": "auto", "quality": "medium", "magic_prompt": "auto", "private": False},
        ),
        (
            "ideogram-4",
            {"prompt": "A lamp", "aspect_ratio": "AUTO", "rendering": "quality"},
            "/v2/image/generate/ideogram-4",
            {"prompt": "A lamp", "rendering_speed": "quality", "magic_prompt": "auto", "private": True},
        ),
        (
            "p-image-ideogram",
            {"prompt": "A lamp", "resolution": "RESOLUTION_1200_640"},
            "/v2/image/generate/p-image-ideogram",
            {
                "prompt": "A lamp", "custom_width": 1200, "custom_height": 640, "quality": "medium",
                "magic_prompt": "auto", "private": True,
            },
        ),
    ],
)  # fmt: skip
def test_each_route_is_asked_in_its_own_words(model: Model, wishes: dict[str, Any], path: str, fields: dict[str, Any]):
    """What a route would choose by itself, and bill by, is always said."""
    assert build_call(build_request(wishes, model, 0)) == Call(path, fields)


def test_a_named_palette_is_sent_by_its_name_alone():
    """The two kinds of palette exclude each other, so no empty list of colours goes along."""
    request = a_request(color_palette={"name": "EMBER"})
    assert sent(request)["image_request"]["color_palette"] == {"name": "EMBER"}


@pytest.mark.parametrize(
    ("model", "fields", "name"),
    [
        ("V_2", {"style_preset": "ART_DECO"}, "style_preset"),
        ("V_3", {"magic_prompt_version": "V_0_1"}, "magic_prompt_version"),
        ("ideogram-4-5", {"custom_model_uri": "model/a/version/b"}, "custom_model_uri"),
    ],
)
def test_what_a_route_has_no_field_for_does_not_leave(model, fields, name):
    """It would be passed over, and billed; planning refuses it by the model, and this is the last door."""
    with pytest.raises(RequestRejected, match=f"no field for {name}"):
        build_call(a_request(model=model, quality=None if model == "V_2" else "low", style_type=None, **fields))


def test_a_body_with_files_is_in_parts():
    """Lists are parts repeated, objects JSON, truth values their words, as the document has it."""
    fields = {
        "prompt": "Tea, 茶",
        "seed": 7,
        "private": True,
        "style_codes": ["AB", "CD"],
        "color_palette": {"name": "E"},
    }
    upload = Upload("style_reference_images", "mood.png", "image/png", b"\x89PNG")
    request = httpx.Request("POST", "http://a/", **Call("/x", fields, (upload,)).body())
    body = request.read()
    assert request.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert body.count(b'name="style_codes"') == 2
    assert b'name="private"\r\n\r\ntrue\r\n' in body
    assert b'name="color_palette"\r\nContent-Type: application/json\r\n\r\n{"name": "E"}\r\n' in body
    assert b'filename="mood.png"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n' in body
    assert "Tea, 茶".encode() in body


def test_nothing_but_files_puts_a_body_in_parts():
    """JSON otherwise, as every route takes it."""
    request = httpx.Request("POST", "http://a/", **build_call(a_request()).body())
    assert request.headers["content-type"] == "application/json"
