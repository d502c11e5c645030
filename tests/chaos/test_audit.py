"""The audit of campaigns that were killed finds whatever does not agree."""

from dataclasses import replace

import pytest

from tests.chaos.audit import Books, unheard

ROW = {"cell_id": "lamp", "prompt": "a lamp", "status": "done", "cost_usd": "0.08", "error": "", "image_sha256": "1f"}
KEYS = {"original": "originals/lamp.png", "og": "variants/lamp-og.png", "thumb": "variants/lamp-thumb.png"}
FILES = dict.fromkeys(KEYS.values(), "1f")
BOOKS = Books([ROW | KEYS], {"a lamp": 1}, {"lamp": 1}, {}, frozenset(FILES), FILES)
LOST = ROW | dict.fromkeys(KEYS, "") | {"status": "unknown", "error": "It may have been paid"}
NO_FILES = {"named": frozenset(), "files": {}}


def test_books_that_agree_have_no_fault():
    """What is unknown may have been paid or not; what was asked for again may have been paid twice."""
    assert BOOKS.faults() == []
    for billed in (0, 1):
        books = Books([LOST], {"a lamp": billed}, {"lamp": 1}, {"lamp": 1}, frozenset(), {})
        assert books.faults() == []
    twice = [ROW | KEYS | {"cost_usd": "0.16"}]
    for billed in (1, 2):
        assert (
            replace(BOOKS, rows=twice, billed={"a lamp": billed}, turns={"lamp": 2}, unknown={"lamp": 1}).faults() == []
        )


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"billed": {"a lamp": 2}}, "2 were billed, and 1 are told"),
        ({"billed": {"a lamp": 2}, "rows": [ROW | KEYS | {"cost_usd": "0.16"}]}, "2 were billed in 1 turns"),
        ({"billed": {"a lamp": 0}}, "1 are told, 0 were billed, and 0 are not known"),
        ({"billed": {"a lamp": 1, "a hat": 1}}, "a hat was billed and is no row"),
        ({"rows": [ROW | KEYS, ROW | KEYS]}, "a lamp has two rows"),
        ({"rows": [ROW | KEYS | {"status": "pending"}]}, "it is pending"),
        ({"rows": [LOST | {"error": ""}], **NO_FILES}, "unknown with the error ''"),
        ({"rows": [ROW | KEYS | {"image_sha256": "2e"}]}, "its original is not the one"),
        ({"files": {}}, "originals/lamp.png is named and is not there"),
        ({"files": FILES | {"originals/hat.png": "1f"}}, "originals/hat.png is there, and nobody names it"),
    ],
)
def test_what_does_not_agree_is_a_fault(changed: dict[str, object], fault: str):
    """Money, rows and files."""
    assert fault in "\n".join(replace(BOOKS, **changed).faults())


def test_an_end_that_was_not_heard_of_is_found():
    """An end is a cell and its status."""
    told = b'{"event": "generation.failed", "jobId": "lamp", "status": "unknown"}'
    assert unheard([LOST], [told]) == set()
    assert unheard([ROW], [told]) == {("lamp", "done")}
