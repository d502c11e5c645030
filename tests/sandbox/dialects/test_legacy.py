"""The rules accept what the vocabulary says and nothing else."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.dialects.legacy import parse_document
from sandbox.image_request import ImageRequest
from tasks.records import vocabulary as words
from tasks.records.models import OFFERS, Model, models_of, takers
from tests.sandbox.examples import body, image_request

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
FIELDS = (
    "prompt", "model", "aspect_ratio", "resolution", "style_type", "magic_prompt_option", "magic_prompt_version",
    "negative_prompt", "num_images", "seed", "color_palette",
)  # fmt: skip
BAD_FIELDS: list[tuple[str, object]] = [
    ("prompt", ""), ("prompt", "  "), ("prompt", "a" * 10_001), ("prompt", 5), ("prompt", "\ud800"),
    ("prompt", "[sandbox:typo]"), ("model", "V_3"), ("model", "AUTO"), ("model", ["V_2"]), ("model", None),
    ("aspect_ratio", "ASPECT_4_5"), ("resolution", "RESOLUTION_1_1"), ("style_type", "FICTION"),
    ("magic_prompt_option", "on"), ("magic_prompt_version", "V_1"), ("negative_prompt", 3),
    ("num_images", 0), ("num_images", 9), ("num_images", True), ("num_images", 1.0), ("num_images", "1"),
    ("seed", -1), ("seed", words.SEED_MAX + 1), ("seed", False),
    ("color_palette", {}), ("color_palette", {"name": "EMBER", "members": [{"color_hex": "#fff"}]}),
    ("color_palette", {"name": "GREY"}), ("color_palette", {"members": []}),
    ("color_palette", {"members": [{"color_hex": "#fff"}] * 9}), ("color_palette", {"members": [{"color_hex": "fff"}]}),
    ("color_palette", {"members": [{"color_hex": "#ffff"}]}), ("color_palette", {"members": [{"color_weight": 1}]}),
    ("color_palette", {"members": [{"color_hex": "#fff", "color_weight": 0.04}]}),
    ("color_palette", {"members": [{"color_hex": "#fff", "color_weight": float("nan")}]}),
    ("color_palette", {"members": [{"color_hex": "#fff", "color_weight": True}]}),
    ("color_palette", {"members": [{"color_hex": "#fff\n"}]}),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), BAD_FIELDS)
def test_a_bad_field_is_named(field: str, value: object) -> None:
    """Each official limit is kept, and the fault names the field."""
    faults = parse_document(body() | {"image_request": {"prompt": "Lamp", field: value}})
    assert isinstance(faults, list)
    assert len(faults) == 1
    assert field in faults[0]


@pytest.mark.parametrize("document", [[], {}, {"image_request": 1}, {"prompt": "Lamp"}])
def test_a_document_of_another_shape_is_a_fault(document: object) -> None:
    """No document makes the rules raise."""
    assert isinstance(parse_document(document), list)


def test_a_field_that_the_route_does_not_list_is_ignored_and_told() -> None:
    """The API bills it all the same."""
    assert image_request(promt="x").unknown_fields == ("promt",)


@given(JSON_VALUES | st.fixed_dictionaries({"image_request": st.dictionaries(st.sampled_from(FIELDS), JSON_VALUES)}))
def test_no_json_value_makes_the_rules_raise(document: object) -> None:
    """Any document is a request or a list of sentences."""
    outcome = parse_document(document)
    assert isinstance(outcome, ImageRequest) or all(fault.endswith(".") for fault in outcome)


@given(
    st.sampled_from(models_of("legacy")),
    st.fixed_dictionaries(
        {},
        optional={
            "aspect_ratio": st.sampled_from(OFFERS["V_2"].ratios),
            "resolution": st.sampled_from(OFFERS["V_2"].resolutions),
            "style_type": st.sampled_from(OFFERS["V_2"].styles),
            "negative_prompt": st.just("blur"),
            "color_palette": st.just({"name": "EMBER"}),
        },
    ),
)
def test_a_model_accepts_exactly_what_the_vocabulary_says(model: Model, fields: dict[str, Any]) -> None:
    """A combination passes if and only if every field is one of the model's and no two exclude each other."""
    is_accepted = all(model in takers(name) for name in fields)
    is_accepted &= not {"aspect_ratio", "resolution"} <= set(fields)
    assert isinstance(parse_document(body(model=model, **fields)), ImageRequest) is is_accepted


def test_defaults_are_filled_in() -> None:
    """A prompt alone is a whole request."""
    request = image_request("Lamp")
    assert (request.model, request.num_images, request.size_px) == ("V_2", 1, (1024, 1024))
    assert (request.rewriting, request.seed, request.style_type) == ("sentence", None, None)


@pytest.mark.parametrize("resolution", OFFERS["V_2"].resolutions)
def test_a_resolution_is_the_size(resolution: str) -> None:
    """The picture has exactly the pixels asked for."""
    width_px, height_px = image_request(resolution=resolution).size_px
    assert resolution == f"RESOLUTION_{width_px}_{height_px}"


def test_every_aspect_ratio_has_a_size_close_to_it() -> None:
    """Sizes are those of the 1024 class."""
    for ratio in OFFERS["V_2"].ratios:
        width, height = (int(part) for part in ratio.removeprefix("ASPECT_").split("_"))
        width_px, height_px = image_request(aspect_ratio=ratio).size_px
        assert width_px / height_px == pytest.approx(width / height, rel=0.01)


def test_faults_are_told_together() -> None:
    """One round is enough to mend every field."""
    faults = parse_document(body(seed=-1, num_images=0))
    assert isinstance(faults, list)
    assert len(faults) == 2
