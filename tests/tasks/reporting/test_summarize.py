"""What is told of a campaign is told once: terminal, Prefect's UI and people get the same facts."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from flows.campaign_run.results import planned_result
from flows.commands.terminal import summary
from tasks.errors import StorageFailed
from tasks.records.campaign import Campaign
from tasks.records.cell import Cell
from tasks.records.option_types import Retry
from tasks.records.plan_group import Drawn, Left
from tasks.records.result import CampaignResult
from tasks.records.review import Decision, Review
from tasks.records.variant import Variant
from tasks.reporting.endings import REVIEW, ended_so, next_steps
from tasks.reporting.notify_people import news, subject
from tasks.reporting.report_campaign import markdown
from tasks.reporting.summarize import (
    TROUBLES_SHOWN,
    TROUBLES_TOLD,
    clock,
    headline,
    of_plan,
    of_result,
    sum_up,
    troubled,
)
from tests.factories import a_cell, a_request, an_outcome
from tests.outside import a_plan

CELLS = [a_cell(a_request(f"Tea {number}"), product=f"Tea {number}") for number in range(5)]
STATUSES = ("done", "blocked", "failed", "unknown")
OUTCOMES = {c.cell_id: an_outcome(c, status) for c, status in zip(CELLS, STATUSES, strict=False)}
RESULT = sum_up(
    Campaign(matrix="tea.csv", sandbox=True),
    "out/tea",
    CELLS,
    OUTCOMES,
    cost_usd=Decimal("0.16"),
    spent_usd=Decimal("0.08"),
)


def reviewed(cell: Cell, decision: Decision) -> Cell:
    """The cell once that is decided on it."""
    return cell.model_copy(
        update={"review": Review(cell_id=cell.cell_id, number=1, decision=decision, at=datetime.now(UTC))}
    )


def held(cells: Sequence[Cell]) -> CampaignResult:
    """What a campaign of these has come to that is held."""
    campaign = Campaign(matrix="tea.csv", name="Tea", hold=True)
    return sum_up(campaign, "out/new tea", cells, OUTCOMES, cost_usd=Decimal("0.16"))


def test_a_campaign_that_is_held_says_what_it_waits_for_and_where():
    """In the terminal, in Prefect and to people; all images done, it is no failure that nobody has decided yet."""
    result = held(CELLS[:1])
    assert (result.exit_code, result.verdict) == (0, "")
    typed = summary(result)
    assert "1 done of 1 image. $0.16, $0.00 of it in this run. Held for review: 1 image undecided" in typed
    assert "python flows/review.py 'out/new tea' DECISIONS.csv" in typed
    assert subject(result) == "Tea, waits for review: 1 done"
    assert "Review it here: out/new tea/index.html" in news(result, CELLS[:1], OUTCOMES)
    assert ended_so(result) == f"1 done; held: 1 image undecided; review: {REVIEW}"
    kept = held([reviewed(CELLS[0], "keep")])
    assert (subject(kept), ended_so(kept)) == ("Tea: 1 done", "1 done; held: approved")
    assert "review.py" not in summary(kept)


def test_what_somebody_does_without_needs_no_look():
    """A refused prompt that is rejected fails no run any more; another that nobody has decided on does."""
    cells = [CELLS[0], reviewed(CELLS[1], "reject")]
    result = held(cells)
    assert (result.exit_code, result.troubles, next_steps(result)) == (0, (), [])
    assert "Needs a look" not in markdown(of_result(result, cells, OUTCOMES))
    assert held([*cells, CELLS[2]]).exit_code == 1


def test_what_a_campaign_came_to_is_the_same_sentence_everywhere():
    """With how many there are, what they cost, and what of that in this run."""
    said = "Not all done: 1 done, 1 failed, 1 blocked, 1 unknown, 1 pending of 5 images. $0.16, $0.08 of it in this run"
    page = markdown(of_result(RESULT, CELLS, OUTCOMES)).replace("\\", "")
    for told in (summary(RESULT), page, news(RESULT, CELLS, OUTCOMES)):
        assert f"{said} (sandbox: nothing was charged)" in told


def test_cells_that_somebody_must_look_at_are_the_same_everywhere():
    """All but those that are done, and those that were never begun."""
    assert [cell.product for cell, _ in troubled(CELLS, OUTCOMES)] == ["Tea 1", "Tea 2", "Tea 3"]
    assert [trouble.partition(": ")[0] for trouble in RESULT.troubles] == [
        f"row {cell.row}, {cell.product}, hero" for cell in CELLS[1:4]
    ]
    table, steps = of_result(RESULT, CELLS, OUTCOMES).tables
    assert [row[4] for row in table.rows] == ["blocked", "failed", "unknown"]
    assert [row[0] for row in steps.rows] == ["failed", "blocked", "unknown"]
    assert news(RESULT, CELLS, OUTCOMES).count("- row") == 3


def test_many_troubles_are_counted():
    """A result stays small, and so does a page."""
    cells = [a_cell(a_request(f"Tea {number}")) for number in range(TROUBLES_SHOWN + 5)]
    outcomes = {cell.cell_id: an_outcome(cell, "failed", error=f"no {cell.cell_id}") for cell in cells}
    result = sum_up(Campaign(matrix="tea.csv"), "out/tea", cells, outcomes, cost_usd=Decimal(0))
    assert (len(result.troubles), result.more_troubled) == (TROUBLES_TOLD, TROUBLES_SHOWN)
    assert f"and {TROUBLES_SHOWN} more that need a look, see the page" in summary(result)
    assert "And 5 more: see the manifest." in markdown(of_result(result, cells, outcomes))


FULL = StorageFailed("s3://tea cannot be written: [Errno 28] No space left on device; make room there")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (str(FULL), "failed: as the campaign was stopped"),
        (f"Paid, and not stored so far: {FULL}", "failed: Paid, and not stored so far"),
        ("The link has expired", "failed: The link has expired"),
    ],
)
def test_a_reason_is_told_once(error: str, told: str):
    """However many cells have it, and be it why the campaign was stopped."""
    outcomes = {cell.cell_id: an_outcome(cell, "failed", error=error) for cell in CELLS}
    result = sum_up(Campaign(matrix="tea.csv"), "out/tea", CELLS, outcomes, cost_usd=Decimal(0), stopped_by=FULL)
    assert result.troubles == (f"row {CELLS[0].row}, Tea 0, hero, and 4 more: {told}",)
    assert (result.more_troubled, str(FULL) in summary(result)) == (0, False)
    assert markdown(of_result(result, CELLS, outcomes)).count("No space left") == 1


@pytest.mark.parametrize(
    ("fields", "copies", "called"),
    [
        ({}, 1, "row 2, Teapot, hero"),
        ({"format": ""}, 1, "row 2, Teapot"),
        ({"product": "", "format": ""}, 2, "row 2, a cup, copy 2"),
        ({"product": "深蒸し茶" * 9}, 2, f"row 2, {'深蒸し茶' * 4}深蒸し…, hero, copy 2"),
        ({"product": "Weißer Tee " * 9}, 2, "row 2, Weißer Tee Weißer Tee Weißer Tee Weißer…, hero, copy 2"),
    ],
)
def test_a_cell_is_called_what_a_person_calls_it(fields, copies, called):
    """Row, product, format, and copy where there are several; by its prompt where it has no product."""
    cells = [a_cell(a_request("a cup"), copy_number=number, **fields) for number in range(1, copies + 1)]
    outcomes = {cells[-1].cell_id: an_outcome(cells[-1], "failed", error="no link")}
    result = sum_up(Campaign(matrix="tea.csv"), "out/tea", cells, outcomes, cost_usd=Decimal(0))
    assert result.troubles == (f"{called}: failed: no link",)
    page, told = markdown(of_result(result, cells, outcomes)), news(result, cells, outcomes)
    assert f"| {cells[-1].format} | {copies} | failed | no link |" in page
    assert f"- {called.replace(', a cup', '')} ({cells[-1].cell_id}): failed: no link" in told, "without its prompt"
    for place in (page, told):
        assert "run again with Try again: failed" in place


@pytest.mark.parametrize("status", ["failed", "blocked", "unknown"])
def test_the_terminal_says_what_to_type_next(status: Retry):
    """Of what has ended so; a campaign that was stopped goes on by the same command first."""
    outcomes = {cell.cell_id: an_outcome(cell, status) for cell in CELLS}
    result = sum_up(Campaign(matrix="tea.csv"), "out/tea", CELLS, outcomes, cost_usd=Decimal(0))
    assert f"--retry {status}" in summary(result)
    assert summary(result).count("--retry") == 1
    assert "--retry" not in summary(result.model_copy(update={"stopped_because": "no credits"}))


def test_a_page_leads_to_files_only_where_they_were_written():
    """And says why it ended early, and what is kept elsewhere."""
    result = CampaignResult(
        name="Tea", folder="out/tea", cells=1, by_status={}, stopped_because="no credits", kept=("1 image was paid",)
    )
    page = markdown(of_result(result, (), {}))
    assert "**Stopped early:** no credits" in page
    assert "**Not stored:** 1 image was paid" in page
    assert "out/tea/manifest.csv" in page
    assert "out/tea" not in markdown(of_result(result.model_copy(update={"is_published": False}), (), {}))


def test_what_is_drawn_still_is_told_once():
    """To the terminal and the page; not again where nothing else has stopped the campaign."""
    left = "2 images are still being drawn, for $0.12; the next run fetches them"
    result = CampaignResult(name="Tea", folder="out/tea", cells=2, by_status={}, stopped_because="Ctrl-C", left=(left,))
    assert f"  {left}" in summary(result).splitlines()
    assert f"**Still drawn:** {left}" in markdown(of_result(result, (), {}))
    stopped = result.model_copy(update={"stopped_because": f"{left} and pays for nothing twice. Run again in a while"})
    assert left not in summary(stopped)
    assert markdown(of_result(stopped, (), {})).count(left) == 1


def test_a_plan_says_what_it_would_cost_and_how_long_it_would_take():
    """In one line, above what would be made."""
    plan = a_plan("tea").model_copy(update={"row_count": 2, "cell_count": 6, "duration_max_s": 700})
    told = of_plan(plan)
    assert told.said == "2 rows, 6 images, $1.00 at prices of 2026-11-22, 1 s to 12 min at 10 in flight"
    assert [table.title for table in told.tables] == ["What would be made", "The first 1 of 6"]
    assert "**Note:** tea" in markdown(told)


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0 s"), (99, "99 s"), (100, "2 min"), (12_000, "3 h 20 min")])
def test_times_are_told_as_exactly_as_they_are_known(seconds: float, text: str):
    """Seconds where they matter."""
    assert clock(seconds) == text


def test_a_plan_says_first_what_is_to_be_paid():
    """And then what all of it costs; of what nobody has made only that, and nothing of the time of what is made."""
    plan = a_plan("tea").model_copy(update={"cell_count": 26, "cost_usd": Decimal("2.08")})
    assert headline(plan) == "1 row, 26 images, $2.08 at prices of 2026-11-22, 1 s to 2 s at 10 in flight"
    two = plan.groups[0].model_copy(update={"cells": 2, "cost_usd": Decimal("0.16")})
    left = Left(made=24, groups=(two,), duration_min_s=3, duration_max_s=4)
    plan = plan.model_copy(update={"left": left})
    said = "26 images, 24 made, $0.16 to pay; $2.08 in all"
    assert headline(plan) == f"1 row, {said} at prices of 2026-11-22, 3 s to 4 s at 10 in flight"
    assert planned_result(plan).sentence() == said
    assert of_plan(plan).tables[0].rows == (("tea", "V_2", "-", "1:1", "1", "2", "$0.16"),)
    again = plan.model_copy(update={"left": left.model_copy(update={"doubt_usd": Decimal("0.08")})})
    assert planned_result(again).sentence() == "26 images, 24 made, $0.16 to pay, at most $0.24; $2.08 in all"
    plan = plan.model_copy(update={"left": left.model_copy(update={"made": 26, "groups": ()})})
    assert headline(plan) == "1 row, 26 images, all made, nothing to pay; $2.08 in all at prices of 2026-11-22"
    assert of_plan(plan).tables[0].rows == (("tea", "V_2", "-", "1:1", "1", "0", "$0.00"),)


def test_a_plan_shows_what_variants_keep_in_one_table():
    """By what is drawn, in terminal and UI alike, with one sentence at most on what would keep more."""
    drawn = (Drawn("hero", "V_2", "1344x704", is_chosen=True), Drawn("up", "V_2", "9:16"))
    variants = (Variant.parse("og=1200x630"), Variant.parse("story=1080x1920,only=best"))
    told = of_plan(a_plan("tea").model_copy(update={"drawn": (drawn,), "variants": variants}))
    assert told.tables[1].title == "What is drawn, and what each variant keeps of it"
    assert told.tables[1].rows == (
        ("hero", "V_2", "1344x704, chosen", "og 99.8 %, x0.89", ""),
        ("up", "V_2", "9:16, 736x1312", "og 29.5 %, x1.63", "enlarged, under 75 %"),
        ("", "", "", "story 99.7 %, x1.47", "enlarged"),
    )
    assert [note for _, note in told.notes] == ["tea", "og keeps 29 % of up: only=hero keeps 100 %"]
    many = tuple((Drawn(str(n), "V_2", "1:1"),) for n in range(50))
    assert of_plan(a_plan("tea").model_copy(update={"drawn": many})).tables[1].more == "And 10 more."


def test_links_lead_to_the_page_where_its_address_is_known():
    """In the UI, the terminal and what people are sent; otherwise it is told where the files lie."""
    public = "https://images.example.com/tea"
    linked = RESULT.model_copy(update={"public_url": public})
    page = markdown(of_result(linked, CELLS, OUTCOMES))
    assert f"| index.html | [{public}/index.html](<{public}/index.html>) |" in page.replace("\\", "")
    assert "| folder | `out/tea` |" in page
    assert f"  link      {public}/index.html" in summary(linked)
    assert f"Page: {public}/index.html" in news(linked, CELLS, OUTCOMES)
    assert "| index.html | `out/tea/index.html` |" in markdown(of_result(RESULT, CELLS, OUTCOMES))
    assert "Page: out/tea/index.html" in news(RESULT, CELLS, OUTCOMES)


@pytest.mark.parametrize(
    ("ids", "told"),
    [
        ([None, None, None, None, None], "no link"),
        ([None, "Ab_3x", None, None, None], "no link (API request Ab_3x)"),
        (["a1", "b2", None, None, None], "no link (API requests a1, b2)"),
        (["a1", "b2", "c3", "d4", "e5"], "no link (API requests a1, b2, c3 and 2 more)"),
    ],
)
def test_what_the_api_calls_a_request_stands_behind_its_reason(ids, told):
    """In the terminal for those that are told together, in the UI for each; one reason stays one."""
    outcomes = {
        cell.cell_id: an_outcome(cell, "failed", error="no link", request_id=request_id)
        for cell, request_id in zip(CELLS, ids, strict=True)
    }
    result = sum_up(Campaign(matrix="tea.csv"), "out/tea", CELLS, outcomes, cost_usd=Decimal(0))
    assert result.troubles == (f"row {CELLS[0].row}, Tea 0, hero, and 4 more: failed: {told}",)
    rows = of_result(result, CELLS, outcomes).tables[0].rows
    assert [row[-1] for row in rows] == [f"no link (API request {one})" if one else "no link" for one in ids]
