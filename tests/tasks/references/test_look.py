"""A picture is what its bytes are; what the API would not take is said before anything is paid."""

from io import BytesIO

import pytest
from PIL import Image

from tasks.images.decode_image import PIXELS_MAX
from tasks.records.reference import REFERENCE_MAX_BYTES
from tasks.references.look import Looked, NoPicture, look_at


def saved(kind: str, size: tuple[int, int] = (64, 48), **options: object) -> bytes:
    """A picture of `kind` with something in it."""
    out = BytesIO()
    Image.effect_noise(size, 80).convert("RGB").save(out, kind, **options)
    return out.getvalue()


@pytest.mark.parametrize(("kind", "media_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")])
def test_what_the_api_takes(kind, media_type):
    """By content, with its size in pixels."""
    assert look_at(saved(kind)) == Looked(media_type, 64, 48)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9])
def test_what_was_cut_off(kind, kept):
    """A download that broke off is told here, and not by the API."""
    data = saved(kind, (640, 480))
    with pytest.raises(NoPicture, match=rf"^is a {kind} that is damaged or cut off; copy or save it again$"):
        look_at(data[: int(len(data) * kept)])


def test_a_thumbnail_is_no_end():
    """A photograph holds a whole small one at its beginning; what a camera adds behind its end does no harm."""
    exif = Image.Exif()
    exif[0x9286] = saved("JPEG")
    data = saved("JPEG", (640, 480), exif=exif.tobytes(), progressive=True)
    assert data.count(b"\xff\xd9") == 2
    assert look_at(data + b"trailer") == Looked("image/jpeg", 640, 480)
    with pytest.raises(NoPicture, match="cut off"):
        look_at(data[: len(data) - 2])


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (saved("GIF"), "is a GIF; the API takes PNG, JPEG and WebP; save it as one of these"),
        (saved("TIFF"), "is a TIFF;"),
        (saved("AVIF"), "is an AVIF;"),
        (saved("BMP"), "is a BMP;"),
        (b"\0\0\0\x18ftypheic" + bytes(40), "is a HEIC, as phones take them;"),
        (b"%PDF-1.7\n", "is a PDF;"),
        (b"8BPS\0\1", "is a Photoshop file;"),
        (b'<?xml version="1.0"?>\n<!-- Inkscape -->\n<svg xmlns="x">', "is an SVG;"),
        (b"<svg/>", "is an SVG;"),
        (b"<!DOCTYPE html><html>", "is a web page and no picture; give the address of the picture itself"),
        (b"", "is empty"),
        (b"product,prompt\n", "is no picture; the API takes PNG, JPEG and WebP"),
        (bytes(REFERENCE_MAX_BYTES + 1), "is larger than 25 MB, which is the API's limit; make it smaller"),
    ],
)
def test_what_the_api_does_not_take(data, problem):
    """It is named as what it is, with what to do."""
    with pytest.raises(NoPicture) as told:
        look_at(data)
    assert str(told.value).startswith(problem)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_giant_is_not_decoded(kind):
    """A small file may unpack to more pixels than any memory holds."""
    out = BytesIO()
    Image.new("1" if kind == "PNG" else "L", (PIXELS_MAX // 8000 + 1, 8000)).save(out, kind)
    with pytest.raises(NoPicture, match=r"has more than 64,000,000 pixels; make it smaller"):
        look_at(out.getvalue())
