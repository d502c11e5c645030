"""A feed that wants the full size gets every pixel of the original, and the marks; the original stays as it came."""

from io import BytesIO

import pytest
from PIL import Image

from tasks.images.cut_image import cut_all
from tasks.images.decode_image import decode
from tasks.images.found_marks import found_marks
from tasks.images.geometry import Size, kept
from tasks.images.mark_png import marked_png, saved_png
from tasks.images.png import chunk
from tasks.images.png_chunks import chunks
from tasks.images.xmp_packet import packet
from tasks.records.marks import facts_of
from tasks.records.variant import Variant
from tests.factories import a_cell, an_original

FULL = Variant.parse("full=original")
CELL = a_cell()
FACTS = facts_of(CELL, an_original(CELL), "yes")


def picture(width: int = 60, height: int = 40, mode: str = "RGB") -> Image.Image:
    """Something with more than one colour."""
    return Image.radial_gradient("L").resize((width, height)).convert(mode)


def full(data: bytes) -> bytes:
    """What becomes of an original."""
    (made,) = cut_all(None, data, "tea", [FULL], facts=FACTS).files.values()
    return made


def pixels_of(data: bytes) -> bytes:
    """The packed pixels of a PNG."""
    return b"".join(data[one.start : one.end] for one in chunks(data) if one.name == b"IDAT")


def test_a_png_gets_its_marks_without_being_decoded():
    """Its pixels stay packed as they are; a packet that it had, and a signature for another file, are gone."""
    theirs = saved_png(picture(600, 400), packet(FACTS._replace(system="Somebody")))
    signed = theirs[:33] + chunk(b"caBX", b"jumb..c2pa") + chunk(b"gAMA", b"\0\0\xb1\x8f") + theirs[33:]
    made = full(signed)
    assert pixels_of(made) == pixels_of(signed)
    assert made.count(b"XML:com.adobe.xmp") == 1
    assert b"Somebody" not in made
    assert b"gAMA" in made
    assert found_marks(made).words == "iptc"
    assert decode(made).notes == ()


@pytest.mark.parametrize("file_format", ["JPEG", "WEBP", "AVIF", "GIF", "TIFF", "PNG with a fault"])
def test_any_other_original_is_a_png_of_the_same_pixels(file_format):
    """Lossless, whatever it came as; what is broken is not handed on."""
    out = BytesIO()
    picture().save(out, file_format.partition(" ")[0])
    data = out.getvalue() + (b"more" if file_format.startswith("PNG") else b"")
    made = full(data)
    assert made[1:4] == b"PNG"
    assert decode(made).image.tobytes() == decode(data).image.tobytes()
    assert found_marks(made).words == "iptc"
    assert made == full(data)


def test_what_is_no_png_is_not_taken_for_one():
    """Nor one that is cut off."""
    assert marked_png(b"", b"") is None
    assert marked_png(saved_png(picture(), b"")[:-12], b"") is None


def test_transparency_stays():
    """A card that is clear around its product."""
    assert decode(full(saved_png(picture(mode="LA").convert("RGBA"), b""))).image.size == (60, 40)


def test_it_is_written_without_a_size():
    """And has the format that loses nothing; what says otherwise is refused."""
    assert (FULL.fit, FULL.size_text, FULL.key("tea")) == ("original", "original", "variants/tea-full.png")
    assert Variant.parse("full=original,only=hero").only == ("hero",)
    assert Variant.model_validate_json(FULL.model_dump_json()) == FULL
    assert Variant(name="full", width=5, height=5, fit="original") == FULL
    assert kept(Size(9, 5), FULL) == (1, 1)
    for wrong in ("full=original,jpeg", "full=original,top", "full=original,ground=auto", "full=original,cover"):
        with pytest.raises(ValueError, match="is not a variant"):
            Variant.parse(wrong)
