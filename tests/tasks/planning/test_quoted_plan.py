"""A plan at quoted prices: asked once a kind of request, and every difference from the table is named."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.planning.quoted_plan import Quoted, at_quoted_prices, shape_of, to_ask
from tasks.records.quote import Quote
from tasks.records.reference import Reference
from tests.factories import a_request
from tests.matrices import a_file, plan_of

RED, BLUE = (Reference(sha256=digit * 64, media_type="image/png") for digit in "ab")
TODAY = date(2026, 11, 28)
MATRIX = """prompt,model,quality,resolution
a teapot,4.5,low,
a cup,4.5,low,
a bowl,4.5,high,1024x1024
a jug,4.5,high,2048x2048
a plate,V_2,,
"""


@pytest.fixture
def plan(tmp_path):
    """Three kinds of images that can be quoted, and one that cannot."""
    return plan_of(a_file(tmp_path, MATRIX), quote=True)


def priced_at(plan, *prices, **fields):
    """The plan with a quote for each kind, in their order."""
    quotes = {shape: Quote(usd=Decimal(usd), **fields) for shape, usd in zip(to_ask(plan.cells), prices, strict=True)}
    return at_quoted_prices(plan, Quoted(quotes), TODAY)


def test_each_kind_is_asked_about_once(plan):
    """By the first image of it; old routes are not asked."""
    assert [cell.row for cell in to_ask(plan.cells).values()] == [2, 4, 5]


def test_quotes_are_what_cells_cost(plan):
    """So budgets, intents and outcomes have them, and so has all that is summed up."""
    quoted = priced_at(plan, "0.03", "0.12", "0.07")
    assert [str(cell.price_usd) for cell in quoted.cells] == ["0.03", "0.03", "0.12", "0.07", "0.08"]
    assert quoted.cost_usd == sum(group.cost_usd for group in quoted.groups) == Decimal("0.33")
    assert [group.cells for group in quoted.groups] == [group.cells for group in plan.groups]
    assert [cell.cell_id for cell in quoted.cells] == [cell.cell_id for cell in plan.cells]
    assert quoted.prices_read_on == "2026-11-22 and 2026-11-28 (quoted)"


def test_every_difference_is_named(plan):
    """With the sizes where one quality has several prices; and what cannot be quoted, once."""
    quoted = priced_at(plan, "0.03", "0.12", "0.07")
    assert quoted.notes[len(plan.notes) :] == (
        "ideogram-4-5 high in 1024x1024: the API quotes $0.12 an image, the table says $0.10; the quote is booked",
        "ideogram-4-5 high in 2048x2048: the API quotes $0.07 an image, the table says $0.10; the quote is booked",
        "V_2: only models of v2 can be quoted; the table's price stands",
    )
    same = priced_at(plan, "0.03", "0.10", "0.10").notes[len(plan.notes) :]
    assert same[0] == "3 prices quoted by the API: as in the table"
    estimate = priced_at(plan, "0.03", "0.10", "0.10", is_estimate=True).notes
    assert "the API calls a quote an estimate; what it names as the most is booked" in estimate


def test_what_the_api_would_turn_away_is_told_by_its_row(plan):
    """Before anything else is paid; it keeps the table's price."""
    quoted = at_quoted_prices(plan, Quoted({}, ((plan.cells[2], "The API rejected the request (400)."),)), TODAY)
    assert "row 4 has no quote, and would have no image: The API rejected the request (400)." in quoted.notes
    assert (quoted.cost_usd, quoted.prices_read_on) == (plan.cost_usd, "2026-11-22")


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "prompt": st.text(min_size=1),
            "negative_prompt": st.text(),
            "seed": st.integers(0, 2**31 - 1),
            "style_codes": st.lists(st.text(), max_size=3),
        },
    )
)
def test_a_campaign_of_many_prompts_asks_once(fields):
    """No text, no seed and no style changes a price."""
    asked = {"model": "ideogram-3", "quality": "low"}
    assert shape_of(a_request(**(asked | fields))) == shape_of(a_request(**asked))


def test_pictures_count_by_how_many_there_are():
    """Not by what is in them: a picture a product is no question a product."""
    one, other, two = (
        shape_of(a_request(model="ideogram-3", style_reference=those)) for those in ((RED,), (BLUE,), (RED, BLUE))
    )
    assert one == other != two


@pytest.mark.parametrize(
    "fields",
    [
        {"model": "ideogram-4"},
        {"quality": "high"},
        {"aspect_ratio": "ASPECT_16_9"},
        {"resolution": "1024x1024"},
        {"enable_copyright_detection": True},
        {"custom_model_uri": "model/mine"},
        {"magic_prompt": "OFF"},
        {"style_reference": (RED,)},
    ],
)
def test_what_may_have_a_price_is_asked_about(fields):
    """Rather once too often: a quote is free."""
    asked = {"model": "ideogram-3", "quality": "low"}
    assert shape_of(a_request(**(asked | fields))) != shape_of(a_request(**asked))
