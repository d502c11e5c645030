"""Which wishes go together is known before anything is paid."""

from typing import Any

import pytest

from tasks.planning.request_rules import OWN_COLUMNS, build_request, chosen_model, misfits, prompt_of
from tasks.records.models import Model, models_of, takers
from tasks.records.request import GenerationRequest
from tasks.records.vocabulary import SEED_MAX
from tasks.tables.columns import PARSERS

WISHES = {"product": "Tea", "style_type": "DESIGN", "negative_prompt": "blur", "resolution": "RESOLUTION_1344_704"}
PALETTE = {"product": "Tea", "color_palette": "any"}


@pytest.mark.parametrize(
    ("model", "columns"),
    [
        ("V_1", ["style_type", "resolution"]),
        ("V_1_TURBO", ["style_type", "resolution"]),
        ("V_2", []),
        ("V_2_TURBO", []),
        ("V_2A", ["negative_prompt", "resolution"]),
        ("V_2A_TURBO", ["negative_prompt", "resolution"]),
    ],
)
def test_each_model_takes_what_it_takes(model: Model, columns: list[str]) -> None:
    """Styles from 2.0 on, negative prompts but for 2a, resolutions and palettes for 2.0 only."""
    assert [column for column, _, _ in misfits(WISHES, model)] == columns
    assert bool(list(misfits(PALETTE, model))) == (model not in {"V_2", "V_2_TURBO"})


def test_a_misfit_says_what_to_do() -> None:
    """Which models would take it, and what to write instead."""
    assert list(misfits({"product": "Tea", "resolution": "RESOLUTION_1344_704"}, "V_1")) == [
        (
            "resolution",
            f"is not accepted by V_1, only by {', '.join(takers('resolution'))}",
            "use aspect_ratio, or change the model",
        )
    ]


def test_a_ratio_and_a_resolution_exclude_each_other() -> None:
    """The API takes one of them."""
    both = WISHES | {"aspect_ratio": "ASPECT_16_9"}
    assert list(misfits(both, "V_2")) == [
        ("resolution", "and the aspect_ratio '16:9' exclude each other", "leave one of them empty")
    ]


@pytest.mark.parametrize(
    ("model", "ratio", "said"),
    [
        ("V_2", "ASPECT_4_5", "is not accepted by V_2, whose resolution 896x1120 is exactly that"),
        ("V_2", "ASPECT_2_1", "is not accepted by V_2, whose resolution 1408x704 is exactly that"),
        ("V_2A", "ASPECT_4_5", "is not accepted by V_2A, only by V_3, ideogram-2"),
        ("V_3", "AUTO", "is not accepted by V_3, only by ideogram-2, ideogram-2a"),
        ("ideogram-4-5", "ASPECT_1_4", "is not accepted by ideogram-4-5, only by ideogram-4-transparent"),
    ],
)
def test_a_ratio_that_a_model_does_not_have_may_be_a_size_that_it_has(model: Model, ratio: str, said: str) -> None:
    """The person who wants 4:5 gets it, and reads where to write it."""
    ((column, problem, remedy),) = misfits({"product": "Tea", "aspect_ratio": ratio}, model)
    assert (column, said in problem) == ("aspect_ratio", True)
    assert "use one of 1:1" in remedy


def test_a_size_that_a_model_does_not_have_names_some_that_are_near() -> None:
    """And the models that have it."""
    ((column, problem, remedy),) = misfits({"product": "Tea", "resolution": "RESOLUTION_1200_640"}, "ideogram-4-5")
    assert (column, problem) == ("resolution", "is no size of ideogram-4-5, only of p-image-ideogram")
    assert "1440x720" in remedy
    ((_, problem, _),) = misfits({"product": "Tea", "resolution": "RESOLUTION_512_1400"}, "p-image-ideogram")
    assert "multiples of 16" in problem


@pytest.mark.parametrize(
    ("wishes", "model", "columns"),
    [
        ({"style_type": "FICTION"}, "V_3", []),
        ({"style_type": "FICTION"}, "V_2", ["style_type"]),
        ({"style_type": "ANIME"}, "ideogram-3", ["style_type"]),
        ({"style_codes": ("1A2B3C4D",), "style_type": "DESIGN"}, "V_3", ["style_codes"]),
        ({"style_codes": ("1A2B3C4D",), "style_preset": "ART_DECO"}, "ideogram-3", ["style_codes"]),
        ({"style_preset": "ART_DECO"}, "ideogram-4-5", ["style_preset"]),
        ({"quality": "very_low"}, "V_3", []),
        ({"quality": "very_low"}, "ideogram-4-5", ["quality"]),
        ({"quality": "high"}, "V_2", ["quality"]),
        ({"rendering": "quality"}, "V_2", ["rendering"]),
        ({"quality": "medium"}, "V_2_TURBO", ["quality"]),
        ({"rendering": "turbo", "quality": "low"}, "V_3", ["rendering"]),
        ({"enable_copyright_detection": True}, "V_2", ["enable_copyright_detection"]),
        ({"enable_copyright_detection": False}, "V_2", []),
        ({"custom_model_uri": "model/a/version/b"}, "ideogram-3", ["custom_model_uri"]),
        ({"visibility": "public"}, "V_2", []),
        ({"magic_prompt_version": "V_0_1"}, "ideogram-4-5", ["magic_prompt_version"]),
        ({"prompt": '{"high_level_description": "x"}'}, "V_2", ["prompt"]),
        ({"prompt": '{"high_level_description": "x"}'}, "ideogram-4", ["prompt"]),
        ({"prompt": '{"subject": "x"}'}, "V_2", []),
    ],
)
def test_wishes_of_newer_models_are_held_against_the_table(
    wishes: dict[str, Any], model: Model, columns: list[str]
) -> None:
    """What the route has no field or no word for would be passed over, and billed."""
    assert [column for column, *_ in misfits({"product": "Tea"} | wishes, model)] == columns


@pytest.mark.parametrize(
    ("wishes", "model", "quality"),
    [
        ({}, "V_2", None),
        ({"quality": "low"}, "V_2_TURBO", None),
        ({}, "ideogram-4-5", "medium"),
        ({"rendering": "default"}, "V_3", "medium"),
        ({"rendering": "flash"}, "V_3", "very_low"),
        ({"quality": "high"}, "ideogram-4", "high"),
    ],
)
def test_a_quality_is_always_said_where_the_route_has_the_field(
    wishes: dict[str, Any], model: Model, quality: str | None
) -> None:
    """4.5 bills its highest where none is named; on the legacy route the model says it."""
    assert build_request({"product": "Tea"} | wishes, model, 0).quality == quality


def test_something_must_be_wanted() -> None:
    """A row without product and prompt has nothing to draw."""
    assert list(misfits({"style_type": "DESIGN"}, "V_2")) == [
        ("prompt", "is empty, and so is product", "fill in one of them")
    ]


@pytest.mark.parametrize(
    ("wishes", "prompt"),
    [
        ({"product": "Tea", "format": "story"}, "Tea, professional story design, high quality"),
        ({"product": "Tea"}, "Tea, professional design, high quality"),
        ({"product": "Tea", "format": "story", "prompt": "A cup"}, "A cup"),
    ],
)
def test_a_prompt_is_used_as_is_or_made_of_the_template(wishes: dict[str, Any], prompt: str) -> None:
    """The template is the one of the column reference."""
    assert prompt_of(wishes) == prompt


@pytest.mark.parametrize(
    ("wishes", "model"),
    [
        ({}, "V_2"),
        ({"model": "V_1"}, "V_1"),
        ({"rendering": "turbo"}, "V_2_TURBO"),
        ({"rendering": "default"}, "V_2"),
        ({"rendering": "turbo", "model": "V_2A"}, "V_2A_TURBO"),
        ({"rendering": "turbo", "model": "V_1_TURBO"}, "V_1_TURBO"),
        ({"quality": "low"}, "V_2_TURBO"),
        ({"quality": "medium", "model": "V_2A"}, "V_2A"),
        ({"quality": "low", "model": "ideogram-4-5"}, "ideogram-4-5"),
    ],
)
def test_rendering_turbo_means_the_fast_sister(wishes: dict[str, Any], model: Model) -> None:
    """The batch spreadsheet's word for it."""
    assert chosen_model(wishes, "V_2") == model


@pytest.mark.parametrize("model", models_of("legacy"))
def test_defaults_are_sent_where_the_model_takes_them(model: Model) -> None:
    """A square, magic prompt AUTO, and the style AUTO where there are styles; what is not asked for is not sent."""
    request = build_request({"product": "Tea"}, model, 0)
    style = None if model.startswith("V_1") else "AUTO"
    assert (request.aspect_ratio, request.magic_prompt, request.style_type) == ("ASPECT_1_1", "AUTO", style)
    assert (request.resolution, request.seed, request.negative_prompt, request.color_palette) == (None,) * 4


def test_a_resolution_stands_alone() -> None:
    """No aspect ratio is sent beside it."""
    assert build_request(WISHES, "V_2", 0).aspect_ratio is None


def test_seeds_count_up_over_copies() -> None:
    """The same seed would draw, and bill, the same image again; after the last seed comes the first."""
    last = {"product": "Tea", "seed": SEED_MAX}
    assert [build_request(last, "V_2", copy).seed for copy in range(3)] == [SEED_MAX, 0, 1]
    assert build_request({"product": "Tea"}, "V_2", 1) == build_request({"product": "Tea"}, "V_2", 0)


def test_every_column_goes_somewhere() -> None:
    """What a person fills in is a field of the request, or one of the few that the run itself has a use for.

    Who may see the image, `private`, is the column `visibility`.
    """
    assert PARSERS.keys() | {"private"} == GenerationRequest.model_fields.keys() | OWN_COLUMNS


def test_what_a_row_says_is_asked_for() -> None:
    """Each field as it was read; no default stands in its place."""
    said = {
        "model": "V_2", "prompt": "A cup", "resolution": "RESOLUTION_1344_704", "style_type": "ANIME", "seed": 7,
        "magic_prompt": "OFF", "magic_prompt_version": "V_0_2", "negative_prompt": "blur",
    }  # fmt: skip
    assert build_request(said, "V_2", 0).model_dump(exclude_none=True) == said
