"""What comes in is proven to be an image, and what goes out is exactly the cut that was asked for."""

import struct
import subprocess
import sys
import tracemalloc
import zlib
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import ExifTags, Image, PngImagePlugin

from tasks.errors import ImageUnreadable
from tasks.imaging import PIXELS_MAX, cut, decode
from tasks.models.geometry import Size
from tasks.models.variant import DEFAULT_VARIANTS, Variant

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)
FORMATS = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}


def gradient(width: int = 96, height: int = 64, mode: str = "RGB") -> Image.Image:
    """A picture without two equal halves."""
    across = Image.linear_gradient("L").rotate(90).resize((width, height))
    down = Image.linear_gradient("L").resize((width, height))
    return Image.merge("RGB", (across, down, Image.new("L", (width, height), 90))).convert(mode)


def saved(image: Image.Image, file_format: str = "PNG", **options: Any) -> bytes:
    """The bytes of `image` as a file."""
    out = BytesIO()
    image.save(out, file_format, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    """The image in `data`, by Pillow alone."""
    image = Image.open(BytesIO(data))
    image.load()
    return image


def chunk(name: bytes, body: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(size: tuple[int, int], bits: int, colour_type: int, rows: bytes, *more: bytes) -> bytes:
    """A PNG built by hand, for what Pillow does not write."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, bits, colour_type, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(more) + body


def profile(gamma: float = 2.2, space: bytes = b"RGB ", *, swap: bool = False) -> bytes:
    """A minimal ICC profile: sRGB's colours (`swap`: red and green exchanged) with a curve that is a plain power."""

    def xyz(*values: float) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(value * 65536)) for value in values)

    curve = b"curv\0\0\0\0" + struct.pack(">IHxx", 1, round(gamma * 256))
    red, green, blue = xyz(0.4361, 0.2225, 0.0139), xyz(0.3851, 0.7169, 0.0971), xyz(0.1431, 0.0606, 0.7141)
    if swap:
        red, green = green, red
    text = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + bytes(78)
    tags = {b"desc": text, b"cprt": b"text\0\0\0\0none", b"wtpt": xyz(0.9642, 1, 0.8249)}
    if space == b"GRAY":
        tags |= {b"kTRC": curve}
    else:
        tags |= {b"rXYZ": red, b"gXYZ": green, b"bXYZ": blue, b"rTRC": curve, b"gTRC": curve, b"bTRC": curve}
    table, body, start = struct.pack(">I", len(tags)), b"", 132 + 12 * len(tags)
    for name, value in tags.items():
        padded = value + bytes(-len(value) % 4)
        table += name + struct.pack(">II", start + len(body), len(value))
        body += padded
    head = bytes(4) + struct.pack(">I", 0x02100000) + b"mntr" + space + b"XYZ " + bytes(12) + b"acsp" + bytes(28)
    head += struct.pack(">iii", 63190, 65536, 54061) + bytes(48)
    return struct.pack(">I", start + len(body)) + head + table + body


def oriented(value: int) -> Image.Exif:
    """EXIF that says only which side is up."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = value
    return exif


@pytest.mark.parametrize(("file_format", "suffix"), FORMATS.items())
def test_an_accepted_format_is_told_by_its_bytes(file_format: str, suffix: str) -> None:
    """The suffix and the size come from the image itself."""
    original = decode(saved(gradient(96, 64), file_format))
    assert (original.suffix, original.size, original.image.mode) == (suffix, Size(96, 64), "RGB")


@pytest.mark.parametrize("file_format", FORMATS)
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


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # pytest takes away the filter that tasks.imaging sets
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


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize("kept", [0, 1, 11, 16, 30, 0.1, 0.5, 0.9, -100, -12, -1])
def test_a_truncated_download_is_refused(file_format: str, kept: float) -> None:
    """However much of the file is missing, down to its last byte."""
    data = saved(gradient(), file_format)
    with pytest.raises(ImageUnreadable):
        decode(data[: int(kept * len(data)) if isinstance(kept, float) else kept])


@pytest.mark.parametrize("file_format", ["GIF", "TIFF", "BMP", "PPM", "JPEG2000", "AVIF"])
def test_another_format_is_refused(file_format: str) -> None:
    """Only the three formats reach a decoder."""
    with pytest.raises(ImageUnreadable, match="not a PNG, JPEG or WebP"):
        decode(saved(gradient(), file_format))


def test_a_web_page_is_refused_by_name() -> None:
    """The sentence shows what came instead."""
    with pytest.raises(ImageUnreadable, match=r"begins with b'<!DOCTYPE ht'"):
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
    code = f"from tasks.imaging import decode; decode({broken!r}); decode({bad!r})"
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


def test_the_default_variants_of_a_square() -> None:
    """A 1024 px original gives the three WebP files that a campaign promises, in their exact sizes."""
    image = gradient(1024, 1024)
    made = {variant.name: opened(cut(image, variant)) for variant in DEFAULT_VARIANTS}
    assert {name: made[name].size for name in made} == {"og": (1200, 630), "thumb": (400, 400), "social": (1080, 1080)}
    assert {made[name].format for name in made} == {"WEBP"}


@pytest.mark.parametrize("file_format", ["webp", "jpeg", "png", "avif"])
@pytest.mark.parametrize(("fit", "size"), [("cover", (60, 60)), ("contain", (60, 40))])
def test_each_format_and_fit(file_format: str, fit: str, size: tuple[int, int]) -> None:
    """`cover` has the size asked for, `contain` the ratio of the source; the bytes are of the format asked for."""
    variant = Variant(name="cut", width=60, height=60, fit=fit, format=file_format)
    image = opened(cut(gradient(96, 64), variant))
    assert (image.size, image.format, image.mode) == (size, file_format.upper(), "RGB")


def test_cover_keeps_the_middle() -> None:
    """What is cut off is cut off at both ends."""
    image = Image.new("RGB", (300, 100), RED)
    image.paste(BLUE, (100, 0, 200, 100))
    square = opened(cut(image, Variant(name="cut", width=50, height=50, format="png")))
    assert [square.getpixel(place) for place in ((3, 3), (25, 25), (46, 46))] == [BLUE, BLUE, BLUE]


def test_a_cut_without_scaling_copies_pixels() -> None:
    """Where nothing need be resized, nothing is blurred."""
    image = gradient(97, 64)
    square = opened(cut(image, Variant(name="cut", width=64, height=64, format="png")))
    assert square.tobytes() == image.crop((16, 0, 80, 64)).tobytes()


@pytest.mark.parametrize("size", [(1, 1), (1, 1024), (1024, 1)])
@pytest.mark.parametrize("fit", ["cover", "contain"])
def test_a_source_of_one_pixel(size: tuple[int, int], fit: str) -> None:
    """The thinnest source can be cut, to the thinnest variant too."""
    for width, height in ((1200, 63), (1, 2000), (2000, 1)):
        variant = Variant(name="cut", width=width, height=height, fit=fit)
        made = opened(cut(Image.new("RGB", size, RED), variant))
        assert made.size == (width, height) or fit == "contain"


@pytest.mark.parametrize("file_format", ["webp", "png", "avif"])
def test_transparent_pixels_do_not_colour_their_neighbours(file_format: str) -> None:
    """A blue half stays blue up to its edge, though what is hidden beside it is red."""
    image = Image.new("RGBA", (100, 100), (*RED, 0))
    image.paste((*BLUE, 255), (0, 0, 47, 100))
    made = opened(cut(image, Variant(name="cut", width=33, height=33, format=file_format, quality=100)))
    assert made.mode == "RGBA"
    assert made.getpixel((30, 16))[3] == 0  # type: ignore[index]
    seen = Image.alpha_composite(Image.new("RGBA", made.size, (*BLUE, 255)), made)
    assert seen.getchannel("R").getextrema()[1] <= 8  # type: ignore[operator]


def test_jpeg_shows_transparency_as_white() -> None:
    """A format without alpha is drawn on paper, not on black."""
    made = opened(cut(Image.new("RGBA", (40, 40), (0, 0, 0, 0)), Variant(name="cut", width=8, height=8, format="jpeg")))
    assert (made.mode, made.getpixel((4, 4))) == ("RGB", (255, 255, 255))


@pytest.mark.parametrize("file_format", ["webp", "png", "avif"])
def test_alpha_that_hides_nothing_is_not_written(file_format: str) -> None:
    """An opaque RGBA image gives the bytes of the same RGB image."""
    variant = Variant(name="cut", width=30, height=30, format=file_format)
    assert cut(gradient(mode="RGBA"), variant) == cut(gradient(), variant)


@pytest.mark.parametrize("file_format", ["webp", "jpeg", "png", "avif"])
def test_metadata_is_gone(file_format: str) -> None:
    """No variant tells where a photograph was made, or by what; not even if the image still carries it."""
    exif = oriented(1)
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "N"
    exif[ExifTags.Base.Make] = "SECRET"
    data = saved(gradient(), "JPEG", exif=exif, comment=b"SECRET", icc_profile=profile(), xmp=b"SECRET")
    variant = Variant(name="cut", width=60, height=60, format=file_format)
    for image in (decode(data).image, opened(data)):
        made = cut(image, variant)
        assert b"SECRET" not in made
        assert not opened(made).getexif()
        assert not {"exif", "xmp", "icc_profile", "comment"} & set(opened(made).info)


def test_text_in_a_png_is_gone() -> None:
    """A prompt that a PNG carries along is not published with its variants."""
    text = PngImagePlugin.PngInfo()
    text.add_itxt("prompt", "SECRET")
    original = decode(saved(gradient(), pnginfo=text))
    assert b"SECRET" not in cut(original.image, Variant(name="cut", width=9, height=9, format="png"))


def test_the_source_is_not_changed() -> None:
    """Neither the bytes nor the image, of which further variants are cut, even in the size it has already."""
    data = saved(gradient(mode="RGBA"))
    before = bytes(data)
    image = decode(data).image
    image.info["note"] = "kept"
    pixels = image.tobytes()
    for variant in (*DEFAULT_VARIANTS, Variant(name="same", width=96, height=64)):
        cut(image, variant)
    assert (data, image.tobytes(), image.size, image.info) == (before, pixels, (96, 64), {"note": "kept"})


def test_the_same_image_gives_the_same_bytes_in_any_thread() -> None:
    """A variant depends on nothing but its source, so that a rerun finds its own work."""
    data = saved(gradient())
    variants = [*DEFAULT_VARIANTS, Variant(name="cut", width=60, height=60, format="avif")]

    def work(_: int) -> list[bytes]:
        return [cut(decode(data).image, variant) for variant in variants]

    with ThreadPoolExecutor(4) as pool:
        first, *others = pool.map(work, range(4))
    assert all(other == first for other in others)
