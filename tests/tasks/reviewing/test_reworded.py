"""What has no image is reworded in the same table, also where its prompt is JSON, and says what is wrong with that."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tasks.errors import InputInvalid
from tasks.ledger.reviews import Reviews
from tasks.planning.faults import Faults
from tasks.records.outcome import Outcome, Status
from tasks.records.request import GenerationRequest
from tasks.reviewing.check_said import as_meant, check
from tasks.reviewing.decide import Decided, Desk, decide
from tasks.reviewing.read_decisions import read_decisions
from tests.factories import a_cell, an_outcome

LAMP = {"high_level_description": "A lamp", "compositional_deconstruction": {"background": "oak", "elements": []}}
BRASS = json.dumps({**LAMP, "high_level_description": "A brass lamp"})
CELL = a_cell(GenerationRequest(prompt=json.dumps(LAMP), model="ideogram-4-5", quality="medium"))


def desk(outcome: Outcome) -> Desk:
    """What lies before whoever decides on the one cell, that has ended so."""
    return Desk({CELL.cell_id: CELL}, {CELL.cell_id: outcome}, former=(), reviews=Reviews({}), begun=())


def decided(folder: Path, status: Status, decision: str, prompt: str) -> Decided:
    """What comes of one row. Raises InputInvalid."""
    out = io.StringIO()
    csv.writer(out).writerows([("cell_id", "decision", "prompt"), (CELL.cell_id, decision, prompt)])
    (folder / "decisions.csv").write_text(out.getvalue())
    faults, its = Faults(), desk(an_outcome(CELL, status).model_copy(update={"original": None}))
    said = [as_meant(one, its) for one in read_decisions(str(folder / "decisions.csv"), None, faults)]
    for one in said:
        check(one, its, faults)
    faults.raise_if_any()
    return decide(said, its, datetime.now(UTC))


@pytest.mark.parametrize("status", ["blocked", "failed"])
@pytest.mark.parametrize("words", [BRASS, "A brass lamp on a desk"])
def test_a_cell_with_a_json_prompt_is_reworded(tmp_path, status, words):
    """With JSON as the page shows it, or with plain words: one new request, of the same model and quality."""
    ((review,), _) = decided(tmp_path, status, "again", words)
    assert review.take is not None
    request = CELL.request.model_copy(update={"prompt": words})
    assert (review.take.prompt, review.take.request_sha256) == (words, request.sha256())
    assert (review.take.number, review.take.copy_number) == (2, 1)


@pytest.mark.parametrize(
    ("prompt", "told"),
    [
        (BRASS[:-1], "is meant as JSON and breaks off"),
        ('{"high_level_description": "A lamp"}', "compositional_deconstruction is missing"),
        ("", "would ask for the same words"),
        (json.dumps(LAMP), "would ask for the same words"),
    ],
)
def test_words_that_are_wrong_are_told_by_row(tmp_path, prompt, told):
    """JSON that breaks off, and the words that came to nothing, as a copy of the manifest has them in every row."""
    with pytest.raises(InputInvalid, match=told):
        decided(tmp_path, "blocked", "again", prompt)


def test_what_has_no_image_can_be_done_without(tmp_path):
    """A decision like that on an image; nothing is made."""
    ((review,), _) = decided(tmp_path, "unknown", "reject", "")
    assert (review.decision, review.take) == ("reject", None)
