"""The pixels of a PNG decide: whatever stands beside them is used, or passed over with a note."""

import struct
import tracemalloc
import zlib
from random import Random

import pytest
from PIL import Image

from tasks.errors import ImageUnreadable
from tasks.images.decode_image import check_sums, decode
from tasks.images.geometry import Size
from tasks.images.png_chunks import bare, read_png
from tests.tasks.pictures import chunk, gradient, oriented, png, profile, saved, spoiled, with_chunks

WHOLE = saved(gradient())
PIXELS = gradient().tobytes()
HEADER, PACKED = WHOLE[8:33], WHOLE[WHOLE.index(b"IDAT") + 4 : -16]
END = WHOLE[-12:]

BODIES = {
    b"tEXt": b"Comment\0hello",
    b"zTXt": b"Comment\0\0" + zlib.compress(b"hello"),
    b"iTXt": b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(b"<x/>"),
    b"iCCP": b"name\0\0" + zlib.compress(profile(2.2)),
    b"caBX": bytes(range(256)) * 80,
    b"gAMA": struct.pack(">I", 45_455),
    b"cHRM": struct.pack(">8I", 31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6000),
    b"pHYs": struct.pack(">IIB", 2835, 2835, 1),
    b"sRGB": b"\0",
    b"eXIf": oriented(1).tobytes(),
    b"tIME": struct.pack(">HBBBBB", 2026, 1, 2, 3, 4, 5),
    b"bKGD": struct.pack(">HHH", 1, 2, 3),
    b"hIST": bytes(6),
    b"sPLT": b"name\0\x08" + bytes(12),
    b"sBIT": b"\x08\x08\x08",
    b"cICP": bytes([1, 13, 0, 1]),
    b"mDCV": bytes(24),
    b"mDCv": bytes(24),
    b"cLLI": bytes(8),
    b"cLLi": bytes(8),
    b"oFFs": bytes(9),
    b"sTER": b"\0",
    b"dSIG": b"signature",
    b"tRNS": struct.pack(">HHH", 1, 1, 1),
    b"PLTE": bytes(range(48)),
    b"prVt": b"private",
    b"acTL": struct.pack(">II", 2, 0),
    b"fcTL": struct.pack(">IIIIIHHBB", 0, 96, 64, 0, 0, 1, 10, 0, 0),
    b"fdAT": struct.pack(">I", 1) + PACKED,
}
LARGE = zlib.compress(bytes(3_000_000))
PACKED_HEADS = {b"zTXt": b"Comment\0\0", b"iTXt": b"XML:com.adobe.xmp\0\1\0\0\0", b"iCCP": b"name\0\0"}


def damaged(name: bytes, body: bytes) -> dict[str, bytes]:
    """The chunk with each fault that has been seen, or may be."""
    faults = {
        "wrong checksum": spoiled(chunk(name, body)),
        "empty": chunk(name, b""),
        "truncated": chunk(name, body[: len(body) // 2]),
        "too long": chunk(name, body + b"more of it"),
        "noise": chunk(name, Random(1).randbytes(max(5, len(body)))),
        "twice": chunk(name, body) * 2,
    }
    if head := PACKED_HEADS.get(name):
        faults["large"] = chunk(name, head + LARGE)
        faults["packed wrongly"] = chunk(name, head + b"not packed at all")
        faults["packed in an unknown way"] = chunk(name, head.replace(b"\0\0", b"\0\7", 1) + LARGE)
    return faults


@pytest.mark.parametrize("name", BODIES, ids=bytes.decode)
def test_what_stands_beside_the_pixels_costs_no_image(name: bytes) -> None:
    """Whole or broken, before the pixels, behind them or behind the end: the image is there, and is the same."""
    for fault, broken in damaged(name, BODIES[name]).items():
        if name in {b"iCCP", b"tRNS"} and fault in {"twice", "too long"}:
            continue  # the first is sound, and changes the image
        for data in (with_chunks(WHOLE, broken), with_chunks(WHOLE, behind=broken), WHOLE + broken):
            original = decode(data)
            assert original.image.tobytes() == PIXELS, fault
            assert check_sums(data) == type(check_sums(WHOLE))("png", Size(96, 64), original.notes), fault


@pytest.mark.parametrize(
    ("data", "note"),
    [
        (with_chunks(WHOLE, spoiled(chunk(b"caBX", b"claim"))), "the checksum of its caBX chunk is wrong"),
        (with_chunks(WHOLE, behind=spoiled(chunk(b"tIME", bytes(7)))), "the checksum of its tIME chunk is wrong"),
        (with_chunks(WHOLE, chunk(b"gAMA", b"\1")), "its gAMA chunk is malformed and was passed over"),
        (with_chunks(WHOLE, chunk(b"tRNS", b"\1")), "its tRNS chunk is malformed and was passed over"),
        (with_chunks(WHOLE, chunk(b"sRGB", b"\0") * 2), "of its sRGB chunks, all but the first were passed over"),
        (
            with_chunks(WHOLE, chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + LARGE)),
            "its text is larger than 1 MiB and was passed over",
        ),
        (
            with_chunks(WHOLE, chunk(b"tEXt", b"a\0" + bytes(2**20))),
            "its text is larger than 1 MiB and was passed over",
        ),
        (with_chunks(WHOLE, chunk(b"iCCP", b"name\0\0junk")), "its colour profile cannot be read and was passed over"),
        (with_chunks(WHOLE, chunk(b"acTL", bytes(8))), "it holds more than one picture, of which the first was taken"),
        (with_chunks(WHOLE, between=chunk(b"tEXt", b"a\0b")), "other chunks stand between its pixels"),
        (with_chunks(WHOLE, behind=b"\xff" * 40), "there is a fault behind its pixels"),
        (with_chunks(WHOLE, behind=struct.pack(">I4s", 2**31, b"tEXt")), "there is a fault behind its pixels"),
        (spoiled(WHOLE), "there is a fault behind its pixels"),
        (WHOLE + b"garbage", "something follows its end"),
        (
            with_chunks(WHOLE, spoiled(chunk(b"\x1b[2J", b"x")).replace(b"\x1b", b"z")),
            "the checksum of its nameless chunk is wrong",
        ),
    ],
)
def test_what_was_passed_over_is_told(data: bytes, note: str) -> None:
    """In a sentence each, which is the same whether the pixels are decoded or only their checksums looked at."""
    assert decode(data).notes == (note,)
    assert check_sums(data).notes == (note,)
    assert decode(data).image.tobytes() == PIXELS


def test_a_sound_image_has_no_notes_and_is_not_copied() -> None:
    """What most files are goes to the decoder as it came."""
    assert decode(WHOLE).notes == ()
    assert bare(read_png(WHOLE), WHOLE) is WHOLE
    assert bare(read_png(WHOLE), with_chunks(WHOLE, chunk(b"caBX", b"claim"))) == WHOLE


def test_the_pixels_are_vouched_for_by_one_checksum() -> None:
    """That of the chunk or that of the packed rows; where both are wrong, somebody has altered them."""
    assert decode(b"".join([WHOLE[:33], spoiled(chunk(b"IDAT", PACKED)), END])).notes == (
        "the checksum of its IDAT chunk is wrong",
    )
    for packed in (spoiled(PACKED), PACKED[:-4], PACKED[:-2]):
        assert decode(b"".join([WHOLE[:33], chunk(b"IDAT", packed), END])).image.tobytes() == PIXELS
    with pytest.raises(ImageUnreadable, match="damaged"):
        decode(b"".join([WHOLE[:33], spoiled(chunk(b"IDAT", spoiled(PACKED))), END]))


@pytest.mark.parametrize("colour", [(90, 80, 70), (0, 0, 0)])
def test_rows_that_are_missing_are_missed(colour: tuple[int, int, int]) -> None:
    """Also where they were packed and sealed as if they were all; an image that is black below is one all the same."""
    rows = (b"\0" + bytes(colour) * 8) * 8
    with pytest.raises(ImageUnreadable, match="rows are missing"):
        decode(png((8, 8), 8, 2, rows[:150]))
    assert decode(png((8, 8), 8, 2, rows)).size == Size(8, 8)
    assert decode(png((8, 8), 8, 2, rows + bytes(500))).size == Size(8, 8)


def palette(*chunks: bytes) -> bytes:
    """A picture of four colours, of which the palette stands in `chunks`."""
    return png((4, 1), 8, 3, b"\0\0\1\2\3", *chunks)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (WHOLE[:8] + spoiled(HEADER) + WHOLE[33:], "header"),
        (WHOLE[:8] + chunk(b"IHDR", HEADER[8:-4] + b"x") + WHOLE[33:], "header"),
        (WHOLE[:8] + chunk(b"tEXt", b"a\0" + bytes(11)) + WHOLE[8:], "header"),
        (png((0, 4), 8, 2, b""), "header"),
        (png((4, 4), 3, 2, b""), "header"),
        (with_chunks(WHOLE, HEADER), "IHDR"),
        (with_chunks(WHOLE, chunk(b"CgBI", b"apple")), "CgBI"),
        (WHOLE[:33] + END, "no pixels"),
        (palette(), "palette"),
        (palette(spoiled(chunk(b"PLTE", bytes(12)))), "palette"),
        (WHOLE[:-12], "cut off"),
        (WHOLE[:-1], "cut off"),
        (with_chunks(WHOLE, struct.pack(">I4s", 2**31, b"tEXt")), "cut off"),
        (b"".join([WHOLE[:33], chunk(b"IDAT", PACKED[:-40]), END]), "damaged or cut off"),
    ],
)
def test_what_no_program_shows_is_unreadable(data: bytes, fault: str) -> None:
    """And is told in words that are not a decoder's."""
    for look in (decode, check_sums):
        if look is check_sums and fault == "damaged or cut off":
            continue
        with pytest.raises(ImageUnreadable, match=fault) as caught:
            look(data)
        assert "_" not in str(caught.value)


def test_a_palette_keeps_its_transparency() -> None:
    """If it stands behind the palette; and of a colour behind the last, browsers show the last."""
    colours = chunk(b"PLTE", bytes([1, 1, 1, 2, 2, 2, 3, 3, 3]))
    clear = chunk(b"tRNS", b"\0\x80")
    assert list(decode(palette(colours, clear)).image.getchannel("A").tobytes()) == [0, 128, 255, 255]
    assert decode(palette(clear, colours)).image.mode == "RGB"
    assert list(decode(palette(colours)).image.getchannel("R").tobytes()) == [1, 2, 3, 3]


def test_a_file_made_to_be_unpacked_fills_no_memory() -> None:
    """Texts and profiles that become gigabytes are left as soon as they are large; a million chunks give few notes."""
    bomb = zlib.compress(bytes(100_000_000), 9)
    chunks = [chunk(name, head + bomb) for name, head in PACKED_HEADS.items()]
    data = with_chunks(
        WHOLE, *chunks, *(spoiled(chunk(b"a" + bytes([65 + n // 26, 65 + n % 26]) + b"a", b"")) for n in range(400))
    )
    tracemalloc.start()
    original = decode(data)
    assert tracemalloc.get_traced_memory()[1] < 30_000_000
    tracemalloc.stop()
    assert len(original.notes) <= 22
    assert original.image.tobytes() == PIXELS


def test_an_image_over_the_limit_is_told_apart() -> None:
    """Its bytes are good, and somebody may want them."""
    with pytest.raises(ImageUnreadable, match="at most"):
        decode(png((100_000, 100_000), 8, 2, b"", spoiled(chunk(b"tEXt", b"a\0b"))))


@pytest.mark.parametrize("where", ["before", "behind"])
def test_only_exif_before_the_pixels_turns_an_image(where: str) -> None:
    """As in a browser, and nothing else does."""
    exif = chunk(b"eXIf", oriented(6).tobytes())
    data = with_chunks(WHOLE, exif) if where == "before" else with_chunks(WHOLE, behind=exif)
    assert decode(data).size == check_sums(data).size == (Size(64, 96) if where == "before" else Size(96, 64))


def test_an_interlaced_image_is_read() -> None:
    """Its rows come in seven passes; here all in the first."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 1))
    data = WHOLE[:8] + header + chunk(b"IDAT", zlib.compress(b"\0\7\x08\x09")) + END
    assert decode(data).image.tobytes() == b"\7\x08\x09"
    assert Image.new("RGB", (1, 1)).size == decode(data).size
