"""What variants say of how they were made, in every format: read back by readers that know nothing of this project."""

import io
import json
import shutil
import subprocess
import xml.etree.ElementTree as ET
from itertools import product

import pytest
from PIL import Image

from tasks.images.cut_image import cut, cut_all
from tasks.images.xmp_packet import packet
from tasks.records.marks import Facts, facts_of
from tasks.records.outcome import FoundMarks
from tasks.records.reference import Reference
from tasks.records.variant import Variant
from tasks.records.variant_text import SUFFIXES
from tests.factories import a_cell, a_request, an_original, marked

CELL = a_cell(
    a_request("A teapot", negative_prompt="hands"),
    metadata={"alt": "A pot & <cup>", "alt:de": "Kanne", "Prompt Writer": "Ada"},
)
ORIGINAL = an_original(CELL, final_prompt='A "teapot" & 茶, 🫖')
EXIFTOOL = shutil.which("exiftool")
CV = "http://cv.iptc.org/newscodes/digitalsourcetype/"
EXT = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}"
JPEG_MAX = 65_502


def photo(width: int = 96, height: int = 64) -> Image.Image:
    """A picture with something in it."""
    return Image.linear_gradient("L").resize((width, height)).convert("RGB")


def big(file_format: str, name: str = "og") -> Variant:
    """A variant of more than 512 pixels."""
    return Variant(name=name, width=600, height=400, format=file_format)


def told_in(data: bytes) -> ET.Element:
    """The one description in the packet of a file, found in its bytes by Pillow and read by expat."""
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        found = image.info.get("XML:com.adobe.xmp") or image.info["xmp"]
    text = found if isinstance(found, str) else found.decode()
    root = ET.fromstring(text.strip("\0"))  # noqa: S314  our own
    return next(root.iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description"))


def by_exiftool(data: bytes, folder, suffix: str) -> dict:
    """What exiftool reads of a file's XMP."""
    path = folder / f"cut.{suffix}"
    path.write_bytes(data)
    asked = [EXIFTOOL, "-j", "-XMP:all", "-Warning", "-charset", "filename=utf8", str(path)]
    (told,) = json.loads(subprocess.run(asked, check=True, capture_output=True, timeout=60).stdout)
    return told


@pytest.mark.parametrize("file_format", SUFFIXES)
def test_every_format_carries_the_same_and_its_pixels_are_untouched(file_format):
    """Also PNG, for which Pillow passes `xmp=` over without a word; the same facts are the same bytes."""
    facts = facts_of(CELL, ORIGINAL, "prompt")
    plain, said = (cut(photo(), big(file_format), None, xmp) for xmp in (b"", packet(facts)))
    assert said == cut(photo(), big(file_format), None, packet(facts))
    with Image.open(io.BytesIO(plain)) as one, Image.open(io.BytesIO(said)) as other:
        assert one.convert("RGB").tobytes() == other.convert("RGB").tobytes()
    told = told_in(said)
    assert told.findtext(f"{EXT}DigitalSourceType") == f"{CV}trainedAlgorithmicMedia"
    assert told.findtext(f"{EXT}AIPromptInformation") == 'A "teapot" & 茶, 🫖\nNegative prompt: hands'
    assert 300 < len(said) - len(plain) < 2_000


@pytest.mark.skipif(EXIFTOOL is None, reason="exiftool is not installed: apt-get install libimage-exiftool-perl")
@pytest.mark.parametrize("file_format", SUFFIXES)
def test_exiftool_reads_every_field(file_format, tmp_path):
    """By the names that it gives them; it knows nothing of this project, and warns of nothing."""
    data = cut(photo(), big(file_format), None, packet(facts_of(CELL, ORIGINAL, "prompt")))
    told = by_exiftool(data, tmp_path, SUFFIXES[file_format])
    assert told.pop("DigImageGUID", None) or told.pop("DigitalImageGUID")
    assert told.pop("CreatorTool").startswith("ideogram-campaigns")
    told.pop("SourceFile")
    assert told == {
        "DigitalSourceType": f"{CV}trainedAlgorithmicMedia",
        "AISystemUsed": "Ideogram",
        "AISystemVersionUsed": "V_2",
        "AIPromptInformation": 'A "teapot" & 茶, 🫖\nNegative prompt: hands',
        "AIPromptWriterName": "Ada",
        "CreateDate": "2026:08:05 10:42:16Z",
        "Credit": "AI-generated with Ideogram",
        "AltTextAccessibility": "A pot & <cup>",
        "AltTextAccessibility-de": "Kanne",
    }


AWKWARD = {
    "10,000 ampersands": "&" * 10_000,
    "what XML forbids": "a\x0bb\x00c\ufffe\ud800d",
    "signs of four bytes": "🫖" * 5_000,
    "what ends a packet": "<?xpacket end?></x:xmpmeta>]]>",
    "line ends": "one\r\ntwo\rthree",
}


@pytest.mark.parametrize(("file_format", "text"), list(product(SUFFIXES, AWKWARD.values())))
def test_whatever_a_prompt_or_an_alt_text_holds_the_packet_is_read(file_format, text):
    """A JPEG holds 65,502 bytes of it; XML forbids some signs; nothing is cut between the bytes of one."""
    languages = {"x-default": text} | {f"de-{number:04}": text for number in range(30)}
    facts = facts_of(CELL, ORIGINAL, "yes")._replace(prompt=text, prompt_writer=text, alt=languages)
    assert len(packet(facts)) <= JPEG_MAX
    told = told_in(cut(photo(), big(file_format), None, packet(facts)))
    shown = told.findtext(f"{EXT}AIPromptInformation")
    assert shown
    assert shown.removesuffix("…") in text.replace("\r\n", "\n").replace("\r", "\n").translate(
        dict.fromkeys((0x0B, 0, 0xFFFE, 0xD800), " ")
    )


def test_the_prompt_is_told_only_where_somebody_asks_for_it():
    """A brief may be a secret; and whoever wants no marks gets none."""
    usual = packet(facts_of(CELL, ORIGINAL, "yes")).decode()
    assert "teapot" not in usual
    assert "Ada" not in usual
    assert facts_of(CELL, ORIGINAL, "none") is None
    plain = cut_all(photo(), b"", "tea", (big("webp"),))
    assert plain.marked == {}
    assert b"xmpmeta" not in next(iter(plain.files.values()))


def test_small_files_say_the_short_of_it():
    """What kind of picture it is and what made it: the rest would be an eighth of a thumb."""
    variants = [Variant(name="thumb", width=512, height=400), Variant(name="og", width=513, height=20)]
    variants.append(Variant(name="in", width=2000, height=400, fit="inside"))
    cuts = cut_all(photo(100, 100), b"", "tea", variants, facts=facts_of(CELL, ORIGINAL, "yes"))
    sizes = {name.rpartition("-")[2]: len(told_in(data)) for name, data in cuts.files.items()}
    assert sizes == {"thumb.webp": 3, "og.webp": 8, "in.webp": 3}
    short = packet(facts_of(CELL, ORIGINAL, "yes").short)
    assert len(short) < 600
    assert b"Iptc4xmpCore" not in short


def test_all_cuts_of_an_original_have_one_id_and_no_clock():
    """And another original another one; the time is that at which the original was stored."""
    ids = {facts_of(CELL, an_original(CELL, image_sha256=digest), "yes").guid for digest in ("a", "a", "b")}
    assert len(ids) == 2
    assert all(one.startswith("urn:uuid:") for one in ids)
    assert facts_of(CELL, ORIGINAL, "yes").created == "2026-08-05T10:42:16Z"


@pytest.mark.parametrize(
    ("made_by", "found", "said"),
    [
        ("api.ideogram.ai", None, "trainedAlgorithmicMedia"),
        (None, FoundMarks(), "trainedAlgorithmicMedia"),
        ("sandbox", FoundMarks(), "algorithmicMedia"),
        (
            "api.ideogram.ai",
            FoundMarks(iptc=True, source_type="compositeWithTrainedAlgorithmicMedia"),
            "compositeWithTrainedAlgorithmicMedia",
        ),
        ("api.ideogram.ai", FoundMarks(c2pa=True, source_type="compositeSynthetic"), "compositeSynthetic"),
        ("api.ideogram.ai", FoundMarks(iptc=True, source_type="digitalCapture"), "trainedAlgorithmicMedia"),
    ],
)
def test_an_original_is_believed_where_it_says_that_ai_has_made_it(made_by, found, said):
    """A generated picture is never called a photograph, and a drawing of the sandbox is told from the real thing."""
    facts = facts_of(CELL, an_original(CELL, made_by=made_by, marks=found), "yes")
    assert facts.source_type == said
    assert facts.credit == ("Sandbox drawing" if made_by == "sandbox" else "AI-generated with Ideogram")


def test_a_digest_tells_whether_a_file_would_say_the_same():
    """It is that of the facts, so no version of this program cuts anything anew for its own sake."""
    facts = Facts("trainedAlgorithmicMedia", "Ideogram", "V_2", alt={"x-default": "A pot"})
    assert facts.digest == Facts(*facts).digest == "24b8aa3015aa"
    assert len({facts.digest, facts.short.digest, facts._replace(alt={"x-default": "A cup"}).digest}) == 3
    assert marked(CELL)["og"] != marked(CELL)["thumb"]


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("source_image", "compositeWithTrainedAlgorithmicMedia"),
        ("style_reference", "trainedAlgorithmicMedia"),
        ("character_reference", "trainedAlgorithmicMedia"),
    ],
)
def test_a_picture_that_was_changed_is_composed(column, said):
    """One that only lent its style or its character is drawn anew; a drawing of the sandbox is none of both."""
    cell = a_cell(a_request(**{column: (Reference(sha256="ab12", media_type="image/png"),)}))
    assert facts_of(cell, an_original(cell), "yes").source_type == said
    assert facts_of(cell, an_original(cell, made_by="sandbox"), "yes").source_type == "algorithmicMedia"
