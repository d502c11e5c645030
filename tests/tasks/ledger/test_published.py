"""A name that means another cut now: its old files are none of it."""

from tasks.ledger.published import Published
from tasks.records.variant import Variant

OG = Variant(name="og", width=1200, height=630)
SQUARE_OG = OG.model_copy(update={"height": 1200})
THUMB = Variant(name="thumb", width=400, height=400)


def published(*variants: Variant) -> Published:
    """A campaign that lists these variants."""
    return Published(title="Lamps", is_sandbox=False, variants=variants, cells=())


def test_only_a_name_with_another_meaning_is_redefined():
    """What is new has no files yet, and what is as it was is kept."""
    assert published(OG, THUMB).redefined([THUMB, OG, Variant(name="story", width=1080, height=1920)]) == []
    assert published(OG, THUMB).redefined([SQUARE_OG]) == [SQUARE_OG]


def test_a_name_that_was_not_asked_for_in_between_is_remembered():
    """Its files still lie there."""
    later = published(THUMB).after(published(OG))
    assert later.unlisted == (OG,)
    assert later.redefined([SQUARE_OG]) == [SQUARE_OG]
    assert published(SQUARE_OG).after(later).unlisted == (THUMB,)
    assert published(OG).after(None).unlisted == ()


def test_what_an_earlier_version_called_contain_is_cut_anew_under_that_name():
    """It meant what is called `inside` now: its files are none of the new, and a recut of others leaves them."""
    noted = '{"title":"Lamps","is_sandbox":false,"cells":[],"variants":[{"name":"card","width":60,"height":40,'
    noted += '"fit":"contain","format":"png","quality":85}]}'
    before = Published.model_validate_json(noted)
    card = Variant(name="card", width=60, height=40, fit="contain", format="png")
    assert [variant.fit for variant in before.variants] == ["inside"]
    assert before.redefined([card]) == [card]
    now = Published.model_validate_json(published(card).model_dump_json(exclude_none=True))
    assert now.redefined([card]) == []
