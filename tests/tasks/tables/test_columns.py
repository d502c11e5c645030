"""The text of a cell becomes a value, or a sentence that says what is accepted."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.records.models import MODELS, OFFERS
from tasks.records.request import Palette, PaletteMember
from tasks.records.sizes import ASPECT_RATIOS, ratio_of
from tasks.records.vocabulary import QUALITIES, SEED_MAX, STYLE_PRESETS, STYLE_TYPES
from tasks.tables.columns import PARSERS, column_name, parse_value, similar_column


def problem(column: str, text: str) -> str:
    """What is wrong with `text` in `column`."""
    with pytest.raises(ValueError, match=r".") as raised:
        parse_value(column, text)
    return str(raised.value)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("product", "product"),
        (" Aspect Ratio ", "aspect_ratio"),
        ("ASPECT-RATIO", "aspect_ratio"),
        ("aspect\N{NO-BREAK SPACE}ratio", "aspect_ratio"),
        ("StyleType", "style_type"),
        ("STYLE", "style_type"),
        ("seed_number", "seed"),
        ("rendering", "rendering"),
        ("Visibility", "visibility"),
        ("magic_prompt_option", "magic_prompt"),
        ("Colour Palette", "color_palette"),
        ("num images", "num_images"),
        ("sku", None),
        ("", None),
        ("product_id", None),
    ],
)
def test_a_header_names_a_column_of_ours_or_metadata(header: str, name: str | None) -> None:
    """Case, spaces and dashes make no difference, and the batch spreadsheet's names are known."""
    assert column_name(header) == name


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("aspect ratoi", "aspect_ratio"),
        ("promt", "prompt"),
        ("styletypes", "style_type"),
        ("market", None),
        ("season", None),
        ("notes", None),
        ("", None),
    ],
)
def test_a_slip_of_the_pen_is_seen(header: str, name: str | None) -> None:
    """A name that is nearly ours is probably meant to be."""
    assert similar_column(header) == name


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("model", "V_2", "V_2"),
        ("model", "v2 turbo", "V_2_TURBO"),
        ("model", "2a", "V_2A"),
        ("model", "2.0", "V_2"),
        ("model", "1", "V_1"),
        ("model", "1.0 Turbo", "V_1_TURBO"),
        ("model", "3.0", "V_3"),
        ("model", "v3", "V_3"),
        ("model", "Ideogram 3", "ideogram-3"),
        ("model", "Ideogram V3", "ideogram-3"),
        ("model", "4", "ideogram-4"),
        ("model", "V4", "ideogram-4"),
        ("model", "4.5", "ideogram-4-5"),
        ("model", "4,5", "ideogram-4-5"),
        ("model", "v4.5", "ideogram-4-5"),
        ("model", " Ideogram 4.5 ", "ideogram-4-5"),
        ("model", "ideogram_v4_5", "ideogram-4-5"),
        ("model", "Ideogram 4.0 Transparent", "ideogram-4-transparent"),
        ("model", "Ideogram 1.0", "V_1"),
        ("model", "P-Image", "p-image-ideogram"),
        ("quality", "Very Low", "very_low"),
        ("quality", "Turbo", "low"),
        ("quality", "default", "medium"),
        ("quality", "Quality", "high"),
        ("quality", "draft", "very_low"),
        ("style_preset", "Art Deco", "ART_DECO"),
        ("style_codes", "1a2b3c4d, 00FF00FF", ("1A2B3C4D", "00FF00FF")),
        ("style_codes", '["1a2b3c4d"]', ("1A2B3C4D",)),
        ("enable_copyright_detection", "TRUE", True),
        ("enable_copyright_detection", "no", False),
        ("custom_model_uri", "model/tea/version/3", "model/tea/version/3"),
        ("aspect_ratio", "Auto", "AUTO"),
        ("aspect_ratio", "4:5", "ASPECT_4_5"),
        ("aspect_ratio", "1080x1350", "ASPECT_4_5"),
        ("aspect_ratio", "8:5", "ASPECT_16_10"),
        ("resolution", "1200x640", "RESOLUTION_1200_640"),
        ("rendering", "Quality", "quality"),
        ("aspect_ratio", "16:9", "ASPECT_16_9"),
        ("aspect_ratio", "16x9", "ASPECT_16_9"),
        ("aspect_ratio", "\u200e16:9\u200b", "ASPECT_16_9"),
        ("aspect_ratio", "16 / 9", "ASPECT_16_9"),
        ("aspect_ratio", "Aspect_16_9", "ASPECT_16_9"),
        ("aspect_ratio", "16:09", "ASPECT_16_9"),
        ("aspect_ratio", "16:09:00", "ASPECT_16_9"),
        ("aspect_ratio", "01:01:00", "ASPECT_1_1"),
        ("aspect_ratio", "10:16", "ASPECT_10_16"),
        ("resolution", "1344x704", "RESOLUTION_1344_704"),
        ("resolution", "1344 × 704", "RESOLUTION_1344_704"),
        ("resolution", "resolution_1344_704", "RESOLUTION_1344_704"),
        ("style_type", "render 3d", "RENDER_3D"),
        ("magic_prompt", "on", "ON"),
        ("magic_prompt_version", "V_0_2", "V_0_2"),
        ("seed", "0", 0),
        ("seed", "42.0", 42),
        ("seed", "2147483647", SEED_MAX),
        ("num_images", "8", 8),
        ("rendering", "Turbo", "turbo"),
        ("visibility", "PRIVATE", "private"),
        ("callback_url", "https://example.com:8443/hook?a=b", "https://example.com:8443/hook?a=b"),
        ("callback_url", " https://a/x\n\thttp://b:81/ https://a/x ", "https://a/x http://b:81/"),
        ("prompt", "two\r\nlines\rand more\n", "two\nlines\nand more\n"),
        ("prompt", "NA", "NA"),
        ("product", "00123", "00123"),
        ("color_palette", "ember", Palette(name="EMBER")),
        ("color_palette", '{"name": "EMBER", "members": null}', Palette(name="EMBER")),
        ("color_palette", "#ABC", Palette(members=(PaletteMember(color_hex="#ABC"),))),
        ("color_palette", '["#ABC"]', Palette(members=(PaletteMember(color_hex="#ABC"),))),
        ("color_palette", '["#ABC:0.5"]', Palette(members=(PaletteMember(color_hex="#ABC", color_weight=0.5),))),
        ("color_palette", '[{"color_hex": "#ABC"}]', Palette(members=(PaletteMember(color_hex="#ABC"),))),
        (
            "color_palette",
            "#0a3d62 : 0.6; #f6b93b,",
            Palette(members=(PaletteMember(color_hex="#0a3d62", color_weight=0.6), PaletteMember(color_hex="#f6b93b"))),
        ),
        (
            "color_palette",
            '{"members": [{"color_hex": "#0a3d62", "color_weight": 1}]}',
            Palette(members=(PaletteMember(color_hex="#0a3d62", color_weight=1.0),)),
        ),
    ],
)
def test_ways_to_write_a_value(column: str, text: str, value: object) -> None:
    """As the API writes it, as people do, and as Excel makes of it."""
    assert parse_value(column, text) == value


@pytest.mark.parametrize(
    ("column", "text", "said"),
    [
        ("model", "V_9", "is not accepted; use one of V_1, V_1_TURBO, V_2"),
        ("model", "ideogram-9", "ideogram-4-5, p-image-ideogram"),
        ("aspect_ratio", "5:7", "is not accepted; use one of 1:1, 10:16"),
        ("aspect_ratio", "8:3", "the resolution 1536x576 of V_2, V_2_TURBO, V_3, ideogram-3 is exactly that"),
        ("aspect_ratio", "1:0", "is not accepted"),
        ("aspect_ratio", "91:6", "is not accepted"),
        ("aspect_ratio", "101:6", "is not accepted"),
        ("aspect_ratio", "1.91:1", "is not accepted"),
        ("aspect_ratio", "9" * 5000 + ":1", "is not accepted"),
        ("resolution", "1080x1080", "is not accepted by any model; use a size listed in data/README.md"),
        ("resolution", "0x1024", "is not accepted"),
        ("resolution", "99999x16", "is not accepted"),
        ("style_type", "SKETCH", "is not accepted; use one of AUTO, GENERAL, REALISTIC, DESIGN, RENDER_3D, ANIME"),
        ("style_preset", "baroque", "use one of 80S_ILLUSTRATION"),
        ("style_codes", "1A2B3C4", "holds '1A2B3C4'; a style code has eight hex digits"),
        ("style_codes", ",", "a style code has eight hex digits"),
        ("quality", "best", "use one of very_low, low, medium, high"),
        ("enable_copyright_detection", "maybe", "use true or false"),
        ("custom_model_uri", "mine", "write it as model/NAME/version/VERSION"),
        ("seed", "-1", "is not accepted; use a whole number from 0 to 2147483647"),
        ("seed", "2147483648", "use a whole number"),
        ("seed", "1.5", "use a whole number"),
        ("seed", "1e3", "use a whole number"),
        ("num_images", "0", "use a whole number from 1 to 8"),
        ("num_images", "9", "use a whole number from 1 to 8"),
        ("rendering", "best", "use one of default, flash, turbo, quality"),
        ("visibility", "secret", "use one of public, private"),
        ("prompt", "x" * 10_001, "has 10,001 characters; use 10,000 at most"),
        ("product", "x" * 1_001, "has 1,001 characters; use 1,000 at most"),
        ("callback_url", "example.com/hook", "use an http or https URL"),
        ("callback_url", "https://me:secret@example.com", "without a user name or password"),
        ("callback_url", "https://example.com/a b", "use an http or https URL"),
        ("callback_url", "https://a/ ftp://b/", "use an http or https URL"),
        ("callback_url", "https://exa\nmple.com", "use an http or https URL"),
        ("callback_url", "https://example.com:99999", "use an http or https URL"),
        ("callback_url", "https://[::1", "use an http or https URL"),
        ("callback_url", "https:///hook", "use an http or https URL"),
        ("callback_url", "http://\N{SNOWMAN}.com/", "use an http or https URL"),
        ("callback_url", "http://[v1.a]/", "use an http or https URL"),
        ("callback_url", "http://[127.0.0.1:9/hook", "use an http or https URL"),
        ("callback_url", "http://]x", "use an http or https URL"),
        ("callback_url", "http://a.example:-1/", "use an http or https URL"),
        ("callback_url", "http://:@h/", "use an http or https URL"),
        ("callback_url", f"http://h/{'x' * 70_000}", "use an http or https URL"),
        ("color_palette", "MAUVE", "use one of EMBER, FRESH"),
        ("color_palette", "#12345", "holds '#12345'; write a colour as #rgb or #rrggbb"),
        ("color_palette", "#123456:heavy", "holds '#123456:heavy'; write a colour as #rrggbb or #rrggbb:weight"),
        ("color_palette", "#123456:0.01", "holds the weight 0.01; use 0.05 to 1"),
        ("color_palette", "#123456:nan", "holds the weight nan"),
        ("color_palette", " ".join(["#123456"] * 9), "has 9 colours; the API takes 8"),
        ("color_palette", "{}", "needs a palette's name or its colours, and not both"),
        ("color_palette", '{"name": "EMBER", "members": [{"color_hex": "#fff"}]}', "and not both"),
        ("color_palette", '{"members": [{"color": "#fff"}]}', "is not a palette; use"),
        ("color_palette", "{nonsense", "is not a palette; use"),
        ("color_palette", "[1]", "is not a palette; use"),
        ("color_palette", "[" * 100_000, "is not accepted; use"),
        ("color_palette", '{"a":' * 100_000, "is not a palette; use"),
        ("color_palette", "#" * 10, "write a colour as"),
    ],
)
def test_what_is_not_accepted_is_told_with_what_is(column: str, text: str, said: str) -> None:
    """The sentence that follows the value in a fault."""
    assert said in problem(column, text)


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("model", MODELS),
        ("aspect_ratio", ASPECT_RATIOS),
        *(("resolution", offer.resolutions) for offer in OFFERS.values()),
        ("style_type", STYLE_TYPES),
        ("style_preset", STYLE_PRESETS),
        ("quality", QUALITIES),
    ],
)
def test_every_word_of_the_api_stands_for_itself(column: str, words: tuple[str, ...]) -> None:
    """No two words run into each other when case and dashes are passed over."""
    assert [parse_value(column, word) for word in words] == list(words)


@given(st.sampled_from(sorted(PARSERS)), st.text(min_size=1, max_size=40))
def test_any_text_is_a_value_or_a_fault(column: str, text: str) -> None:
    """A spreadsheet holds anything; nothing but ValueError comes out of reading it."""
    try:
        parse_value(column, text)
    except ValueError as error:
        assert str(error).split()[0] in {"is", "has", "holds", "needs"}  # noqa: PT017  both ends are fine


@given(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6))
def test_a_ratio_is_the_one_that_was_written(width: int, height: int) -> None:
    """Digits never move from one side of the colon to the other."""
    try:
        assert ratio_of(parse_value("aspect_ratio", f"{width}:{height}")) == Fraction(width, height)
    except ValueError:
        assert f"ASPECT_{width}_{height}" not in ASPECT_RATIOS
