"""Which files are handed over: those that were cut of an image, as far as they are stored."""

import pytest

from tasks.errors import InputInvalid
from tasks.exporting.choose_files import Image, files_of
from tasks.exporting.export_campaign import notes_of
from tasks.images.sources import with_sources
from tasks.ledger.published import Published
from tasks.records.variant import Variant
from tasks.reviewing.approved import Approval
from tests.factories import a_cell, a_request, an_original, an_outcome

OG = Variant(name="og", width=1200, height=630, only=("hero",))
SQ = Variant(name="sq", width=400, height=400)
CELLS = with_sources([a_cell(a_request(kind), format=kind) for kind in ("hero", "story")])
IMAGES = tuple(Image(cell, an_outcome(cell, marked={"og": "d"}), an_original(cell), {}) for cell in CELLS)
STORED = {one.key(cell.cell_id) for cell in CELLS for one in (OG, SQ)} | {an_original(cell).key for cell in CELLS}


def test_a_variant_that_is_cut_of_one_format_is_handed_over_once():
    """The image of the other format has none of it, which is told."""
    files = files_of(IMAGES, (OG, SQ), ("og",), STORED)
    assert [file.key for file in files] == [OG.key(CELLS[0].cell_id)]
    published = Published(title="Lamps", is_sandbox=False, variants=(OG, SQ), cells=CELLS)
    notes = notes_of(published, Approval((), (), ()), IMAGES, files)
    assert notes == ["1 image left out, of which none of these variants is cut"]


def test_originals_are_handed_over_where_they_are_asked_for():
    """As they came, beside the cuts that are named; all cuts where nothing is."""
    assert [file.variant_name for file in files_of(IMAGES[:1], (OG, SQ), ("sq", "original"), STORED)] == [
        "sq",
        "original",
    ]
    assert [file.variant_name for file in files_of(IMAGES, (OG, SQ), (), STORED)] == ["og", "sq", "sq"]


def test_a_cut_that_is_not_there_is_told():
    """With what makes it, for nothing."""
    with pytest.raises(InputInvalid, match="is not stored; the next run of the campaign cuts it"):
        files_of(IMAGES, (OG, SQ), (), STORED - {SQ.key(CELLS[1].cell_id)})
