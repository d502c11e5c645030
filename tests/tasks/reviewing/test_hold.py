"""What a campaign that is held tells of reviews: each decision once, whoever decides and whatever is killed."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tasks.callbacks.outbox import Outbox
from tasks.callbacks.queue_events import Announcer
from tasks.callbacks.queue_reviews import Reviewed, missing_of, since
from tasks.errors import InputInvalid, StorageFailed
from tasks.ledger.hold import read_hold
from tasks.ledger.ledger import Ledger
from tasks.ledger.reviews import read_reviews
from tasks.records.review import Decision, Review
from tasks.reviewing import tell_decisions
from tasks.running.finished_campaign import finished_result
from tasks.running.held_as_asked import RELEASED, held_as_asked
from tests.tasks.harness import without_engine  # noqa: F401  without_engine is a fixture
from tests.tasks.receivers import Listener, listening
from tests.tasks.reviewing.rounds import Rounds

pytestmark = pytest.mark.usefixtures("without_engine")
AT = datetime(2026, 11, 28, 10, tzinfo=UTC)


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    """Who is called back, on this machine."""
    monkeypatch.setenv("CALLBACK_ALLOW_PRIVATE", "1")
    monkeypatch.delenv("CALLBACK_SECRET", raising=False)
    with listening() as receiver:
        yield receiver


@pytest.fixture
def rounds(tmp_path: Path, receiver: Listener) -> Rounds:
    """Three images of a campaign that is held, made."""
    rounds = Rounds(tmp_path, options={"name": "Lamps", "hold": True, "callback_url": receiver.url})
    assert rounds.made().statuses == ["done"] * 3
    return rounds


def heard(receiver: Listener) -> list[tuple[str, str, str | None]]:
    """What was told since the last time: event, whose, and the review in it; each id once."""
    told = [(event["event"], event["jobId"], event.get("review")) for event in receiver.events]
    assert set(receiver.ids.values()) <= {1}
    receiver.heard.clear()
    return sorted(told)


def review(number: int, decision: Decision, focus: str | None = None) -> Review:
    """One of a cell."""
    return Review(cell_id="x", number=number, decision=decision, focus=focus, at=AT + timedelta(number))


@pytest.mark.parametrize(
    ("reviews", "number"),
    [
        ([], 0),
        ([review(1, "focus", "top")], 0),
        ([review(1, "keep")], 1),
        ([review(1, "keep"), review(2, "keep")], 1),
        ([review(1, "keep"), review(2, "reject")], 2),
        ([review(1, "keep"), review(2, "reject"), review(3, "keep")], 3),
        ([review(1, "reject"), review(2, "focus", "top")], 1),
        ([review(1, "keep"), review(2, "focus", "top"), review(3, "focus", "top")], 2),
        ([review(1, "focus", "top"), review(2, "keep"), review(3, "keep", "top")], 2),
    ],
)
def test_a_decision_stands_since_the_review_that_changed_it(reviews, number):
    """Said again it is the same one; that a kept image is cut elsewhere is news to whoever has published it."""
    assert since(reviews) == number


def test_an_image_awaits_its_review_and_each_decision_is_told_once(rounds, receiver):
    """The same table twice tells nothing twice; all decided, the campaign is told as well."""
    lamp, second, vase = rounds.ids
    assert heard(receiver) == sorted(("generation.completed", one, "awaited") for one in rounds.ids)
    assert [row["review"] for row in rounds.rows()] == ["awaited"] * 3
    assert "Held for review: 3 images undecided." in rounds.store.read("index.html").decode()
    result = rounds.reviewed(f"{lamp},keep", f"{vase},reject,off brand")
    assert heard(receiver) == [("generation.approved", lamp, "keep"), ("generation.rejected", vase, "reject")]
    assert result.callbacks is not None
    assert result.callbacks.sentence() == "2 callbacks queued, all delivered"
    assert result.approval is not None
    assert result.approval.sentence() == "1 image undecided"
    assert [row["review"] for row in rounds.rows()] == ["keep", "awaited", "reject"]
    result = rounds.reviewed(f"{lamp},keep", f"{vase},reject,off brand", f"{second},keep")
    assert heard(receiver) == [("campaign.approved", "lamps", None), ("generation.approved", second, "keep")]
    assert result.sentence() == "2 kept, 1 rejected, none again; the campaign is approved"
    rounds.reviewed(f"{lamp},keep", f"{vase},reject,off brand", f"{second},keep")
    rounds.made()
    assert heard(receiver) == []
    assert "Approved: 2 kept, 1 rejected." in rounds.store.read("index.html").decode()


def test_what_is_told_of_a_decision_leads_to_the_files(rounds, receiver):
    """As when it was made, with what was decided, why and when; of the campaign, how many are kept."""
    lamp, second, vase = rounds.ids
    made = next(event for event in receiver.events if event["jobId"] == lamp)
    receiver.heard.clear()
    rounds.reviewed(f"{lamp},keep,warm light,,,,Kim,2026-11-28T10:00:00Z", f"{second},reject", f"{vase},reject")
    told = {event["event"]: event for event in receiver.events if event["jobId"] in {lamp, "lamps"}}
    decided = {"event": "generation.approved", "review": "keep", "reviewReason": "warm light"}
    at = {"reviewedAt": "2026-11-28T10:00:00Z", "timestamp": "2026-11-28T10:00:00Z"}
    assert told["generation.approved"] == {**made, **decided, **at}
    assert told["campaign.approved"]["reviews"] == {"kept": 1, "rejected": 2, "replaced": 0}
    assert told["campaign.approved"]["counts"] == {"done": 3}


def test_a_changed_mind_is_told_anew(rounds, receiver):
    """Approved, then not, then after all: each time, to whoever has acted on the one before; a reason alone is none."""
    lamp, *others = rounds.ids
    rounds.reviewed(*(f"{one},keep" for one in rounds.ids))
    heard(receiver)
    rounds.reviewed(f"{lamp},reject")
    assert heard(receiver) == [("campaign.approved", "lamps", None), ("generation.rejected", lamp, "reject")]
    rounds.reviewed(f"{lamp},reject,too dark")
    assert heard(receiver) == []
    rounds.reviewed(f"{lamp},keep")
    assert heard(receiver) == [("campaign.approved", "lamps", None), ("generation.approved", lamp, "keep")]
    rounds.reviewed(f"{others[0]},keep,,,,top")
    assert heard(receiver) == [("campaign.approved", "lamps", None), ("generation.approved", others[0], "keep")]


def test_a_take_awaits_its_own_review(rounds, receiver):
    """The image before it is withdrawn; with the take kept, the campaign is approved, and again after another take."""
    lamp, *others = rounds.ids
    rounds.reviewed(f"{lamp},keep", *(f"{one},keep" for one in others))
    heard(receiver)
    last = lamp
    for _ in range(2):
        result = rounds.reviewed(f"{last},again")
        assert result.approval is not None
        assert result.approval.sentence() == "1 to be made again"
        assert heard(receiver) == [("generation.rejected", last, "again")]
        rounds.made()
        take = next(row["cell_id"] for row in rounds.rows() if row["replaces"] == last)
        assert heard(receiver) == [("generation.completed", take, "awaited")]
        rounds.reviewed(f"{take},keep")
        assert heard(receiver) == [("campaign.approved", "lamps", None), ("generation.approved", take, "keep")]
        last = take


def test_what_a_killed_review_has_recorded_the_next_one_tells_once(rounds, receiver, monkeypatch):
    """It dies between the record and the queue; the next review or run tells the rest."""
    lamp, second, vase = rounds.ids
    heard(receiver)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(tell_decisions, "queue_reviews", die)
        with pytest.raises(KeyboardInterrupt):
            rounds.reviewed(f"{lamp},keep")
    assert heard(receiver) == []
    rounds.reviewed(f"{second},keep")
    assert heard(receiver) == [("generation.approved", one, "keep") for one in sorted([lamp, second])]
    with monkeypatch.context() as patch:
        patch.setattr(tell_decisions, "queue_reviews", die)
        with pytest.raises(KeyboardInterrupt):
            rounds.reviewed(f"{vase},reject")
    assert finished_result(rounds.planned()) is None, "there is somebody to be told"
    rounds.made()
    assert heard(receiver) == [("campaign.approved", "lamps", None), ("generation.rejected", vase, "reject")]


def test_a_script_in_a_loop_of_its_own_tells_as_well(rounds, receiver):
    """As in a notebook, where calls are made from inside of one."""
    heard(receiver)

    async def review() -> None:
        rounds.reviewed(f"{rounds.ids[0]},keep")

    asyncio.run(review())
    assert heard(receiver) == [("generation.approved", rounds.ids[0], "keep")]


def test_a_storage_that_fails_leaves_it_to_the_next(rounds, receiver, monkeypatch):
    """The decision stands; what was not queued is."""
    lamp = rounds.ids[0]
    heard(receiver)

    def full(*_: object) -> None:
        raise StorageFailed("full")

    with monkeypatch.context() as patch:
        patch.setattr(tell_decisions, "queue_reviews", full)
        with pytest.raises(StorageFailed):
            rounds.reviewed(f"{lamp},keep")
    assert rounds.rows()[0]["review"] == "keep"
    assert rounds.reviewed(f"{lamp},keep").new == 0
    assert heard(receiver) == [("generation.approved", lamp, "keep")]


def test_a_campaign_with_refused_cells_is_approved_once_somebody_decides_on_them(rounds, receiver):
    """They are reworded, tried again, or rejected: the campaign does without them, and no retry asks for them."""
    rounds.matrix += "Jug,A jug,1\nMug,A mug,1\n"
    rounds.api.refusal = httpx.Response(422, json={"error": "no"})
    rounds.made()
    rounds.api.refusal = None
    *pictures, jug, mug = rounds.ids
    result = rounds.reviewed(*(f"{one},keep" for one in pictures))
    assert result.approval is not None
    assert result.approval.sentence() == "2 without an image, to be reworded, tried again or rejected"
    with pytest.raises(InputInvalid, match="has no picture to be decided on"):
        rounds.reviewed(f"{jug},keep")
    heard(receiver)
    result = rounds.reviewed(f"{jug},reject,not needed", f"{mug},again,,A blue mug")
    assert result.sentence() == "3 kept, 1 rejected, 1 again: $0.08 at the next run"
    assert heard(receiver) == [], "there is no image to be rejected"
    rounds.made(retry=["blocked"])
    assert rounds.api.billed["A jug"] == 0
    take = rounds.ids[-1]
    assert (mug in rounds.ids, rounds.rows()[-1]["prompt"]) == (False, "A blue mug")
    assert heard(receiver) == [("generation.completed", take, "awaited")]
    rounds.reviewed(f"{take},keep")
    assert heard(receiver) == [("campaign.approved", "lamps", None), ("generation.approved", take, "keep")]


def test_a_shard_tells_of_its_images_and_not_of_the_campaign(rounds, receiver):
    """All that it has may be decided, and what others have may not."""
    lamp, *_ = rounds.ids
    reviews = read_reviews(rounds.store).after([review(1, "keep").model_copy(update={"cell_id": lamp})])
    cells = reviews.shown(cell for cell in rounds.planned().cells if cell.cell_id == lamp)
    outcomes = Ledger(rounds.store, "").load(cells).outcomes
    announcer = Announcer.open(rounds.campaign, Outbox(rounds.store))
    told = {
        is_whole: [
            one.event.event
            for one in missing_of(announcer, Reviewed(cells, outcomes, reviews, is_whole=is_whole), [receiver.url])
        ]
        for is_whole in (True, False)
    }
    assert told == {True: ["generation.approved", "campaign.approved"], False: ["generation.approved"]}


def test_nothing_is_approved_where_all_is_rejected(rounds, receiver):
    """The images are told, and the campaign is not."""
    heard(receiver)
    result = rounds.reviewed(*(f"{one},reject" for one in rounds.ids))
    assert result.approval is not None
    assert result.approval.sentence() == "everything is decided, and nothing is kept"
    assert {event for event, _, _ in heard(receiver)} == {"generation.rejected"}


def test_without_hold_nobody_is_told_of_reviews(rounds, receiver):
    """Switched off, the run says so; on again, what was decided meanwhile is told."""
    lamp = rounds.ids[0]
    heard(receiver)
    rounds.options["hold"] = False
    assert finished_result(rounds.planned()) is None, "a person is to be told"
    assert held_as_asked(rounds.store, rounds.campaign) == (RELEASED,)
    rounds.made()
    assert [row["review"] for row in rounds.rows()] == [""] * 3
    assert "Held for review" not in rounds.store.read("index.html").decode()
    result = rounds.reviewed(f"{lamp},keep")
    assert (result.approval, result.callbacks, heard(receiver)) == (None, None, [])
    rounds.options["hold"] = True
    assert finished_result(rounds.planned()) is None, "there is somebody to be told"
    rounds.made()
    assert heard(receiver) == [("generation.approved", lamp, "keep")]
    assert [row["review"] for row in rounds.rows()] == ["keep", "awaited", "awaited"]
    assert not held_as_asked(rounds.store, rounds.campaign)


def test_a_campaign_can_be_held_later_and_without_callbacks(tmp_path):
    """Page and manifest say so, and whoever reviews knows it."""
    rounds = Rounds(tmp_path)
    rounds.made()
    assert not read_hold(rounds.store).is_held
    assert rounds.reviewed(f"{rounds.ids[0]},keep").approval is None
    rounds.options["hold"] = True
    held_as_asked(rounds.store, rounds.campaign)
    result = rounds.reviewed(f"{rounds.ids[1]},keep")
    assert (result.approval is None, result.callbacks) == (False, None)
    assert [row["review"] for row in rounds.rows()] == ["keep", "keep", "awaited"]


def test_only_what_is_wanted_is_told(tmp_path, receiver):
    """`--callback-events` holds for reviews as well."""
    options: dict[str, Any] = {"hold": True, "callback_url": receiver.url}
    rounds = Rounds(tmp_path, options={**options, "callback_events": ["generation.approved"]})
    rounds.made()
    assert heard(receiver) == []
    rounds.reviewed(f"{rounds.ids[0]},keep", *(f"{one},reject" for one in rounds.ids[1:]))
    assert heard(receiver) == [("generation.approved", rounds.ids[0], "keep")]


@pytest.mark.parametrize("variable", ["CALLBACK_SECRET", "CAMPAIGN_PUBLIC_URL"])
def test_where_callbacks_could_not_be_told_nothing_is_recorded(rounds, monkeypatch, variable):
    """A secret or an address that is none is told before anything is decided."""
    monkeypatch.setenv(variable, "nonsense")
    with pytest.raises(InputInvalid, match=variable):
        rounds.reviewed(f"{rounds.ids[0]},keep")
    assert rounds.store.names("ledger/reviews") == []


def test_whoever_is_called_back_stays_the_owners_alone(rounds):
    """The record that a review reads holds their addresses."""
    path = Path(rounds.store.root) / "ledger" / "hold.json"
    assert path.stat().st_mode & 0o077 == 0
