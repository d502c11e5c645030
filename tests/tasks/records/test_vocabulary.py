"""The words we accept are the API's own."""

from typing import Any

import pytest

from tasks.records import vocabulary as words
from tests.contract import needs_document, schemas

pytestmark = needs_document


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("MagicPromptOption", words.MAGIC_PROMPTS),
        ("ColorPalettePresetName", words.PALETTE_NAMES),
        ("StylePresetV3", words.STYLE_PRESETS),
    ],
)
def test_we_accept_exactly_what_the_document_lists(name: str, ours: tuple[str, ...]) -> None:
    """Nothing is missing and nothing is ours alone; each once."""
    assert sorted(ours) == sorted(schemas()[name]["enum"])


def test_experiments_of_magic_prompt_are_left_out() -> None:
    """The document lists slots of the vendor's own trials behind the versions that there are."""
    listed = schemas()["MagicPromptVersionEnum"]["enum"]
    assert [word for word in listed if not word.startswith("V4_")] == list(words.MAGIC_PROMPT_VERSIONS)


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("IdeogramV3StylePreset", words.STYLE_PRESETS),
        ("IdeogramColorPalettePresetName", words.PALETTE_NAMES),
        ("MagicPromptMode", words.MAGIC_PROMPTS),
    ],
)
def test_the_newest_routes_spell_the_same_words_small(name: str, ours: tuple[str, ...]) -> None:
    """A dialect has nothing to do but that."""
    assert sorted(word.lower() for word in ours) == sorted(schemas()[name]["enum"])


def test_limits_are_the_documents() -> None:
    """Seeds, copies, prompts, codes, and the colours of a palette."""
    fields: Any = schemas()["ImageRequest"]["properties"]
    newest: Any = schemas()["GenerateImageIdeogramV3Request"]["properties"]
    member = schemas()["ColorPaletteMember"]["properties"]["color_weight"]
    assert (fields["seed"]["minimum"], fields["seed"]["maximum"]) == (0, words.SEED_MAX)
    assert (fields["num_images"]["minimum"], fields["num_images"]["maximum"]) == (1, words.IMAGES_MAX)
    assert newest["prompt"]["maxLength"] == newest["negative_prompt"]["maxLength"] == words.PROMPT_MAX_CHARS
    assert schemas()["ColorPaletteWithMembers"]["properties"]["members"]["maxItems"] == words.PALETTE_MEMBERS_MAX
    assert (member["minimum"], member["maximum"]) == (words.PALETTE_WEIGHT_MIN, words.PALETTE_WEIGHT_MAX)
    assert schemas()["StyleCode"]["pattern"] == "^[0-9a-fA-F]{8}$"
