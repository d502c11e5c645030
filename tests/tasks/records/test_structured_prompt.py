"""A prompt that is JSON is checked before it is paid, and a fault names its place."""

import json
from typing import Any

import pytest

from tasks.records.structured_prompt import fault_in, is_structured, title_of
from tests.contract import fixtures, needs_document, needs_fixtures, validator

GOOD: dict[str, Any] = {
    "high_level_description": "A poster for a sale",
    "style_description": {"aesthetics": "calm", "medium": "graphic_design", "art_style": "flat"},
    "compositional_deconstruction": {
        "background": "sand",
        "elements": [
            {"type": "text", "bbox": [100, 100, 300, 900], "text": "SALE", "desc": "bold"},
            {"type": "obj", "desc": "shoe", "color_palette": ["#0066FF"]},
        ],
    },
}


def changed(*path: str | int, to: object) -> str:
    """The good prompt with another value at a place; `...` leaves it out."""
    prompt = json.loads(json.dumps(GOOD))
    place = prompt
    for step in path[:-1]:
        place = place[step]
    if to is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return json.dumps(prompt)


def test_a_good_one_has_no_fault_and_a_title():
    """It is sent as it is, and its description names the cell."""
    text = json.dumps(GOOD, indent=2)
    assert is_structured(text)
    assert fault_in(text) is None
    assert title_of(text) == "A poster for a sale"


ELEMENTS = ("compositional_deconstruction", "elements")


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        (
            changed(*ELEMENTS, 0, "bbox", to=[0, 0, 1200, 10]),
            "compositional_deconstruction.elements[0].bbox[2] must be",
        ),
        (changed(*ELEMENTS, 0, "bbox", to=[0, 0, 10]), "compositional_deconstruction.elements[0].bbox must have"),
        (changed(*ELEMENTS, 0, "bbox", to=[0, 0, 1.5, 10]), "elements[0].bbox[2] must be"),
        (changed(*ELEMENTS, 0, "text", to=...), "compositional_deconstruction.elements[0].text is missing"),
        (changed(*ELEMENTS, 1, "type", to="thing"), "elements[1] has another type than obj or text"),
        (changed(*ELEMENTS, 1, "type", to=...), "elements[1] has no type; use obj or text"),
        (changed(*ELEMENTS, 1, "color_palette", to=["blue"]), "elements[1].color_palette[0] is no colour such as"),
        (changed(*ELEMENTS, 1, "colour", to="x"), "elements[1].colour is not known here"),
        (changed("compositional_deconstruction", "background", to=...), "background is missing"),
        (changed("high_level_description", to=...), "high_level_description is missing"),
        (changed("style_description", to="flat"), "style_description must be"),
        (changed("subtitle", to="x"), "subtitle is not known here"),
        (json.dumps(GOOD)[:-1], "is meant as JSON and breaks off in line 1, column"),
    ],
)
def test_a_fault_names_its_place(prompt, said):
    """As one would write it in a program, elements counted from 0."""
    assert is_structured(prompt)
    assert said in str(fault_in(prompt))


@needs_document
@pytest.mark.parametrize("prompt", [json.dumps(GOOD), changed(*ELEMENTS, 0, "bbox", to=[0, 0, 1200, 10])])
def test_the_document_says_the_same(prompt):
    """`V4JsonPrompt`."""
    assert validator("V4JsonPrompt").is_valid(json.loads(prompt)) is (fault_in(prompt) is None)


@needs_fixtures
def test_prompts_that_were_sent_are_good():
    """And the counter-example is not."""
    given = {one["name"]: one for one in fixtures()}
    sent = given["request 4.0 v1 structured"]["body"]["json_prompt"]
    assert fault_in(json.dumps(sent)) is None
    assert "bbox[2]" in str(fault_in(json.dumps(given["structured prompt, bad box"]["body"])))


@pytest.mark.parametrize("text", ["A cat", "{a|b} cat", '{"subject": "a cat"}', "", "[1]", "{", '{"a":' * 50_000])
def test_other_texts_are_sentences(text):
    """Whatever else begins with a brace is sent as it is."""
    assert not is_structured(text)
    assert title_of(text) == text
