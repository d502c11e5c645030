"""Where each cell of a campaign stands at the start of a run: in one place, by what is known and what is stored."""

from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.ledger.names import Turn
from tasks.ledger.original_keys import unreadable_key
from tasks.ledger.records import Known
from tasks.ledger.resume import Ask, Retried, Standing, retried, standing
from tasks.records.label import DrawnLabel, Label, LabelStyle
from tasks.records.option_types import Retry
from tasks.records.outcome import Status
from tasks.records.says import Says
from tasks.records.variant import DEFAULT_VARIANTS, Variant
from tests.factories import PRICE_USD, a_cell, a_request, an_original, an_outcome

RETRYABLE = get_args(Retry)

CELL = a_cell()
ORIGINAL = an_original(CELL)
FILES = frozenset({ORIGINAL.key, *(variant.key(CELL.cell_id) for variant in DEFAULT_VARIANTS)})


def stands(
    outcome=None, *, is_open=0, retry=(), stored=FILES, variants=DEFAULT_VARIANTS, cell=CELL, marks="yes"
) -> Standing:
    """Where one cell stands."""
    known = Known(outcomes={CELL.cell_id: outcome} if outcome else {}, open={CELL.cell_id: is_open} if is_open else {})
    return standing([cell], known, frozenset(retry), stored, variants, Says(marks))


def test_a_cell_that_nobody_knows_is_asked_for():
    """For the first time, with nothing spent."""
    assert stands().to_ask == (Ask(CELL, 1),)


def test_a_cell_that_is_done_is_left_alone():
    """Its outcome is taken as it is."""
    assert stands(an_outcome(CELL)).ended == (an_outcome(CELL),)


def test_a_variant_that_is_missing_is_cut_without_paying():
    """Removed, or asked for only now: the original is there."""
    lost = FILES - {DEFAULT_VARIANTS[0].key(CELL.cell_id)}
    more = (*DEFAULT_VARIANTS, Variant(name="story", width=1080, height=1920))
    for now in (stands(an_outcome(CELL), stored=lost), stands(an_outcome(CELL), variants=more)):
        assert now.to_cut == ((CELL, an_outcome(CELL), ORIGINAL),)
        assert now.to_ask == ()


def test_a_crop_that_is_to_lie_elsewhere_is_cut_without_paying():
    """Whoever changes the focus of a row gets its crops anew; a cut of an earlier version lies in the middle."""
    moved = CELL.model_copy(update={"focus": "0.5,0.2"})
    known = Known(cells=(moved,), outcomes={CELL.cell_id: an_outcome(CELL)}, open={})
    now = standing([moved], known, frozenset(), FILES, DEFAULT_VARIANTS)
    assert now.to_cut == ((moved, an_outcome(CELL), ORIGINAL),)
    earlier, centred = (
        an_outcome(CELL, crops={}),
        [v.model_copy(update={"gravity": "centre"}) for v in DEFAULT_VARIANTS],
    )
    assert stands(earlier).to_cut == ((CELL, earlier, ORIGINAL),)
    assert stands(earlier, variants=centred).ended == (earlier,)


def test_variants_that_show_another_label_are_cut_without_paying():
    """Whether it was put on, taken away, or said otherwise in the row."""
    said = Says(label=LabelStyle(text="AI"))
    known = Known(cells=(CELL,), outcomes={CELL.cell_id: an_outcome(CELL)}, open={})
    now = standing([CELL], known, frozenset(), FILES, DEFAULT_VARIANTS, said)
    assert now.to_cut == ((CELL, an_outcome(CELL), ORIGINAL),)
    digest = Label("AI").digest
    drawn = an_outcome(CELL, labelled={v.name: DrawnLabel(words="AI", digest=digest) for v in DEFAULT_VARIANTS})
    known = Known(cells=(CELL,), outcomes={CELL.cell_id: drawn}, open={})
    assert standing([CELL], known, frozenset(), FILES, DEFAULT_VARIANTS, said).ended == (drawn,)
    assert stands(drawn).to_cut == ((CELL, drawn, ORIGINAL),)
    own = CELL.model_copy(update={"label": ""})
    assert standing([own], known, frozenset(), FILES, DEFAULT_VARIANTS, said).to_cut == ((own, drawn, ORIGINAL),)


def test_variants_that_do_not_say_what_they_are_to_are_cut_without_paying():
    """Those of an earlier version, which say nothing; and whatever has changed in what is to be said."""
    done, earlier = an_outcome(CELL), an_outcome(CELL, marked={})
    assert stands(earlier).to_cut == ((CELL, earlier, ORIGINAL),)
    assert stands(earlier, marks="none").ended == (earlier,)
    assert stands(done, marks="none").to_cut == ((CELL, done, ORIGINAL),)
    assert stands(done, marks="prompt").to_cut == ((CELL, done, ORIGINAL),)
    described = CELL.model_copy(update={"metadata": {"alt": "A pot"}})
    assert stands(done, cell=described).to_cut == ((described, done, ORIGINAL),)
    only_thumb = DEFAULT_VARIANTS[1:2]
    assert stands(done, cell=described, variants=only_thumb).ended[0].original == ORIGINAL


def test_an_odd_record_is_cut_no_more_than_once():
    """A size of nothing says nothing of what its variants say."""
    odd = an_outcome(CELL, original=an_original(CELL, width_px=0), marked={})
    assert stands(odd).ended == (odd,)


def test_what_is_cut_from_another_format_is_not_missing():
    """A cell is complete without the variants that are not cut from it, and is listed without them."""
    wide = CELL.model_copy(update={"sources": (("hero", "1:1"), ("blog", "16:9"))})
    variants = (DEFAULT_VARIANTS[0].model_copy(update={"only": ("blog",)}), DEFAULT_VARIANTS[1])
    known = Known(cells=(wide,), outcomes={CELL.cell_id: an_outcome(CELL)}, open={})
    (outcome,) = standing([wide], known, frozenset(), FILES, variants).ended
    assert list(outcome.variants) == [DEFAULT_VARIANTS[1].name]


def test_variants_that_are_no_longer_asked_for_leave_the_outcome():
    """The manifest names what was asked for now; the files stay where they are."""
    (outcome,) = stands(an_outcome(CELL), variants=DEFAULT_VARIANTS[:1]).ended
    assert list(outcome.variants) == [DEFAULT_VARIANTS[0].name]


@pytest.mark.parametrize("retry", [(), ("failed",)])
def test_a_lost_original_is_told_and_paid_again_only_when_asked(retry):
    """The cell was done and is not any more; paying again is for the person to decide."""
    now = stands(an_outcome(CELL), stored=frozenset(), retry=retry)
    if retry:
        assert now.to_ask == (Ask(CELL, 2, PRICE_USD, 1),)
        assert now.earlier[0].status == "failed"
    else:
        assert (now.ended[0].status, now.ended[0].original) == ("failed", None)
        assert "--retry failed" in now.ended[0].error


@pytest.mark.parametrize("status", RETRYABLE)
@pytest.mark.parametrize("retry", [(), *((each,) for each in RETRYABLE), RETRYABLE])
def test_only_the_ends_that_were_named_are_tried_again(status: Status, retry):
    """In the next turn, on top of what the earlier ones cost; until then the earlier end stands."""
    outcome = an_outcome(CELL, status, turn=3, cost_usd=Decimal("0.16"), attempts=4)
    now = stands(outcome, retry=retry)
    if status in retry:
        assert now.to_ask == (Ask(CELL, 4, Decimal("0.16"), 4),)
        assert now.earlier == (outcome,)
    else:
        assert now.ended == (outcome,)


MORE = tuple(a_cell(a_request(f"Teapot {number}")) for number in range(6))
UNREADABLE = unreadable_key(MORE[1].cell_id, 1)


def what_a_retry_costs(*retry: Status) -> Retried:
    """Of six cells: one to cut, one stored and one linked, one that was refused, one unknown, and one that is done."""
    ends: list[Status] = ["failed", "failed", "failed", "blocked", "unknown", "done"]
    outcomes = [an_outcome(cell, end) for cell, end in zip(MORE, ends, strict=True)]
    outcomes[0] = an_outcome(MORE[0], "failed", original=an_original(MORE[0]))
    outcomes[1:3] = [an_outcome(cell, "failed", cost_usd=PRICE_USD) for cell in MORE[1:3]]
    known = Known(outcomes={outcome.cell_id: outcome for outcome in outcomes}, open={})
    stored = {an_original(cell).key for cell in (MORE[0], MORE[5])} | {UNREADABLE}
    stored |= {variant.key(MORE[5].cell_id) for variant in DEFAULT_VARIANTS}
    now = standing(MORE, known, frozenset(retry), stored, DEFAULT_VARIANTS)
    return retried(now, frozenset(retry), stored, [Turn(MORE[1].cell_id, 1), Turn(MORE[2].cell_id, 1)])


def test_what_a_retry_costs_is_known_before_it():
    """What is cut, read or fetched costs nothing, at first; all others are paid."""
    assert what_a_retry_costs("failed") == ({"failed": 3}, 1, 1, 1, 0, 2 * PRICE_USD)
    assert what_a_retry_costs("blocked") == ({"blocked": 1}, 0, 0, 0, PRICE_USD, PRICE_USD)
    everything = what_a_retry_costs("failed", "blocked", "unknown")
    assert everything == ({"failed": 3, "blocked": 1, "unknown": 1}, 1, 1, 1, 2 * PRICE_USD, 4 * PRICE_USD)


def test_a_retry_is_told_in_a_sentence():
    """How many cells, what becomes of them, and what it may come to."""
    assert what_a_retry_costs("failed", "unknown").sentence() == (
        "4 cells are tried again (3 failed, 1 unknown). For nothing: 1 cut, 1 read from what is stored, 1 fetched by "
        "link, as paid. Paid again: 1, $0.08; at most $0.24, if what is stored and linked gives no image"
    )
    assert what_a_retry_costs("blocked").sentence() == "1 cell is tried again (1 blocked). Paid again: 1, $0.08"
    assert Retried({"failed": 2}, 2, 0, 0, Decimal(0), Decimal(0)).sentence() == (
        "2 cells are tried again (2 failed). For nothing: 2 cut. Paid again: none"
    )
    assert Retried({}, 0, 0, 0, Decimal(0), Decimal(0)).sentence() == "no cell has ended so"


def test_what_failed_after_it_was_stored_is_only_cut_again():
    """`--retry failed` pays nothing for an image that is there."""
    outcome = an_outcome(CELL, "failed", original=ORIGINAL, cost_usd=PRICE_USD)
    assert stands(outcome, retry=["failed"]).to_cut == ((CELL, outcome, ORIGINAL),)
    assert stands(outcome).ended == (outcome,)


def test_a_turn_that_is_open_is_somebody_elses_whatever_is_to_be_retried():
    """Also where an earlier turn has ended; what that one cost goes along."""
    now = stands(an_outcome(CELL, "unknown"), is_open=2, retry=RETRYABLE)
    assert now.begun == (Ask(CELL, 2, PRICE_USD, 1),)
    assert now.to_ask == ()


def test_cells_of_other_matrices_are_not_spoken_of():
    """A row that was changed leaves the manifest; the ledger may know more cells than there are."""
    other = a_cell(a_request("Another teapot"))
    known = Known(outcomes={other.cell_id: an_outcome(other)}, open={"gone-1a2b3c4d": 1})
    assert standing([CELL], known, frozenset(), frozenset(), DEFAULT_VARIANTS).to_ask == (Ask(CELL, 1),)


@given(
    st.lists(st.sampled_from([None, "done", "failed", "blocked", "unknown", "open"]), max_size=8),
    st.sets(st.sampled_from(RETRYABLE)),
    st.booleans(),
    st.booleans(),
)
def test_every_cell_stands_in_exactly_one_place(states, retry, has_originals, has_variants):
    """None is lost, none is worked on twice, and nothing done is ever paid again."""
    cells = [a_cell(a_request(f"Teapot {number}")) for number in range(len(states))]
    by_state = list(zip(cells, states, strict=True))
    known = Known(
        outcomes={cell.cell_id: an_outcome(cell, state) for cell, state in by_state if state not in (None, "open")},
        open={cell.cell_id: 1 for cell, state in by_state if state == "open"},
    )
    stored = {an_original(cell).key for cell in cells if has_originals}
    stored |= {variant.key(cell.cell_id) for cell in cells for variant in DEFAULT_VARIANTS if has_variants}
    now = standing(cells, known, retry, stored, DEFAULT_VARIANTS)
    places = [
        *(outcome.cell_id for outcome in now.ended),
        *(cell.cell_id for cell, _, _ in now.to_cut),
        *(ask.cell.cell_id for ask in (*now.to_ask, *now.begun)),
    ]
    assert sorted(places) == sorted(cell.cell_id for cell in cells)
    paid = {ask.cell.cell_id for ask in now.to_ask}
    for cell, state in by_state:
        is_paid = state is None or state in retry or (state == "done" and not has_originals and "failed" in retry)
        assert (cell.cell_id in paid) == is_paid
