"""The language of templates: values, optional parts, alternatives, and the signs themselves."""

from collections import defaultdict

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tasks.tables.fill_template import EmptyGap, fill
from tasks.tables.template import parse_template

VALUES = {"product": "Teapot", "Colour": "blue", "Material": "", "Price": "19.90", "Odd": "{product} [a] \\{"}


def texts_of(template: str, values: dict[str, str] = VALUES) -> list[str]:
    """Every text that a template makes."""
    return [text for text, _ in fill(parse_template(template), defaultdict(str, values)).texts()]


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("A {product} in {Colour}", "A Teapot in blue"),
        ("A {{product}} in {{ Colour }}", "A Teapot in blue"),
        ("a tag reads ${Price}", "a tag reads $19.90"),
        ("A {product}[ of {Material}] on linen", "A Teapot on linen"),
        ("A {product}[ in {Colour}] on linen", "A Teapot in blue on linen"),
        ("A {product} [of {Material}] on linen", "A Teapot on linen"),
        ("A {product} [of {Material}], on linen", "A Teapot, on linen"),
        ("[{Material} ]{product}", "Teapot"),
        ("[{Material}] {product} [on {Material}]", "Teapot"),
        ("{product}[, {Colour} {Material}]!", "Teapot!"),
        (r"\{product\} \[a\] \|", "{product} [a] |"),
        (r"\\{product}", r"\Teapot"),
        ("{Odd}", "{product} [a] \\{"),
    ],
)
def test_a_template_is_filled_in(template: str, text: str) -> None:
    """One space stands where something was left out; what a value holds stands for itself."""
    assert texts_of(template) == [text]


@given(st.text(st.characters(codec="utf-8", exclude_characters="{}[]|"), max_size=200))
@example("two  spaces , and a C:\\path\\\\server and a\ttab ")
def test_a_text_without_placeholders_stays_as_it_is(text: str) -> None:
    """Spaces and backslashes too, and bars."""
    assert texts_of(text) == [text]
    assert texts_of(f"{text} | ") == [f"{text} | "]


@given(st.text(st.sampled_from("{}[]|\\= ab,\n"), max_size=40), st.booleans())
def test_filling_raises_nothing_but_a_named_fault(text: str, is_empty: bool) -> None:
    """Whatever is typed is a template, or is told to be none, in the end of a sentence; or a value is empty."""
    try:
        template = parse_template(text)
    except ValueError as error:
        told = str(error).split()[0]
        assert told in {"has", "holds"}
        return
    try:
        filled = fill(template, defaultdict(lambda: "" if is_empty else "value"))
    except EmptyGap:
        assert is_empty
        return
    assert len(list(filled.texts())) == filled.alternatives()


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("A {product", "has a { without its }"),
        ("A product}", "has a } without its {"),
        ("A [ {product}", "has a [ without its ]"),
        ("A {product} ]", "has a ] without its ["),
        ("A [ {product} [ {Colour} ] ]", "has a [ inside [...]"),
        ("A [sale]", "has an optional part [sale] without a {column} in it"),
        ("A {} cup", "holds empty braces"),
        ("A {{}} cup", "holds empty braces"),
        ("{dawn|dusk|dawn}", "two alternatives are the same"),
        ("{=dawn|dusk}", "write the name of the choice"),
        ("{light=a|b} {Light=c|d}", "has two choices called 'Light'"),
        ("{a {product}|b}", "braces inside braces"),
        ('{"high_level_description": {"a": 1}}', "JSON goes into the column prompt"),
    ],
)
def test_what_is_no_template_is_told(template: str, problem: str) -> None:
    """With what to write instead."""
    with pytest.raises(ValueError, match=r".") as told:
        parse_template(template)
    assert problem in str(told.value)


def test_alternatives_multiply() -> None:
    """Each with its choice; one that nobody has named has a number, also behind a part that is left out."""
    template = parse_template("{product} at {light=dawn|dusk}[, {Material}, {oak|elm}], {near|far}")
    filled = fill(template, defaultdict(str, VALUES))
    assert filled.alternatives() == 4
    assert list(filled.texts()) == [
        ("Teapot at dawn, near", {"light": "dawn", "choice_2": "near"}),
        ("Teapot at dawn, far", {"light": "dawn", "choice_2": "far"}),
        ("Teapot at dusk, near", {"light": "dusk", "choice_2": "near"}),
        ("Teapot at dusk, far", {"light": "dusk", "choice_2": "far"}),
    ]


def test_an_alternative_may_be_empty_or_hold_a_bar() -> None:
    """With steam and without it; and the sign itself."""
    assert texts_of(r"{product} {with steam|}, {a\|b|c}") == [
        "Teapot with steam, a|b",
        "Teapot with steam, c",
        "Teapot, a|b",
        "Teapot, c",
    ]


def test_a_long_text_of_signs_takes_no_time() -> None:
    """Nothing is tried again and again."""
    assert texts_of("\\" * 9_999) == ["\\" * 9_999]
    for text in ("{" * 9_999, "{" + "\\|" * 4_000, "{{" + " " * 9_000, "[" * 9_999):
        with pytest.raises(ValueError, match=r"without its|inside"):
            parse_template(text)
