"""Labels are seen on any picture, in any format and any size: measured on the pixels that were drawn."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter, features

from tasks.images.contrast import luminances
from tasks.images.cut_image import cut_all, drawn
from tasks.images.draw_label import Badge, layout_of, with_label
from tasks.images.geometry import Size
from tasks.images.label_font import LabelFont, NoFont, is_shaped
from tasks.images.label_layout import FLOOR_PX, WORD, place_of
from tasks.images.labels import Pen
from tasks.records.label import Label, LabelFile, parse_label
from tasks.records.variant import Variant

FONT = LabelFont()
OF_THE_EU = (
    "Създадено с ИИ", "Vytvořeno umělou inteligencí", "Genereret af AI", "KI-generiert", "Loodud tehisintellektiga",
    "Δημιουργήθηκε με ΤΝ", "AI-generated", "Generado por IA", "Tekoälyn luoma", "Généré par l’IA",
    "Arna ghiniúint ag IS", "Generirano umjetnom inteligencijom", "Mesterséges intelligenciával készült",
    "Generato dall’IA", "Sukurta dirbtinio intelekto", "Radīts ar mākslīgo intelektu", "Iġġenerat mill-IA",
    "Gemaakt met AI", "Wygenerowane przez SI", "Gerado por IA", "Generat de IA", "Vytvorené umelou inteligenciou",
    "Ustvarjeno z UI", "AI-genererad",
)  # fmt: skip
NOISE = np.random.default_rng(7)
GROUNDS = {
    "white": lambda w, h: Image.new("RGB", (w, h), "white"),
    "black": lambda w, h: Image.new("RGB", (w, h), "black"),
    "grey": lambda w, h: Image.new("RGB", (w, h), (127, 127, 127)),
    "red": lambda w, h: Image.new("RGB", (w, h), (230, 40, 30)),
    "noise": lambda w, h: Image.fromarray(NOISE.integers(0, 256, (h, w, 3), dtype=np.uint8)),
    "stripes": lambda w, h: Image.fromarray(np.tile(np.uint8([[[0]], [[255]]]), (h, w, 3))[:h]),
}


def badge(text: str = "AI-generated", at: str = "auto", icon: Image.Image | None = None) -> Badge:
    """A label with the usual font."""
    return Badge(Label(text, at), FONT, icon)


def contrast_on(picture: Image.Image, one: Badge, corner: str = "br", within: tuple[int, ...] | None = None) -> float:
    """How well the letters are seen against the worst of the plate around them, by WCAG, on the pixels of a file."""
    x0, y0, x1, y1 = within or (0, 0, *picture.size)
    layout = layout_of(one, Size(x1 - x0, y1 - y0))
    assert layout is not None
    left, top = place_of(layout, Size(x1 - x0, y1 - y0), corner)
    letters = Image.new("L", layout.plate)
    for line, x, baseline in layout.lines:
        font = one.font.at(layout.size_px, one.label.text)
        ImageDraw.Draw(letters).text((x, baseline), line, fill=255, font=font, anchor="ls")
    inside = (x0 + left, y0 + top, x0 + left + layout.plate.width_px, y0 + top + layout.plate.height_px)
    seen, mask = luminances(picture.convert("RGB").crop(inside))[4:-4, 4:-4], np.asarray(letters)[4:-4, 4:-4]
    ink = np.median(seen[mask > 250])
    around = np.asarray(letters.filter(ImageFilter.MaxFilter(5)))[4:-4, 4:-4] == 0
    worst = np.percentile(seen[around], 98 if ink > np.median(seen[around]) else 2)
    return float((max(ink, worst) + 0.05) / (min(ink, worst) + 0.05))


@pytest.mark.parametrize("file_format", ["webp", "jpeg", "png", "avif"])
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("size", [(1200, 630), (400, 400)])
def test_letters_are_seen_on_any_ground(ground, file_format, size):
    """At a contrast of 4.5 at least, in the file as it is read back, whatever the codec has made of it."""
    variant = Variant(name="og", width=size[0], height=size[1], format=file_format, label=True)
    label = Label("AI-generated", "br")
    cuts = cut_all(GROUNDS[ground](*size), b"", "tea", (variant,), labels={"og": label}, pen=Pen(FONT))
    picture = Image.open(BytesIO(cuts.files[variant.key("tea")]))
    assert contrast_on(picture, badge()) >= 4.5
    assert cuts.labelled["og"].words == "AI-generated"


@given(st.integers(60, 4096), st.integers(60, 4096))
@settings(max_examples=60, deadline=None)
def test_a_label_lies_inside_of_any_picture(width, height):
    """From 60 pixels to 4096: its plate inside the frame, its lines inside the plate, its letters 8 pixels at least."""
    layout = layout_of(badge(), Size(width, height))
    assert layout is not None
    assert layout.size_px >= FLOOR_PX
    assert layout.size_px == max(12, round(min(width, height) * 0.035)) or width < 110
    for corner in ("br", "bl", "tr", "tl"):
        left, top = place_of(layout, Size(width, height), corner)
        assert 0 < left < left + layout.plate.width_px < width
        assert 0 < top < top + layout.plate.height_px < height
    for line, left, baseline in layout.lines:
        x0, y0, x1, y1 = FONT.at(layout.size_px).getbbox(line, anchor="ls")
        assert 0 < left + x0 < left + x1 < layout.plate.width_px
        assert 0 < baseline + y0 < baseline + y1 < layout.plate.height_px


@pytest.mark.parametrize("side", [60, 61, 100, 4096])
def test_only_the_plate_is_drawn_on(side):
    """Every other pixel of the picture is as it was; the smallest and the largest that are promised are drawn."""
    before = GROUNDS["grey"](side, side)
    after, put = with_label(before.copy(), badge(at="br"))
    layout = layout_of(badge(), Size(side, side))
    assert layout is not None
    assert put is not None
    left, top = place_of(layout, Size(side, side), "br")
    changed = np.argwhere((np.asarray(before) != np.asarray(after)).any(axis=2))
    (y0, x0), (y1, x1) = changed.min(axis=0), changed.max(axis=0)
    assert left <= x0 < x1 < left + layout.plate.width_px
    assert top <= y0 < y1 < top + layout.plate.height_px


def test_text_that_is_too_long_for_a_line_is_broken_at_words():
    """And where that is not enough it is smaller, down to letters that can still be read; then it has no room."""
    words = "Generated with artificial intelligence by Oak and Linen"
    wide, narrow = (layout_of(badge(words), Size(*size)) for size in ((1200, 630), (150, 400)))
    assert [line for line, _, _ in wide.lines] == [words]
    assert " ".join(line for line, _, _ in narrow.lines) == words
    assert len(narrow.lines) in {2, 3}
    assert layout_of(badge(words), Size(60, 60)) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("AI-generated by us", ["AI-", "generated ", "by ", "us"]),
        ("AI生成、画像", ["AI", "生", "成、", "画", "像"]),
        ("- AI -", ["- ", "AI ", "-"]),
        ("and/or 24/7", ["and/", "or ", "24/", "7"]),
    ],
)
def test_lines_are_broken_where_a_reader_would(text, words):
    """Behind spaces and hyphens, and between ideograms, but before no comma; nothing is lost."""
    assert WORD.findall(text) == words


def test_the_corner_is_where_it_is_seen_best():
    """Bottom right, unless another corner is clearly calmer; a corner that somebody names is the one."""
    busy = GROUNDS["noise"](400, 300)
    calm = busy.copy()
    calm.paste("white", (0, 0, 200, 150))
    assert with_label(busy.copy(), badge())[1].corner == "br"
    assert with_label(calm.copy(), badge())[1].corner == "tl"
    assert with_label(calm.copy(), badge(at="tr"))[1].corner == "tr"
    written = Image.new("RGB", (400, 300), "white")
    ImageDraw.Draw(written).text((260, 275), "down to the corner here", fill="black", font=FONT.at(14))
    assert with_label(written, badge())[1].corner == "bl"


def test_a_label_touches_no_text_beside_it():
    """A line that ends just above the plate is reason enough for another corner."""
    layout = layout_of(badge(), Size(400, 300))
    _, top = place_of(layout, Size(400, 300), "br")
    picture = Image.new("RGB", (400, 300), "white")
    ImageDraw.Draw(picture).rectangle((300, top - 6, 400, top - 3), "black")
    assert with_label(picture, badge())[1].corner == "bl"


def test_all_widths_of_a_picture_have_it_in_one_corner():
    """A browser exchanges them for each other; on each it can be read."""
    hero = Variant(name="hero", width=1280, height=720, widths=(320, 160))
    source = GROUNDS["noise"](1280, 720)
    source.paste("white", (0, 600, 300, 720))
    variants = (hero, *hero.narrower)
    labels = {one.name: Label("AI-generated") for one in variants}
    cuts = cut_all(source, b"", "tea", variants, labels=labels, pen=Pen(FONT))
    for one in variants:
        picture = Image.open(BytesIO(cuts.files[one.key("tea")])).convert("RGB")
        assert contrast_on(picture, badge(), "bl") >= 4.5
    assert set(cuts.labelled) == {"hero", "hero-320", "hero-160"}


@pytest.mark.parametrize("page", ["white", "black"])
def test_a_picture_with_a_clear_ground_has_it_on_the_picture(page):
    """What is clear may be cut off, or lie on any page; where the picture is clear too, it is read all the same."""
    card = Variant(name="card", width=600, height=600, fit="contain", format="png")
    for source in (Image.new("RGB", (600, 300), (90, 120, 90)), Image.new("RGBA", (600, 300))):
        cuts = cut_all(source, b"", "tea", (card,), labels={"card": Label("AI", "br")}, pen=Pen(FONT))
        picture = Image.open(BytesIO(cuts.files[card.key("tea")])).convert("RGBA")
        assert np.asarray(picture)[450:, :, 3].max() == 0
        paper = Image.new("RGB", picture.size, page)
        paper.paste(picture, mask=picture)
        assert contrast_on(paper, badge("AI"), within=(0, 150, 600, 450)) >= 4.5


def test_a_ground_with_a_colour_has_it_in_its_own_corner():
    """There it covers nothing of the picture."""
    card = Variant(name="card", width=600, height=600, fit="contain", ground="#ffffff", format="png")
    cuts = cut_all(GROUNDS["red"](600, 200), b"", "tea", (card,), labels={"card": Label("AI")}, pen=Pen(FONT))
    bare = cut_all(GROUNDS["red"](600, 200), b"", "tea", (card,))
    pictures = [np.asarray(Image.open(BytesIO(one.files[card.key("tea")])).convert("RGB")) for one in (cuts, bare)]
    assert np.argwhere((pictures[0] != pictures[1]).any(axis=2))[:, 0].min() > 500
    assert bare.labelled == {}


def test_an_original_stays_without_and_nothing_else_changes():
    """`full=original` keeps every pixel; a cut without a label is the one that it always was; and twice is the same."""
    full, og = Variant.parse("full=original"), Variant(name="og", width=300, height=200)
    source = GROUNDS["noise"](300, 200)
    label = {"og": Label("AI-generated")}
    first, again, bare = (
        cut_all(source, b"", "tea", (full, og), labels=one, pen=Pen(FONT)) for one in (label, label, {})
    )
    assert first.files == again.files
    assert first.files[full.key("tea")] == bare.files[full.key("tea")]
    assert first.files[og.key("tea")] != bare.files[og.key("tea")]


@pytest.mark.parametrize(("colour", "ground"), [("black", "black"), ("white", "white")])
def test_an_icon_chooses_the_plate_on_which_it_is_seen(colour, ground):
    """A black one on a black picture lies on a light plate; it stands before the text, or alone."""
    icon = Image.new("RGBA", (40, 40), colour)
    for text in ("AI", ""):
        picture, put = with_label(GROUNDS[ground](400, 400), badge(text, "br", icon))
        seen = luminances(picture)
        assert put.plate.colour == ((255, 255, 255) if colour == "black" else (0, 0, 0))
        inside = seen[350:, 300:]
        assert (max(inside.max(), 0.0) + 0.05) / (inside.min() + 0.05) > 4.5


def test_a_picture_that_is_too_small_is_left_as_it_is():
    """Nothing fails once it was paid."""
    picture, put = with_label(Image.new("RGB", (3, 3)), badge())
    assert put is None
    assert picture.getextrema() == ((0, 0),) * 3


@pytest.mark.parametrize("text", OF_THE_EU)
def test_the_font_has_every_official_language_of_the_eu(text):
    """Whoever is bound by the law can say it in the language of his market."""
    assert FONT.missing(parse_label(text)) == []
    assert not is_shaped(parse_label(text))


@pytest.mark.parametrize("text", ["茶", "🫖", "✨", "שלום", "हिन्दी", "\ue000", "\ud800", "\u0000", "ไทย"])
def test_what_the_font_has_no_glyph_for_is_known(text):
    """A box in an advertisement is worse than a fault."""
    assert FONT.missing(f"AI {text} AI")


@pytest.mark.parametrize("data", [b"", b"abc", Path(__file__).read_bytes()])
def test_what_is_no_font_is_told(data):
    """Whatever it is."""
    with pytest.raises(NoFont, match="is no font"):
        LabelFont(data)


@pytest.mark.parametrize(
    ("text", "is_it"), [("AI", False), ("é", False), ("e\u0323\u0302\u0315", True), ("שלום", True), ("ไทย", True)]
)
def test_what_needs_shaping_is_known(text, is_it):
    """Letters that join, carry marks or run from right to left."""
    assert is_shaped(text) is is_it


DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")


@pytest.mark.skipif(not (DEJAVU.exists() and features.check("raqm")), reason="no font with Arabic here, or no Raqm")
def test_arabic_is_joined_and_runs_from_right_to_left():
    """Joined letters are narrower than the same letters alone, and an icon stands at the right."""
    font, text = LabelFont(DEJAVU.read_bytes()), "مصنوعي"
    assert font.missing(text) == []
    joined = font.at(40, text).getlength(text)
    assert joined < 0.9 * sum(font.at(40, char).getlength(char) for char in text)
    one = Badge(Label(text, icon=LabelFile(sha256="0" * 64, name="ai.png")), font, Image.new("RGBA", (9, 9), "red"))
    layout = layout_of(one, Size(400, 400))
    assert layout.icon[0] > layout.lines[0][1]


def test_drawing_is_of_the_cut_and_not_of_the_original():
    """The picture that all variants are cut from is never drawn on."""
    source = GROUNDS["grey"](400, 400)
    variants = (Variant(name="a", width=400, height=400), Variant(name="b", width=200, height=200))
    cut_all(source, b"", "tea", variants, labels={"a": Label("AI"), "b": Label("AI")}, pen=Pen(FONT))
    assert source.getextrema() == ((127, 127),) * 3
    assert drawn(source, variants[0]) is not source
