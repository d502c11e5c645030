"""What is signed verifies with the authority that issued its certificate, and says what was done to the original."""

import io
import json
import shutil
import socket
import subprocess
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image

from tasks.errors import SignerAway
from tasks.images.cut_image import Cuts, cut_all
from tasks.images.xmp_packet import packet, program
from tasks.records.label import DrawnLabel
from tasks.records.marks import Facts, facts_of
from tasks.records.outcome import SANDBOX, StoredOriginal
from tasks.records.variant import Variant
from tasks.records.variant_text import SUFFIXES
from tasks.signing.sign_cuts import signed_cuts
from tasks.signing.variant_signer import VariantSigner, open_signer
from tests.certificates import SOURCE_TYPE, Authority, done_to, signed_by_vendor
from tests.factories import a_cell, an_original

c2pa = pytest.importorskip("c2pa", reason="the extra c2pa is not installed")
ROOT = Authority()
VENDOR = ROOT.issue("Vendor")
CELL = a_cell()
EXIFTOOL = shutil.which("exiftool")


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> VariantSigner:
    """The usual one."""
    found = open_signer(ROOT.issued.written(tmp_path_factory.mktemp("keys")))
    assert found is not None
    return found


def picture(file_format: str = "png", width: int = 640, height: int = 480) -> bytes:
    """A file of so many pixels."""
    out = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(out, file_format)
    return out.getvalue()


def stored(data: bytes, suffix: str = "png", **fields: Any) -> StoredOriginal:
    """The record of `data` as an original."""
    with Image.open(io.BytesIO(data)) as image:
        width, height = image.size
    key = f"originals/{CELL.cell_id}.{suffix}"
    return an_original(CELL, key=key, width_px=width, height_px=height, **fields)


def signed(
    signer: VariantSigner, data: bytes, *variants: str, original: StoredOriginal | None = None, marks: Any = "yes"
) -> tuple[Cuts, Cuts]:
    """The cuts of a file, before they are signed and after."""
    original = original or stored(data)
    wanted = [Variant.parse(one) for one in variants]
    cuts = cut_all(None, data, CELL.cell_id, wanted, facts=facts_of(CELL, original, marks))
    return cuts, signed_cuts(cuts, wanted, CELL, original, data, signer)


def only(cuts: Cuts) -> bytes:
    """The one file in it."""
    (data,) = cuts.files.values()
    return data


def packet_in(data: bytes) -> bytes:
    """The XMP of a file, as Pillow finds it."""
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        found = image.info.get("XML:com.adobe.xmp") or image.info["xmp"]
    return found.encode() if isinstance(found, str) else found


@pytest.mark.parametrize("file_format", SUFFIXES)
def test_every_format_is_signed_last(file_format, signer):
    """It is trusted by whoever trusts its issuer; pixels and XMP are as they were; it grows by less than 4 kB."""
    before, after = signed(signer, picture(), f"og=600x400,{file_format}")
    plain, data = only(before), only(after)
    read = ROOT.read(data, f"image/{file_format}")
    assert read["validation_state"] == "Trusted"
    assert 2_000 < len(data) - len(plain) < 4_000
    with Image.open(io.BytesIO(plain)) as one, Image.open(io.BytesIO(data)) as other:
        assert one.convert("RGB").tobytes() == other.convert("RGB").tobytes()
    assert packet_in(data) == packet_in(plain)
    assert after.signed == {"og": signer.chain.fingerprint}


@pytest.mark.skipif(EXIFTOOL is None, reason="exiftool is not installed: apt-get install libimage-exiftool-perl")
@pytest.mark.parametrize("file_format", ["jpeg", "png"])
def test_exiftool_reads_both(file_format, signer, tmp_path):
    """The manifest's boxes, in the formats of which it knows where they lie, and the XMP."""
    path = tmp_path / f"og.{SUFFIXES[file_format]}"
    path.write_bytes(only(signed(signer, picture(), f"og=600x400,{file_format}")[1]))
    asked = [EXIFTOOL, "-j", "-G1", "-a", "-JUMBF:all", "-XMP:all", "-Warning", str(path)]
    (told,) = json.loads(subprocess.run(asked, check=True, capture_output=True, timeout=60).stdout)
    assert any("JUMBF" in name for name in told), told
    assert told["XMP-iptcExt:DigitalSourceType"] == f"{SOURCE_TYPE}trainedAlgorithmicMedia"
    assert not [name for name in told if name.endswith("Warning")]


@pytest.mark.parametrize(
    ("variant", "suffix", "done"),
    [
        ("og=600x400", "png", ["cropped", "resized", "transcoded"]),
        ("og=600x400,png", "png", ["cropped", "resized"]),
        ("og=600x450", "png", ["resized", "transcoded"]),
        ("og=640x480", "png", ["transcoded"]),
        ("og=640x400", "webp", ["cropped"]),
        ("og=1280x960,jpeg", "jpg", ["resized"]),
        ("og=600x600,contain", "webp", ["resized", "edited"]),
        ("og=600x600,fill", "png", ["resized", "edited", "transcoded"]),
        ("og=640x640,contain,png", "png", ["edited"]),
        ("og=600x600,inside,webp", "webp", ["resized"]),
        ("full=original", "png", []),
        ("full=original", "jpg", ["transcoded"]),
    ],
)
def test_what_was_done_is_told_and_nothing_else(variant, suffix, done, signer):
    """In its order, and the opening of the original before all."""
    data = picture({"jpg": "jpeg"}.get(suffix, suffix))
    key, signed_file = next(iter(signed(signer, data, variant, original=stored(data, suffix))[1].files.items()))
    read = ROOT.read(signed_file, f"image/{key.rpartition('.')[2].replace('jpg', 'jpeg')}")
    assert done_to(read) == ["opened", *done]
    assert read["validation_state"] == "Trusted"


def test_the_manifest_says_who_and_from_what(signer):
    """The program, the file, the kind of picture, and the original as its parent; no thumbnail, and no prompt."""
    data = picture()
    read = ROOT.read(only(signed(signer, data, "og=600x400")[1]), "image/webp")
    manifest = read["manifests"][read["active_manifest"]]
    about = manifest["claim_generator_info"][0]
    assert " ".join(filter(None, (about["name"], about.get("version")))) == program()
    assert manifest["title"] == f"{CELL.cell_id}-og.webp"
    (parent,) = manifest["ingredients"]
    assert (parent["relationship"], parent["title"]) == ("parentOf", f"{CELL.cell_id}.png")
    assert "thumbnail" not in json.dumps(read)
    assert CELL.request.prompt not in json.dumps(read)
    actions = next(one["data"]["actions"] for one in manifest["assertions"] if "actions" in one["label"])
    assert actions[0]["digitalSourceType"] == f"{SOURCE_TYPE}trainedAlgorithmicMedia"
    of_a_file = [one["action"] for one in actions if "ingredients" in one.get("parameters", {})]
    assert of_a_file == ["c2pa.opened", "c2pa.transcoded"], "other readers ask for it, the library does not"
    assert manifest["signature_info"]["common_name"] == "Signer"


@pytest.mark.parametrize(("words", "done"), [("AI-generated", ["edited"]), ("", [])])
def test_a_label_is_an_edit(words, done, signer):
    """With its words; one that had no room was not drawn."""
    data, wanted = picture(), [Variant.parse("og=600x400,png")]
    cuts = cut_all(None, data, CELL.cell_id, wanted)
    cuts = cuts._replace(labelled={"og": DrawnLabel(words=words, digest="d")})
    read = ROOT.read(only(signed_cuts(cuts, wanted, CELL, stored(data), data, signer)), "image/png")
    assert done_to(read) == ["opened", "cropped", "resized", *done]
    assert ("Visible label: AI-generated" in json.dumps(read)) == bool(done)


@pytest.mark.parametrize("marks", ["yes", "none"])
def test_a_drawing_of_the_sandbox_says_so(marks, signer):
    """Also where its XMP says nothing: a signature that left it out would say less than is known."""
    data = picture()
    original = stored(data, made_by=SANDBOX)
    read = ROOT.read(only(signed(signer, data, "og=600x400", original=original, marks=marks)[1]), "image/webp")
    assert f"{SOURCE_TYPE}algorithmicMedia" in json.dumps(read)


@pytest.mark.parametrize("variant", ["og=600x400", "og=600x400,jpeg", "og=600x400,avif", "full=original"])
def test_what_the_vendor_has_signed_is_carried(variant, signer):
    """Two manifests in one file, and both are trusted."""
    data = signed_by_vendor(VENDOR, picture())
    key, file = next(iter(signed(signer, data, variant)[1].files.items()))
    read = ROOT.read(file, f"image/{key.rpartition('.')[2].replace('jpg', 'jpeg')}")
    assert read["validation_state"] == "Trusted"
    assert len(read["manifests"]) == 2
    parent = read["manifests"][read["manifests"][read["active_manifest"]]["ingredients"][0]["active_manifest"]]
    assert parent["signature_info"]["common_name"] == "Vendor"
    assert "failure" not in json.dumps(read["validation_results"].get("ingredientDeltas", [])).replace(
        '"failure": []', ""
    )


def test_what_the_vendor_has_not_signed_so_is_no_hindrance(signer):
    """A manifest that is broken, or a file that the library cannot take apart, is named and nothing is carried."""
    whole = signed_by_vendor(VENDOR, picture())
    at = whole.index(b"caBX") + 300
    broken = whole[:at] + bytes(200) + whole[at + 200 :]
    wanted = [Variant.parse("og=600x400")]
    cuts = cut_all(None, picture(), CELL.cell_id, wanted)
    for data in (broken, b"", whole[:2000], picture("jpeg")):
        after = signed_cuts(cuts, wanted, CELL, stored(picture()), data, signer)
        read = ROOT.read(only(after), "image/webp")
        assert (read["validation_state"], len(read["manifests"])) == ("Trusted", 1)
        assert done_to(read)[0] == "opened"


def test_an_address_in_an_original_is_not_asked(signer):
    """A file may name where its manifest lies: anywhere, in our own network as well."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/manifest.c2pa"
        named = packet(Facts("digitalCapture", "Somebody", "1")).replace(
            b"<rdf:Description",
            f'<rdf:Description xmlns:dcterms="http://purl.org/dc/terms/" dcterms:provenance="{url}"'.encode(),
            1,
        )
        out = io.BytesIO()
        Image.new("RGB", (640, 480)).save(out, "jpeg", xmp=named)
        data = out.getvalue()
        _, after = signed(signer, data, "og=600x400", original=stored(data, "jpg"))
        with pytest.raises(BlockingIOError):
            server.accept()
    assert ROOT.read(only(after), "image/webp")["validation_state"] == "Trusted"


def test_small_variants_are_not_signed_unless_all_are_to_be(signer, tmp_path):
    """A signature would be a third of a thumb."""
    variants = ("og=600x400", "thumb=400x400", "hero=512x256")
    before, after = signed(signer, picture(), *variants)
    assert after.signed == {"og": signer.chain.fingerprint, "thumb": "", "hero": ""}
    for name in ("thumb", "hero"):
        key = f"variants/{CELL.cell_id}-{name}.webp"
        assert after.files[key] == before.files[key]
    every = open_signer(ROOT.issued.written(tmp_path) | {"C2PA_OVER_PX": "0"})
    assert all(signed(every, picture(), *variants)[1].signed.values())


def test_a_function_that_fails_later_stops_the_campaign(monkeypatch):
    """With what it said, and without a file that is not signed."""
    calls = []

    def sign(data: bytes) -> bytes:
        calls.append(data)
        if len(calls) > 1:
            raise ConnectionError("no route to the KMS")
        return ROOT.issued.key.sign(data, ec.ECDSA(hashes.SHA256()))

    monkeypatch.setattr("tests.certificates.sign", sign, raising=False)
    env = {"C2PA_CERTIFICATE": ROOT.issued.pem.decode(), "C2PA_SIGN_WITH": "tests.certificates:sign"}
    away = open_signer(env)
    with pytest.raises(
        SignerAway, match="C2PA_SIGN_WITH: the function has failed: ConnectionError: no route to the KMS"
    ):
        signed(away, picture(), "og=600x400")
