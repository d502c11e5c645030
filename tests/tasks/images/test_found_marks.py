"""Which marks a file carries is read from its bytes, whatever its format, and whatever else they are."""

import io
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tasks.images.cut_image import cut
from tasks.images.found_marks import found_marks, with_marks
from tasks.images.png import chunk
from tasks.images.xmp_packet import packet
from tasks.records.marks import Facts
from tasks.records.outcome import FoundMarks
from tasks.records.variant import Variant
from tasks.records.variant_text import SUFFIXES
from tests.factories import a_cell, an_original

COMPOSITE = "compositeWithTrainedAlgorithmicMedia"
CV = b"http://cv.iptc.org/newscodes/digitalsourcetype/"
NONE = FoundMarks()


def file_of(file_format: str, source_type: str = "") -> bytes:
    """A picture whose XMP states a source type, or that has no XMP."""
    xmp = packet(Facts(source_type, "Somebody", "1")) if source_type else b""
    return cut(Image.new("RGB", (20, 20), "red"), Variant(name="a", width=20, height=20, format=file_format), None, xmp)


def manifest(said: bytes = b"trainedAlgorithmicMedia") -> bytes:
    """As much of a C2PA manifest as tells it from other boxes."""
    return b"\0\0\1\0jumb\0\0\0\x20jumdc2pa\0\x11\0\x10\x80\0\0\xaa\0\x38\x9b\x71\3c2pa\0digitalSourceType" + CV + said


def signed(file_format: str, data: bytes) -> bytes:
    """`data` with that manifest where the specification of C2PA puts it."""
    box = manifest()
    if file_format == "png":
        return data[:33] + chunk(b"caBX", box) + data[33:]
    if file_format == "jpeg":
        body = b"JP\0\1\0\0\0\1" + box
        return data[:2] + b"\xff\xeb" + (len(body) + 2).to_bytes(2, "big") + body + data[2:]
    if file_format == "webp":
        whole = data + b"C2PA" + len(box).to_bytes(4, "little") + box + b"\0" * (len(box) % 2)
        return whole[:4] + (len(whole) - 8).to_bytes(4, "little") + whole[8:]
    body = bytes.fromhex("d8fec3d61b0e483c92975828877ec481") + b"\0\0\0\0manifest\0" + box
    return data + (len(body) + 8).to_bytes(4, "big") + b"uuid" + body


@pytest.mark.parametrize("file_format", SUFFIXES)
def test_every_format_tells_what_it_carries(file_format):
    """Its XMP goes before what is signed; the file stays as it is."""
    plain, stated = file_of(file_format), file_of(file_format, COMPOSITE)
    assert found_marks(plain) == NONE
    assert found_marks(stated) == FoundMarks(iptc=True, source_type=COMPOSITE)
    assert found_marks(signed(file_format, plain)) == FoundMarks(c2pa=True, source_type="trainedAlgorithmicMedia")
    both = found_marks(signed(file_format, stated))
    assert both == FoundMarks(c2pa=True, iptc=True, source_type=COMPOSITE)
    assert both.words == "c2pa iptc"


@pytest.mark.parametrize(
    "stated",
    [
        b'Iptc4xmpExt:DigitalSourceType="%s"',
        b"DigitalSourceType = '%s'",
        b"<Iptc4xmpExt:DigitalSourceType>\n%s</Iptc4xmpExt:DigitalSourceType>",
        b'<x:DigitalSourceType rdf:resource="%s"/>',
    ],
)
def test_every_way_to_write_it_is_read(stated):
    """As an attribute, an element or a resource, packed or not."""
    text = b"<x:xmpmeta>" + stated % (CV + COMPOSITE.encode()) + b"</x:xmpmeta>"
    plain, expected = file_of("png"), FoundMarks(iptc=True, source_type=COMPOSITE)
    for body in (b"\0\0\0\0" + text, b"\1\0\0\0" + zlib.compress(text)):
        assert found_marks(plain[:33] + chunk(b"iTXt", b"XML:com.adobe.xmp\0" + body) + plain[33:]) == expected


def test_a_word_that_says_nothing_of_ai_is_told_as_it_stands():
    """Whether it is believed is decided elsewhere."""
    assert found_marks(file_of("jpeg", "digitalCapture")).source_type == "digitalCapture"


@given(st.sampled_from(list(SUFFIXES)), st.integers(0, 400), st.binary(max_size=40))
def test_no_bytes_raise(file_format, place, noise):
    """Cut off, or with other bytes anywhere: the pixels decide what becomes of an image, not this."""
    data = signed(file_format, file_of(file_format, COMPOSITE))
    found_marks(data[:place] + noise)
    found_marks(data[:place] + noise + data[place + len(noise) :])


def test_what_an_earlier_version_has_not_looked_for_is_found_when_it_is_cut():
    """And what is known is not looked for again."""
    data, cell = file_of("png", COMPOSITE), a_cell()
    assert with_marks(an_original(cell), data).marks == FoundMarks(iptc=True, source_type=COMPOSITE)
    known = an_original(cell, marks=FoundMarks())
    assert with_marks(known, data) is known


def test_pillow_reads_what_was_signed_as_a_whole_picture():
    """The files of these tests are files."""
    for file_format in SUFFIXES:
        with Image.open(io.BytesIO(signed(file_format, file_of(file_format)))) as image:
            image.load()
