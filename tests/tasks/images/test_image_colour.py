"""Colours are what the file means by its numbers, as far as that fits its pixels."""

import struct
import zlib
from collections.abc import Mapping
from typing import Any

import pytest
from PIL import Image, ImageCms

from tasks.images.colour_profile import matrix_profile
from tasks.images.decode_image import check_sums, decode
from tests.tasks.pictures import BLUE, GREEN, RED, chunk, gradient, png, profile, saved, with_chunks

MISFIT = ("its colour profile does not fit its pixels and was passed over",)
UNREAD = ("its colour profile cannot be read and was passed over",)
SRGB = struct.pack(">8I", 31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6000)
P3 = struct.pack(">8I", 31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6000)


def of_class(name: bytes, *, space: bytes = b"RGB ") -> bytes:
    """A profile of another kind of thing than a screen."""
    whole = profile(1.0, swap=True)
    return whole[:12] + name + space + whole[20:]


@pytest.mark.parametrize(
    ("kind", "options"),
    [("PNG", {}), ("WEBP", {"lossless": True}), ("JPEG", {"quality": 95}), ("AVIF", {"quality": 100}), ("TIFF", {})],
)
@pytest.mark.parametrize(
    "unfit",
    [
        profile(1.0, b"GRAY"),
        of_class(b"mntr", space=b"CMYK"),
        of_class(b"mntr", space=b"HSV "),
        of_class(b"link"),
        of_class(b"nmcl"),
        of_class(b"abst"),
        ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes(),
    ],
)
def test_a_profile_of_other_pixels_is_passed_over(kind: str, options: Mapping[str, Any], unfit: bytes) -> None:
    """A grey profile makes no coloured picture grey; what is not for such pixels is as if it were not there."""
    plain, named = saved(gradient(), kind, **options), saved(gradient(), kind, icc_profile=unfit, **options)
    original = decode(named)
    assert original.notes in (MISFIT, UNREAD)
    assert original.image.tobytes() == decode(plain).image.tobytes()
    assert check_sums(named).notes == original.notes


@pytest.mark.parametrize("mode", ["L", "LA", "1"])
def test_a_coloured_profile_fits_grey_pixels(mode: str) -> None:
    """They are a part of its space."""
    data = saved(Image.new("LA", (4, 4), (128, 255)).convert(mode), icc_profile=profile(1.0))
    assert decode(data).notes == ()


def test_a_profile_for_print_fits_only_ink() -> None:
    """The numbers of CMYK are not those of RGB."""
    data = saved(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG", icc_profile=profile(), quality=95)
    assert decode(data).notes == MISFIT
    assert decode(data).image.getpixel((0, 0)) == pytest.approx(RED, abs=3)


@pytest.mark.parametrize("broken", [b"", b"nonsense", profile()[:140], b"\0\1\0\0" + profile()[4:], bytes(300)])
def test_a_profile_that_cannot_be_read_is_passed_over(broken: bytes) -> None:
    """Also one that says it is longer than it is, as browsers have it."""
    for body in (b"name\0\0" + zlib.compress(broken), broken):
        data = with_chunks(saved(gradient()), chunk(b"iCCP", body))
        assert decode(data).notes == UNREAD
        assert decode(data).image.tobytes() == gradient().tobytes()


def test_a_large_profile_is_followed() -> None:
    """Profiles of presses have megabytes."""
    large = profile(swap=True)
    large = (len(large) + 2_000_000).to_bytes(4, "big") + large[4:] + bytes(2_000_000)
    data = with_chunks(saved(Image.new("RGB", (4, 4), RED)), chunk(b"iCCP", b"name\0\0" + zlib.compress(large)))
    assert decode(data).image.getpixel((0, 0)) == pytest.approx(GREEN, abs=3)
    assert decode(data).notes == ()


def gamma(value: int) -> bytes:
    """A gAMA chunk."""
    return chunk(b"gAMA", struct.pack(">I", value))


def numbers(primaries: int, transfer: int, matrix: int = 0, full: int = 1) -> bytes:
    """A cICP chunk."""
    return chunk(b"cICP", bytes([primaries, transfer, matrix, full]))


LINEAR, PLAIN = (188, 188, 188), (128, 128, 128)
ICC = chunk(b"iCCP", b"name\0\0" + zlib.compress(profile(1.0)))


@pytest.mark.parametrize(
    ("chunks", "grey"),
    [
        ([gamma(100_000)], LINEAR),
        ([gamma(55_556)], (146, 146, 146)),
        ([gamma(45_455)], PLAIN),
        ([gamma(47_700)], PLAIN),
        ([gamma(43_200)], PLAIN),
        ([gamma(45_455), chunk(b"cHRM", SRGB)], (129, 129, 129)),
        ([gamma(100_000), chunk(b"cHRM", P3)], LINEAR),
        ([gamma(100_000), chunk(b"cHRM", bytes(32))], PLAIN),
        ([chunk(b"cHRM", P3)], PLAIN),
        ([gamma(0)], PLAIN),
        ([chunk(b"sRGB", b"\0"), gamma(100_000)], PLAIN),
        ([chunk(b"sRGB", b"\x09"), gamma(100_000)], LINEAR),
        ([ICC, chunk(b"sRGB", b"\0")], LINEAR),
        ([ICC, gamma(45_455)], LINEAR),
        ([numbers(1, 13), ICC], PLAIN),
        ([numbers(1, 8)], LINEAR),
        ([numbers(12, 13)], PLAIN),
        ([numbers(1, 13, 1), gamma(100_000)], LINEAR),
        ([numbers(1, 13, 0, 0), gamma(100_000)], LINEAR),
        ([numbers(77, 13), gamma(100_000)], LINEAR),
    ],
)
@pytest.mark.parametrize("mode", ["RGB", "L", "P", "LA", "RGBA"])
def test_the_first_of_four_chunks_says_what_the_numbers_mean(
    mode: str, chunks: list[bytes], grey: tuple[int, ...]
) -> None:
    """cICP, else the profile, else sRGB, else gAMA and cHRM: whatever the order in the file and the kind of pixels."""
    for order in (chunks, chunks[::-1]):
        made = Image.new("RGB", (4, 4), PLAIN)
        made = made.quantize() if mode == "P" else made.convert(mode)
        image = decode(with_chunks(saved(made), *order)).image
        assert image.getpixel((0, 0)) == pytest.approx(grey, abs=1)


def test_what_is_wider_than_srgb_is_brought_into_it() -> None:
    """Display P3's reds are redder: its half red is brighter in sRGB."""
    data = with_chunks(saved(Image.new("RGB", (4, 4), (200, 80, 80))), numbers(12, 13))
    assert decode(data).image.getpixel((0, 0)) == pytest.approx((216, 69, 75), abs=2)


@pytest.mark.parametrize(("transfer", "name"), [(16, "PQ"), (18, "HLG")])
def test_hdr_is_dimmed_and_told(transfer: int, name: str) -> None:
    """Its white is white, its dark is dark, what is brighter than paper does not all become one white."""
    ramp = Image.linear_gradient("L").convert("RGB")
    original = decode(with_chunks(saved(ramp), numbers(9, transfer)))
    assert name in original.notes[0]
    column = [original.image.getpixel((0, y))[0] for y in range(0, 256, 8)]  # type: ignore[index]
    assert column == sorted(column)
    assert column[0] == 0
    assert max(column) >= 245
    assert len({value for value in column if 200 <= value < 255}) >= 3


def test_points_that_span_no_colours_are_no_profile() -> None:
    """Numbers that somebody made up cost nothing."""
    line = [(0.3, 0.3), (0.4, 0.4), (0.5, 0.5), (0.6, 0.6)]
    for points in (line, [(0.3, 0.0), *line[1:]], [(0.3, 0.3), (7.0, 0.3), (0.3, 0.6), (0.1, 0.1)]):
        assert matrix_profile(points, lambda sample: sample) is None


def grey_rows(bits: int) -> bytes:
    """Four samples 0, 1, 2, 3 in two rows, or 0 and 1 where there are no more."""
    row = {1: b"\x50", 2: b"\x1b", 4: b"\x01\x23", 8: b"\0\1\2\3", 16: b"\0\0\1\0\0\1\2\3"}[bits]
    return (b"\0" + row) * 2


@pytest.mark.parametrize(
    ("bits", "key", "alpha"),
    [
        (1, 1, [255, 0, 255, 0]),
        (1, 0, [0, 255, 0, 255]),
        (1, 2, [255] * 4),
        (2, 2, [255, 255, 0, 255]),
        (2, 6, [255] * 4),
        (4, 3, [255, 255, 255, 0]),
        (8, 1, [255, 0, 255, 255]),
        (8, 0x0101, [255, 0, 255, 255]),
        (16, 0x0100, [255, 0, 255, 255]),
        (16, 0x0001, [255, 255, 0, 255]),
        (16, 0x0203, [255, 255, 255, 0]),
        (16, 0x0204, [255] * 4),
    ],
)
def test_one_clear_grey_is_clear_at_every_depth(bits: int, key: int, alpha: list[int]) -> None:
    """It is compared with all of its bits."""
    image = decode(png((4, 2), bits, 0, grey_rows(bits), chunk(b"tRNS", struct.pack(">H", key)))).image
    assert (list(image.getchannel("A").tobytes()) if image.mode == "RGBA" else [255] * 8) == alpha * 2


@pytest.mark.parametrize(("bits", "code"), [(8, "B"), (16, "H")])
@pytest.mark.parametrize("matrix", [[], [gamma(100_000)]])
def test_one_clear_colour_is_clear_at_every_depth(bits: int, code: str, matrix: list[bytes]) -> None:
    """One that differs in its last bit is not; and it is compared before the colours are converted."""
    clear = (1, 2, 3) if bits == 8 else (0x0102, 0x0203, 0x0304)
    pixels = [clear, (clear[0], clear[1], clear[2] ^ 1), (clear[0] ^ 1, *clear[1:]), clear]
    rows = b"\0" + b"".join(struct.pack(f">3{code}", *pixel) for pixel in pixels)
    image = decode(png((4, 1), bits, 2, rows, *matrix, chunk(b"tRNS", struct.pack(">3H", *clear)))).image
    assert list(image.getchannel("A").tobytes()) == [0, 255, 255, 0]


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_a_palette_keeps_its_transparency_at_every_depth(bits: int) -> None:
    """One alpha for each colour, and the rest is opaque."""
    colours = chunk(b"PLTE", bytes([*RED, *GREEN, *BLUE, 9, 9, 9][: 6 if bits == 1 else 12]))
    image = decode(png((4, 2), bits, 3, grey_rows(bits), colours, chunk(b"tRNS", b"\x40\x80"))).image
    expected = [0x40, 0x80, 0x40, 0x80] if bits == 1 else [0x40, 0x80, 255, 255]
    assert list(image.getchannel("A").tobytes()) == expected * 2
    assert image.getpixel((0, 0)) == (*RED, 0x40)
