"""Variants belong to the campaign until somebody takes them away, whoever brings others meanwhile."""

import pytest

from tasks.errors import StorageFailed
from tasks.ledger.ledger import Ledger
from tasks.ledger.published import Published
from tasks.ledger.variant_set import VariantSet, change_variants, read_variants
from tasks.records.marks import UNMARKED
from tasks.records.variant import DEFAULT_VARIANTS, Variant
from tasks.storage.storage import CampaignStore

OG = Variant(name="og", width=1200, height=630)
SQUARE_OG = OG.model_copy(update={"height": 1200})
THUMB = Variant(name="thumb", width=400, height=400)
STORY = Variant(name="story", width=1080, height=1920)


@pytest.fixture
def store(tmp_path) -> CampaignStore:
    """An empty folder."""
    return CampaignStore.open(str(tmp_path), "lamps")


def test_what_is_asked_for_joins_what_is_there():
    """In the place of its namesake, or at the end; the usual ones are only a new campaign's."""
    assert VariantSet().with_asked(()).listed == DEFAULT_VARIANTS
    assert VariantSet().with_asked([STORY]).listed == (STORY,)
    held = VariantSet(listed=(OG, THUMB))
    assert held.with_asked(()).listed == (OG, THUMB)
    assert held.with_asked([STORY, SQUARE_OG]).listed == (SQUARE_OG, THUMB, STORY)


def test_marks_stay_as_somebody_has_chosen():
    """A later run or recut that chooses nothing says what the campaign says; of a new one, yes."""
    assert VariantSet().with_asked(()).said.marks == "yes"
    chosen = VariantSet().with_asked((), "none")
    assert chosen.with_asked([STORY]).while_cutting([THUMB]).said.marks == "none"
    assert chosen.while_cutting([], "prompt").said.marks == "prompt"
    assert chosen.come_along((), None) == [UNMARKED]
    assert chosen.come_along((), "yes") == []


def test_only_a_name_with_another_meaning_is_redefined():
    """What is new has no files yet, and what is as it was is kept; what was being cut is remembered."""
    held = VariantSet(listed=(OG, THUMB))
    assert held.redefined([THUMB, OG, STORY]) == []
    assert held.redefined([SQUARE_OG]) == [SQUARE_OG]
    cutting = held.while_cutting([SQUARE_OG])
    assert cutting.redefined(cutting.listed) == [OG]
    assert cutting.with_asked([SQUARE_OG]) == VariantSet(listed=(SQUARE_OG, THUMB))


def test_whoever_changes_the_set_at_the_same_time_loses_nothing(store):
    """The later of two starts from what the earlier has made."""

    def add_late(held: VariantSet) -> VariantSet:
        if not held.listed:
            change_variants(store, lambda first: first.with_asked([STORY]))
        return held.with_asked([THUMB])

    assert change_variants(store, add_late).listed == (STORY, THUMB)
    assert read_variants(store).listed == (STORY, THUMB)
    assert change_variants(store, lambda held: held).listed == (STORY, THUMB)
    assert sorted(store.names("ledger")) == ["variants.1.json", "variants.2.json"]


def test_a_set_that_never_rests_is_told(store):
    """Rather than trying for ever."""

    def never_first(held: VariantSet) -> VariantSet:
        number = len(store.names("ledger")) + 1
        store.create(f"ledger/variants.{number}.json", b"{}")
        return held.with_asked([STORY])

    with pytest.raises(StorageFailed, match="change again and again"):
        change_variants(store, never_first)


@pytest.mark.parametrize("is_damaged", [False, True])
def test_a_campaign_of_an_earlier_version_has_what_it_published(store, is_damaged):
    """With what it knew of other files; so has one whose record cannot be read."""
    published = Published(title="Lamps", is_sandbox=False, variants=(OG,), cells=(), unlisted=(SQUARE_OG,))
    Ledger(store, "").keep_published(published)
    if is_damaged:
        store.write("ledger/variants.7.json", b'{"listed":')
    assert read_variants(store) == VariantSet(listed=(OG,), unlisted=(SQUARE_OG,))
    change_variants(store, lambda held: held.with_asked([THUMB]))
    assert read_variants(store).listed == (OG, THUMB)


@pytest.mark.parametrize(
    ("listed", "asked", "told"),
    [
        ((), (), []),
        (DEFAULT_VARIANTS, (), []),
        ((OG, STORY), (), ["variants from before come along: og 1200x630, story 1080x1920"]),
        ((OG, STORY), (STORY,), ["variants from before come along: og 1200x630"]),
        ((OG,), (OG,), []),
        ((OG,), (SQUARE_OG,), ["og is cut anew as 1200x1200 from what is stored"]),
    ],
)
def test_one_line_tells_what_comes_along_from_before(listed, asked, told):
    """Nothing where the campaign has the usual ones, or what is asked for."""
    assert VariantSet(listed=listed).come_along(asked) == told


def test_what_an_earlier_version_called_contain_is_cut_anew_under_that_name(store):
    """It meant what is called `inside` now: its files are none of the new, and a recut of others leaves them."""
    noted = '{"title":"Lamps","is_sandbox":false,"cells":[],"variants":[{"name":"card","width":60,"height":40,'
    store.write("ledger/published.json", f'{noted}"fit":"contain","format":"png","quality":85}}]}}'.encode())
    card = Variant(name="card", width=60, height=40, fit="contain", format="png")
    assert [variant.fit for variant in read_variants(store).listed] == ["inside"]
    assert read_variants(store).redefined([card]) == [card]
    assert change_variants(store, lambda held: held.with_asked([card])).redefined([card]) == []
    assert read_variants(store).listed == (card,)
