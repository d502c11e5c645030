"""How people write sizes."""

import pytest

from tasks.records.size_words import parse_size


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("auto", "auto"),
        ("AUTO", "auto"),
        ("16:9", "ASPECT_16_9"),
        ("16x9", "ASPECT_16_9"),
        ("16:09:00", "ASPECT_16_9"),
        ("1080:1350", "ASPECT_4_5"),
        ("ASPECT_9_16", "ASPECT_9_16"),
        ("1344x704", "RESOLUTION_1344_704"),
        ("1344 × 704", "RESOLUTION_1344_704"),
        ("RESOLUTION_2048_2048", "RESOLUTION_2048_2048"),
    ],
)
def test_a_size_is_a_shape_or_pixels_or_left_to_the_variants(text: str, size: str):
    """Of two numbers without a colon large ones are pixels. What was read is read again as the same."""
    assert parse_size(text) == size
    assert parse_size(size) == size


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("XL", "a column with the sizes of products needs another name, such as product_size"),
        ("42", "use auto, which chooses for the variants"),
        ("30 x 40 cm", "such as product_size"),
        ("1080x1350", "is not accepted by any model; use a size listed in data/README.md"),
        ("1080x1920", "; for files of 1080x1920 draw 9:16, and cut it: --variant NAME=1080x1920; or auto"),
        ("1200x630", "; for files of 1200x630 draw what is like it, and cut it: --variant NAME=1200x630; or auto"),
        ("1080x1350", "or auto, which chooses one for the variants"),
        ("7:5", "use one of 1:1"),
        ("2027-09-16", "is a day that the spreadsheet has made of it"),
    ],
)
def test_any_other_text_is_refused_with_what_is_accepted(text: str, said: str):
    """Also the sizes of shirts: taken for a note, a slip of the pen would be drawn, and paid, as a square."""
    with pytest.raises(ValueError, match=said):
        parse_size(text)
