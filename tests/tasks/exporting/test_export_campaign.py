"""What is approved is handed over, whole; interrupted it goes on, and the same again changes nothing."""

import csv
import io
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import pytest
from PIL import Image

from tasks.errors import InputInvalid
from tasks.exporting.export import ExportOrder, ExportResult
from tasks.exporting.export_campaign import export_campaign
from tasks.images.found_marks import found_marks
from tasks.publishing.recut import Recut
from tasks.publishing.recut_campaign import recut_campaign
from tasks.records.variant import Variant
from tests.tasks.harness import without_engine  # noqa: F401  without_engine is a fixture
from tests.tasks.reviewing.rounds import Rounds

pytestmark = pytest.mark.usefixtures("without_engine")
MATRIX = """product,prompt,num_images,sku,handle,alt,title
Lamp,A lamp on a beech table,2,L-1,lamp,A lamp,
Vase,A vase by a window,1,V-2,vase,=1+1,A vase
Banner,A banner,1,,,,
"""
OG = Variant(name="og", width=12, height=6, widths=(4,))
VARIANTS = (OG, *OG.narrower, Variant(name="sq", width=8, height=8, format="jpeg"))
PICTURES = ["lamp-1x1-og-4.webp", "lamp-1x1-og.webp", "lamp-1x1-sq.jpg"]


class Killed(BaseException):
    """What ends a process between two steps, past every `except Exception`."""


@pytest.fixture
def rounds(tmp_path: Path) -> Rounds:
    """Four images, made, of which the first is kept and the second rejected."""
    rounds = Rounds(tmp_path, MATRIX)
    assert rounds.made(variants=VARIANTS).statuses == ["done"] * 4
    lamp, second, *_ = rounds.ids
    rounds.reviewed(f"{lamp},keep", f"{second},reject")
    return rounds


def exported(rounds: Rounds, to: str = "handed", **options: object) -> ExportResult:
    """What comes of handing it over."""
    order = {"campaign_folder": rounds.store.root, "to": str(rounds.folder / to), **options}
    return export_campaign(ExportOrder.model_validate(order), patience_s=0)


def refusal(rounds: Rounds, to: str = "handed", **options: object) -> str:
    """Why it is not; nothing is there then."""
    with pytest.raises(InputInvalid) as told:
        exported(rounds, to, **options)
    return str(told.value)


def there(rounds: Rounds, to: str = "handed") -> dict[str, bytes]:
    """Every file that is there, by its name, without our own record."""
    folder = rounds.folder / to
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in sorted(found.items()) if name != ".export.json"}


def rows(data: bytes, delimiter: str = ",") -> list[dict[str, str]]:
    """The rows of a table."""
    return list(csv.DictReader(io.StringIO(data.decode(), newline=""), delimiter=delimiter))


def test_what_is_kept_is_handed_over_with_its_manifest(rounds):
    """The bytes of the campaign's own variants, marks among them; a srcset of the names here; no prompt, no price."""
    result = exported(rounds)
    files = there(rounds)
    assert list(files) == [*PICTURES, "manifest.csv"]
    assert result.sentence() == (
        "1 image in 3 files handed over with manifest.csv; 4 of 4 files written; 2 undecided, left out"
    )
    assert files["lamp-1x1-og.webp"] == rounds.store.read(f"variants/{rounds.ids[0]}-og.webp")
    assert found_marks(files["lamp-1x1-og.webp"]).source_type == "trainedAlgorithmicMedia"
    assert Image.open(io.BytesIO(files["lamp-1x1-sq.jpg"])).size == (8, 8)
    first, *_ = manifest = rows(files["manifest.csv"])
    assert first["srcset"] == "lamp-1x1-og-4.webp 4w, lamp-1x1-og.webp 12w"
    told = ("file", "variant", "width", "height", "marks", "alt", "sku")
    assert [first[name] for name in told] == ["lamp-1x1-og.webp", "og", "12", "6", "yes", "A lamp", "L-1"]
    assert not {"prompt", "cost_usd", "error", "attempts"} & set(first)
    assert len(manifest) == 3


def test_the_same_again_writes_nothing(rounds):
    """Not a byte, and no file's time."""
    exported(rounds)
    before = there(rounds), {path: path.stat().st_mtime_ns for path in (rounds.folder / "handed").iterdir()}
    again = exported(rounds)
    assert (again.written, "all was there already" in again.sentence()) == (0, True)
    assert before == (there(rounds), {path: path.stat().st_mtime_ns for path in (rounds.folder / "handed").iterdir()})


def test_what_is_approved_no_longer_goes_and_what_is_not_ours_stays(rounds):
    """A file that somebody has changed stays as well, and is told; others are never touched."""
    exported(rounds)
    lamp, second, *_ = rounds.ids
    handed = rounds.folder / "handed"
    (handed / "notes.txt").write_text("for the shop")
    (handed / "lamp-1x1-sq.jpg").write_bytes(b"retouched")
    rounds.reviewed(f"{lamp},reject", f"{second},keep")
    result = exported(rounds, names="{product}-{copy}-{variant}")
    names = ["lamp-1x1-sq.jpg", "lamp-2-og-4.webp", "lamp-2-og.webp", "lamp-2-sq.jpg", "manifest.csv", "notes.txt"]
    assert list(there(rounds)) == names
    assert result.removed == 2
    assert "lamp-1x1-sq.jpg is handed over no longer, and was left there" in result.notes[-1]


def test_names_may_change_in_their_capitals_alone(rounds):
    """The files under the former ones go."""
    exported(rounds, names="{sku}-{variant}", only="og")
    assert list(there(rounds)) == ["L-1-og.webp", "manifest.csv"]
    result = exported(rounds, names="l-1-{variant}", only="og")
    assert (list(there(rounds)), result.removed) == (["l-1-og.webp", "manifest.csv"], 1)


def test_nobody_has_approved_what_nobody_has_looked_at(rounds):
    """Nothing is handed over in silence, and not everything either; it is said what to do."""
    rounds.reviewed(f"{rounds.ids[0]},reject")
    assert "has no image that somebody has kept" in refusal(rounds)
    assert "--undecided hands over the 2 images" in refusal(rounds)
    assert not (rounds.folder / "handed").exists()
    result = exported(rounds, undecided=True, only="og")
    assert result.files == ("vase-1x1-og.webp", "banner-1x1-og.webp")


def test_a_take_is_handed_over_in_the_place_of_the_first(rounds):
    """Of several kept, the one kept last; under the same name, since it stands for the same image."""
    lamp = rounds.ids[0]
    exported(rounds)
    rounds.reviewed(again=[lamp])
    rounds.made(variants=VARIANTS)
    take = next(row["cell_id"] for row in rounds.rows() if row["replaces"] == lamp)
    rounds.reviewed(f"{lamp},keep,,,,,,2026-11-28T10:00:00Z", f"{take},keep")
    result = exported(rounds)
    assert (list(there(rounds)), result.images) == ([*PICTURES, "manifest.csv"], 1)
    assert {row["cell_id"] for row in rows(there(rounds)["manifest.csv"])} == {take}


def test_names_that_two_files_would_have_are_refused_before_anything_is_written(rounds):
    """With the cells, and what to add, ready to be typed."""
    rounds.reviewed(f"{rounds.ids[1]},keep")
    said = refusal(rounds)
    assert all(cell_id in said for cell_id in rounds.ids[:2])
    assert "--names '{product}-{format}[-{language}]-{copy}-{variant}.{ext}'" in said
    of_all = refusal(rounds, names="{cell_id}.{ext}", undecided=True)
    assert f"'{rounds.ids[0]}.webp' would be the name of 2 files of {rounds.ids[0]}, and 3 names more" in of_all
    assert of_all.count("add {variant}: --names '{cell_id}-{variant}.{ext}'") == 1
    assert "--names, row 2, title: is empty" in refusal(rounds, names="{title}-{variant}")
    assert not (rounds.folder / "handed").exists()


def test_feeds_are_written_for_what_has_a_product(rounds):
    """By handle and SKU, of each image its largest picture; rows without are named, and are in the manifest."""
    feeds = "shopify,woocommerce, merchant"
    result = exported(
        rounds, undecided=True, names="{product}-{variant}", feeds=feeds, base_url="https://i.example.com/x/"
    )
    files = there(rounds)
    shopify = rows(files["shopify-products.csv"])
    assert [row["URL handle"] for row in shopify] == ["lamp", "vase"]
    assert [row["Title"] for row in shopify] == ["Lamp", "A vase"]
    assert shopify[0]["Product image URL"].startswith("https://i.example.com/x/lamp-og.webp?v=")
    assert [row["SKU"] for row in rows(files["woocommerce-products.csv"])] == ["L-1", "V-2"]
    google = rows(files["google-merchant.txt"], "\t")
    manifest = {row["file"]: row for row in rows(files["manifest.csv"])}
    assert google[0]["image_link"] == manifest["lamp-og.webp"]["url"]
    assert manifest["vase-og.webp"]["alt"] == "'=1+1"
    assert "google-merchant.txt: without row 4, which has no sku" in result.notes


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"feeds": "merchant"}, "say where"),
        ({"feeds": "shopify", "base_url": "https://x.example", "handle_column": "Slug"}, "'Slug' is no column"),
        ({"feeds": "shopify", "base_url": "https://x.example", "handle_column": "title"}, "is empty in every row"),
        ({"feeds": "merchant", "base_url": "https://x.example", "only": "original"}, "no picture that shops take"),
        ({"feeds": "merchant", "base_url": "https://x.example", "feed_variant": "full"}, "use og, og-4, sq"),
        ({"only": "story"}, "is no variant of this campaign; use og, og-4, sq, original"),
        ({"names": "{produkt}"}, "did you mean {product}?"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_written(rounds, options, said):
    """By what it is, and what is accepted."""
    assert said in refusal(rounds, **options)
    assert not (rounds.folder / "handed").exists()


def test_google_is_handed_no_picture_without_its_mark(rounds):
    """Such as of a campaign that was told to say nothing."""
    wanted = Recut(campaign_folder=rounds.store.root, marks="none")
    recut_campaign(wanted, progress=lambda *_: None, patience_s=0)
    said = refusal(rounds, feeds="merchant", base_url="https://x.example")
    assert "1 picture without the mark that Google asks of AI-made ones" in said
    assert exported(rounds).notes[0].startswith("Nothing says that AI has made og, og-4, sq:")


@pytest.mark.parametrize("place", ["lamps", "lamps/handed", "lamps/variants"])
def test_a_campaign_is_not_handed_over_into_itself(rounds, place):
    """Its own files have names of their own."""
    assert "lies in the campaign's own folder" in refusal(rounds, place)


def test_files_of_others_are_not_written_over(rounds):
    """Whatever they hold, also a manifest that another campaign has left."""
    handed = rounds.folder / "handed"
    handed.mkdir()
    (handed / "Manifest.csv").write_text("mine")
    assert "holds manifest.csv, which no export has written" in refusal(rounds)
    assert list(there(rounds)) == ["Manifest.csv"]
    (rounds.folder / "z.zip").write_bytes(b"mine")
    assert "is there, and no export has written it" in refusal(rounds, "z.zip")


def test_a_zip_holds_the_same_and_is_the_same_again(rounds):
    """Packed once, with no time in it; another decision makes it another."""
    exported(rounds)
    result = exported(rounds, "z.zip")
    path = rounds.folder / "z.zip"
    first, when = path.read_bytes(), path.stat().st_mtime_ns
    with ZipFile(path) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == there(rounds)
        assert {info.compress_type for info in archive.infolist()} == {ZIP_STORED}
        assert archive.namelist()[-1] == "manifest.csv"
    assert (result.written, exported(rounds, "z.zip").written) == (4, 0)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (first, when)
    exported(rounds, "other.zip")
    assert (rounds.folder / "other.zip").read_bytes() == first


@pytest.mark.parametrize("step", range(4))
def test_a_zip_is_whole_or_not_there(rounds, step):
    """However far it got; the former one stays until then, and nothing is left beside it."""

    def killed(done: int, _: int) -> None:
        if done == step:
            raise Killed

    order = ExportOrder(campaign_folder=rounds.store.root, to=str(rounds.folder / "z.zip"))
    with pytest.raises(Killed):
        export_campaign(order, progress=killed, patience_s=0)
    assert not list(rounds.folder.glob("*.zip"))
    assert not list(rounds.folder.glob(".*.part"))
    assert export_campaign(order, patience_s=0).written == 4
