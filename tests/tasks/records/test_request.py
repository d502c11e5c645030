"""A request has one digest, today and in a year."""

import hashlib

import pytest

from tasks.records.cell import cell_digest, without_number
from tasks.records.request import GenerationRequest, Palette, PaletteMember
from tasks.records.sizes import as_written
from tests.matrices import DATA, plan_of

FULL = GenerationRequest(
    prompt="Ein Teehaus, 茶屋 \N{TEACUP WITHOUT HANDLE}\nim Regen",
    model="V_2_TURBO",
    aspect_ratio="ASPECT_16_9",
    style_type="DESIGN",
    magic_prompt="OFF",
    magic_prompt_version="V_0_1",
    negative_prompt="blur",
    seed=42,
    color_palette=Palette(members=(PaletteMember(color_hex="#0a3d62", color_weight=0.6),)),
)


def test_digests_are_the_ones_in_stored_campaigns() -> None:
    """Literals: whatever changes them makes every stored campaign pay again."""
    assert (
        GenerationRequest(prompt="Tea", aspect_ratio="ASPECT_1_1", style_type="AUTO").sha256()
        == "acd84bdac25d5ad0290122b7342842e4f7ccbafd2323416cc85f2d11ac194f61"
    )
    assert FULL.sha256() == "3d39f28a4699c6873bbdc498f7cf53b57d8b2238dc5fdd60be351265bfd3e9e2"
    assert cell_digest("ab" * 32, 1) == "a726311f7cda3d1b305fc11b314d8a77f1e421e5a1976868f94ea7fea8938d97"


@pytest.mark.parametrize("sample", ["spring_catalogue.csv", "spring_catalogue.parquet"])
def test_cells_of_the_samples_are_the_ones_in_stored_campaigns(sample: str) -> None:
    """Their ids and digests, made before there was a second route, in one literal; copies had no number."""
    cells = plan_of(str(DATA / sample), formats=str(DATA / "formats.csv")).cells
    told = "\n".join(f"{without_number(cell.cell_id)} {cell.request_sha256} {cell.copy_number}" for cell in cells)
    assert cells[0].cell_id == "first-flush-darjeeling-tea-social-square-7a65125e"
    assert (
        hashlib.sha256(told.encode()).hexdigest() == "752427a9911d9f6fe6d748542dc43d6efe7fc0e6c02afef69245877b07c3658b"
    )


def test_a_field_left_empty_changes_nothing() -> None:
    """What is not sent is not in the digest either, so a field may be added later."""
    sent = GenerationRequest(prompt="Tea", seed=None, resolution=None)
    assert sent.sha256() == GenerationRequest(prompt="Tea").sha256()
    assert "null" not in sent.model_dump_json(exclude_none=True)


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": "tea"},
        {"model": "V_2"},
        {"aspect_ratio": None},
        {"style_type": "ANIME"},
        {"magic_prompt": "ON"},
        {"magic_prompt_version": None},
        {"negative_prompt": None},
        {"seed": 0},
        {"color_palette": Palette(name="EMBER")},
        {"quality": "low"},
        {"style_preset": "ART_DECO"},
        {"style_codes": ("1A2B3C4D",)},
        {"enable_copyright_detection": True},
        {"custom_model_uri": "model/tea/version/3"},
        {"private": False},
    ],
)
def test_every_field_counts(change: dict[str, object]) -> None:
    """Two requests that differ anywhere are two cells."""
    assert FULL.model_copy(update=change).sha256() != FULL.sha256()


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("ASPECT_16_9", "16:9"),
        ("RESOLUTION_1344_704", "1344x704"),
        ("V_2_TURBO", "V_2_TURBO"),
        ("DESIGN", "DESIGN"),
        ("", ""),
    ],
)
def test_words_of_the_api_as_people_write_them(word: str, text: str) -> None:
    """Ratios have a colon, sizes an x, and everything else stays."""
    assert as_written(word) == text


def test_the_aspect_is_the_resolution_or_the_ratio() -> None:
    """Whichever was asked for."""
    assert FULL.aspect_text() == "16:9"
    assert GenerationRequest(prompt="Tea", resolution="RESOLUTION_1344_704").aspect_text() == "1344x704"
    assert GenerationRequest(prompt="Tea").aspect_text() == ""
