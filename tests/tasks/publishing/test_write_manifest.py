"""The manifest says what became of every cell, in the same words in both files."""

import csv
import io
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.publishing.column_names import unique_names
from tasks.publishing.formulas import without_formula
from tasks.publishing.write_manifest import manifest_csv, manifest_frame, manifest_parquet
from tasks.records.outcome import FoundMarks
from tasks.records.review import Review
from tasks.records.variant import DEFAULT_VARIANTS, Variant
from tests.factories import a_cell, a_request, an_original, an_outcome

COLUMNS = [
    "cell_id",
    "row",
    "product",
    "format",
    "prompt",
    "model",
    "aspect_ratio",
    "style_type",
    "status",
    "seed",
    "resolution",
    "original",
    "og",
    "thumb",
    "social",
    "cost_usd",
    "attempts",
    "error",
    "request_sha256",
    "image_sha256",
    "started_at",
    "finished_at",
    "made_by",
    "quality",
    "api_request_id",
    "alt",
    "brand",
    "prompt_drawn",
    "copy_number",
    "review",
    "review_reason",
    "reviewed_at",
    "replaces",
    "take",
    "source_type",
    "marks_found",
    "label",
    "c2pa",
]
AWKWARD = {"a": "NA", "b": "None", "c": "00123", "d": " leading space", "e": "1e5", "f": "", "g": "true\rfalse"}


def read_csv(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file as a script reads them."""
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def one_row(cell=None, outcome=None, variants=DEFAULT_VARIANTS) -> dict[str, str]:
    """The CSV row of a campaign of one cell."""
    cell = cell or a_cell()
    return read_csv(manifest_csv(manifest_frame([cell], {cell.cell_id: outcome or an_outcome(cell)}, variants)))[0]


def test_columns_come_in_their_order_then_metadata_as_it_first_appears():
    """People and scripts rely on the order, also of a campaign without cells."""
    cells = [a_cell(metadata={"sku": "1"}), a_cell(copy_number=2, metadata={"market": "DE", "sku": "2"})]
    assert list(manifest_frame(cells, {}, DEFAULT_VARIANTS).columns) == [*COLUMNS, "sku", "market"]
    assert list(manifest_frame([], {}, DEFAULT_VARIANTS).columns) == COLUMNS


def test_a_done_cell_tells_all_that_is_known():
    """A row needs no other file beside it."""
    at = datetime(2026, 8, 5, 11, 0, tzinfo=UTC)
    review = Review(cell_id="teapot", number=1, decision="reject", reason="off brand", at=at)
    made = {"row": 7, "replaces": "teapot-hero-1a2b3c4d", "take": 2, "review": review}
    cell = a_cell(a_request("A red kettle", aspect_ratio="ASPECT_16_9"), **made)
    assert one_row(cell) == {
        "cell_id": cell.cell_id,
        "row": "7",
        "product": "Teapot",
        "format": "hero",
        "prompt": "A red kettle",
        "model": "V_2",
        "aspect_ratio": "16:9",
        "style_type": "DESIGN",
        "status": "done",
        "seed": "12345",
        "resolution": "1024x1024",
        "original": f"originals/{cell.cell_id}.png",
        "og": f"variants/{cell.cell_id}-og.webp",
        "thumb": f"variants/{cell.cell_id}-thumb.webp",
        "social": f"variants/{cell.cell_id}-social.webp",
        "cost_usd": "0.08",
        "attempts": "1",
        "error": "",
        "request_sha256": cell.request_sha256,
        "image_sha256": an_original(cell).image_sha256,
        "started_at": "2026-08-05T10:42:07.250Z",
        "finished_at": "2026-08-05T10:42:16.750Z",
        "made_by": "api.ideogram.ai",
        "quality": "medium",
        "api_request_id": "",
        "brand": "",
        "alt": "Teapot, hero",
        "prompt_drawn": "A red kettle",
        "copy_number": "1",
        "review": "reject",
        "review_reason": "off brand",
        "reviewed_at": "2026-08-05T11:00:00.000Z",
        "replaces": "teapot-hero-1a2b3c4d",
        "take": "2",
        "source_type": "trainedAlgorithmicMedia",
        "marks_found": "",
        "label": "",
        "c2pa": "none",
    }


def test_a_cell_without_outcome_is_pending():
    """Every cell has its row from the first minute, in matrix order."""
    cells = [a_cell(a_request(prompt)) for prompt in "cab"]
    frame = manifest_frame(cells, {cells[1].cell_id: an_outcome(cells[1])}, DEFAULT_VARIANTS)
    rows = read_csv(manifest_csv(frame))
    assert [row["status"] for row in rows] == ["pending", "done", "pending"]
    assert [row["prompt"] for row in rows] == ["c", "a", "b"]
    assert (rows[0]["seed"], rows[0]["started_at"], rows[0]["cost_usd"]) == ("", "", "0.00")


def test_the_asked_seed_stands_until_one_is_used():
    """A cell that failed still says which seed it asked for, 0 included."""
    cell = a_cell(a_request(seed=0))
    assert one_row(cell, an_outcome(cell, "failed"))["seed"] == "0"
    assert one_row(cell, an_outcome(cell, original=an_original(cell, seed=9)))["seed"] == "9"


def test_what_is_not_sent_is_empty():
    """A missing text is empty, never the word None."""
    row = one_row(a_cell(a_request(aspect_ratio=None, style_type=None)))
    assert (row["aspect_ratio"], row["style_type"]) == ("", "")


@pytest.mark.parametrize(
    ("cost", "text"),
    [("0", "0.00"), ("0.1", "0.10"), ("0.025", "0.025"), ("0.000001", "0.000001"), ("1234", "1234.00")],
)
def test_money_is_exact_and_never_in_powers(cost, text):
    """A cent is a cent in any reader."""
    cell = a_cell()
    assert one_row(cell, an_outcome(cell, cost_usd=Decimal(cost)))["cost_usd"] == text


def test_times_are_in_utc_whatever_zone_they_came_in():
    """The instant is the same and ends in Z."""
    cell = a_cell()
    there = datetime(2026, 8, 5, 12, 0, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert one_row(cell, an_outcome(cell, started_at=there))["started_at"] == "2026-08-05T06:30:00.000Z"


def test_parquet_has_real_types_and_no_index():
    """Numbers are numbers and times are times, also while nothing has ended."""
    for outcomes in ({}, {a_cell().cell_id: an_outcome(a_cell())}):
        content = manifest_parquet(manifest_frame([a_cell()], outcomes, DEFAULT_VARIANTS))
        schema = pq.read_schema(io.BytesIO(content))
        assert schema.names == COLUMNS
        assert {schema.field(name).type for name in ("row", "seed", "attempts")} == {pa.int64()}
        assert schema.field("cost_usd").type == pa.float64()
        assert schema.field("finished_at").type == pa.timestamp("ms", "UTC")
        assert pd.read_parquet(io.BytesIO(content))["seed"].isna().tolist() == [not outcomes]


def test_awkward_metadata_survives_in_both_files():
    """What looks missing, numeric or padded is text and comes back as typed."""
    cell = a_cell(metadata=AWKWARD)
    frame = manifest_frame([cell], {}, ())
    assert {name: read_csv(manifest_csv(frame))[0][name] for name in AWKWARD} == AWKWARD
    by_pandas = pd.read_csv(io.BytesIO(manifest_csv(frame)), dtype=str, keep_default_na=False)
    assert by_pandas[list(AWKWARD)].iloc[0].to_dict() == AWKWARD
    row = pq.read_table(io.BytesIO(manifest_parquet(frame))).to_pylist()[0]
    assert {name: row[name] for name in AWKWARD} == AWKWARD


def test_no_name_of_a_column_is_taken_twice():
    """A variant or a metadata column cannot hide a column of ours, nor one another."""
    metadata = {"Status": "a", "matrix_row": "b", "row": "c", "OG": "d", "Price": "e", "price": "f"}
    cell = a_cell(metadata=metadata)
    variants = [Variant(name="og", width=9, height=9), Variant(name="seed", width=9, height=9)]
    frame = manifest_frame([cell], {cell.cell_id: an_outcome(cell, variants={"seed": "variants/x"})}, variants)
    assert list(frame.columns)[-6:] == ["matrix_Status", "matrix_row", "matrix_row_2", "matrix_OG", "Price", "price_2"]
    assert frame.iloc[0, -6:].tolist() == list("abcdef")
    assert (frame["variant_seed"][0], frame["seed"][0]) == ("variants/x", 12345)


@given(st.lists(st.sampled_from(["a", "A", "a_2", "matrix_a", "matrix_A_2", "row", "ROW", "matrix_row"]), unique=True))
def test_names_end_up_unique_without_case(names):
    """Databases that look at no case can load the file."""
    columns = unique_names(names, ["row", "a"], "matrix_")
    assert len({column.casefold() for column in [*columns, "row", "a"]}) == len(names) + 2
    assert len(columns) == len(names)


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\rx", "\nx", "  =1", "\u3000＝1", "＋1", "－1", "＠a", "\ufeff=1", "'=1"],
)
def test_what_a_spreadsheet_would_run_is_quoted(text):
    """Opening the file runs nothing."""
    assert without_formula(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "tea", "1-2", "a=b", " tea", "'tis", "5", "#1", "“=1”"])
def test_other_text_is_left_alone(text):
    """Only what is dangerous is touched."""
    assert without_formula(text) == text


def test_formulas_are_quoted_in_the_csv_only():
    """Header names as well; Parquet and the frame keep the text as it was typed."""
    cell = a_cell(a_request("=A1"), metadata={"@x": "+49 30 1234"})
    frame = manifest_frame([cell], {}, ())
    row = read_csv(manifest_csv(frame))[0]
    assert (row["prompt"], row["'@x"]) == ("'=A1", "'+49 30 1234")
    assert pq.read_table(io.BytesIO(manifest_parquet(frame))).to_pylist()[0]["@x"] == "+49 30 1234"


awkward_texts = st.text(max_size=12) | st.text("='\"+-@,;\r\n\t \u3000a", max_size=6)


def unquoted(text: str) -> str:
    """The text before a quote was put in front of it."""
    return text[1:] if text.startswith("'") and without_formula(text[1:]) == text else text


@settings(max_examples=40, deadline=None)
@given(st.lists(awkward_texts, min_size=1, max_size=5))
def test_every_text_comes_back_from_the_csv(texts):
    """The csv module reads each text as it was, apart from the quote, which can be taken away without a doubt."""
    cells = [a_cell(metadata={"note": text}, copy_number=n) for n, text in enumerate(texts, start=1)]
    rows = read_csv(manifest_csv(manifest_frame(cells, {}, ())))
    assert [unquoted(row["note"]) for row in rows] == texts


def test_the_prompt_that_was_drawn_stands_beside_the_one_that_was_asked_for():
    """Also where it is JSON as text; where nothing was drawn, or nobody said what, it is empty."""
    cell = a_cell(a_request("Tea"))
    drawn = '{"subject": "a teapot", "style": "=bold"}'
    row = one_row(cell, an_outcome(cell, original=an_original(cell, final_prompt=drawn)))
    assert (row["prompt"], row["prompt_drawn"]) == ("Tea", drawn)
    assert one_row(cell, an_outcome(cell, "failed"))["prompt_drawn"] == ""


def test_copies_of_one_wish_are_numbered():
    """From 1, also where each has a seed, and thereby a request, of its own; another row or format begins anew."""
    plain = [a_cell(copy_number=n) for n in (1, 2)]
    seeded = [a_cell(a_request(seed=seed), row=3) for seed in (5, 6, 7)]
    other = [a_cell(row=3, format="story"), a_cell(row=4, copy_number=3)]
    frame = manifest_frame([*plain, *seeded, *other], {}, ())
    assert frame["copy_number"].tolist() == [1, 2, 1, 2, 3, 1, 1]


def test_what_the_api_calls_a_request_that_failed_is_told():
    """For a question to its makers; and the quality of the model, whichever route it went by."""
    cell = a_cell(a_request(model="V_2_TURBO"))
    row = one_row(cell, an_outcome(cell, "failed", request_id="req-7"))
    assert (row["api_request_id"], row["quality"]) == ("req-7", "low")
    drawn = a_cell(a_request(model="ideogram-4-5", style_type=None, quality="high"))
    assert one_row(drawn)["quality"] == "high"


def test_a_column_alt_is_not_listed_twice():
    """It is the manifest's own, whatever its case; marketing's own `copy` stays under its name."""
    cell = a_cell(metadata={"Alt": "A blue pot", "alt:de": "Blaue Kanne", "copy": "Sip slowly"})
    columns = manifest_frame([cell], {}, ()).columns.tolist()
    assert columns[-5:] == ["marks_found", "label", "c2pa", "alt:de", "copy"]
    row = one_row(cell)
    assert (row["alt"], row["alt:de"], row["copy"]) == ("A blue pot", "Blaue Kanne", "Sip slowly")


def test_what_an_image_is_and_what_its_original_carried_is_listed():
    """A feed wants the first of every image; the second tells what cutting has taken away."""
    cell = a_cell()
    marks = FoundMarks(c2pa=True, iptc=True, source_type="compositeWithTrainedAlgorithmicMedia")
    row = one_row(cell, an_outcome(cell, original=an_original(cell, marks=marks)))
    assert (row["source_type"], row["marks_found"]) == ("compositeWithTrainedAlgorithmicMedia", "c2pa iptc")
    drawing = one_row(cell, an_outcome(cell, original=an_original(cell, made_by="sandbox", marks=FoundMarks())))
    assert (drawing["source_type"], drawing["marks_found"]) == ("algorithmicMedia", "")
    assert one_row(cell, an_outcome(cell, "failed"))["source_type"] == ""


@pytest.mark.parametrize(
    ("signed", "is_vendors", "told"),
    [
        ({"og": "f", "thumb": "", "social": "f"}, True, "signed"),
        ({"og": "f", "thumb": "", "social": "f"}, False, "signed"),
        ({"og": "f", "thumb": ""}, False, "none"),
        ({"og": "f"}, True, "lost"),
        ({"og": "", "thumb": "", "social": ""}, False, "none"),
        ({}, True, "lost"),
        ({}, False, "none"),
    ],
)
def test_what_became_of_content_credentials_is_listed(signed, is_vendors, told):
    """Of an image that is there: whoever takes `signed` ones finds none that should be and is not."""
    cell = a_cell()
    original = an_original(cell, marks=FoundMarks(c2pa=is_vendors))
    assert one_row(cell, an_outcome(cell, original=original, signed=signed))["c2pa"] == told
    gone = an_outcome(cell, original=original, signed={"story": "f"})
    assert one_row(cell, gone)["c2pa"] == ("lost" if is_vendors else "none")
    assert one_row(cell, an_outcome(cell, "failed", signed=signed))["c2pa"] == ""


def test_widths_are_listed_ready_for_a_page():
    """As the `srcset` of an image: the files that are there, the narrowest first, and how wide they are."""
    hero = Variant.parse("hero=1280x720,widths=640+320")
    variants, cell = (hero, *hero.narrower), a_cell()
    keys = {one.name: one.key(cell.cell_id) for one in variants}
    row = one_row(cell, an_outcome(cell, variants=keys), variants)
    start = f"variants/{cell.cell_id}-hero"
    assert row["hero_srcset"] == f"{start}-320.webp 320w, {start}-640.webp 640w, {start}.webp 1280w"
    assert row["hero-320"] == f"{start}-320.webp"
    assert one_row(cell, an_outcome(cell, "failed"), variants)["hero_srcset"] == ""


def test_a_manifest_lists_the_languages_of_each_image_where_there_are_any():
    """In one column, one row an image; without languages, a column of this name is the matrix's own."""
    both, german = a_cell(languages=("en", "de")), a_cell(a_request("Tee"), languages=("de",))
    assert list(manifest_frame([both, german], {}, ())["language"]) == ["en de", "de"]
    assert list(manifest_frame([a_cell(metadata={"language": "de"})], {}, ())["language"]) == ["de"]
    own = manifest_frame([a_cell(metadata={"language": "x"}, languages=("de",))], {}, ())
    assert (own["language"][0], own["matrix_language"][0]) == ("de", "x")
    assert "language" not in manifest_frame([a_cell()], {}, ()).columns
