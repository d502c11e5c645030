"""Languages are told by their tags, however people write them."""

import pytest

from tasks.records.language import lookup, meant_by, of_header, parse_language, parse_languages


@pytest.mark.parametrize(
    ("text", "tag"),
    [("de", "de"), (" DE ", "de"), ("PT_br", "pt-BR"), ("zh-hant", "zh-Hant"), ("es-419", "es-419"), ("deu", "de")],
)
def test_a_tag_is_one_in_any_case(text: str, tag: str) -> None:
    """With dashes or underscores, and by its older code."""
    assert parse_language(text) == tag


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("German", "'German', which is no language; write tags"),
        ("jp", "but a country: did you mean 'ja'?"),
        ("gr", "did you mean 'el'?"),
        ("zz", "no language; write"),
        ("usd", "no language"),
        ("und", "names no language"),
        ("x-default", "no language"),
        ("de-", "no language"),
        ("d" * 99, "no language"),
        ("茶", "no language"),
    ],
)
def test_what_is_no_language_is_told(text: str, told: str) -> None:
    """With what was perhaps meant: a country's code is not its language's."""
    with pytest.raises(ValueError, match="language") as raised:
        parse_language(text)
    assert told in str(raised.value)


def test_several_are_parted_by_commas_or_spaces_each_once() -> None:
    """The first stays the first."""
    assert parse_languages("en, de;fr\nDE pt-br") == ("en", "de", "fr", "pt-BR")
    assert parse_languages('["en", "de"]') == parse_languages("en/de") == parse_languages("EN | DE") == ("en", "de")
    with pytest.raises(ValueError, match="names no language"):
        parse_languages(" , ")


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("headline:de", ("headline", "de")),
        (" Head line : DE ", ("Head line", "de")),
        ("headline：zh_hant", ("headline", "zh-Hant")),
        ("Slogan: main:fr", ("Slogan: main", "fr")),
        ("note: internal", ("", "")),
        ("price:usd", ("", "")),
        ("time:", ("", "")),
        (":de", ("", "")),
        ("headline", ("", "")),
    ],
)
def test_a_header_tells_its_language(header: str, found: tuple[str, str]) -> None:
    """Behind its last colon, unless there is no language."""
    assert of_header(header) == found


@pytest.mark.parametrize("header", ["Headline (DE)", "headline_de", "headline-DE", "headline [de]", "headline / de"])
def test_what_may_be_meant_as_one(header: str) -> None:
    """A question is asked of it, and nothing is done."""
    assert meant_by(header) == (header[:8], "de")
    assert of_header(header) == ("", "")
    assert meant_by("headline pt_BR")[1] == "pt-BR"
    assert {meant_by(other) for other in ("headline", "headline:de", "size_xl", "de", "code_")} == {("", "")}


def test_a_language_is_served_by_one_of_less_detail() -> None:
    """By German where there is no Austrian, and never the other way round."""
    assert lookup("de-AT", {"de", "en"}) == "de"
    assert lookup("zh-Hant-TW", {"zh", "zh-Hant"}) == "zh-Hant"
    assert lookup("de", {"de-AT"}) is None
