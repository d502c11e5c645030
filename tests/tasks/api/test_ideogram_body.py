"""What leaves for the API is what its document says."""

from hypothesis import given
from hypothesis import strategies as st

from tasks.api.ideogram import build_body
from tasks.planning.request_rules import build_request, misfits
from tasks.records import vocabulary as words
from tasks.records.request import GenerationRequest, Palette, PaletteMember
from tasks.tables.columns import parse_value
from tests.contract import needs_document, schemas, validator
from tests.factories import a_request

CELLS = {
    "prompt": st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40),
    "product": st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20),
    "format": st.sampled_from(["social-square", "hero"]),
    "aspect_ratio": st.sampled_from([*words.ASPECT_RATIOS, "16:9", "9x16"]),
    "resolution": st.sampled_from([*words.RESOLUTIONS, "1344x704"]),
    "style_type": st.sampled_from([*words.STYLE_TYPES, "render 3d"]),
    "magic_prompt": st.sampled_from([*words.MAGIC_PROMPTS, "on"]),
    "magic_prompt_version": st.sampled_from(words.MAGIC_PROMPT_VERSIONS),
    "negative_prompt": st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20),
    "seed": st.integers(0, words.SEED_MAX).map(str),
    "rendering": st.sampled_from(["default", "turbo"]),
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
    model = draw(st.sampled_from(words.MODELS))
    for column, *_ in list(misfits(wishes, model)):
        wishes.pop(column, None)
    return build_request(wishes, model, copy=draw(st.integers(0, 7)))


def test_the_default_body_is_the_reference_designs():
    """A prompt alone is sent with the model, style, ratio and magic prompt that the reference design sends."""
    request = build_request({"prompt": "A lamp"}, "V_2", copy=0)
    assert build_body(request) == {
        "image_request": {
            "prompt": "A lamp",
            "model": "V_2",
            "style_type": "AUTO",
            "aspect_ratio": "ASPECT_1_1",
            "magic_prompt_option": "AUTO",
        }
    }


def test_every_field_of_the_endpoint_is_sent_in_its_words():
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
    assert build_body(request)["image_request"] == {
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


def test_a_named_palette_is_sent_by_its_name_alone():
    """The two kinds of palette exclude each other, so no empty list of colours goes along."""
    request = a_request(color_palette={"name": "EMBER"})
    assert build_body(request)["image_request"]["color_palette"] == {"name": "EMBER"}


@needs_document
@given(planned_requests())
def test_every_planned_request_is_one_that_the_document_knows(request):
    """Whatever planning lets through validates, and no field has a name that the document does not list."""
    body = build_body(request)
    validator("GenerateImageRequest").validate(body)
    assert set(body["image_request"]) <= set(schemas()["ImageRequest"]["properties"])


@needs_document
def test_no_field_of_the_document_is_out_of_reach():
    """Every field that the endpoint takes can be asked for; copies are cells, so `num_images` stays one."""
    ours = (set(GenerationRequest.model_fields) - {"magic_prompt"}) | {"magic_prompt_option", "num_images"}
    assert ours == set(schemas()["ImageRequest"]["properties"])
