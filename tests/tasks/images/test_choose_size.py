"""A picture is asked for in the size from which its variants lose least."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.images.choose_size import Wanted, best_size, loss, sizes_for
from tasks.images.geometry import kept
from tasks.images.sources import nominal_size
from tasks.records import sizes
from tasks.records.models import MODELS, OFFERS, Model
from tasks.records.variant import Variant
from tasks.records.variant_text import FITS

CUTS = {
    name: Variant(name=name, width=width, height=height)
    for name, width, height in [
        ("og", 1200, 630),
        ("thumb", 400, 400),
        ("social", 1080, 1080),
        ("story", 1080, 1920),
        ("post", 1080, 1350),
    ]
}
OF_2 = {"og": "1344x704 99 0.90", "social": "1024x1024 100 1.05", "story": "720x1280 100 1.50"}
OF_4 = {"og": "1440x720 95 0.88", "social": "2048x2048 100 0.53", "story": "1440x2560 100 0.75"}
BY_RATIO = {"og": "2:1 95 0.89", "thumb": "1:1 100 0.39", "story": "9:16 99 1.47"}
TABLE: dict[Model, dict[str, str]] = {
    "V_2": OF_2 | {"thumb": "1024x1024 100 0.39", "post": "896x1120 100 1.21"},
    "V_3": OF_2 | {"thumb": "1024x1024 100 0.39", "story": "736x1312 99 1.47", "post": "896x1120 100 1.21"},
    "V_2A": BY_RATIO | {"og": "16:9 93 0.91", "social": "1:1 100 1.05", "post": "3:4 93 1.25"},
    "ideogram-2a": BY_RATIO | {"social": "1:1 100 1.05", "post": "4:5 100 1.21"},
    "ideogram-4": OF_4 | {"thumb": "1024x1024 100 0.39", "post": "1792x2240 100 0.60"},
    "ideogram-4-5": OF_4 | {"thumb": "1024x1024 100 0.39", "post": "1792x2240 100 0.60"},
    "p-image-ideogram": {"og": "1280x672 100 0.94", "social": "1088x1088 100 0.99", "story": "1152x2048 100 0.94"},
}
"""For each cut alone: the size, how much of it is kept in percent, and its scale, as a sheet of facts has them."""


@pytest.mark.parametrize("model", TABLE)
def test_each_cut_alone_has_the_source_that_the_facts_name(model: Model):
    """Shape goes before pixels, and of equal shapes the smallest that is not enlarged is enough."""
    for name, told in TABLE[model].items():
        aspect = sizes.as_written(best_size(model, (CUTS[name],)) or "")
        fit = kept(nominal_size(aspect, model), CUTS[name])
        size, percent, scale = told.split()
        assert (aspect, int(fit.share * 100)) == (size, int(percent)), name
        assert float(fit.scale) == pytest.approx(float(scale), abs=0.006), name


variants = st.lists(
    st.builds(
        Variant,
        name=st.just("v"),
        width=st.integers(16, 4000),
        height=st.integers(16, 4000),
        fit=st.sampled_from(FITS),
    ),
    min_size=1,
    max_size=5,
).map(tuple)
LISTED = [model for model in MODELS if not OFFERS[model].takes_any_size]


@given(st.sampled_from(LISTED), variants)
def test_no_listed_size_is_better(model: Model, cut: tuple[Variant, ...]):
    """By the measure that is told, whatever is cut."""
    offer, best = OFFERS[model], best_size(model, cut)
    others = offer.resolutions or [ratio for ratio in offer.ratios if ratio != "AUTO"]
    assert best in others
    least = min(loss(nominal_size(sizes.as_written(one)), cut) for one in others)
    assert loss(nominal_size(sizes.as_written(best)), cut) == least


@settings(max_examples=20)
@given(variants, st.lists(st.sampled_from(sizes.own_sizes()), min_size=200, max_size=200))
def test_no_size_of_ones_own_is_better(cut: tuple[Variant, ...], others: list[str]):
    """Of those that are as large as any model draws."""
    best = best_size("p-image-ideogram", cut) or ""
    assert sizes.is_own(best)
    assert sizes.area(best) >= sizes.AREA_LEAST
    least = min(loss(nominal_size(sizes.as_written(one)), cut) for one in others)
    assert loss(nominal_size(sizes.as_written(best)), cut) <= least


def test_what_no_model_lists_is_smaller_than_what_is_chosen():
    """Else a thumb alone would be drawn in its 400 pixels."""
    listed = {size for offer in OFFERS.values() for size in offer.resolutions}
    assert min(map(sizes.area, listed)) == sizes.AREA_LEAST
    assert best_size("p-image-ideogram", (CUTS["thumb"],)) == "RESOLUTION_816_816"


def test_several_cuts_share_what_is_lost():
    """The one that fits worst decides: a square would keep half of og, and this keeps 70 % of each."""
    cut = (CUTS["og"], CUTS["thumb"], CUTS["social"])
    assert best_size("ideogram-4-5", cut) == "RESOLUTION_2304_1728"
    assert best_size("V_2A", cut) == "ASPECT_4_3"
    assert best_size("V_2A", cut[::-1]) == "ASPECT_4_3"
    assert best_size("V_2", ()) is None


BEST = {name: one.model_copy(update={"only": ("best",)}) for name, one in CUTS.items()}
AUTO: tuple[Wanted, ...] = tuple(Wanted(name, "ideogram-4-5", None) for name in ("a", "b", "c"))


@pytest.mark.parametrize(
    ("cut", "formats", "chosen"),
    [
        (["og", "thumb", "story"], AUTO, ["1440x720", "1024x1024", "1440x2560"]),
        (["og", "thumb", "social", "story"], AUTO[:2], ["1440x720", "1728x2304"]),
        (["og", "thumb"], [Wanted("sq", "V_2", "1:1"), AUTO[0]], [None, "1440x720"]),
        (["thumb"], [Wanted("sq", "V_2", "1:1"), AUTO[0]], [None, None]),
        (["og"], [AUTO[0], AUTO[0]._replace(model="V_2")], [None, "1344x704"]),
        (["og"], [AUTO[0], AUTO[1]], ["1440x720", None]),
        ([], AUTO[:1], [None]),
    ],
)
def test_cuts_from_the_best_are_shared_among_formats(cut, formats, chosen):
    """Each goes where it loses least, and where nothing is cut nothing is chosen."""
    told = sizes_for([BEST[name] for name in cut], formats)
    assert [sizes.as_written(one) if one else None for one in told] == chosen


def test_a_format_that_is_named_is_chosen_for_what_names_it():
    """And what names none is cut from all, so it counts for all."""
    og = CUTS["og"].model_copy(update={"only": ("a",)})
    assert sizes_for([og, CUTS["story"]], AUTO[1:2]) == ["RESOLUTION_2048_2048"], "no format has that name"
    assert sizes_for([og, CUTS["thumb"]], AUTO[:2]) == ["RESOLUTION_2304_1728", "RESOLUTION_1024_1024"]


def test_what_is_made_of_a_picture_has_sides_of_its_own():
    """4.5 makes those in multiples of 32 pixels: 1440x720 is none of them."""
    assert best_size("ideogram-4-5", (CUTS["og"],), 32) == "RESOLUTION_2880_1440"
    assert sizes_for([CUTS["og"]], [AUTO[0]._replace(step=32)]) == ["RESOLUTION_2880_1440"]
