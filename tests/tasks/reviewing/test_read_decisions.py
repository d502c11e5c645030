"""Decisions come from the page, from Excel in any language, or from the manifest with one more column."""

from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from tasks.planning.faults import Faults
from tasks.reviewing.read_decisions import Said, read_decisions
from tests.matrices import a_file


def said_in(path: str, encoding: str | None = None) -> list[Said]:
    """What a table says, of which nothing is wrong."""
    faults = Faults()
    said = read_decisions(path, encoding, faults)
    faults.raise_if_any()
    return said


def faults_in(path: str) -> list[str]:
    """What is wrong with a table."""
    faults = Faults()
    read_decisions(path, None, faults)
    return [str(fault) for fault in faults.found]


def test_what_the_page_exports_is_read(tmp_path: Path):
    """With a byte order mark, every column, line breaks in prompts, and what a spreadsheet would run behind a quote."""
    text = (
        "\ufeffcell_id,decision,reason,prompt,seed,focus,by,at,image_sha256\r\n"
        '"tea-1a","again","too dark","\'=) smile\nat night","7","0.5,0.2","Kim","2026-11-28T16:05:00.000Z","SHA256"\r\n'
        '"tea-2b","","","","","0.1,0.9","","",""\r\n'
    )
    again, focus = said_in(a_file(tmp_path, text.replace("SHA256", "0a" * 32)))
    at = datetime(2026, 11, 28, 16, 5, tzinfo=UTC)
    assert again[2:] == ("tea-1a", "again", "too dark", "=) smile\nat night", 7, "0.5,0.2", "Kim", at, "0a" * 32)
    assert (focus.decision, focus.focus, focus.at) == ("focus", "0.1,0.9", None)


@pytest.mark.parametrize(
    "text",
    [
        "cell_id;decision\ntea-1a;keep\ntea-2b;\n",
        "Cell ID,Decision,Notes\ntea-1a, KEEP ,nice\n,,only a note\n",
        "decision\tseed\tcell-id\nKeep\t\ttea-1a\n",
    ],
)
def test_what_people_write_by_hand_is_read(tmp_path: Path, text: str):
    """In whatever order, with whatever marks between; rows without a decision decide nothing."""
    (said,) = said_in(a_file(tmp_path, text))
    assert (said.cell_id, said.decision, said.at) == ("tea-1a", "keep", None)


@pytest.mark.parametrize(
    "typed",
    [
        datetime(2026, 11, 28, 9, 5),  # noqa: DTZ001  as workbooks have it
        "28.11.2026 9:05",
        "2026-11-28 9:05",
        "2026-11-28T09:05",
        "28.11.2026  09:05:00",
    ],
)
def test_times_are_those_of_a_spreadsheet(tmp_path: Path, typed: object):
    """As a workbook keeps them, or as people type them; the zone is that of the machine."""
    book = openpyxl.Workbook()
    for row in (["cell_id", "decision", "at"], ["tea-1a", "reject", typed]):
        book.active.append(row)
    path = tmp_path / "decisions.xlsx"
    book.save(path)
    (said,) = said_in(str(path))
    assert said.at == datetime.fromisoformat("2026-11-28T09:05").astimezone()


def test_every_fault_is_told_at_once(tmp_path: Path):
    """With file, row and column, and what is accepted; a row with one decides nothing."""
    text = "\n".join(
        [
            "cell_id,decision,prompt,seed,focus,at",
            "tea-1a,maybe,,,,",
            f"tea-2b,again,{'x' * 10_001},,,",
            "tea-3c,again,A cup of {product},minus one,,",
            ",keep,,,,",
            "tea-4d,keep,,,nowhere,yesterday",
            "tea-5e,keep,,,,2062-11-28 09:05",
        ]
    )
    path = a_file(tmp_path, text, "kim.csv")
    told = faults_in(path)
    begins = ["row 2, decision: 'maybe' is no decision; use keep, reject or again", "row 3, prompt:", "row 4, prompt:"]
    begins += ["row 4, seed:", "row 5, cell_id: is empty", "row 6, focus:", "row 6, at: 'yesterday' is no time"]
    begins += ["row 7, at: '2062-11-28 09:05' lies ahead"]
    assert [line.startswith(f"{path}, {begin}") for line, begin in zip(told, begins, strict=True)] == [True] * 8


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("id,what", "has no column 'cell_id'"),
        ("cell_id,kept", "has no column 'decision'"),
        ("id,what", "has no column 'cell_id' and none 'decision'; it needs cell_id and decision"),
        ("cell_id,decision,Decision", "is named twice"),
        ("cell_id,decision,promt", "row 1, promt: is it the column 'prompt'? Then name it so"),
        ("cell_id,desision", "row 1, desision: is it the column 'decision'? Then name it so"),
    ],
)
def test_a_table_that_is_none_of_decisions_is_told(tmp_path: Path, header: str, told: str):
    """With what it needs and what it has."""
    assert any(
        told in line for line in faults_in(a_file(tmp_path, f"{header}\n{','.join('abc'[: header.count(',') + 1])}\n"))
    )


def test_a_column_of_ones_own_is_passed_over(tmp_path: Path):
    """A copy of a manifest has many, and some sound alike."""
    said = said_in(a_file(tmp_path, "cell_id,decision,season,review_reason,prompt,Prompts\ntea-1a,keep,spring,,A,B\n"))
    assert [one.prompt for one in said] == ["A"]
