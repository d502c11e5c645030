"""What a label says, for whom: what people write is what is drawn, and what nobody sees is left out."""

import pytest
from pydantic import ValidationError

from tasks.ledger.variant_set import VariantSet
from tasks.records.campaign import Campaign
from tasks.records.label import Label, LabelFile, LabelStyle, label_of, label_text, parse_label
from tasks.records.says import Says, labelled_of
from tasks.records.variant import DEFAULT_VARIANTS, Variant
from tasks.tables.columns import parse_value
from tests.factories import a_cell

OG, THUMB, SOCIAL = DEFAULT_VARIANTS


@pytest.mark.parametrize(
    ("typed", "drawn"),
    [
        ("AI-generated", "AI-generated"),
        ("  AI\n generated\t", "AI generated"),
        ("Ge\u0301ne\u0301re\u0301", "Généré"),
        ("AI\u00adgen\u200berated\ufeff", "AIgenerated"),
        ("AI\u202e\u2066 x", "AI x"),
        (
            "\u062a\u0648\u0644\u06cc\u062f\u200c\u0634\u062f\u0647",
            "\u062a\u0648\u0644\u06cc\u062f\u200c\u0634\u062f\u0647",
        ),
        ("A\u200cI", "AI"),
        ("None", ""),
        (" none ", ""),
        ("none at all", "none at all"),
    ],
)
def test_a_label_is_drawn_as_it_is_seen(typed, drawn):
    """In one line, composed, without what nobody sees, but for what joins letters; `none` draws nothing."""
    assert parse_label(typed) == drawn
    assert parse_value("label", typed) == drawn


@pytest.mark.parametrize("typed", ["yes", "TRUE", "no", "x", "1", "", " ", "\u200b", "\n", "A" * 81])
def test_what_nobody_means_as_a_label_is_refused(typed):
    """A ticked box is no text, nor is what nobody sees; a novel is none either."""
    with pytest.raises(ValueError, match=r"none|at most"):
        parse_label(typed)


def test_a_row_goes_before_the_campaign():
    """Its own words, or none; a row that says nothing has the campaign's."""
    own, without, plain = a_cell(label="By AI"), a_cell(label=""), a_cell()
    assert [label_text(cell, "AI") for cell in (own, without, plain)] == ["By AI", "", "AI"]
    assert [label_text(cell, None) for cell in (own, without, plain)] == ["By AI", "", ""]


def test_an_icon_may_stand_alone_unless_there_shall_be_none():
    """Neither on a row that says none, nor where the campaign does; what is drawn has a name."""
    icon = LabelFile(sha256="0" * 64, name="eu-ai.png")
    alone = label_of(a_cell(), LabelStyle(icon=icon))
    assert alone == Label("", "auto", icon)
    assert (alone.words, Label("AI").words) == ("icon eu-ai.png", "AI")
    assert label_of(a_cell(label=""), LabelStyle(icon=icon)) is None
    assert label_of(a_cell(), LabelStyle(text="", icon=icon)) is None
    assert label_of(a_cell(label="AI"), LabelStyle(text="", icon=icon)) == Label("AI", "auto", icon)
    assert label_of(a_cell(), LabelStyle()) is None


def test_the_digest_is_of_what_is_seen():
    """Another text, corner, icon or font is another label; what a file was called is not."""
    file, renamed = LabelFile(sha256="0" * 64, name="a.png"), LabelFile(sha256="0" * 64, name="b.png")
    others = [Label("AI"), Label("By AI"), Label("AI", "br"), Label("AI", "auto", file), Label("AI", font=file)]
    assert len({one.digest for one in others}) == len(others)
    assert Label("AI", "auto", file).digest == Label("AI", "auto", renamed).digest
    assert Label("AI").digest == "1f50c6bb2ba7"  # it stands in ledgers


@pytest.mark.parametrize(
    ("written", "labelled"),
    [
        (("og=9x9", "thumb=9x9"), {"og", "thumb"}),
        (("og=9x9,label", "thumb=9x9"), {"og"}),
        (("og=9x9,nolabel", "thumb=9x9"), {"thumb"}),
        (("og=9x9,label", "thumb=9x9,nolabel", "full=original"), {"og"}),
        (("og=9x9,widths=4", "full=original"), {"og", "og-4"}),
        (("og=9x9,label,widths=4", "thumb=9x9"), {"og", "og-4"}),
    ],
)
def test_variants_say_whether_they_are_labelled(written, labelled):
    """All, where none says it; where some ask for it those alone; an original is never drawn on."""
    variants = VariantSet().with_asked(Campaign(matrix="m.csv", variants=written).variants).listed
    labels = Says(label=LabelStyle(text="AI"), labelled=labelled_of(variants)).labels(a_cell(), variants)
    assert set(labels) == labelled


def test_an_original_with_a_label_is_none():
    """It keeps every pixel."""
    with pytest.raises(ValueError, match="every pixel"):
        Variant.parse("full=original,label")
    assert Variant.parse("full=original,nolabel").label is False


def test_what_is_not_said_stays_as_it_was():
    """Text, corner, icon and font are chosen one by one, and last until somebody chooses otherwise."""
    icon = LabelFile(sha256="0" * 64, name="a.png")
    first = VariantSet().with_asked((), None, LabelStyle(text="AI", at="tl", icon=icon))
    assert first.with_asked((), None, LabelStyle(text="KI")).label == LabelStyle(text="KI", at="tl", icon=icon)
    assert first.with_asked([OG]).while_cutting([THUMB]).said.label == first.label
    assert first.with_asked((), None, LabelStyle(icon=LabelFile())).said.labels(a_cell(), [OG])["og"].icon is None


def test_an_icon_that_is_named_is_drawn():
    """Also where there was to be no label before; one that is named beside `none` is not."""
    icon, without = LabelFile(sha256="0" * 64, name="a.png"), LabelStyle(text="")
    assert label_of(a_cell(), LabelStyle(icon=icon).over(without)) == Label("", "auto", icon)
    assert label_of(a_cell(), LabelStyle(icon=icon, text="").over(without)) is None
    assert label_of(a_cell(), LabelStyle(icon=LabelFile()).over(without)) is None


def test_options_are_checked_as_columns_are():
    """Before anything is read."""
    for options in ({"label": "yes"}, {"label": ""}, {"label_at": "middle"}):
        with pytest.raises(ValidationError):
            Campaign(matrix="m.csv", **options)
    assert Campaign(matrix="m.csv", label="None").label == ""
    assert (
        Campaign(matrix="m.csv", label_icon="https://x.test/a.png?token=s3cret").told().label_icon
        == "https://x.test/a.png"
    )
