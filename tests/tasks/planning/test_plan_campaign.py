"""A matrix becomes cells: checked, identified and priced, or everything that is wrong with it."""

import json
import random
import tempfile
from decimal import Decimal
from pathlib import Path

import fsspec
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tasks.callbacks.callback_settings import UNSIGNED_NOTE
from tasks.callbacks.outbox import Outbox
from tasks.errors import InputInvalid
from tasks.planning.plan_campaign import CELLS_SHOWN, plan_campaign
from tasks.records.campaign import Campaign
from tasks.records.plan import Plan
from tasks.records.request import GenerationRequest
from tasks.storage.storage import CampaignStore
from tasks.tables.columns import PARSERS
from tasks.tables.placeholders import may_hold_one
from tests.matrices import DATA, a_file, a_parquet, as_csv, faults_of, plan_of

REFERENCE_CELLS = [
    "cloud-analytics-dashboard-social-square-26ee5a3f",
    "cloud-analytics-dashboard-story-vertical-aae1af3a",
    "cloud-analytics-dashboard-blog-hero-478193f2",
    "mobile-payment-app-social-square-f780a133",
    "mobile-payment-app-story-vertical-5b5b28cd",
    "mobile-payment-app-blog-hero-4cc9bec7",
]


def planned(folder: Path, content: str, **options: object) -> Plan:
    """The plan of a CSV."""
    return plan_of(a_file(folder, content), **options)


def said(folder: Path, content: str | bytes, **options: object) -> list[str]:
    """The faults of a CSV, without the folder."""
    return [str(fault).replace(f"{folder}/", "") for fault in faults_of(a_file(folder, content), **options)]


def test_the_reference_campaign() -> None:
    """Two products in three formats: ids, prices and times as they were on the day this was written."""
    plan = plan_of(str(DATA / "q1_launch.csv"), formats=str(DATA / "formats.csv"))
    assert [cell.cell_id for cell in plan.cells] == REFERENCE_CELLS
    assert (plan.row_count, plan.cell_count, plan.cost_usd) == (2, 6, Decimal("0.48"))
    assert (plan.duration_min_s, plan.duration_max_s) == (8, 15)
    assert plan.cells[0].metadata == {"campaign_owner": "Growth"}
    assert plan.cells[0].price_usd == Decimal("0.08")


def test_a_cell_is_the_same_in_any_run(tmp_path: Path) -> None:
    """Wherever the file lies, whatever the order of its columns and rows, and whatever its metadata."""
    one = planned(tmp_path, "product,seed,sku\nTea,1,a\nCoffee,2,b\n", name="One")
    other = planned(tmp_path, "note;seed;product\nx;2.0;Coffee \n;;\ny;1; Tea\n", name="Other", max_in_flight=3)
    assert {cell.cell_id for cell in one.cells} == {cell.cell_id for cell in other.cells}
    assert {cell.request_sha256 for cell in one.cells} == {cell.request_sha256 for cell in other.cells}


def test_line_ends_in_a_prompt_do_not_make_another_cell(tmp_path: Path) -> None:
    """The same file after a visit to another machine."""
    unix = 'prompt\n"A cup,\nsteaming"\n'
    assert planned(tmp_path, unix).cells == planned(tmp_path, unix.replace("\n", "\r\n")).cells


def test_copies_of_a_row_are_cells_of_their_own(tmp_path: Path) -> None:
    """Numbered from 1, with ids of their own; a given seed counts up."""
    plan = planned(tmp_path, "product,num_images,seed\nTea,3,\nCoffee,2,7\n")
    assert [(c.product, c.copy_number, c.request.seed) for c in plan.cells] == [
        ("Tea", 1, None),
        ("Tea", 2, None),
        ("Tea", 3, None),
        ("Coffee", 1, 7),
        ("Coffee", 1, 8),
    ]
    assert len({cell.cell_id for cell in plan.cells}) == 5
    assert plan.cells[0].request_sha256 == plan.cells[2].request_sha256
    assert plan.notes == ()


@pytest.mark.parametrize(
    ("matrix", "note"),
    [
        ("product,sku\nTea,1\nTea,2\n", "1 image asks for exactly what another one does, first in row 3"),
        (
            "product,sku,num_images\nTea,1,1\nTea,2,3\n",
            "3 images ask for exactly what another one does, first in row 3",
        ),
        (
            "product,seed,num_images\nTea,1,3\nTea,3,\n",
            "1 image asks for exactly what another one does, first in row 3",
        ),
    ],
)
def test_whoever_pays_is_told_of_what_is_asked_for_twice(tmp_path: Path, matrix: str, note: str) -> None:
    """Rows that differ in metadata only are made twice, and cost twice."""
    plan = planned(tmp_path, matrix)
    assert plan.notes[-1] == f"{note}; all are made and paid for"
    assert len({cell.cell_id for cell in plan.cells}) == plan.cell_count


def test_equal_rows_are_made_once(tmp_path: Path) -> None:
    """With a word about it."""
    plan = planned(tmp_path, "product,sku\nTea,1\nTea,1\n")
    assert (plan.row_count, plan.cell_count) == (1, 1)
    assert "1 row was left out" in plan.notes[0]


def test_the_batch_spreadsheet_of_the_web_page_is_read(tmp_path: Path) -> None:
    """Its columns in its own words, in upper case; visibility is noted and not sent."""
    plan = planned(
        tmp_path,
        "PROMPT,VISIBILITY,ASPECT_RATIO,MAGIC_PROMPT,MODEL,NUM_IMAGES,SEED_NUMBER,RENDERING,NEGATIVE_PROMPT,STYLE,"
        "COLOR_PALETTE\nA cup,private,16:9,off,2.0,1,42,turbo,blur,AUTO,\n",
    )
    assert plan.cells[0].request == GenerationRequest(
        prompt="A cup",
        model="V_2_TURBO",
        aspect_ratio="ASPECT_16_9",
        style_type="AUTO",
        magic_prompt="OFF",
        negative_prompt="blur",
        seed=42,
    )
    assert plan.notes == ("visibility is kept as a note only with V_2_TURBO: the route has no field for it",)


def test_prices_and_times_are_by_model(tmp_path: Path) -> None:
    """Each cell at its own model's price."""
    plan = planned(tmp_path, "product,model\nTea,\nCoffee,V_2A_TURBO\nMilk,V_1_TURBO\n", model="V_2", max_in_flight=1)
    assert [cell.price_usd for cell in plan.cells] == [Decimal("0.08"), Decimal("0.025"), Decimal("0.02")]
    assert plan.cost_usd == Decimal("0.125")
    assert (plan.duration_min_s, plan.duration_max_s) == (8 + 3 + 3, 15 + 6 + 6)


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    """Of the name, of values, of models, of what is missing, and of the line on which the file breaks off."""
    content = (
        "product,prompt,model,style_type,aspect_ratio,resolution,seed\n"
        "Tea,,V_1,DESIGN,,,\n"
        ",,,,,,1\n"
        "Tea,,,,4:5,,x\n"
        "Tea,,V_2A,,1:1,1024x1024,\n"
        "Th\xe9,,,,,,\n"
    ).encode("cp1252")
    assert said(tmp_path, content, name="###") == [
        "--name: '###' has no letter or digit to name a folder with; choose another name",
        (
            "m.csv, row 2, style_type: 'DESIGN' is not accepted by V_1, "
            "only by V_2, V_2_TURBO, V_2A, V_2A_TURBO, V_3, ideogram-2, ideogram-2a, ideogram-3; "
            "leave it empty, or change the model"
        ),
        "m.csv, row 3, prompt: is empty, and so is product; fill in one of them",
        "m.csv, row 4, seed: 'x' is not accepted; use a whole number from 0 to 2147483647",
        (
            "m.csv, row 4, aspect_ratio: '4:5' is not accepted by V_2, whose resolution 896x1120 is exactly that; "
            "write it in the column resolution, use one of 1:1, 10:16, 16:10, 9:16, 16:9, 3:2, 2:3, 4:3, 3:4, 1:3, "
            "3:1, or change the model"
        ),
        (
            "m.csv, row 5, resolution: '1024x1024' is not accepted by V_2A, only by V_2, V_2_TURBO, "
            "V_3, ideogram-3, ideogram-4, ideogram-4-5, p-image-ideogram; "
            "use aspect_ratio, or change the model"
        ),
        "m.csv, row 5, resolution: '1024x1024' and the aspect_ratio '1:1' exclude each other; leave one of them empty",
        (
            "m.csv, row 6, product: 'Th\N{REPLACEMENT CHARACTER}' is not utf-8 text; "
            "save the file as CSV UTF-8, or name its encoding: --encoding cp1252 reads 'Thé', "
            "--encoding mac_roman reads 'ThÈ'"
        ),
    ]


def test_the_campaigns_quality_is_that_of_rows_that_name_none(tmp_path: Path) -> None:
    """In its own words or the batch page's; a row's own goes before it, be it called rendering."""
    table = "product,model,quality,rendering\nA,,,\nB,,high,\nC,,,turbo\nD,ideogram-4,,\n"
    plan = planned(tmp_path, table, model="4.5", quality="Turbo")
    told = [(cell.request.model, cell.request.quality, str(cell.price_usd)) for cell in plan.cells]
    assert told == [
        ("ideogram-4-5", "low", "0.03"),
        ("ideogram-4-5", "high", "0.10"),
        ("ideogram-4-5", "low", "0.03"),
        ("ideogram-4", "low", "0.03"),
    ]


def test_a_quality_that_the_model_does_not_have_is_a_fault_of_the_option(tmp_path: Path) -> None:
    """Told once, however many rows there are."""
    (fault,) = said(tmp_path, b"product\nTea\nCoffee\n", quality="high")
    assert fault.startswith("--quality: 'high' is not offered by V_2, only by V_3, ideogram-3")
    assert fault.endswith("use one of low, medium, or change the model")


def test_a_model_of_ones_own_has_its_own_price(tmp_path: Path) -> None:
    """A budget that counts on the other would not hold."""
    plan = planned(tmp_path, "product,custom_model_uri\nTea,model/tea/version/3\nTea,\n", model="3.0")
    assert [str(cell.price_usd) for cell in plan.cells] == ["0.12", "0.06"]
    assert str(plan.cost_usd) == "0.18"


def test_a_structured_prompt_may_stand_on_many_lines(tmp_path: Path) -> None:
    """It looks like rows in a field; what it shows names the cell."""
    prompt = (
        '{\n""high_level_description"":""A sale"",\n""compositional_deconstruction"":{\n'
        '""background"":""sand"",""elements"":[\n{""type"":""obj"",""desc"":""a""},\n{""type"":""obj"",""desc"":""b""}]}}'
    )
    plan = planned(tmp_path, f'prompt\n"{prompt}"\n', model="4.5")
    assert plan.cells[0].cell_id.startswith("a-sale-")
    assert json.loads(plan.cells[0].request.prompt)["high_level_description"] == "A sale"


def test_a_thousand_faults_are_a_hundred_and_a_count(tmp_path: Path) -> None:
    """One wrong column is enough to see."""
    with pytest.raises(InputInvalid) as raised:
        planned(tmp_path, "product,seed\n" + "".join(f"Tea {n},x\n" for n in range(1_000)))
    assert (len(raised.value.faults), raised.value.more) == (100, 900)


@pytest.mark.parametrize(
    ("content", "faults"),
    [
        ("", ["m.csv: is empty; the first row names the columns"]),
        ("product\n", ["m.csv: has no rows below its header"]),
        ("product\n , \n\n", ["m.csv: has no rows below its header"]),
        (
            "name;cost\nTea;1\n",
            ["m.csv: has neither a column 'product' nor a column 'prompt'; it needs one of them, and has name, cost"],
        ),
    ],
)
def test_a_matrix_without_rows_is_a_fault(tmp_path: Path, content: str, faults: list[str]) -> None:
    """Nothing to do is a mistake somewhere."""
    assert said(tmp_path, content) == faults


def test_what_becomes_of_other_columns_is_told(tmp_path: Path) -> None:
    """And a slip of the pen in a column's name is found before it costs anything."""
    assert planned(tmp_path, "product,sku,aspect_ratoi\nTea,1,16:9\n").notes == (
        "kept as metadata, not sent: sku, aspect_ratoi",
        "is the column 'aspect_ratoi' meant to be 'aspect_ratio'? Then rename it",
    )


def test_a_look_keeps_the_first_cells_only(tmp_path: Path) -> None:
    """They and every sum are those of the whole plan."""
    content = "product,num_images\n" + "".join(f"Tea {n},2\n" for n in range(20))
    campaign = Campaign(matrix=a_file(tmp_path, content))
    whole, look = plan_campaign(campaign), plan_campaign(campaign, look=True)
    assert (len(whole.cells), look.cells) == (40, whole.cells[:CELLS_SHOWN])
    assert look.model_copy(update={"cells": whole.cells}) == whole


@pytest.mark.parametrize(
    ("matrix", "title", "slug"),
    [
        ("data/q1_launch.csv", "q1_launch", "q1-launch"),
        ("s3://bucket/x/Spring Sale.csv.gz", "Spring Sale", "spring-sale"),
        ("https://host/a.csv?signature=b/c", "a", "a"),
        ("C:\\files\\春.parquet", "春", "chun"),
        ("what?.csv", "what?", "what"),
    ],
)
def test_a_campaign_is_named_after_its_matrix(matrix: str, title: str, slug: str) -> None:
    """Where no name is given."""
    campaign = Campaign(matrix=matrix)
    assert (campaign.title, campaign.slug) == (title, slug)


def test_a_parquet_of_real_types_is_the_same_campaign(tmp_path: Path) -> None:
    """Numbers with gaps, flags, categories: they plan as their texts in a CSV do."""
    columns = {
        "product": pa.array(["Tea", "Coffee"]).dictionary_encode(),
        "seed": pa.array([7.0, None]),
        "num_images": pa.array([2, 1], pa.int8()),
        "color_palette": pa.array([{"name": "EMBER", "members": None}, None]),
        "in_stock": pa.array([True, False]),
        "price": pa.array([Decimal("2.50"), None], pa.decimal128(8, 2)),
    }
    csv = "product,seed,num_images,color_palette,in_stock,price\nTea,7,2,EMBER,true,2.50\nCoffee,,1,,false,\n"
    assert plan_of(a_parquet(tmp_path, columns)).cells == planned(tmp_path, csv).cells


def test_a_url_is_planned_from_where_it_lies() -> None:
    """Matrix and formats each from a file system of its own."""
    fsspec.filesystem("memory").pipe_file("/tea.csv", b"product\nTea\n")
    plan = plan_of("memory://tea.csv", formats=str(DATA / "formats.csv"))
    assert (plan.campaign.slug, plan.cell_count) == ("tea", 3)


texts = st.text(
    alphabet=st.one_of(st.characters(codec="utf-8"), st.sampled_from("\",;\t|\r\n'#:{}= \ufeff\xa0\0")), max_size=12
)
products = texts.filter(lambda text: not may_hold_one(text)).map(lambda text: f"p {text}")
values = st.sampled_from(
    ["1:1", "V_1", "v2", "DESIGN", "EMBER", "#fff", "2", "1024x1024", "turbo", "https://a.b/c", "", "", "Tea", "wide"]
)
headers = st.one_of(st.sampled_from([*PARSERS, "style", "sku"]), st.sampled_from([*PARSERS]), texts)
tables = st.integers(1, 5).flatmap(
    lambda width: st.tuples(
        st.lists(headers, min_size=width, max_size=width),
        st.lists(st.lists(st.one_of(texts, values), min_size=width, max_size=width), max_size=5),
    )
)
quick = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def outcome(path: str, **options: str) -> Plan | str:
    """The plan, or what is wrong."""
    try:
        return plan_of(path, **options)
    except InputInvalid as invalid:
        return str(invalid)


@quick
@given(tables, tables)
@example((["product"], [["Tea"]]), (["format"], [["wide"]]))
def test_any_table_is_planned_or_told(
    matrix: tuple[list[str], list[list[str]]], formats: tuple[list[str], list[list[str]]]
) -> None:
    """Whatever stands in it; and what is planned has ids that are all different and a price for each."""
    with tempfile.TemporaryDirectory() as folder:
        path = a_file(Path(folder), as_csv([matrix[0], *matrix[1]]))
        plan = outcome(path, formats=a_file(Path(folder), as_csv([formats[0], *formats[1]]), "f.csv"))
        if isinstance(plan, Plan):
            assert len({cell.cell_id for cell in plan.cells}) == plan.cell_count
            assert sum(cell.price_usd for cell in plan.cells) == plan.cost_usd
        else:
            assert "cannot be read" not in plan


@quick
@given(st.binary(max_size=60), st.sampled_from([None, "cp1252", "utf-16", "shift_jis", "utf-7", "idna"]))
def test_any_bytes_are_planned_or_told(content: bytes, encoding: str | None) -> None:
    """A file of anything, in any encoding, as CSV and as Parquet."""
    with tempfile.TemporaryDirectory() as folder:
        outcome(a_file(Path(folder), b"product,sku\n" + content), encoding=encoding)
        outcome(a_file(Path(folder), content, "m.parquet"))


@quick
@given(tables)
@example((["product", "sku"], [["Tea", "1"], ["Tea ", "1"], ["", " "]]))
def test_csv_and_parquet_of_a_table_are_the_same_campaign(table: tuple[list[str], list[list[str]]]) -> None:
    """The same cells, or both none."""
    header, rows = list(dict.fromkeys(table[0])), table[1]
    rows = [row[: len(header)] for row in rows]
    with tempfile.TemporaryDirectory() as folder:
        csv = outcome(a_file(Path(folder), b"\xef\xbb\xbf" + as_csv([header, *rows]).encode()))
        columns = {name: pa.array([row[n] for row in rows], pa.string()) for n, name in enumerate(header)}
        parquet = outcome(a_parquet(Path(folder), columns))
        assert isinstance(csv, Plan) == isinstance(parquet, Plan)
        if isinstance(csv, Plan) and isinstance(parquet, Plan):
            assert csv.cells == parquet.cells


@quick
@given(st.lists(st.tuples(products, values, st.integers(1, 3)), max_size=8), st.randoms())
def test_ids_depend_on_nothing_but_the_requests(rows: list[tuple[str, str, int]], order: random.Random) -> None:
    """Twice the same ids in the same order, and the same set of them from rows in any order."""
    table = [[str(n), product.replace("\0", ""), note, str(copies)] for n, (product, note, copies) in enumerate(rows)]
    shuffled = order.sample(table, len(table))
    with tempfile.TemporaryDirectory() as folder:
        plans = [
            outcome(a_file(Path(folder), as_csv([["row_id", "product", "note", "num_images"], *some])))
            for some in (table, table, shuffled)
        ]
    if all(isinstance(plan, Plan) for plan in plans):
        first, again, other = ([cell.cell_id for cell in plan.cells] for plan in plans)  # type: ignore[union-attr]
        assert first == again
        assert sorted(first) == sorted(other)
    else:
        assert not rows


@pytest.mark.parametrize("is_column", [True, False])
def test_callbacks_without_a_signature_are_noted(tmp_path, monkeypatch, is_column):
    """By the variable that would sign them; with it there is nothing to say."""
    monkeypatch.delenv("CALLBACK_SECRET", raising=False)
    matrix = "product,callback_url\nTea,https://example.com/\n" if is_column else "product\nTea\n"
    options = {} if is_column else {"callback_url": "https://example.com/"}
    assert plan_of(a_file(tmp_path, matrix), **options).notes == (UNSIGNED_NOTE,)
    monkeypatch.setenv("CALLBACK_SECRET", "whsec_" + "c2VjcmV0" * 5)
    assert plan_of(a_file(tmp_path, matrix), **options).notes == ()


@pytest.mark.parametrize(
    ("events", "hold", "told"),
    [
        (["generation.approved"], False, "generation.approved is told only of a campaign that is held for review"),
        (["generation.completed", "generation.approved"], True, None),
        (["generation.completed"], False, None),
    ],
)
def test_events_that_nobody_will_be_told_of_are_noted(tmp_path, monkeypatch, events, hold, told):
    """Approvals, where nobody has said that the campaign waits for them; who names no events wants whatever comes."""
    monkeypatch.setenv("CALLBACK_SECRET", "whsec_" + "c2VjcmV0" * 5)
    options = {"callback_url": "https://example.com/", "callback_events": events, "hold": hold}
    notes = plan_of(a_file(tmp_path, "product\nTea\n"), **options).notes
    assert [note.startswith(told or "-") for note in notes] == ([True] if told else [])


def test_a_malformed_secret_is_told_with_the_other_faults(tmp_path, monkeypatch):
    """Where somebody is to be called; its value is not repeated."""
    monkeypatch.setenv("CALLBACK_SECRET", "s3cret")
    assert plan_of(a_file(tmp_path, "product\nTea\n")).notes == ()
    [fault] = faults_of(a_file(tmp_path, "product\nTea\n"), callback_url="https://example.com/")
    assert fault.source == "CALLBACK_SECRET"
    assert "s3cret" not in str(fault)


@pytest.mark.parametrize("is_column", [True, False])
def test_who_will_not_be_called_is_noted(tmp_path, monkeypatch, is_column):
    """Before anything is paid; unless it is allowed, here or by an earlier run, or nothing is paid at all."""
    monkeypatch.setenv("CALLBACK_SECRET", "whsec_" + "c2VjcmV0" * 5)
    monkeypatch.delenv("CALLBACK_ALLOW_PRIVATE", raising=False)
    url, output = "http://127.0.0.1:8070/callbacks", str(tmp_path / "out")
    matrix = a_file(tmp_path, f"product,callback_url\nTea,{url}\n" if is_column else "product\nTea\n")
    options = {"output": output} | ({} if is_column else {"callback_url": url})
    [note] = plan_of(matrix, **options).notes
    assert note.startswith("callbacks to 127.0.0.1 will not be sent")
    assert plan_of(matrix, **options, sandbox=True).notes == ()
    Outbox(CampaignStore.open(output, "m")).agree({"private"})
    assert plan_of(matrix, **options).notes == ()
    monkeypatch.setenv("CALLBACK_ALLOW_PRIVATE", "1")
    assert plan_of(matrix, **options, name="Another").notes == ()


def test_several_callback_urls_are_one_cells(tmp_path):
    """A row's own go before the campaign's."""
    plan = plan_of(
        a_file(tmp_path, "product,callback_url\nTea,https://a/ https://b/\nCup,\n"),
        callback_url="https://c/  https://d/",
    )
    assert [cell.endpoints for cell in plan.cells] == [("https://a/", "https://b/"), ("https://c/", "https://d/")]


@pytest.mark.parametrize("name", ["CON", "con", "Aux", "nul", "PRN", "com1", "LPT9", "CON.csv", "nul.tar.gz", " con "])
def test_a_campaign_is_not_called_as_a_device_of_windows(tmp_path: Path, name: str) -> None:
    """Its folder could not be copied there, nor a bucket be brought there; and a person is told which option to use."""
    (fault,) = faults_of(a_file(tmp_path, "product\nTea\n"), name=name)
    assert str(fault).startswith("--name: ")
    assert str(fault).endswith("cannot name a folder: Windows keeps it for a device; choose another name with --name")
    assert faults_of(a_file(tmp_path, "product\nTea\n", f"{name.strip()}"))[0].problem == fault.problem


@pytest.mark.parametrize("name", ["Console", "icon", "com10", "lpt", "Aux Champs", "null", "con-2"])
def test_names_that_hold_one_are_names(tmp_path: Path, name: str) -> None:
    """Only the whole name is kept."""
    plan = plan_of(a_file(tmp_path, "product,format\nnul,con\n"), name=name)
    assert plan.cells[0].cell_id.startswith("nul-con-"), "a cell's id has digits behind it"


@pytest.mark.parametrize(
    ("matrix", "title"),
    [
        ("https://me:s3cret@host/q1.csv?sig=s3cret#top", "q1"),
        ("https://me:s3cret@host/", "host"),
        ("s3://bucket/Spring 1.parquet/", "Spring 1"),
        ("what?#1.csv", "what?#1"),
    ],
)
def test_a_campaign_is_called_by_its_matrix_less_what_is_secret(matrix: str, title: str) -> None:
    """Its name is printed, and its folder seen by everybody."""
    assert Campaign(matrix=matrix).title == title


def test_an_output_that_only_looks_like_an_address_is_told_with_the_rest(tmp_path: Path) -> None:
    """In any plan, so in a dry run as well, and before a folder of that name is made."""
    first, second = said(tmp_path, "prompt,seed\na lamp,x\n", output="s3:camp/out")
    assert first.startswith("s3:camp/out: is no address; write s3://camp/out")
    assert second.startswith("m.csv, row 2, seed: 'x' is not")
