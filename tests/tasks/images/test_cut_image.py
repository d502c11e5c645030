"""What goes out is exactly the cut that was asked for."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import ExifTags, Image, ImageChops, ImageDraw, PngImagePlugin

from tasks.images.cut_image import cut
from tasks.images.decode_image import decode
from tasks.records.variant import DEFAULT_VARIANTS, Variant
from tests.tasks.pictures import BLUE, RED, gradient, opened, oriented, profile, saved


def test_the_default_variants_of_a_square() -> None:
    """A 1024 px original gives the three WebP files that a campaign promises, in their exact sizes."""
    image = gradient(1024, 1024)
    made = {variant.name: opened(cut(image, variant)) for variant in DEFAULT_VARIANTS}
    assert {name: made[name].size for name in made} == {"og": (1200, 630), "thumb": (400, 400), "social": (1080, 1080)}
    assert {made[name].format for name in made} == {"WEBP"}


@pytest.mark.parametrize("file_format", ["webp", "jpeg", "png", "avif"])
@pytest.mark.parametrize(
    ("fit", "size"),
    [("cover", (60, 60)), ("contain", (60, 60)), ("fill", (60, 60)), ("cover-or-fill", (60, 60)), ("inside", (60, 40))],
)
def test_each_format_and_fit(file_format: str, fit: str, size: tuple[int, int]) -> None:
    """All but `inside` have the size asked for, that has the ratio of the source; the format is the one asked for."""
    variant = Variant(name="cut", width=60, height=60, fit=fit, format=file_format)
    image = opened(cut(gradient(96, 64), variant))
    mode = "RGBA" if fit == "contain" and file_format != "jpeg" else "RGB"
    assert (image.size, image.format, image.mode) == (size, file_format.upper(), mode)


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
@pytest.mark.parametrize("fit", ["cover", "contain", "fill", "inside"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_source_of_one_pixel(size: tuple[int, int], fit: str, mode: str) -> None:
    """The thinnest source can be cut, to the thinnest variant too."""
    for width, height in ((1200, 63), (1, 2000), (2000, 1)):
        variant = Variant(name="cut", width=width, height=height, fit=fit)
        made = opened(cut(Image.new(mode, size, "red"), variant))
        assert made.size == (width, height) or fit == "inside"


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


@pytest.mark.parametrize("paper", ["white", "black"])
@pytest.mark.parametrize("file_format", ["webp", "avif"])
def test_edges_keep_their_colour(file_format: str, paper: str) -> None:
    """A codec that stores colours coarsely mixes none of what is hidden into the edge of a disc."""
    disc = Image.new("RGBA", (200, 200), (*RED, 0))
    ImageDraw.Draw(disc).ellipse((30, 30, 170, 170), fill=(*BLUE, 255))
    seen = []
    for name in ("png", file_format):
        made = opened(cut(disc, Variant(name="cut", width=150, height=150, format=name, quality=90)))
        seen.append(Image.new("RGBA", made.size, paper))
        seen[-1].alpha_composite(made.convert("RGBA"))
    assert max(high for _, high in ImageChops.difference(*seen).getextrema()) <= 45  # type: ignore[misc]


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
