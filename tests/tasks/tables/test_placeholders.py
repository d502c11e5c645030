"""What a template has left in a text is found, and what a person means with brackets is not taken for it."""

import pytest

from tasks.tables.placeholders import may_hold_one, placeholder

NAMES = frozenset({"sku", "brandcolour"})


@pytest.mark.parametrize(
    "text",
    [
        "{product}",
        "{ product }",
        "{{product}}",
        "{{ Product }}",
        "{{ product | upper }}",
        "{{Brand Name}}",
        "{{{product}}}",
        "${product}",
        "${{ product }}",
        "#{product}",
        "{$product}",
        "{Product Name}",
        "{brand}",
        "{brand_name}",
        "{item.colour}",
        "{Brand Colour}",
        "{0}",
        "{}",
        "%s",
        "%product%",
        "%%product%%",
        "%(product)s",
        "%PRODUCT_NAME%",
        "[product]",
        "[[product]]",
        "[PRODUCT NAME]",
        "[your product]",
        "[insert product name here]",
        "[sku]",
        "[Brand Colour]",
        "<product>",
        "<<product>>",
        "<brand-colour>",
        "«product»",
        "*|PRODUCT|*",
        "$product",
        "{% if product %}",
    ],
)
def test_a_placeholder_is_found(text: str) -> None:
    """In the brackets of the usual templates; in braces whatever it names, else if it names a column."""
    assert placeholder(f"A photo of {text} on a beach", NAMES) == text
    assert may_hold_one(text)


@pytest.mark.parametrize(
    "text",
    [
        "A red shoe",
        "A {red|blue} shoe",
        "A {red, blue} shoe",
        "A shoe [sandbox:refuse]",
        "A shoe [[rgb8.png]]",
        "A shoe [slow=3]",
        "A shoe [red] (product)",
        "A table, 50% cotton, 20% product, 30% wool",
        "A price of $5 and $product5",
        '{"members": [{"color_hex": "#fff"}]}',
        "a < b > c",
        "<3 a heart",
        "A sign: « Bonjour »",
        "{a very long text in braces}",
        "<lora:shoe:1>",
        "A set like {1, 2}",
        "50%shoe",
    ],
)
def test_brackets_of_other_kinds_are_text(text: str) -> None:
    """Choices, the stand-in's marks, prices, JSON, arrows, quotes."""
    assert placeholder(text, NAMES) is None
