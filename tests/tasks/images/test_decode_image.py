"""What comes in is proven to be an image, and nothing else passes for one."""

import subprocess
import sys
import tracemalloc

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from tasks.errors import ImageUnreadable
from tasks.images.decode_image import PIXELS_MAX, decode
from tasks.images.geometry import Size
from tests.tasks.pictures import BLUE, FORMATS, GREEN, RED, chunk, gradient, oriented, png, profile, saved


@pytest.mark.parametrize(("file_format", "suffix"), FORMATS.items())
def test_an_accepted_format_is_told_by_its_bytes(file_format: str, suffix: str) -> None:
    """The suffix and the size come from the image itself."""
    original = decode(saved(gradient(96, 64), file_format))
    assert (original.suffix, original.size, original.image.mode) == (suffix, Size(96, 64), "RGB")


@pytest.mark.parametrize("file_format", sorted(FORMATS.keys() - {"GIF"}))
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_becomes_upright(file_format: str, orientation: int) -> None:
    """However the sides are stored, the red corner ends at the left top, and the size is the upright one."""
    upright = Image.new("RGB", (96, 64), BLUE)
    upright.paste(RED, (0, 0, 32, 32))
    undo = [None, None, 0, 3, 1, 5, 2, 6, 4][orientation]  # the transpositions by number; 90 and 270 undo each other
    stored = upright if undo is None else upright.transpose(Image.Transpose(undo))
    original = decode(saved(stored, file_format, exif=oriented(orientation), quality=95))
    assert original.size == Size(96, 64)
    corners = [original.image.getpixel(place) for place in ((8, 8), (88, 8), (8, 56), (88, 56))]
    for corner, colour in zip(corners, (RED, BLUE, BLUE, BLUE), strict=True):
        assert corner == pytest.approx(colour, abs=12)


@pytest.mark.filterwarnings(
    "ignore::UserWarning:PIL"
)  # pytest takes away the filter that tasks.images.decode_image sets
@pytest.mark.parametrize("exif", [b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0nonsense", b"Exif\0\0"])
def test_broken_exif_costs_no_image(exif: bytes) -> None:
    """EXIF that cannot be read is passed over."""
    assert decode(saved(gradient(), "JPEG", exif=exif)).size == Size(96, 64)


def test_a_colour_profile_changes_the_numbers() -> None:
    """What a profile calls green is green in sRGB, and its darker curve is made up for."""
    image = decode(saved(Image.new("RGB", (4, 4), RED), icc_profile=profile(swap=True))).image
    assert image.getpixel((0, 0)) == pytest.approx(GREEN, abs=3)
    image = decode(saved(Image.new("RGB", (4, 4), (128, 128, 128)), icc_profile=profile(gamma=1.0))).image
    assert image.getpixel((0, 0)) == pytest.approx((188, 188, 188), abs=2)
    assert "icc_profile" not in image.info


def test_a_profile_leaves_alpha_alone() -> None:
    """Colours are converted, transparency is not."""
    image = decode(saved(Image.new("RGBA", (4, 4), (*RED, 100)), icc_profile=profile(swap=True))).image
    assert image.mode == "RGBA"
    assert image.getpixel((0, 0)) == pytest.approx((*GREEN, 100), abs=3)


@pytest.mark.parametrize("mode", ["L", "LA"])
def test_a_grey_profile_is_followed(mode: str) -> None:
    """A grey image with a grey profile is converted as well."""
    image = decode(saved(Image.new("LA", (4, 4), (128, 90)).convert(mode), icc_profile=profile(1.0, b"GRAY"))).image
    expected = (188, 188, 188, 90) if mode == "LA" else (188, 188, 188)
    assert image.getpixel((0, 0)) == pytest.approx(expected, abs=2)


@pytest.mark.parametrize("broken", [b"nonsense", profile()[:140], profile(space=b"GRAY")])
def test_a_broken_profile_costs_no_image(broken: bytes) -> None:
    """Where a profile cannot be used (or is of another kind of image), the numbers are taken as sRGB."""
    image = decode(saved(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG", icc_profile=broken, quality=95)).image
    assert image.getpixel((0, 0)) == pytest.approx(RED, abs=3)


@pytest.mark.parametrize(
    ("data", "pixel"),
    [
        (saved(Image.new("1", (4, 4), 1)), (255, 255, 255)),
        (saved(Image.new("L", (4, 4), 77)), (77, 77, 77)),
        (saved(Image.new("LA", (4, 4), (77, 50))), (77, 77, 77, 50)),
        (saved(Image.new("P", (4, 4), 0), transparency=0), (0, 0, 0, 0)),
        (saved(Image.new("RGBA", (4, 4), (9, 8, 7, 255))), (9, 8, 7)),
        (png((1, 1), 16, 0, b"\0\x80\x7f"), (128, 128, 128)),
        (png((1, 1), 16, 2, b"\0\x80\x7f\xff\xff\0\0"), (128, 255, 0)),
        (png((1, 1), 8, 2, b"\0\x80\x7f\xff", chunk(b"tRNS", b"\0\x80\0\x7f\0\xff")), (128, 127, 255, 0)),
        (saved(Image.new("CMYK", (8, 8), (255, 0, 255, 0)), "JPEG", quality=95), (0, 255, 1)),
        (saved(Image.new("L", (8, 8), 77), "JPEG", quality=95), (77, 77, 77)),
    ],
)
def test_every_kind_of_pixel_becomes_rgb_or_rgba(data: bytes, pixel: tuple[int, ...]) -> None:
    """1 bit, grey, palette, 16 bit and CMYK keep their colour; alpha is kept where it hides something."""
    image = decode(data).image
    assert image.mode == ("RGB" if len(pixel) == 3 else "RGBA")
    assert image.getpixel((0, 0)) == pytest.approx(pixel, abs=1)


@pytest.mark.parametrize("file_format", ["PNG", "WEBP"])
def test_of_an_animation_the_first_picture_is_taken(file_format: str) -> None:
    """An animation was paid for as well, and its first picture is a picture."""
    frames = [Image.new("RGB", (8, 8), colour) for colour in (RED, BLUE)]
    data = saved(frames[0], file_format, save_all=True, append_images=frames[1:], lossless=True)
    assert decode(data).image.getpixel((0, 0)) == RED


@pytest.mark.parametrize("file_format", sorted(FORMATS.keys() - {"GIF"}))
@pytest.mark.parametrize("kept", [0, 1, 11, 16, 30, 0.1, 0.5, 0.9, -100, -12, -1])
def test_a_truncated_download_is_refused(file_format: str, kept: float) -> None:
    """However much of the file is missing, down to its last byte."""
    data = saved(gradient(), file_format)
    with pytest.raises(ImageUnreadable):
        decode(data[: int(kept * len(data)) if isinstance(kept, float) else kept])


@pytest.mark.parametrize("file_format", ["BMP", "PPM", "JPEG2000"])
def test_another_format_is_refused(file_format: str) -> None:
    """Only the formats that are named reach a decoder."""
    with pytest.raises(ImageUnreadable, match="no image that we read"):
        decode(saved(gradient(), file_format))


def test_a_web_page_is_refused_by_name() -> None:
    """The sentence shows what came instead."""
    with pytest.raises(ImageUnreadable, match=r"begins with '<!DOCTYPE ht'$"):
        decode(b"<!DOCTYPE html><html>expired</html>")
    with pytest.raises(ImageUnreadable, match="empty"):
        decode(b"")


def test_damaged_pixels_are_refused() -> None:
    """A PNG whose data fail their check sum is not stored as if it were whole."""
    data = bytearray(saved(gradient()))
    data[len(data) // 2] ^= 0x10
    with pytest.raises(ImageUnreadable, match="cannot be read"):
        decode(bytes(data))


@pytest.mark.parametrize("size", [(100_000, 100_000), (8_001, 8_000)])
def test_a_decompression_bomb_is_refused_unopened(size: tuple[int, int]) -> None:
    """The header is enough, and no room is made for its pixels."""
    tracemalloc.start()
    with pytest.raises(ImageUnreadable, match="at most 64,000,000"):
        decode(png(size, 8, 2, b""))
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("limit", [1, None])
def test_the_limit_is_ours_alone(monkeypatch: pytest.MonkeyPatch, limit: int | None) -> None:
    """Pillow's process-wide limit decides nothing, in either direction."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
    assert decode(saved(gradient())).size == Size(96, 64)
    with pytest.raises(ImageUnreadable, match="at most"):
        decode(png((PIXELS_MAX + 1, 1), 8, 0, b""))


def test_nothing_is_said_on_the_terminal() -> None:
    """Pillow's warnings (here of broken EXIF and of a bad animation) do not reach the person who runs a campaign."""
    broken = saved(gradient(), "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\x05\0\x12\x01\x03\0\xff")
    bad = png((1, 1), 8, 0, b"\0\x80", chunk(b"acTL", bytes(8)))
    code = f"from tasks.images.decode_image import decode; decode({broken!r}); decode({bad!r})"
    said = subprocess.run([sys.executable, "-W", "always", "-c", code], capture_output=True, check=True)
    assert (said.stdout, said.stderr) == (b"", b"")


@given(st.sampled_from([b"", *(saved(gradient(9, 9), name) for name in FORMATS)]), st.data())
def test_any_bytes_are_an_image_or_unreadable(whole: bytes, data: st.DataObject) -> None:
    """No other error comes out, whatever the bytes: noise, or an image with a part overwritten."""
    start = data.draw(st.integers(0, len(whole)))
    noise = data.draw(st.binary(max_size=60))
    try:
        decode(whole[:start] + noise + whole[start + len(noise) :])
    except ImageUnreadable as error:
        assert str(error)  # noqa: PT017  either outcome is right


@given(st.binary(max_size=300))
@example(b"\x89PNG\r\n\x1a\n")
@example(b"\xff\xd8\xff")
@example(b"RIFF\0\0\0\0WEBP")
def test_noise_is_unreadable(noise: bytes) -> None:
    """Noise is never an image."""
    with pytest.raises(ImageUnreadable):
        decode(noise)
