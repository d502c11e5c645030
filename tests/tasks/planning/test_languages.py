"""A row is made once for each of its languages in which its words differ, and never paid twice for the same words."""

from pathlib import Path
from typing import Any

import pytest

from tasks.records.plan import Plan
from tests.matrices import a_file, as_csv, faults_of, plan_of

MATRIX = as_csv(
    [
        ["product", "headline", "headline:de", "headline:FR"],
        ["Teapot", "Spring sale", "Frühlingsverkauf", "Soldes"],
        ["Cup", "New", "New", "Nouveau"],
    ]
)
FALLEN = "where a translation is missing, the text of the first language is used: "
TEMPLATE = "A poster of a {product}: {headline}"


def planned(folder: Path, matrix: str = MATRIX, formats: str = "", **options: Any) -> Plan:
    """The plan of a CSV in English and German, with a template of the command's."""
    tables = {"formats": a_file(folder, formats, "formats.csv")} if formats else {}
    return plan_of(a_file(folder, matrix), **({"template": TEMPLATE, "languages": "en,de"} | tables | options))


def made(plan: Plan) -> list[tuple[str, str]]:
    """The languages and the prompt of each image."""
    return [(" ".join(cell.languages), cell.request.prompt) for cell in plan.cells]


def told(folder: Path, matrix: str = MATRIX, formats: str = "", **options: Any) -> list[str]:
    """The faults."""
    tables = {"formats": a_file(folder, formats, "formats.csv")} if formats else {}
    given = {"template": TEMPLATE, "languages": "en,de"} | tables | options
    return [str(one).replace(f"{folder}/", "") for one in faults_of(a_file(folder, matrix), **given)]


def test_a_row_is_an_image_for_each_language_in_which_its_words_differ(tmp_path: Path) -> None:
    """The first language is that of the column without one; what is equal is one image, for both."""
    plan = planned(tmp_path)
    assert made(plan) == [
        ("en", "A poster of a Teapot: Spring sale"),
        ("de", "A poster of a Teapot: Frühlingsverkauf"),
        ("en de", "A poster of a Cup: New"),
    ]
    assert [cell.cell_id.rpartition("-")[0] for cell in plan.cells] == ["teapot-en", "teapot-de", "cup"]
    assert plan.cells[1].metadata == {
        "headline": "Spring sale",
        "headline:de": "Frühlingsverkauf",
        "headline:FR": "Soldes",
    }


def test_the_plan_says_what_languages_come_to(tmp_path: Path) -> None:
    """In words and money, beside what one language would be; which columns are sent, and which are not."""
    plan = planned(tmp_path)
    assert (
        "languages en, de: 3 images, $0.24 (2 in one language, $0.16); "
        "1 of them is for several languages, whose prompts are equal" in plan.notes
    )
    assert "kept as metadata, sent where a template names them: headline, headline:de, headline:FR" in plan.notes


def test_without_languages_such_columns_are_metadata(tmp_path: Path) -> None:
    """As they were before there were any: ids, prompts and metadata stay."""
    plan = planned(tmp_path, languages="")
    assert made(plan) == [("", "A poster of a Teapot: Spring sale"), ("", "A poster of a Cup: New")]
    assert [cell.cell_id.rpartition("-")[0] for cell in plan.cells] == ["teapot", "cup"]
    (note,) = (note for note in plan.notes if "languages" in note)
    assert note.startswith("headline is there in other languages (de, fr), of which none is made; say which")
    assert not any("languages" in note for note in planned(tmp_path, template="{product}", languages="").notes)


@pytest.mark.parametrize(
    ("row", "kit", "option", "languages"),
    [
        ("fr", 'languages = ["en", "de"]', "en,de", ["fr"]),
        ("", 'languages = ["en", "de"]', "fr,de", ["fr", "de"]),
        ("", 'languages = ["de", "fr"]', "", ["de", "fr"]),
        ("de; FR", "", "", ["de", "fr"]),
    ],
)
def test_languages_are_the_rows_else_the_options_else_the_kits(
    tmp_path: Path, row: str, kit: str, option: str, languages: list[str]
) -> None:
    """As for variants, what is typed goes before the brand kit."""
    matrix = as_csv([["headline:de", "headline:fr", "languages"], ["a", "b", row]])
    brand = {"brand": a_file(tmp_path, kit, "kit.toml")} if kit else {}
    plan = planned(tmp_path, matrix, template="{headline}", languages=option, **brand)
    assert [" ".join(cell.languages) for cell in plan.cells] == languages


def test_a_format_may_have_languages_and_texts_of_its_own(tmp_path: Path) -> None:
    """A template for each, and words of the channel; a row that says nothing of them takes them over."""
    formats = as_csv(
        [
            ["format", "languages", "template", "template:de", "call", "call:de"],
            ["story", "en de", "{call}: {product}", "Jetzt {call}: {product}", "Buy", "kaufen"],
            ["og", "en", "{product}", "", "", ""],
        ]
    )
    plan = planned(tmp_path, "product\nTea\n", formats, languages="", template="")
    assert made(plan) == [("en", "Buy: Tea"), ("de", "Jetzt kaufen: Tea"), ("en", "Tea")]
    assert [cell.cell_id.rpartition("-")[0] for cell in plan.cells] == ["tea-story-en", "tea-story-de", "tea-og-en"]


def test_prompts_and_products_may_be_translated(tmp_path: Path) -> None:
    """A prompt that is sent as it is, a product for the usual prompt; the image is called by the plain product."""
    prompts = as_csv([["product", "prompt", "prompt:de"], ["Tea", "A cup", "Eine Tasse"], ["Jar", "A jar", "A jar"]])
    assert made(planned(tmp_path, prompts, template="")) == [("en", "A cup"), ("de", "Eine Tasse"), ("en de", "A jar")]
    plan = planned(tmp_path, "product,product:de\nTea,Tee\n", template="")
    assert made(plan) == [
        ("en", "Tea, professional design, high quality"),
        ("de", "Tee, professional design, high quality"),
    ]
    assert {cell.product for cell in plan.cells} == {"Tea"}


def test_a_table_may_have_columns_of_languages_alone(tmp_path: Path) -> None:
    """Without one that has none."""
    matrix = as_csv([["product:en", "product:de", "prompt:en", "prompt:de"], ["Tea", "Tee", "A cup", "Eine Tasse"]])
    plan = planned(tmp_path, matrix, template="")
    assert made(plan) == [("en", "A cup"), ("de", "Eine Tasse")]
    assert {cell.product for cell in plan.cells} == {"Tea"}
    assert told(tmp_path, "product:en,product:de\nTea,Tee\n", languages="", template="") != []
    matrix = "product,headline:en,headline:de\nTea,New,\n"
    (fault,) = told(tmp_path, matrix, template="{product}[: {headline}]")
    assert fault.startswith("m.csv, row 2, headline:de: is empty, and 'headline:en' is not")


def test_a_missing_translation_is_a_fault_by_row_and_column(tmp_path: Path) -> None:
    """Of what a prompt is made of; a text that no prompt names may be missing."""
    matrix = as_csv([["product", "headline", "headline:de", "note", "note:de"], ["Tea", "Sale", "", "x", ""]])
    assert told(tmp_path, matrix) == [
        (
            "m.csv, row 2, headline:de: is empty, and 'headline' is not; translate it, or have 'headline' used in its "
            "place, with --language-fallback"
        )
    ]
    assert made(planned(tmp_path, matrix, template="{product}")) == [("en de", "Tea")]
    assert len(told(tmp_path, "prompt,prompt:de\nA cup,\n", template="")) == 1
    assert len(told(tmp_path, "product,product:de\nTea,\n", template="")) == 1
    assert len(told(tmp_path, "product,template,template:de\nTea,A {product},\n", template="")) == 1


def test_a_language_without_a_column_is_told_once(tmp_path: Path) -> None:
    """However many rows there are; which language the plain column is in is said."""
    (fault,) = told(tmp_path, languages="en,de,it")
    assert fault.startswith(
        "m.csv, headline:it: is no column, and the language it is asked for; 'headline' has de, fr: add"
    )
    assert "name it as the first of the languages if 'headline' is in it" in fault
    assert len(told(tmp_path, languages="de,en")) == 1


def test_a_row_says_which_language_the_plain_column_is_in(tmp_path: Path) -> None:
    """The first that needs it; another is not silently given the same words."""
    matrix = as_csv([["headline", "headline:de", "languages"], ["Sale", "Rabatt", "en,de"], ["New", "Neu", "it"]])
    (fault,) = told(tmp_path, matrix, template="{headline}", languages="")
    assert "headline:it" in fault


def test_the_plain_text_stands_in_where_that_is_asked_for(tmp_path: Path) -> None:
    """It is then one image for both, and the plan says of how many rows."""
    matrix = as_csv([["product", "headline", "headline:de"], ["Tea", "Sale", ""], ["Jar", "New", "Neu"]])
    plan = planned(tmp_path, matrix, language_fallback=True)
    assert [languages for languages, _ in made(plan)] == ["en de", "en", "de"]
    assert FALLEN + "headline:de in 1 row (first row 2)" in plan.notes


def test_an_optional_part_is_left_out_by_language(tmp_path: Path) -> None:
    """Where no language has its text; one that is missing is a fault there as well."""
    matrix = as_csv([["product", "claim", "claim:de"], ["Tea", "", "frisch"], ["Jar", "", ""]])
    plan = planned(tmp_path, matrix, template="{product}[, {claim}]")
    assert made(plan) == [("en", "Tea"), ("de", "Tea, frisch"), ("en de", "Jar")]
    missing = matrix.replace("Tea,,", "Tea,fresh,").replace("frisch", "")
    assert len(told(tmp_path, missing, template="{product}[, {claim}]")) == 1


def test_a_language_of_a_region_is_served_by_its_language(tmp_path: Path) -> None:
    """Austria's German by German, in one image, unless it has words of its own."""
    plan = planned(tmp_path, languages="en,de,de-AT")
    assert [languages for languages, _ in made(plan)] == ["en", "de de-AT", "en de de-AT"]
    own = MATRIX.replace("headline:FR", "headline:de_at")
    assert [languages for languages, _ in made(planned(tmp_path, own, languages="en,de,de-AT"))][:3] == [
        "en",
        "de",
        "de-AT",
    ]


def test_alternatives_and_languages_multiply_each_other(tmp_path: Path) -> None:
    """Less those that are equal, in one language as in the other; both say what they come to."""
    matrix = as_csv([["product", "template", "template:de"], ["Tea", "{a|b} tea", "{a|c} tea"]])
    plan = planned(tmp_path, matrix, template="")
    assert made(plan) == [("en de", "a tea"), ("en", "b tea"), ("de", "c tea")]
    plan = planned(tmp_path, template="{headline} at {light=dawn|dusk}")
    assert len(plan.cells) == 6
    assert [cell.metadata["light"] for cell in plan.cells] == ["dawn", "dusk"] * 3
    assert any("1 template x 2 = 6 images, $0.48 (3 without alternatives, $0.24)" in note for note in plan.notes)
    assert any("6 images, $0.48 (4 in one language, $0.32)" in note for note in plan.notes)


def test_too_many_are_asked_for(tmp_path: Path) -> None:
    """As of alternatives: nobody makes 600 images of one more word."""
    matrix = as_csv([["product", "headline", "headline:de"], *([f"Cup {n}", "New", "Neu"] for n in range(300))])
    (fault,) = told(tmp_path, matrix)
    assert fault.startswith(
        "--max-images: is needed: languages en, de: 600 images, $48.00 (300 in one language, $24.00)"
    )
    assert "--max-images 600" in fault
    assert planned(tmp_path, matrix, max_images=600).cell_count == 600
    assert planned(tmp_path, matrix, template="{product}").cell_count == 300


def test_copies_share_seeds_over_languages(tmp_path: Path) -> None:
    """So that pictures differ by their words only."""
    matrix = as_csv([["headline", "headline:de", "seed", "num_images"], ["New", "Neu", "7", "2"]])
    plan = planned(tmp_path, matrix, template="{headline}")
    assert [(*cell.languages, cell.request.seed) for cell in plan.cells] == [("en", 7), ("en", 8), ("de", 7), ("de", 8)]


@pytest.mark.parametrize(
    ("matrix", "options", "fault"),
    [
        ('headline,headline:de,languages\na,b,"en, jp"\n', {}, "m.csv, row 2, languages: 'en, jp' holds 'jp', which"),
        ("product,seed:de\nTea,1\n", {}, "m.csv, seed:de: is in a language, which seed is not"),
        ("product,prompt:de,prompt: DE\nTea,x,y\n", {}, "m.csv, prompt: DE: is the same language as 'prompt:de'"),
        ("product,prompt:de\nTea,x\n", {"languages": ""}, "m.csv, prompt:de: is prompt in a language; say which"),
        ("headline,headline:de\na,#REF!\n", {"template": "{headline}"}, "m.csv, row 2, headline:de: '#REF!'"),
        ("prompt,prompt:de\na,#REF!\n", {}, "m.csv, row 2, prompt:de: '#REF!'"),
        ("prompt,prompt:de\na,a {prompt}\n", {}, "m.csv, row 2, prompt:de: 'a {prompt}' still holds {prompt}"),
        ("product,template:de\na,{nope}\n", {}, "m.csv, row 2, template:de: '{nope}' names {nope}, which is no column"),
        (
            "product,languages\na,en de\n",
            {"template": "{product} {Languages}"},
            "--template: '{product} {Languages}' names",
        ),
        ("product,template:de\na,{product\n", {}, "m.csv, row 2, template:de: '{product' has a {"),
    ],
)
def test_faults_name_the_column_of_the_language(
    tmp_path: Path, matrix: str, options: dict[str, str], fault: str
) -> None:
    """Each is told once, where it is to be mended."""
    faults = told(tmp_path, matrix, **({"template": "{product}"} | options))
    assert [one for one in faults if one.startswith(fault)], faults
    assert len(set(faults)) == len(faults)


def test_what_is_no_language_is_a_column_as_any_other(tmp_path: Path) -> None:
    """Prices, notes and sizes have colons too."""
    matrix = as_csv([["product", "price", "price:usd", "note: internal", "weight:kg"], ["Tea", "3", "4", "x", "1"]])
    plan = planned(tmp_path, matrix, template="{product} {price}", languages="en,de")
    assert len(told(tmp_path, matrix.replace("price:usd", "price:de").replace("4", ""))) == 1
    assert made(plan) == [("en de", "Tea 3")]


@pytest.mark.parametrize("text", ["عرض الربيع", "מבצע", "e\u0301te\u0301", "é" * 10, "a\nb", "{", "50 %"])
def test_any_script_is_a_text(tmp_path: Path, text: str) -> None:
    """From right to left too; composed otherwise, it is the same text, and one image."""
    matrix = as_csv([["headline", "headline:de"], ["x", text]])
    plan = planned(tmp_path, matrix, template="{headline}!")
    assert made(plan)[1] == ("de", f"{text}!")
    same = as_csv([["headline", "headline:de"], ["é", "e\u0301"]])
    assert made(planned(tmp_path, same, template="{headline}")) == [("en de", "é")]


def test_a_label_that_is_not_translated_is_drawn_as_it_is(tmp_path: Path) -> None:
    """Which is said, and stops nothing: it is no part of what is paid, and any label is better than none."""
    matrix = as_csv([["prompt", "prompt:de", "label", "label:de"], ["A cup", "Eine Tasse", "By AI", ""]])
    plan = planned(tmp_path, matrix, template="")
    assert [cell.label for cell in plan.cells] == ["By AI", "By AI"]
    assert FALLEN + "label:de in 1 row (first row 2)" in plan.notes
    assert not [note for note in plan.notes if "sent where" in note and "label" in note]


def test_a_column_that_may_be_meant_to_be_in_a_language_is_asked_about(tmp_path: Path) -> None:
    """Where languages are asked for, as other slips of the pen are; nothing is made of it."""
    matrix = as_csv([["headline", "Headline (DE)", "note", "note:pt-BR", "shape_xl"], ["New", "Neu", "x", "y", "1"]])
    plan = planned(tmp_path, matrix, template="{headline}")
    assert made(plan) == [("en de", "New")]
    assert [note for note in plan.notes if "meant" in note] == [
        "is the column 'Headline (DE)' meant to be 'headline:de'? Then rename it"
    ]
    assert not [
        note for note in planned(tmp_path, matrix, template="{headline}", languages="").notes if "meant" in note
    ]


def test_a_hundred_languages_are_told_in_a_few_words(tmp_path: Path) -> None:
    """Where most of what is asked for is missing as well."""
    tags = [f"{tag}-{region}" for tag in ("de", "fr", "it", "es") for region in ("AT", "CH", "IT", "FR", "ES", "US")]
    matrix = as_csv([["headline", *(f"headline:{tag}" for tag in tags)], ["New", "Neu", *[""] * (len(tags) - 1)]])
    asked = {"template": "{headline}", "languages": ["en", *tags], "language_fallback": True}
    plan = planned(tmp_path, matrix, **asked)
    assert len(plan.cells) == 2
    assert len(plan.cells[0].languages) == len(tags)
    assert all(len(note) < 800 for note in plan.notes)
    assert any(note.startswith(FALLEN) and note.endswith("and 15 columns more") for note in plan.notes)


def test_a_unit_behind_a_colon_is_no_language_that_nobody_asks_for(tmp_path: Path) -> None:
    """`kg` and `gbp` are languages somewhere, and no translations of a weight or a price; so is `in`, and no size."""
    matrix = as_csv([["product", "weight", "weight:kg", "price", "price:gbp", "size", "size:in"]])
    rows = as_csv([["Tea", "1 lb", "0.45", "5 USD", "4", "1:1", "8"]])
    template = "{product}, {weight}, {price}"
    for options in ({}, {"languages": "", "template": "{product}, {weight}, {price}"}):
        header = matrix.replace("product", "product,languages") if options else matrix
        row = rows.replace("Tea", 'Tea,"en,de"') if options else rows
        assert made(planned(tmp_path, header + row, **({"template": template} | options))) == [
            ("en de", "Tea, 1 lb, 5 USD")
        ]


@pytest.mark.parametrize("rows", [["en,fr", "en,de"], ["en,de", "en,fr"]])
def test_rows_that_name_languages_are_held_against_all_of_them(tmp_path: Path, rows: list[str]) -> None:
    """A text that has German for one row has no French for another, whichever comes first."""
    matrix = as_csv([["headline", "headline:de", "languages"], *(["New", "Neu", languages] for languages in rows)])
    (fault,) = told(tmp_path, matrix, template="{headline}", languages="")
    assert fault.startswith("m.csv, headline:fr: is no column, and the language fr is asked for")


def test_alternatives_that_look_the_same_stay_two(tmp_path: Path) -> None:
    """As without languages: somebody wrote two."""
    matrix = as_csv([["product", "headline", "headline:de"], ["Tea", "New", "Neu"]])
    plan = planned(tmp_path, matrix, template="{headline} {caf\u00e9|cafe\u0301}")
    assert [languages for languages, _ in made(plan)] == ["en", "en", "de", "de"]


def test_no_alternative_is_lost_where_there_are_too_many(tmp_path: Path) -> None:
    """Those of a language that begin like another's and go on otherwise are counted; the same ones are not."""
    numbers = [str(n) for n in range(400)]
    english, german = "{a|" + "|".join(numbers) + "}", "{a|" + "|".join(f"{n} de" for n in numbers) + "}"
    matrix = as_csv([["product", "template", "template:de"], ["Tea", english, german]])
    (fault,) = told(tmp_path, matrix, template="")
    assert fault.startswith("--max-images: is needed")
    assert planned(tmp_path, matrix, template="", max_images=900).cell_count == 801
    assert planned(tmp_path, matrix.replace(german, english), template="").cell_count == 401


def test_formats_in_languages_that_nobody_asks_for_are_told_as_well(tmp_path: Path) -> None:
    """A format that has a template in a language alone would be made of something else."""
    (fault,) = told(tmp_path, "product\nTea\n", "format,template:de\nog,Ein {product}\n", languages="", template="")
    assert fault.startswith("formats.csv, template:de: is template in a language; say which languages")


def test_labels_in_languages_that_nobody_asks_for_stop_nothing(tmp_path: Path) -> None:
    """The plain one may be the option's or the kit's; that there are others is said."""
    plan = planned(tmp_path, "product,label:de\nTea,KI\n", languages="", template="", label="AI-generated")
    assert [(cell.label, cell.languages) for cell in plan.cells] == [(None, ())]
    assert any(note.startswith("label is there in other languages (de), of which none is made") for note in plan.notes)
    both = planned(tmp_path, "headline,headline:de,label:de\nTea,x,KI\n", languages="", template="{headline}")
    assert any(note.startswith("headline, label are there in other languages (de),") for note in both.notes)


@pytest.mark.parametrize(
    ("tag", "why"), [("jp", "did you mean 'ja'?"), ("zq", "which is no language"), ("de-", "'de-'")]
)
def test_a_slip_of_the_pen_beside_translations_is_told(tmp_path: Path, tag: str, why: str) -> None:
    """Where the column has others that are asked for: what is no language elsewhere is a name as any other."""
    matrix = as_csv([["headline", "headline:de", f"headline:{tag}"], ["New", "Neu", "x"]])
    (fault,) = told(tmp_path, matrix, template="{headline}")
    assert fault.startswith(f"m.csv, headline:{tag}: ")
    assert why in fault
    alone = as_csv([["headline", f"headline:{tag}", "note:de"], ["New", "Neu", "x"]])
    assert made(planned(tmp_path, alone, template="{headline}")) == [("en de", "New")]


def test_a_column_that_the_first_language_has_not_is_told_once(tmp_path: Path) -> None:
    """Most often its name is mistyped; each row would say no more."""
    matrix = "product,headlne,headline:de\nTeapot,Spring sale,Frühlingsverkauf\nCup,New,Neu\n"
    problem = "is no column, and --template names {headline} also in en"
    remedy = "call the column that has it 'headline' or 'headline:en': is it 'headlne'?"
    assert told(tmp_path, matrix) == [f"m.csv, headline:en: {problem}; {remedy}"]
    assert told(tmp_path, matrix.replace("headlne", "note"))[0].endswith(" 'headline' or 'headline:en'")
