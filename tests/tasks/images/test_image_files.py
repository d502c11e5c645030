"""Formats other than PNG: what stands beside their pixels costs no image, and the first picture counts."""

import struct
from io import BytesIO

import pytest
from PIL import ExifTags, Image

from tasks.errors import ImageUnreadable
from tasks.images.decode_image import FORMATS, decode
from tasks.images.geometry import Size
from tests.tasks.pictures import BLUE, GREEN, RED, gradient, oriented, profile, saved

JPEG = saved(gradient(), "JPEG", quality=95)
MALFORMED = ("what stands beside its pixels is malformed and was passed over",)
MORE = ("it holds more than one picture, of which the first was taken",)


def segment(number: int, body: bytes) -> bytes:
    """A segment of an application in a JPEG."""
    return bytes([0xFF, 0xE0 + number]) + struct.pack(">H", len(body) + 2) + body


def test_every_format_has_a_suffix_of_its_own() -> None:
    """Under which it is stored, whatever the link is called."""
    assert [kind.suffix for kind in FORMATS] == ["png", "jpg", "webp", "avif", "gif", "tif"]


@pytest.mark.parametrize(
    ("body", "notes"),
    [
        ((0, b"JFIF\0"), MALFORMED),
        ((1, b"junk"), ()),
        ((1, b"Exif\0\0II*\0"), ()),
        ((2, b"ICC_PROFILE\0"), MALFORMED),
        ((2, b"ICC_PROFILE\0\1\2" + profile(swap=True)), ()),
        ((2, b"MPF\0junk"), ()),
        ((13, b"Photoshop 3.0\x008BIM\4\4\0\0\xff\xff\xff\xff"), ()),
        ((14, b"Adobe"), MALFORMED),
    ],
)
def test_an_odd_segment_costs_no_jpeg(body: tuple[int, bytes], notes: tuple[str, ...]) -> None:
    """Whatever a program wrote beside the pixels; what was kept still counts."""
    exif = segment(1, b"Exif\0\0" + oriented(6).tobytes().removeprefix(b"Exif\0\0"))
    for before in (b"", exif):
        original = decode(JPEG[:2] + before + segment(*body) + JPEG[2:])
        assert original.notes == notes
        assert original.size == (Size(64, 96) if before else Size(96, 64))
        if not before:
            assert original.image.tobytes() == decode(JPEG).image.tobytes()


def test_a_jpeg_of_several_pictures_shows_the_first() -> None:
    """Phones write such; and what follows a picture is not its own."""
    several = saved(gradient(), "MPO", save_all=True, append_images=[Image.new("RGB", (96, 64), RED)])
    for data in (several, several[:-300], JPEG + b"garbage" * 99):
        assert decode(data).suffix == "jpg"
        assert decode(data).size == Size(96, 64)


@pytest.mark.parametrize("with_adobe", [True, False])
def test_ink_is_read_with_and_without_adobes_word(with_adobe: bool) -> None:
    """Pillow and browsers turn the numbers round; without the word they are as they should be."""
    data = saved(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG", quality=95)
    start = data.index(b"\xff\xee")
    if not with_adobe:
        data = data[:start] + data[start + 16 :]
    assert decode(data).image.getpixel((5, 5)) == pytest.approx(RED, abs=3)


def test_an_avif_without_readable_exif_is_read() -> None:
    """Its decoder refuses the whole file; which side is up, it says elsewhere."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "a camera"
    data = saved(gradient(), "AVIF", exif=exif)
    start = data.rindex(b"MM\0*", 0, data.index(b"a camera"))
    original = decode(data[:start] + b"junk" + data[start + 4 :])
    assert (original.notes, original.size) == (MALFORMED, Size(96, 64))


@pytest.mark.parametrize("brand", [b"avif", b"mif1", b"miaf", b"made"])
def test_an_avif_is_told_by_any_of_its_brands(brand: bytes) -> None:
    """The first of them is whatever its encoder likes best."""
    data = saved(gradient(), "AVIF").replace(b"ftypavif", b"ftyp" + brand)
    assert decode(data).suffix == "avif"


def test_the_colours_of_an_avif_are_its_numbers() -> None:
    """Without a profile they stand in a box of their own; what it says of video is sRGB."""
    data = saved(Image.new("RGB", (32, 32), (200, 80, 80)), "AVIF", quality=100, subsampling="4:4:4")
    srgb = b"colrnclx" + struct.pack(">HH", 1, 13)
    assert srgb in data
    for numbers, colour in (((12, 13), (216, 69, 75)), ((1, 1), (200, 80, 80)), ((2, 2), (200, 80, 80))):
        made = decode(data.replace(srgb, b"colrnclx" + struct.pack(">HH", *numbers)))
        assert made.image.getpixel((9, 9)) == pytest.approx(colour, abs=3)


@pytest.mark.parametrize("file_format", ["WEBP", "AVIF", "GIF", "TIFF"])
def test_of_several_pictures_the_first_is_taken(file_format: str) -> None:
    """And the person is told that there are more."""
    frames = [Image.new("RGB", (32, 32), colour) for colour in (RED, BLUE, GREEN)]
    original = decode(saved(frames[0], file_format, save_all=True, append_images=frames[1:]))
    assert original.image.getpixel((9, 9)) == pytest.approx(RED, abs=3)
    assert original.notes == MORE


def test_a_gif_that_is_cut_off_behind_its_first_picture_is_one() -> None:
    """What is missing would not have been used."""
    frames = [gradient(96, 64).quantize(64), gradient(64, 96).resize((96, 64)).quantize(64)]
    alone, several = (saved(frames[0], "GIF", save_all=True, append_images=more) for more in ([], frames[1:]))
    original = decode(several[: len(alone) + 300])
    assert original.image.tobytes() == decode(alone).image.tobytes()
    with pytest.raises(ImageUnreadable):
        decode(alone[:-100])


def test_a_gif_is_clear_where_nothing_is_drawn() -> None:
    """Its first picture may be smaller than its canvas, which browsers leave clear."""
    data = bytearray(saved(Image.new("P", (8, 8), 0), "GIF"))
    data[6:10] = struct.pack("<HH", 12, 10)
    image = decode(bytes(data)).image
    assert (image.mode, image.size) == ("RGBA", (12, 10))
    assert [image.getpixel(place)[3] for place in ((7, 7), (8, 7), (7, 8))] == [255, 0, 0]  # type: ignore[index]


@pytest.mark.parametrize("packing", ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"])
def test_a_tiff_is_read_as_it_is_usually_packed(packing: str) -> None:
    """Upright, in RGB, its first page."""
    original = decode(saved(gradient(), "TIFF", compression=packing, exif=oriented(6)))
    assert (original.suffix, original.size, original.image.mode) == ("tif", Size(64, 96), "RGB")


@pytest.mark.parametrize("packing", ["lzma", "zstd", "group4"])
def test_a_tiff_that_is_packed_rarely_is_refused(packing: str) -> None:
    """Decoders that hardly anybody uses are not tried on what comes from outside."""
    with pytest.raises(ImageUnreadable, match=f"packed in a way that we do not read: {packing}"):
        decode(saved(gradient(mode="1"), "TIFF", compression=packing))


@pytest.mark.parametrize("mode", ["I", "F"])
def test_a_tiff_of_32_bits_is_refused(mode: str) -> None:
    """Nobody says which of its numbers is white."""
    with pytest.raises(ImageUnreadable, match="32 bits"):
        decode(saved(gradient(mode="L").convert(mode), "TIFF"))


@pytest.mark.parametrize(
    ("mode", "colour", "seen"),
    [
        ("CMYK", (255, 0, 255, 0), GREEN),
        ("LA", (77, 50), (77, 77, 77, 50)),
        ("RGBA", (*RED, 90), (*RED, 90)),
        ("I;16", 0x807F, (128, 128, 128)),
        ("I;16B", 0x807F, (128, 128, 128)),
        ("1", 1, (255, 255, 255)),
    ],
)
def test_every_kind_of_pixel_of_a_tiff(mode: str, colour: object, seen: tuple[int, ...]) -> None:
    """Ink, transparency and 16 bits in either order."""
    assert decode(saved(Image.new(mode, (4, 4), colour), "TIFF")).image.getpixel((1, 1)) == seen  # type: ignore[arg-type]


def test_a_tiff_made_of_tags_is_harmless() -> None:
    """One with a million values, one whose pages lead back to the first, and one of more pixels than we decode."""
    many = Image.Exif()
    many[700] = bytes(3_000_000)
    assert decode(saved(gradient(), "TIFF", exif=many)).size == Size(96, 64)
    data = bytearray(saved(gradient(), "TIFF"))
    directory = int.from_bytes(data[4:8], "little")
    end = directory + 2 + 12 * int.from_bytes(data[directory : directory + 2], "little")
    data[end : end + 4] = data[4:8]
    assert decode(bytes(data)).size == Size(96, 64)
    with pytest.raises(ImageUnreadable, match="at most 64,000,000"):
        decode(_with_sides(saved(Image.new("L", (4, 4)), "TIFF"), 100_000))


def _with_sides(tiff: bytes, side_px: int) -> bytes:
    """The TIFF with other sides in its directory."""
    width, height = (struct.pack("<HHII", tag, 4, 1, side_px) for tag in (256, 257))
    with Image.open(BytesIO(tiff)) as image:
        old = [
            struct.pack("<HH", tag, 4) + struct.pack("<II", 1, value)
            for tag, value in zip((256, 257), image.size, strict=True)
        ]
    for before, after in zip(old, (width, height), strict=True):
        assert before in tiff
        tiff = tiff.replace(before, after)
    return tiff


@pytest.mark.parametrize("file_format", ["JPEG", "WEBP", "AVIF", "GIF", "TIFF"])
def test_a_fault_is_told_in_words_for_people(file_format: str) -> None:
    """Not in those of a decoder."""
    data = saved(gradient(), file_format)
    with pytest.raises(ImageUnreadable, match="cannot be read: its pixels are damaged or cut off"):
        decode(data[: len(data) // 2])
