"""What we decode looks as a browser shows it, within two levels."""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from PIL import Image, ImageChops

from tasks.errors import ImageUnreadable
from tasks.images.decode_image import decode
from tests.tasks.browser import needs_browser, shown
from tests.tasks.images.test_image_colour import ICC, P3, SRGB, gamma, numbers
from tests.tasks.images.test_png_chunks import BODIES, WHOLE, damaged
from tests.tasks.pictures import chunk, gradient, png, profile, saved, spoiled, with_chunks

pytestmark = needs_browser

ADOBE_RGB = struct.pack(">8I", 31_270, 32_900, 64_000, 33_000, 21_000, 71_000, 15_000, 6000)
WHITE_D50 = struct.pack(">8I", 34_570, 35_850, *struct.unpack(">6I", SRGB[8:]))
GREY_ICC = chunk(b"iCCP", b"name\0\0" + zlib.compress(profile(1.0, b"GRAY")))
COLOURS = {
    "gamma 1": [gamma(100_000)],
    "gamma 1.8": [gamma(55_556)],
    "gamma 2.2": [gamma(45_455)],
    "gamma near 2.2": [gamma(44_000)],
    "gamma 2.5": [gamma(40_000)],
    "gamma 0": [gamma(0)],
    "gamma 2.2 of sRGB": [gamma(45_455), chunk(b"cHRM", SRGB)],
    "gamma 2.2 of P3": [gamma(45_455), chunk(b"cHRM", P3)],
    "gamma 1 of Adobe RGB": [gamma(100_000), chunk(b"cHRM", ADOBE_RGB)],
    "gamma 2.2 of another white": [gamma(45_455), chunk(b"cHRM", WHITE_D50)],
    "no gamma of P3": [chunk(b"cHRM", P3)],
    "sRGB and gamma": [chunk(b"sRGB", b"\0"), gamma(100_000)],
    "profile": [ICC],
    "profile and gamma": [ICC, gamma(45_455)],
    "profile of swapped colours": [chunk(b"iCCP", b"name\0\0" + zlib.compress(profile(2.2, swap=True)))],
    "profile, spoiled": [spoiled(ICC), gamma(55_556)],
    "numbers of sRGB": [numbers(1, 13), ICC],
    "numbers of P3": [numbers(12, 13), gamma(100_000)],
    "numbers of BT.2020": [numbers(9, 14)],
    "numbers of video": [numbers(6, 6)],
    "numbers of light": [numbers(1, 8)],
    "numbers of film": [numbers(8, 17)],
    "numbers unknown": [numbers(77, 13), gamma(100_000)],
    "numbers of a narrow range": [numbers(12, 13, 0, 0)],
}
NOISE = Image.frombytes("RGB", (64, 48), Random(5).randbytes(64 * 48 * 3))
MODES = {
    "coloured": NOISE,
    "grey": gradient(64, 48, "L"),
    "palette": gradient(64, 48).quantize(200),
    "clear": Image.merge(
        "RGBA", (*gradient(64, 48).split(), gradient(64, 48, "L").point(lambda value: 255 * (value > 90)))
    ),
}


def coloured_files() -> Iterator[tuple[str, bytes]]:
    """Every kind of pixels with everything that may be said of their colours."""
    for mode, image in MODES.items():
        for name, chunks in COLOURS.items():
            yield f"{mode}, {name}", with_chunks(saved(image), *chunks)
    for kind, options in (("JPEG", {"quality": 95}), ("WEBP", {"lossless": True}), ("AVIF", {"quality": 100})):
        for name, said in (("none", None), ("swapped", profile(swap=True)), ("grey", profile(1.0, b"GRAY"))):
            if (kind, name) != ("AVIF", "grey"):  # Chromium does not show it at all
                yield f"{kind}, {name}", saved(gradient(64, 48), kind, icc_profile=said, **options)
    yield "CMYK", saved(gradient(64, 48, "CMYK"), "JPEG", quality=95)
    yield "GIF", saved(gradient(64, 48).quantize(60), "GIF", transparency=3)


def clear_files() -> Iterator[tuple[str, bytes]]:
    """One clear sample at each depth."""
    for bits, sample in ((1, 1), (2, 2), (4, 9), (8, 77), (8, 333), (16, 0x1234)):
        rows = b"".join(b"\0" + Random(bits).randbytes(7 * bits) + sample.to_bytes(2, "big") * bits for _ in range(4))
        width = (7 + 2) * 8
        yield f"grey {bits} {sample}", png((width, 4), bits, 0, rows, chunk(b"tRNS", struct.pack(">H", sample)))
    for bits in (8, 16):
        row = bytes(range(60)) * (bits // 8)
        key = struct.pack(">3H", *(row[3:6] if bits == 8 else struct.unpack(">3H", row[6:12])))
        yield f"coloured {bits}", png((20, 2), bits, 2, (b"\0" + row) * 2, chunk(b"tRNS", key))


def on_paper(image: Image.Image) -> list[Image.Image]:
    """The image on white and on black: what is clear has no colour."""
    papers = [Image.new("RGBA", image.size, colour) for colour in ("white", "black")]
    return [Image.alpha_composite(paper, image.convert("RGBA")).convert("RGB") for paper in papers]


def distance(one: Image.Image, other: Image.Image) -> int:
    """The largest difference of two images in one sample."""
    assert one.size == other.size
    differences = map(ImageChops.difference, on_paper(one), on_paper(other))
    return max(high for difference in differences for _, high in difference.getextrema())  # type: ignore[misc]


@pytest.mark.parametrize("family", [coloured_files, clear_files])
def test_an_image_looks_as_a_browser_shows_it(family: object, tmp_path: Path) -> None:
    """Whatever is said of its colours, in whatever format."""
    files = dict(family())  # type: ignore[operator]
    seen = shown(files, tmp_path)
    distances = {name: distance(decode(data).image, seen[name]) for name, data in files.items()}
    assert {name: far for name, far in distances.items() if far > 2} == {}


def test_what_a_browser_shows_is_an_image(tmp_path: Path) -> None:
    """Every fault beside the pixels that a browser takes, we take too, and show the same.

    Not the other way round: a browser leaves out animations whose order is wrong, and we have their first picture.
    """
    files = {
        f"{name.decode()}, {fault}, {where}": data
        for name, body in BODIES.items()
        for fault, broken in {"whole": chunk(name, body), **damaged(name, body)}.items()
        for where, data in (("before", with_chunks(WHOLE, broken)), ("behind", with_chunks(WHOLE, behind=broken)))
        if len(data) < 100_000 and name not in {b"acTL", b"fcTL", b"fdAT"}
    }
    seen = shown(files, tmp_path)
    assert len(seen) > 250
    assert {name: far for name, image in seen.items() if (far := distance(decode(files[name]).image, image)) > 2} == {}


def test_what_a_browser_does_not_show_of_a_header_is_no_image(tmp_path: Path) -> None:
    """A fault in a part without which no pixel can be drawn."""
    files = {
        "header": WHOLE[:8] + spoiled(WHOLE[8:33]) + WHOLE[33:],
        "two headers": with_chunks(WHOLE, WHOLE[8:33]),
        "unknown": with_chunks(WHOLE, chunk(b"ABCD", b"x")),
        "palette": png((4, 1), 8, 3, b"\0\0\1\2\3", spoiled(chunk(b"PLTE", bytes(12)))),
        "no pixels": WHOLE[:33] + WHOLE[-12:],
    }
    assert shown(files, tmp_path) == {}
    for data in files.values():
        with pytest.raises(ImageUnreadable):
            decode(data)
