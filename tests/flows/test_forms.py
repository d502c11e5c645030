"""What a deployment's form asks for, what it takes, and what becomes of what was filled in there."""

from typing import Any

import pytest
from prefect.utilities.callables import parameter_schema
from prefect.utilities.schema_tools.validation import validate

from flows.campaign import campaign
from flows.parameters import asked_of
from flows.recut_variants import recut_variants
from tasks.errors import InputInvalid
from tasks.publishing.recut import Recut
from tasks.records.campaign import Campaign
from tasks.records.variant import DEFAULT_VARIANTS, Variant
from tasks.running.announce_cells import campaign_of

SCHEMA = parameter_schema(campaign).model_dump_for_openapi()
FORM = SCHEMA["properties"]


def proposed() -> dict[str, Any]:
    """What the form is sent with where somebody has filled in nothing."""
    return {name: field["default"] for name, field in FORM.items() if "default" in field}


def taken(given: dict[str, Any]) -> Campaign:
    """The campaign of parameters that Prefect's server takes."""
    validate(given, SCHEMA, raise_on_error=True)
    return asked_of(Campaign, given)


def test_the_form_asks_first_for_what_decides():
    """What, what to do with it, and what it may cost are on the first screen; what is long and seldom changed, last."""
    titles = [field["title"] for field in sorted(FORM.values(), key=lambda field: field["position"])]
    assert titles[:5] == ["Matrix", "Formats table", "Campaign name", "What to do", "Budget in USD"]
    assert titles[-1] == "Variants"


def test_whoever_presses_the_button_at_once_gets_a_look():
    """All else is as a run without the form has it; without a matrix, there is no run."""
    assert taken({"matrix": "m.csv"} | proposed()) == Campaign(matrix="m.csv", dry_run=True)
    assert SCHEMA["required"] == ["matrix"]


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({}, "paid"),
        ({"dry_run": True}, "look"),
        ({"sandbox": True}, "trial"),
        ({"sandbox": True, "dry_run": True}, "look"),
        ({"do": "look"}, "look"),
        ({"do": "trial"}, "trial"),
        ({"do": "make"}, "paid"),
        ({"do": "make", "sandbox": True}, "trial"),
        ({"do": "make", "dry_run": True}, "look"),
        ({"do": "trial", "dry_run": True}, "look"),
        ({"do": "look", "dry_run": False, "sandbox": False}, "look"),
    ],
)
def test_schedules_and_scripts_go_on_as_they_are(given: dict[str, Any], kind: str):
    """A run that says nothing is made, as it always was; two that disagree come to what costs less."""
    asked = taken({"matrix": "m.csv", **given})
    assert asked.kind == kind
    assert asked == Campaign(matrix="m.csv", dry_run=asked.dry_run, sandbox=asked.sandbox)
    assert campaign_of({"matrix": "m.csv", **given}).dry_run is (kind == "look"), "as its end is announced"


@pytest.mark.parametrize(
    "written",
    [
        "og=1200x630 thumb=400x400,png",
        " og = 1200x630\nthumb=400x400, png\r\n",
        ["og=1200x630", "thumb=400x400,png"],
        [{"name": "og", "width": 1200, "height": 630}, "thumb=400x400,png"],
        [{"name": "og", "width": 1200, "height": 630}, {"name": "thumb", "width": 400, "height": 400, "format": "png"}],
    ],
)
def test_variants_are_lines_of_text_or_objects(written: Any):
    """As people write them, and as deployments have them already; the same where a campaign is cut anew."""
    wanted = (DEFAULT_VARIANTS[0], Variant(name="thumb", width=400, height=400, format="png"))
    assert taken({"matrix": "m.csv", "variants": written}).variants == wanted
    recut = {"campaign_folder": "out/m", "variants": written}
    validate(recut, parameter_schema(recut_variants).model_dump_for_openapi(), raise_on_error=True)
    assert asked_of(Recut, recut).variants == wanted


@pytest.mark.parametrize("empty", ["", None])
def test_a_box_that_is_left_empty_is_not_filled_in(empty: str | None):
    """However Prefect's two forms send it."""
    names = ("formats", "name", "callback_url", "encoding")
    assert taken({"matrix": "m.csv", **dict.fromkeys(names, empty)}) == Campaign(matrix="m.csv")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"budget_usd": -5}, "Budget in USD (budget_usd): '-5' is not accepted; it must be greater than 0"),
        ({"budget_usd": "much"}, "Budget in USD (budget_usd): 'much' is not accepted; it must be a number, such as"),
        ({"model": "V_9"}, "Model (model): 'V_9' is not accepted; use one of V_1"),
        ({"max_in_flight": 0}, "Images in flight (max_in_flight): '0' is not accepted; it must be at least 1"),
        ({"do": "pay"}, "What to do (do): 'pay' is not accepted; it must be 'look', 'trial' or 'make'"),
        ({"retry": ["done"]}, "Try again (retry), number 1: 'done' is not accepted; it must be 'failed', 'blocked'"),
        ({"variants": "og=12"}, "Variants (variants), number 1: 'og=12' is not a variant; write NAME=WIDTHxHEIGHT"),
        ({"variants": [{"name": "og", "width": 0, "height": 1}]}, "Variants (variants), number 1 width: '0' is not"),
        ({"callback_url": "shop"}, "Callback URL (callback_url): 'shop' is not accepted; use an http or https URL"),
        ({"sandbox": "perhaps"}, "Sandbox (sandbox): 'perhaps' is not accepted; it must be true or false"),
        ({"matrix": None}, "Matrix (matrix): is not accepted; it must be a valid string"),
    ],
)
def test_what_a_form_cannot_be_filled_in_with_is_told_by_its_title(given: dict[str, Any], said: str):
    """In a sentence as the command has it; a schedule may have said it, which no form has checked."""
    with pytest.raises(InputInvalid) as told:
        asked_of(Campaign, {"matrix": "m.csv", **given})
    (fault,) = told.value.faults
    assert str(fault).startswith(said)


def test_all_that_is_wrong_is_told_together():
    """Also what is missing."""
    with pytest.raises(InputInvalid) as told:
        asked_of(Campaign, {"budget_usd": 0, "shards": 1.5})
    assert [fault.source for fault in told.value.faults] == [
        "Matrix (matrix)",
        "Budget in USD (budget_usd)",
        "Shards (shards)",
    ]
