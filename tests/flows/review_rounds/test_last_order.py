"""A campaign is asked for once more as its own run asked for it, and as no other's."""

from pathlib import Path

import pytest

from flows.review_rounds.last_order import campaign_in
from tasks.inbox.inbox import where_it_lies
from tasks.storage.storage import CampaignStore


@pytest.mark.parametrize(
    ("parameters", "is_it"),
    [
        ({"matrix": "q1.csv", "output": "{}"}, True),
        ({"matrix": "q1.csv", "output": "{}", "do": "make", "name": "", "budget_usd": 5.0}, True),
        ({"matrix": "other.csv", "name": "Q1", "output": "{}", "hold": True}, True),
        ({"matrix": "q1.csv", "output": "{}/elsewhere"}, False),
        ({"matrix": "q1.csv", "output": "{}", "budget_usd": "much"}, False),
        ({"matrix": "q2.csv", "output": "{}"}, False),
        ({}, False),
    ],
)
def test_a_run_is_the_campaigns_by_its_folder(tmp_path, parameters, is_it):
    """One of another output with the same name is another's; parameters that nobody can read are nobody's."""
    store = CampaignStore.open(str(tmp_path), "q1")
    given = {name: str(value).format(tmp_path) if name == "output" else value for name, value in parameters.items()}
    assert (campaign_in(given, store) is not None) == is_it


def test_a_matrix_of_an_inbox_is_read_where_it_was_filed(tmp_path: Path):
    """The newest of that name, while none waits there; others stay what they are."""
    for name in ("done/20261120T020000Z-q1.csv", "failed/20261121T020000Z-q1.csv", "done/20261122T020000Z-big-q1.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    matrix = str(tmp_path / "q1.csv")
    assert where_it_lies(matrix) == str(tmp_path / "failed/20261121T020000Z-q1.csv")
    assert where_it_lies(str(tmp_path / "q2.csv")) == str(tmp_path / "q2.csv")
    Path(matrix).touch()
    assert where_it_lies(matrix) == matrix
    for other in ("q1.csv", "nowhere/q1.csv", "https://example.com/q1.csv?sig=1", "https://example.com/q1.csv"):
        assert where_it_lies(other) == other
