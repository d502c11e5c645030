"""The words we accept are the API's own."""

import json
from pathlib import Path
from typing import Any

import pytest

from tasks.records import vocabulary as words

DOCUMENT = Path(__file__).resolve().parents[3].parent / "shared" / "contract" / "ideogram-2026-06.json"

pytestmark = pytest.mark.skipif(not DOCUMENT.exists(), reason="the API document does not lie beside the checkout")


def schema(name: str) -> Any:
    """One schema of the document."""
    return json.loads(DOCUMENT.read_text())["components"]["schemas"][name]


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("AspectRatio", words.ASPECT_RATIOS),
        ("Resolution", words.RESOLUTIONS),
        ("MagicPromptOption", words.MAGIC_PROMPTS),
        ("MagicPromptVersionEnum", words.MAGIC_PROMPT_VERSIONS),
        ("ColorPalettePresetName", words.PALETTE_NAMES),
    ],
)
def test_we_accept_exactly_what_the_document_lists(name: str, ours: tuple[str, ...]) -> None:
    """Nothing is missing and nothing is ours alone; each once."""
    assert sorted(ours) == sorted(schema(name)["enum"])


@pytest.mark.parametrize(
    ("name", "ours", "theirs"),
    [
        ("ModelEnum", words.MODELS, {"V_3", "AUTO"}),
        ("StyleType", words.STYLE_TYPES, {"FICTION", "CUSTOM", "STYLIZED"}),
    ],
)
def test_what_we_leave_out_is_known(name: str, ours: tuple[str, ...], theirs: set[str]) -> None:
    """The shared lists also hold words of the newer routes, which the legacy route does not take."""
    assert set(schema(name)["enum"]) - set(ours) == theirs
    assert set(ours) <= set(schema(name)["enum"])


def test_limits_are_the_documents() -> None:
    """Seeds, copies, and the colours of a palette."""
    fields = schema("ImageRequest")["properties"]
    member = schema("ColorPaletteMember")["properties"]["color_weight"]
    assert (fields["seed"]["minimum"], fields["seed"]["maximum"]) == (0, words.SEED_MAX)
    assert (fields["num_images"]["minimum"], fields["num_images"]["maximum"]) == (1, words.IMAGES_MAX)
    assert schema("ColorPaletteWithMembers")["properties"]["members"]["maxItems"] == words.PALETTE_MEMBERS_MAX
    assert (member["minimum"], member["maximum"]) == (words.PALETTE_WEIGHT_MIN, words.PALETTE_WEIGHT_MAX)


def test_every_model_that_a_rule_names_exists() -> None:
    """A slip in one of the sets would refuse, or let through, a whole campaign."""
    named = words.STYLED_MODELS | words.NEGATIVE_PROMPT_MODELS | words.RESOLUTION_MODELS | words.PALETTE_MODELS
    assert named == set(words.MODELS)
