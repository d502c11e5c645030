"""What no person has typed is told from what looks like it."""

import pytest

from tasks.tables.spreadsheet import FIRST_SIGNS, check_typed, is_error, is_formula, is_unticked

ERRORS = """
#REF! #N/A #VALUE! #DIV/0! #NAME? #NUM! #NULL! #SPILL! #CALC! #ERROR! #GETTING_DATA #FIELD! #BLOCKED!
#CONNECT! #UNKNOWN! #BEZUG! #NV #WERT! #ZAHL! #ÜBERLAUF! #VALEUR! #NOM? #NOMBRE! #¡REF! #¿NOMBRE?
#¡VALOR! #N/D #RIF! #VERW! #ARG! #SAKNAS! #ССЫЛКА! #ref! #n/a Err:502 err:504 Fehler:508 #####
"""


@pytest.mark.parametrize("text", ERRORS.split())
def test_a_whole_cell_that_is_an_error_value(text: str) -> None:
    """In the words of Excel, LibreOffice, Google Sheets and Airtable, in their languages."""
    assert is_error(text)


@pytest.mark.parametrize(
    "text",
    [
        "#1 bestselling shoe",
        "#BlackFriday sale",
        "#SALE!",
        "#wow",
        "A sign that says #REF!",
        "#REF! on a sign",
        "#fff",
        "#0a3d62:0.6, #f6b93b",
        "#",
        "N/A",
        "Error 404 poster",
        "Err",
    ],
)
def test_texts_with_a_hash_are_texts(text: str) -> None:
    """Hashtags, colours, numbers, and signs on which an error stands."""
    assert not is_error(text)


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("https://a.example", "Shoe")',
        "=A1",
        "=$B$2",
        "= A1",
        '=A1&" on sand"',
        '=B2 & " on sand"',
        "=Sheet1!A1",
        "='My Sheet'!B2",
        "=[Book1]Sheet1!A1",
        "=Table1[[#This Row],[Prompt]]",
        "=SUM(A1:A3)",
        "=WENN(A1;B1;C1)",
        "=_xlfn.CONCAT(A1,B1)",
        "=+A1",
        "=-A1*2",
        "=@INDEX(A1:A3)",
        "=(A1+B1)/2",
        "={1,2}",
        "=1+1",
        "=42",
        '="A red shoe"',
        '="00123"',
        "=ProductName",
        '=product&" on sand"',
        "+A1",
        "+A1*3",
        "-B2",
        "@SUM(A1:A3)",
        "+SUM(A1)",
        "=A1#",
        '=#REF!&" on sand"',
        "=#NAME?",
        "=[@Product]",
        '=[@[Product name]]&" on sand"',
        "=A:A",
        "=$A:$A",
        "=Sheet1!A:A",
    ],
)
def test_what_begins_as_a_formula(text: str) -> None:
    """A sign, and then a call, a reference, or something to be worked out."""
    assert is_formula(text)


@pytest.mark.parametrize(
    "text",
    [
        "= equals sign poster",
        "=) smile",
        "=",
        "==",
        "=> an arrow on a wall",
        "= A4 poster on a wall",
        '= "SALE" in red',
        "- a minimal poster",
        "-50% on everything",
        "+ plus size dress",
        "+1 from all of us",
        "@home studio",
        "@home",
        "@nike",
        "-",
        "A1",
        "SUM(A1)",
        "a = b",
        "",
    ],
)
def test_texts_with_a_sign_in_front_are_texts(text: str) -> None:
    """Lists, handles, discounts, arrows."""
    assert not is_formula(text)


@pytest.mark.parametrize(("text", "remedy"), [("#REF!", "mend its formula"), ("######", "widen its column")])
def test_an_error_value_is_told_with_what_mends_it(text: str, remedy: str) -> None:
    """A formula's error, and what a spreadsheet shows of a text that is wider than its column."""
    with pytest.raises(ValueError, match=f"; {remedy} there, and save the table again"):
        check_typed(text)


def test_boxes_without_a_tick() -> None:
    """As the spreadsheets of some languages write them; a zero or a `no` is somebody's."""
    assert all(map(is_unticked, ["FALSE", "false", " False ", "FALSCH", "FAUX", "FALSO", "ONWAAR", "ЛОЖЬ"]))
    assert not any(map(is_unticked, ["TRUE", "", "0", "no", "false alarm"]))


@pytest.mark.parametrize("text", ["-", "–", "---", "===", ":---:", "----+----", "...", "?", "_"])
def test_a_dash_is_no_text(text: str) -> None:
    """It stands for nothing, or under a header that somebody has drawn, and an image of it would be paid for."""
    assert text[0] in FIRST_SIGNS
    with pytest.raises(ValueError, match="holds no words; write some, or leave the field empty"):
        check_typed(text)


@pytest.mark.parametrize("text", ["- a minimal poster", "?!", "!", "*", "🎈", "春", "-5", "e", "Ferris wheel", "#1"])
def test_little_is_a_text(text: str) -> None:
    """Whatever says something."""
    check_typed(text)
