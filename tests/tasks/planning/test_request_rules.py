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
