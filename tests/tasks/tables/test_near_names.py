"""A header that is nearly ours is probably meant to be."""

import pytest

from tasks.tables.near_names import beginning_column


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Prompt (required)", "prompt"),
        ("Prompt:", "prompt"),
        ("*prompt", "prompt"),
        ("Prompt *", "prompt"),
        ("prompt [text]", "prompt"),
        ("Prompt/Text", "prompt"),
        ("“prompt”", "prompt"),
        ("prompt 2", "prompt"),
        ("prompt2", "prompt"),
        ("Prompt_EN", "prompt"),
        ("promptText", "prompt"),
        ("Prompttext", "prompt"),
        ("prompts", "prompt"),
        ("PROMPT.DE", "prompt"),
        ("1. Prompt", "prompt"),
        ("Image prompt", "prompt"),
        ("Final prompt (approved)", "prompt"),
        ("AI_prompt_EN", "prompt"),
        ("Bildprompt", "prompt"),
        ("Prompt-Text (Bildprompts)", "prompt"),
        ("2) Aspect ratio", "aspect_ratio"),
        ("\u200bPrompt\u00ad (EN)", "prompt"),
        ("Aspect Ratio:", "aspect_ratio"),
        ("aspect_ratio (w:h)", "aspect_ratio"),
        ("AspectRatioValue", "aspect_ratio"),
        ("Negative Prompt (optional)", "negative_prompt"),
        ("product_id", "product"),
        ("product name", "product"),
        ("ProductName", "product"),
        ("productname", "product"),
        ("Products", "product"),
        ("product url", "product"),
        ("format notes", "format"),
        ("style guide", "style_type"),
        ("seed list", "seed"),
        ("styletypes", "style_type"),
        ("Num Images (1-8)", "num_images"),
        ("production", None),
        ("formatted", None),
        ("seedling", None),
        ("lifestyle", None),
        ("sku", None),
        ("notes", None),
        ("price per product", None),
        ("", None),
        ("---", None),
    ],
)
def test_a_name_with_words_or_signs_beside_it_is_seen(header: str, name: str | None) -> None:
    """In front of it only what is no word, save for a prompt's; what only begins alike is another word."""
    assert beginning_column(header) == name
