"""Each table is read in the encoding that it is in, whichever is named for another."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.errors import InputInvalid
from tasks.tables.tables import Table, open_table
from tests.matrices import a_file, faults_of, plan_of

GERMAN = "product;prompt\nMütze;Größe L für „Öl“\n"
NAMED = ("cp1252", "mac_roman", "shift_jis", "gb18030", "euc_kr", "iso2022_jp", "hz", "utf-16", "utf-32-be", "cp037")
"""Of every kind: one byte a character, several, all of seven bits, wide ones, and one with other letters."""


def read(path: str, encoding: str | None) -> tuple[Table, list[str]]:
    """The table at `path`, and the texts of its rows, one after the other."""
    with open_table(path, encoding) as table:
        return table, [text for _, texts in table.rows for text in texts]


@pytest.mark.parametrize("encoding", NAMED)
def test_utf_8_is_read_as_such_whatever_is_named(tmp_path: Path, encoding: str) -> None:
    """The encoding that is named is that of the other table, and whoever named it is told so."""
    table, texts = read(a_file(tmp_path, GERMAN), encoding)
    assert texts == ["Mütze", "Größe L für „Öl“"]
    assert table.notes == (f"{table.source}: was read as utf-8, which it is, and not as {encoding}",)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Schuh: 20 € für „Öl“", "cp1252"),
        ("CAFÉ’S – été", "cp1252"),  # the first two are UTF-8 by chance
        ("Crème brûlée", "mac_roman"),
        ("Красные «туфли»", "cp1251"),
        ("รองเท้าสีแดงบนหาดทราย", "cp874"),
        ("表ポ能ｶﾀｶﾅ", "shift_jis"),
        ("表ポ能", "iso2022_jp"),
        ("白色沙滩上的红鞋子，联想", "gb18030"),
        ("白色沙滩", "hz"),
        ("하얀 모래", "euc_kr"),
        ("Größe 白", "utf-16-le"),
        ("plain", "utf-16-be"),
        ("plain", "utf-32-le"),
        ("Größe", "cp037"),
        ("plain", "cp1252"),
    ],
)
def test_what_is_not_utf_8_is_read_as_it_is_named(tmp_path: Path, text: str, encoding: str) -> None:
    """Also where its bytes might pass for ASCII, and where some of them might pass for UTF-8."""
    table, texts = read(a_file(tmp_path, f"product,prompt\nTea,{text}\n".encode(encoding)), encoding)
    assert (table.notes, texts) == ((), ["Tea", text])


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (GERMAN.encode(), "UTF8"),
        (GERMAN.encode(), "utf-8-sig"),
        (GERMAN.encode("utf-8-sig"), "utf-8"),
        (GERMAN.encode("utf-16"), "utf-16-le"),
    ],
)
def test_an_encoding_by_another_name_is_nothing_to_note(tmp_path: Path, content: bytes, named: str) -> None:
    """Nor is a mark."""
    assert read(a_file(tmp_path, content), named)[0].notes == ()


@pytest.mark.parametrize("encoding", NAMED)
def test_plain_ascii_is_read_whatever_is_named(tmp_path: Path, encoding: str) -> None:
    """As most formats tables are."""
    assert read(a_file(tmp_path, "format\nstory\n"), encoding)[1] == ["story"]


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["C"])), min_size=1), st.sampled_from(NAMED))
def test_any_utf_8_is_read_as_such(tmp_path_factory: pytest.TempPathFactory, texts: list[str], encoding: str) -> None:
    """Whatever it holds."""
    content = "product\n" + "".join('"' + text.replace('"', '""') + 'é"\n' for text in texts)
    path = a_file(tmp_path_factory.mktemp("any"), content)
    assert read(path, encoding)[1] == [f"{text}é" for text in texts]


def test_a_text_that_turns_out_late_is_read_in_one_encoding(tmp_path: Path) -> None:
    """Its only character that is not ASCII may stand a million bytes below the others, and across a block's end."""
    for place in range((1 << 20) - 4, (1 << 20) + 1):
        content = f"product\n{'x' * 499_999}\n{'x' * (place - 500_010)}\nThé\n"
        assert read(a_file(tmp_path, content), "cp1252")[1][2] == "Thé"
        assert read(a_file(tmp_path, content.encode("cp1252")), "cp1252")[1][2] == "Thé"


def test_two_tables_in_two_encodings_are_one_campaign(tmp_path: Path) -> None:
    """A matrix of an older Excel and formats in UTF-8, and the other way round."""
    matrix, formats = "product;prompt\r\nMütze;Rote Mütze\r\n", "format,negative_prompt\nGröße L,Wörter\n"
    for first, second in (("cp1252", "utf-8"), ("utf-8", "cp1252")):
        names = a_file(tmp_path, matrix.encode(first)), a_file(tmp_path, formats.encode(second), "f.csv")
        plan = plan_of(names[0], formats=names[1], encoding="cp1252")
        (cell,) = plan.cells
        assert (cell.product, cell.format, cell.request.negative_prompt) == ("Mütze", "Größe L", "Wörter")
        assert [note for note in plan.notes if "was read as utf-8" in note]


def test_utf_8_with_a_wrong_byte_is_not_read_as_another(tmp_path: Path) -> None:
    """A broken byte, or rows that were appended from a table in another encoding, are told by row."""
    content = GERMAN.encode() + "Öl;".encode() + "Größe\n".encode("cp1252")
    (fault,) = faults_of(a_file(tmp_path, content), encoding="cp1252")
    assert (fault.row, fault.problem[:17]) == (3, "is not utf-8 text")


def test_what_is_no_utf_8_is_shown_as_the_usual_encodings_read_it(tmp_path: Path) -> None:
    """So that a person sees which of them to name: a Mac's bytes are letters in Windows as well, but others."""
    (fault,) = faults_of(a_file(tmp_path, "product,prompt\rCafé,Crème brûlée\r".encode("mac_roman")))
    assert str(fault).endswith(
        "row 2, product: 'Caf\N{REPLACEMENT CHARACTER}' is not utf-8 text; save the file as CSV UTF-8, "
        "or name its encoding: --encoding cp1252 reads 'CafŽ', --encoding mac_roman reads 'Café'"
    )


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_wide_encoding_without_its_mark_is_named(tmp_path: Path, encoding: str) -> None:
    """What the fault advises is what reads it."""
    path = a_file(tmp_path, "product\nTea\n".encode(encoding))
    with pytest.raises(InputInvalid, match=rf"--encoding {encoding}\)"):
        read(path, None)
    assert read(path, encoding)[1] == ["Tea"]
