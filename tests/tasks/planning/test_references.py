"""Pictures that a matrix names: found, read once, checked and identified before anything is paid."""

import threading
from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from sandbox.dialects.sizes import is_edit_size
from tasks.errors import InputInvalid
from tasks.planning.faults import Faults
from tasks.planning.parsed_row import ParsedRow
from tasks.planning.references import AT_A_TIME, ROWS_AHEAD, References
from tasks.records.models import OFFERS
from tasks.records.sizes import pixels
from tasks.references.look import NoPicture
from tests.matrices import a_file, as_csv, faults_of, plan_of
from tests.web import web_server


def a_picture(colour: str = "#0a3d62", size: tuple[int, int] = (64, 48), kind: str = "PNG") -> bytes:
    """A picture of one colour."""
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder with pictures in it."""
    (tmp_path / "brand").mkdir()
    (tmp_path / "brand/logo, red.png").write_bytes(a_picture())
    (tmp_path / "mood.webp").write_bytes(a_picture("#fff", kind="WEBP"))
    (tmp_path / "shot.jpg").write_bytes(a_picture("#7c6a55", kind="JPEG"))
    return tmp_path


def said(folder: Path, *rows: tuple[str, ...], **options: object) -> list[str]:
    """The faults of a matrix, without the folder and its name."""
    matrix = a_file(folder, as_csv(rows))
    told = (str(fault).removeprefix(f"{matrix}, ") for fault in faults_of(matrix, **options))
    return [text.replace(str(folder), "HERE") for text in told]


def test_two_models_share_a_logo(folder):
    """Each has it in its own field, and its own price; the plan lists it once, and the manifest as it was typed."""
    rows = [
        ("product", "model", "style_reference", "character reference", "source_image", "quality"),
        ("Pot", "3.0", "brand/logo, red.png; mood.webp", "", "", ""),
        ("Hero", "3.0", "", "shot.jpg", "", "low"),
        ("Lamp", "4.5", "", "", "shot.jpg\n./brand/logo, red.png", "very_low"),
    ]
    plan = plan_of(a_file(folder, as_csv(rows)))
    pot, hero, lamp = (cell.request for cell in plan.cells)
    assert [one.media_type for one in pot.style_reference or ()] == ["image/png", "image/webp"]
    assert lamp.source_image == (*hero.character_reference, pot.style_reference[0])
    assert [cell.price_usd for cell in plan.cells] == [Decimal("0.06"), Decimal("0.10"), Decimal("0.008")]
    assert plan.cost_usd == Decimal("0.168")
    assert [group.beside for group in plan.groups] == ["", "character reference", "source image"]
    assert len(plan.references) == 3
    assert plan.cells[0].metadata == {"style_reference": "brand/logo, red.png; mood.webp"}


def test_a_cell_knows_its_picture_by_what_it_shows(folder):
    """Not by its name or place; another picture makes another cell."""

    def cell_of(name: str) -> str:
        rows = [("product", "model", "source_image"), ("Pot", "4.5", name)]
        return plan_of(a_file(folder, as_csv(rows))).cells[0].cell_id

    first = cell_of("brand/logo, red.png")
    (folder / "else.png").write_bytes(a_picture())
    assert cell_of("else.png") == cell_of(str(folder / "else.png")) == first
    (folder / "else.png").write_bytes(a_picture("#0a3d63"))
    assert cell_of("else.png") != first


def test_each_picture_is_read_once():
    """However many rows name it, and by whatever name, also where it cannot be read."""
    asked = []

    def read(place: str) -> bytes:
        asked.append(place)
        if place.endswith("nix.png"):
            raise NoPicture("does not exist")
        return a_picture()

    faults = Faults()
    references = References(faults, read)
    for number in range(2, 1002):
        names = ("logo.png", "./logo.png", "nix.png")
        found = references.found_in(ParsedRow("m.csv", number, {"style_reference": names}, {}), "/data/m.csv")
        assert [one.typed for one in found.wishes["style_reference"]] == ["logo.png", "./logo.png"]
    assert asked == ["/data/logo.png", "/data/./logo.png", "/data/nix.png"]
    assert len(references.listed()) == 1
    with pytest.raises(InputInvalid) as told:
        faults.raise_if_any()
    assert [str(fault) for fault in told.value.faults] == [
        "m.csv, row 2, style_reference: 'nix.png' does not exist in /data, where its table lies; 999 more rows name it"
    ]


@pytest.mark.parametrize("in_formats", [False, True])
def test_a_missing_picture_is_told_also_where_its_quality_has_no_price_without_it(folder, in_formats):
    """4.5 has `very_low` beside a source image only; alternatives are priced before the others."""
    column = ("source_image", "nix.png")
    rows = [("prompt", "template", "model", "quality"), ("", "{red|blue} pot", "4.5", "very_low")]
    options = {}
    if in_formats:
        formats = as_csv([("format", column[0]), ("hero", column[1])])
        options = {"formats": a_file(folder, formats, "formats.csv")}
    else:
        rows = [(*row, value) for row, value in zip(rows, column, strict=True)]
    (fault,) = said(folder, *rows, **options)
    assert "'nix.png' does not exist in HERE, where its table lies" in fault


def test_whatever_is_wrong_is_told_at_once(folder):
    """With its row, and what is accepted; also what the model does not take of a picture that cannot be read."""
    (folder / "big.png").write_bytes(a_picture() + bytes(30_000_000))
    (folder / "page.png").write_text("<!doctype html><html>")
    (folder / "anim.png").write_bytes(a_picture(kind="GIF"))
    (folder / "wide.png").write_bytes(a_picture(size=(700, 100)))
    found = said(
        folder,
        ("product", "model", "style_reference", "source_image", "resolution", "quality", "style_codes"),
        ("Missing", "3.0", "nix.png"),
        ("Big", "4.5", "", "big.png"),
        ("Html", "3.0", "page.png"),
        ("Gif", "3.0", "anim.png"),
        ("Dir", "3.0", "brand"),
        ("Old", "V_2", "nix.png"),
        ("Commas", "3.0", "shot.jpg, mood.webp"),
        ("Nothing", "3.0", ";"),
        ("Too many", "4.5", "", ";".join(["shot.jpg"] * 6)),
        ("Wide", "4.5", "", "wide.png"),
        ("Size", "4.5", "", "shot.jpg", "720x1280"),
        ("No source", "4.5", "", "", "", "very_low"),
        ("Codes", "3.0", "shot.jpg", "", "", "", "1A2B3C4D"),
        ("Nowhere", "3.0", "http://127.0.0.1:1/a.png?sig=secret"),
    )
    assert found == [
        "row 2, style_reference: 'nix.png' does not exist in HERE, where its table lies; 1 more row names it",
        "row 3, source_image: 'big.png' is larger than 25 MB, which is the API's limit; make it smaller",
        "row 4, style_reference: 'page.png' is a web page and no picture; give the address of the picture itself",
        "row 5, style_reference: 'anim.png' is a GIF; the API takes PNG, JPEG and WebP; save it as one of these",
        "row 6, style_reference: 'brand' is a folder; name a picture in it",
        (
            "row 7, style_reference: 'nix.png' is not accepted by V_2, only by V_3, ideogram-3; leave it empty, or "
            "change the model"
        ),
        (
            "row 8, style_reference: 'shot.jpg, mood.webp' does not exist in HERE, where its table lies; several "
            "pictures have ; between, and no comma"
        ),
        "row 9, style_reference: ';' holds no path and no address; several have ; between",
        (
            "row 10, source_image: 'shot.jpg;shot.jpg;shot.jpg;shot.jpg;shot.jpg;shot.jpg' names 6 pictures; "
            "ideogram-4-5 takes 5 pictures; leave the others out"
        ),
        (
            "row 11, source_image: 'wide.png' holds a picture of 700 x 100 pixels, more than 6 times as long as wide; "
            "cut it, or choose another"
        ),
        (
            "row 12, resolution: '720x1280' is no size of what is made of a source_image: sides are multiples of 32 "
            "from 256 up, one at most 6 times the other, 4,194,304 pixels in all; use another, such as 2048x2048, or "
            "an aspect_ratio"
        ),
        (
            "row 13, quality: 'very_low' is offered by ideogram-4-5 beside a source_image only; use one of low, "
            "medium, high, or name a source_image"
        ),
        (
            "row 14, style_reference: 'shot.jpg' and the style_codes '1A2B3C4D' exclude each other; leave one of them "
            "empty"
        ),
        (
            "row 15, style_reference: 'http://127.0.0.1:1/a.png' cannot be reached: the connection was refused; check "
            "the address and its port"
        ),
    ]


def test_the_pictures_of_one_image_have_a_limit_together(folder):
    """Of a whole request; each alone is small enough."""
    (folder / "large.jpg").write_bytes(a_picture(kind="JPEG") + bytes(24_000_000))
    rows = ("product", "model", "source_image"), ("Pot", "4.5", "large.jpg;large.jpg;large.jpg")
    assert said(folder, *rows) == [
        (
            "row 2, source_image: 'large.jpg;large.jpg;large.jpg' is too large: the pictures of one image have "
            "72.0 MB, and may have 49; make them smaller, or leave some out"
        )
    ]


def test_a_format_names_pictures_beside_its_own_table(folder):
    """A row's own goes before it, as does a style that is said otherwise."""
    a_file(folder / "brand", "format,style_reference\nhero,../mood.webp\nsquare,\n", "formats.csv")
    matrix = a_file(folder, "product,style_preset,style_reference\nA,,\nB,,shot.jpg\nC,ART_DECO,\n")
    plan = plan_of(matrix, formats=str(folder / "brand/formats.csv"), model="V_3")
    named = {(cell.product, cell.format): cell.metadata.get("style_reference") for cell in plan.cells}
    assert named == {
        ("A", "hero"): "../mood.webp", ("A", "square"): None, ("B", "hero"): "shot.jpg", ("B", "square"): "shot.jpg",
        ("C", "hero"): None, ("C", "square"): None,
    }  # fmt: skip
    assert [bool(cell.request.style_reference) for cell in plan.cells] == [True, False, True, True, False, False]
    missing = a_file(folder / "brand", "format,style_reference\nhero,mood.webp\n", "formats.csv")
    (fault,) = faults_of(a_file(folder, "product\nA\n"), formats=missing, model="V_3")
    assert (fault.source, fault.row) == (missing, 2)
    assert fault.problem == f"does not exist in {folder}/brand, where its table lies"


def test_pictures_of_the_web(folder):
    """By an address, or beside a matrix that has one; a signature is used, and not told."""
    with web_server() as web:
        logo = web.says("/brand/logo.png?sig=secret", a_picture())
        web.says("/brand/big.png", a_picture(), content_length="30000000")
        rows = [("product", "model", "source_image"), ("Pot", "4.5", logo), ("Jug", "4.5", logo)]
        plan = plan_of(a_file(folder, as_csv(rows)))
        assert plan.cells[0].metadata == {"source_image": f"{web.url}/brand/logo.png"}
        assert web.asked == ["GET /brand/logo.png?sig=secret"]
        web.says("/brand/red%20logo.png", a_picture())
        rows = [("product", "model", "source_image"), ("Pot", "4.5", "red logo.png"), ("Jug", "4.5", "nix.png")]
        matrix = web.says("/brand/m.csv", as_csv(rows).encode())
        (fault,) = faults_of(matrix)
        assert (fault.row, fault.value) == (3, "nix.png")
        assert fault.problem == f"does not exist (HTTP 404) in {web.url}/brand, where its table lies"


def test_a_matrix_without_a_folder_has_no_picture_beside_it():
    """A Google sheet lies nowhere: a path would begin in no place that anybody knows."""
    faults = Faults()
    row = ParsedRow("sheet", 2, {"source_image": ("logo.png",)}, {})
    References(faults).found_in(row, "https://docs.google.com/spreadsheets/d/abcdef/edit")
    assert [fault.problem for fault in faults.found] == [
        "lies beside no table, since this one is in no folder; write its whole path or address"
    ]


@pytest.mark.parametrize(
    ("size", "is_one"),
    [
        ("1216x640", True), ("256x1536", True), ("2048x2048", True), ("2080x2016", True),
        ("1440x720", False), ("224x512", False), ("256x1568", False), ("2080x2048", False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("column", ["size", "resolution"])
def test_what_is_made_of_a_source_may_have_sizes_of_its_own(folder, size, is_one, column):
    """Those that the document tells of, and not those that the model lists; the stand-in takes the same."""
    matrix = a_file(folder, f"product,model,source_image,{column}\nPot,4.5,shot.jpg,{size}\n")
    assert is_edit_size(tuple(int(side) for side in size.split("x"))) is is_one
    if is_one:
        assert plan_of(matrix).cells[0].request.aspect_text() == size
    else:
        (fault,) = faults_of(matrix)
        assert fault.column == column


def test_what_is_made_of_a_source_has_sides_that_it_may_have():
    """Each shape that 4.5 has means a size whose sides are multiples of 32."""
    offer = OFFERS["ideogram-4-5"]
    for ratio in offer.ratios:
        size = offer.resolution_for(ratio)
        assert size is None or all(side % 32 == 0 for side in pixels(size)), ratio


def test_pictures_of_many_rows_are_waited_for_side_by_side():
    """A thousand shots in a bucket are a thousand round trips; each row has its own, in its order, and its fault."""
    together = threading.Barrier(AT_A_TIME)

    def read(place: str) -> bytes:
        together.wait(timeout=60)
        if place.endswith("7.png"):
            raise NoPicture("does not exist")
        return a_picture(f"#{int(Path(place).stem):06x}")

    def rows() -> Iterator[ParsedRow]:
        for number in range(2, 2 + 2 * ROWS_AHEAD):
            yield ParsedRow("m.csv", number, {"source_image": (f"{number}.png",)}, {})
        yield ParsedRow("m.csv", 900, {}, {})
        raise InputInvalid.of("m.csv", "holds a NUL character", row=901)

    faults = Faults()
    references = References(faults, read)
    found = references.found_in_each(rows(), "/data/m.csv")
    with faults.collected():
        for number, row in enumerate(found, start=2):
            assert [one.typed for one in row.wishes.get("source_image", ())] in ([], [f"{number}.png"])
    assert number == 2 + 2 * ROWS_AHEAD
    assert [fault.row for fault in faults.found] == [7, 17, 27, 37, 47, 57, 901]
    assert len(references.listed()) == 2 * ROWS_AHEAD - 6
