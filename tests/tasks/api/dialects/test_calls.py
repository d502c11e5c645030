"""What leaves for the API is what its document says, on every route."""

import email.policy
import json
from email import message_from_bytes
from hashlib import sha256
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
from tasks.records.reference import REFERENCE_COLUMNS, FoundReference, Reference
from tasks.records.request import GenerationRequest, Palette, PaletteMember
from tasks.records.sizes import ASPECT_RATIOS
from tasks.tables.columns import PARSERS, parse_value
from tests.contract import document, needs_document, request_schema_name, schemas, validator
from tests.factories import a_request

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
NAMES = st.sampled_from(["a.png", "b, c.jpg", "s3://bucket/d.webp"])
SIZES = sorted({size for offer in OFFERS.values() for size in offer.resolutions})
CELLS = {
    "prompt": TEXTS,
    "product": TEXTS,
    "format": st.sampled_from(["social-square", "hero"]),
    "aspect_ratio": st.sampled_from([*ASPECT_RATIOS, "16:9", "9x16", "auto"]),
    "resolution": st.sampled_from([*SIZES, "1344x704", "1200x640"]),
    "size": st.sampled_from([*SIZES, "1216x640", "16:9", "3:1"]),
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
    "style_reference": st.lists(NAMES, min_size=1, max_size=10).map(json.dumps),
    "character_reference": st.just("anna.png"),
    "source_image": st.lists(NAMES, min_size=1, max_size=5).map(json.dumps),
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
    for name in wishes.keys() & set(REFERENCE_COLUMNS):
        wishes[name] = tuple(map(a_picture, wishes[name]))
    model = draw(st.sampled_from(MODELS))
    while found := list(misfits(wishes, model)):
        wishes.pop(found[0][0])
    return build_request(wishes, model, copy=draw(st.integers(0, 7)))


def a_picture(name: str) -> FoundReference:
    """A picture as planning finds it, which is known by what it holds: here its name."""
    return FoundReference(
        reference=Reference(sha256=sha256(name.encode()).hexdigest(), media_type="image/png"),
        typed=name,
        place=name,
        size_bytes=len(name),
        width_px=640,
        height_px=480,
    )


def sent(request: GenerationRequest) -> dict[str, Any]:
    """The fields that leave for `request`."""
    return dict(build_call(request).fields)


def test_every_column_is_tried():
    """A column that is added is one that must leave under a name of the route, or stays here and says so.

    Templates and languages leave as what they make, and a label is drawn on what comes.
    """
    assert CELLS.keys() == PARSERS.keys() - {"model", "template", "negative_template", "languages", "label"}


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
    assert sorted(one.reference.sha256 for one in call.uploads) == sorted(one.sha256 for one in request.references)
    for field in {one.field for one in call.uploads}:
        listed = schemas()[name]["properties"][field]
        assert listed["items"] == {"type": "string", "format": "binary"}
        assert sum(one.field == field for one in call.uploads) <= listed.get("maxItems", 10)
    if call.uploads:
        assert "multipart/form-data" in document()["paths"][call.path]["post"]["requestBody"]["content"]
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


@needs_document
@pytest.mark.parametrize(
    ("model", "wishes", "fields"),
    [
        (
            "V_3",
            {"style_reference": 2, "character_reference": 1},
            ["style_reference_images"] * 2 + ["character_reference_images"],
        ),
        ("ideogram-3", {"style_reference": 2}, ["style_reference_images"] * 2),
        ("ideogram-4-5", {"source_image": 3}, ["images"] * 3),
    ],
)
def test_a_form_has_the_names_and_kinds_of_parts_of_its_route(model, wishes, fields):
    """Every part is one that the document lists, JSON is said to be JSON, and a picture has its type and no name."""
    named = {column: tuple(a_picture(f"{column}{n}.png") for n in range(count)) for column, count in wishes.items()}
    palette = {} if model == "ideogram-4-5" else {"color_palette": Palette(name="EMBER")}
    request = build_request({"prompt": "A lamp", **palette, **named}, model, copy=0)
    call = v2.build(request, is_async=True) if OFFERS[model].route == "v2" else build_call(request)
    contents = {one.sha256: b"bytes of " + one.sha256.encode() for one in request.references}
    parts = parts_of(call.body(contents))
    content = document()["paths"][call.path]["post"]["requestBody"]["content"]["multipart/form-data"]
    assert {name for name, *_ in parts} <= set(schemas()[request_schema_name(call.path)]["properties"])
    assert [name for name, file, _, _ in parts if file] == fields
    assert [body for _, file, _, body in parts if file] == [contents[one.sha256] for one in request.references]
    assert {(file, kind) for _, file, kind, _ in parts if file} == {
        (one.name, "image/png") for one in request.references
    }
    as_json = {name for name, file, kind, _ in parts if not file and kind == "application/json"}
    assert as_json == {
        name for name, how in content["encoding"].items() if name in call.fields and "json" in how["contentType"]
    }


def parts_of(body: dict[str, Any]) -> list[tuple[str, str | None, str, bytes]]:
    """The parts of a form as they leave: name, file name, type, content."""
    posted = httpx.Request("POST", "http://a/", **body)
    head = f"Content-Type: {posted.headers['content-type']}\r\n\r\n".encode()
    parts = message_from_bytes(head + posted.read(), policy=email.policy.HTTP).iter_parts()  # type: ignore[attr-defined]
    return [
        (
            part.get_param("name", header="content-disposition"),
            part.get_filename(),
            part.get_content_type(),
            part.get_payload(decode=True),
        )
        for part in parts
    ]


def test_the_order_of_pictures_and_their_content_make_a_request_another():
    """The first source is the one that is changed; names and places are no part of it."""
    two = [a_picture("a"), a_picture("b").model_copy(update={"typed": "c.png", "place": "/x/c.png"})]
    one, again, turned = (
        build_request({"prompt": "A lamp", "source_image": tuple(found)}, "ideogram-4-5", copy=0).sha256()
        for found in (two, [a_picture("a"), a_picture("b")], two[::-1])
    )
    assert one == again != turned


def test_a_body_with_files_is_in_parts():
    """Lists are parts repeated, objects JSON, truth values their words, as the document has it."""
    fields = {
        "prompt": "Tea, 茶",
        "seed": 7,
        "private": True,
        "style_codes": ["AB", "CD"],
        "color_palette": {"name": "E"},
    }
    upload = Upload("style_reference_images", Reference(sha256="ab12", media_type="image/png"))
    request = httpx.Request("POST", "http://a/", **Call("/x", fields, (upload,)).body({"ab12": b"\x89PNG"}))
    body = request.read()
    assert request.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert body.count(b'name="style_codes"') == 2
    assert b'name="private"\r\n\r\ntrue\r\n' in body
    assert b'name="color_palette"\r\nContent-Type: application/json\r\n\r\n{"name": "E"}\r\n' in body
    assert b'filename="ab12.png"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n' in body
    assert "Tea, 茶".encode() in body


def test_nothing_but_files_puts_a_body_in_parts():
    """JSON otherwise, as every route takes it."""
    request = httpx.Request("POST", "http://a/", **build_call(a_request()).body())
    assert request.headers["content-type"] == "application/json"
