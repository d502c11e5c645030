"""What checksums tell of a PNG is what decoding would."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import PngImagePlugin

from tasks.errors import ImageUnreadable
from tasks.images.decode_image import PIXELS_MAX, check_sums, decode
from tasks.images.geometry import Size
from tests.tasks.pictures import FORMATS, chunk, gradient, oriented, png, saved, with_chunks

XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
RAW_EXIF = b"\nexif\n      26\n" + oriented(6).tobytes().hex().encode()
TWO_PARTS = with_chunks(saved(gradient(30, 30)), between=chunk(b"IDAT", b""))


def with_text(keyword: str, text: bytes, *, is_packed: bool, kind: str = "itxt") -> bytes:
    """A PNG that says something in a text chunk, as some programs hide EXIF and XMP."""
    info = PngImagePlugin.PngInfo()
    add = info.add_itxt if kind == "itxt" else info.add_text
    add(keyword, text.decode("latin-1"), zip=is_packed)
    return saved(gradient(), pnginfo=info)


@pytest.mark.parametrize(
    "data",
    [
        *(saved(gradient(), name) for name in FORMATS),
        *(saved(gradient(mode=mode)) for mode in ("L", "LA", "P", "RGBA")),
        *(saved(gradient(), name, exif=oriented(6)) for name in FORMATS),
        *(
            with_text(keyword, text, is_packed=is_packed, kind=kind)
            for keyword, text in (
                ("XML:com.adobe.xmp", XMP),
                ("Raw profile type exif", RAW_EXIF),
                ("prompt", b"A lamp"),
            )
            for is_packed in (True, False)
            for kind in ("itxt", "text")
        ),
        with_text("exif", oriented(6).tobytes(), is_packed=False, kind="text"),
    ],
)
def test_checking_tells_what_decoding_would(data: bytes) -> None:
    """Suffix and upright size, wherever the file says which side is up."""
    checked, decoded = check_sums(data), decode(data)
    assert (checked.suffix, checked.size) == (decoded.suffix, decoded.size)


def test_checking_a_png_decodes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its checksums are enough; a JPEG has none."""
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda _: pytest.fail("decoded"))
    assert check_sums(saved(gradient(96, 64))).size == Size(96, 64)
    marked = with_text("XML:com.adobe.xmp", b"<x:xmpmeta>trainedAlgorithmicMedia</x:xmpmeta>", is_packed=False)
    assert check_sums(marked).size == Size(96, 64), "a text says nothing of its pixels"
    turned = saved(gradient(96, 64), exif=oriented(6))
    assert check_sums(turned).size == Size(64, 96)
    with pytest.raises(pytest.fail.Exception):
        check_sums(saved(gradient(), "JPEG"))


@given(st.sampled_from([TWO_PARTS, *(saved(gradient(9, 9), name) for name in FORMATS)]), st.data())
def test_checking_finds_what_is_damaged(whole: bytes, data: st.DataObject) -> None:
    """Whatever is altered or cut off, no image passes that decoding would refuse."""
    start = data.draw(st.integers(0, len(whole)))
    noise = data.draw(st.binary(max_size=8))
    damaged = whole[:start] + noise + whole[start + len(noise) :][: data.draw(st.integers(0, len(whole)))]
    try:
        checked = check_sums(damaged)
    except ImageUnreadable as error:
        assert str(error)  # noqa: PT017  either outcome is right
    else:
        assert checked.size == decode(damaged).size


def test_pixels_that_no_longer_call_themselves_so_are_missed() -> None:
    """Where any checksum is wrong, decoding has the last word."""
    assert check_sums(TWO_PARTS).size == Size(30, 30)
    second = TWO_PARTS.rindex(b"IDAT")
    with pytest.raises(ImageUnreadable):
        check_sums(TWO_PARTS[:second] + b"IDAX" + TWO_PARTS[second + 4 :])


def test_checking_refuses_a_giant() -> None:
    """As decoding does."""
    with pytest.raises(ImageUnreadable, match="pixels"):
        check_sums(png((PIXELS_MAX + 1, 1), 8, 0, b""))
