"""What a receiver is told: the reference design's fields, and the same id whoever tells it."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.callbacks.signature import is_id
from tasks.receiving.received_event import parse_event
from tasks.records.campaign_event import CampaignEnd, approved_event, campaign_event, counted
from tasks.records.event import METADATA_MAX_BYTES, cell_event, event_id, review_event
from tasks.records.outcome import FoundMarks
from tasks.records.review import Review
from tasks.records.verdicts import Verdicts
from tests.factories import PRICE_USD, STARTED_AT, a_cell, a_request, an_original, an_outcome

KEYS = [
    *("event", "jobId", "status", "prompt", "seed", "resolution", "filePath"),
    *("metadata", "campaign", "variants", "error", "timestamp"),
]
WITH_IMAGE = [*KEYS[:10], "sourceType", *KEYS[10:]]
CELL = a_cell(a_request("Tea"), metadata={"sku": "00123"})


def test_a_done_cell_is_told_in_the_words_of_the_reference_design():
    """A handler that was written for it finds every field where it looks for it."""
    outcome = an_outcome(CELL, original=an_original(CELL, seed=7))
    told = json.loads(cell_event("Q1 Launch", "/out/q1-launch", CELL, outcome).body())
    assert list(told) == WITH_IMAGE
    assert told["sourceType"] == "trainedAlgorithmicMedia"
    assert (told["event"], told["jobId"], told["prompt"]) == ("generation.completed", CELL.cell_id, "Tea")
    assert (told["seed"], told["resolution"]) == (7, "1024x1024")
    assert told["filePath"] == f"/out/q1-launch/originals/{CELL.cell_id}.png"
    assert told["metadata"] == {"sku": "00123", "campaign": "Q1 Launch", "product": "Teapot", "format": "hero"}
    assert told["variants"]["og"] == f"/out/q1-launch/variants/{CELL.cell_id}-og.webp"
    assert (told["error"], told["status"]) == (None, "done")


@pytest.mark.parametrize(("signed", "told"), [({"og": "f", "thumb": "", "social": "f"}, "signed"), ({}, "lost")])
def test_what_became_of_content_credentials_is_told(signed, told):
    """Where the original had them, or the variants have; of others there is no key."""
    outcome = an_outcome(CELL, original=an_original(CELL, marks=FoundMarks(c2pa=True)), signed=signed)
    body = cell_event("Q1", "/out/q1", CELL, outcome).body()
    assert json.loads(body)["c2pa"] == told
    received = parse_event("evt_1", body)
    assert received is not None
    assert received.c2pa == told


def test_web_addresses_are_told_where_they_are_known():
    """Beside the paths, which stay what they are; of a cell without an image there are none."""
    outcome = an_outcome(CELL, original=an_original(CELL))
    public = "https://images.example.com/q1-launch"
    told = json.loads(cell_event("Q1", "/out/q1-launch", CELL, outcome, public).body())
    assert told["url"] == f"{public}/originals/{CELL.cell_id}.png"
    assert told["variantUrls"] == {name: f"{public}/variants/{CELL.cell_id}-{name}.webp" for name in told["variants"]}
    assert told["filePath"] == f"/out/q1-launch/originals/{CELL.cell_id}.png"
    received = parse_event("evt_1", json.dumps(told).encode())
    assert received is not None
    assert (received.url, received.variant_urls) == (told["url"], told["variantUrls"])
    assert received.source_type == told["sourceType"]
    failed = json.loads(cell_event("Q1", "/out/q1-launch", CELL, an_outcome(CELL, "failed"), public).body())
    assert list(failed) == KEYS
    end = CampaignEnd(counts={"done": 1}, cost_usd=PRICE_USD)
    ended = json.loads(campaign_event("Q1", "q1-launch", "/out/q1-launch", end, STARTED_AT, public).body())
    assert (ended["page"], ended["pageUrl"]) == ("/out/q1-launch/index.html", f"{public}/index.html")
    assert ended["manifestUrl"] == f"{public}/manifest.csv"
    assert "pageUrl" not in json.loads(campaign_event("Q1", "q1-launch", "/out", end, STARTED_AT).body())


def test_an_image_of_a_campaign_that_is_held_awaits_its_review():
    """Whoever publishes on its completion can see that he should not; what has no image awaits nothing."""
    outcome = an_outcome(CELL, original=an_original(CELL))
    body = cell_event("Q1", "/o", CELL, outcome, is_held=True).body()
    received = parse_event("evt_1", body)
    assert received is not None
    assert (received.event, received.review) == ("generation.completed", "awaited")
    assert list(json.loads(cell_event("Q1", "/o", CELL, an_outcome(CELL, "failed"), is_held=True).body())) == KEYS


@pytest.mark.parametrize(
    ("decision", "told"),
    [("keep", "generation.approved"), ("reject", "generation.rejected"), ("again", "generation.rejected")],
)
def test_a_decision_is_told_as_the_image_is_with_who_wants_what(decision, told):
    """All that leads to its files, and what was decided, why and when: `again` says that another will be made."""
    ended = cell_event("Q1", "/o", CELL, an_outcome(CELL, original=an_original(CELL)), is_held=True)
    review = Review(cell_id=CELL.cell_id, number=1, decision=decision, reason="warmer", at=STARTED_AT)
    body = json.loads(review_event(ended, review).body())
    assert list(body) == [*WITH_IMAGE[:-1], "review", "reviewReason", "reviewedAt", "timestamp"]
    assert (body["event"], body["review"], body["reviewReason"]) == (told, decision, "warmer")
    assert body["filePath"] == ended.file_path


def test_an_approved_campaign_says_how_many_of_its_images_are_kept():
    """In a key that no other event has."""
    end = CampaignEnd(counts={"done": 3}, cost_usd=PRICE_USD)
    completed = campaign_event("Q1", "q1", "/o", end, STARTED_AT)
    told = json.loads(approved_event(completed, Verdicts(kept=2, rejected=1)).body())
    assert list(told) == [*KEYS, "counts", "costUsd", "manifest", "page", "reviews"]
    assert (told["event"], told["reviews"]) == ("campaign.approved", {"kept": 2, "rejected": 1, "replaced": 0})


def test_a_take_says_in_whose_place_it_was_made():
    """And what was decided on it by then; all else has no such keys."""
    review = Review(cell_id=CELL.cell_id, number=1, decision="keep", reason="warmer", at=STARTED_AT)
    take = CELL.model_copy(update={"replaces": "teapot-hero-1a2b3c4d", "take": 2, "review": review})
    body = cell_event("Q1", "/out/q1-launch", take, an_outcome(take)).body()
    assert json.loads(body)["reviewedAt"] == STARTED_AT.isoformat().replace("+00:00", "Z")
    received = parse_event("evt_1", body)
    assert received is not None
    assert (received.replaces, received.take) == ("teapot-hero-1a2b3c4d", 2)
    assert (received.review, received.review_reason) == ("keep", "warmer")


@pytest.mark.parametrize("status", ["failed", "blocked", "unknown"])
def test_a_cell_without_an_image_is_told_with_its_error(status):
    """And with its status, which says whether a person must look; it points at no file."""
    outcome = an_outcome(CELL, status, original=an_original(CELL))
    told = json.loads(cell_event("Q1", "/out/q1", CELL, outcome).body())
    assert list(told) == KEYS
    assert (told["event"], told["status"], told["error"]) == ("generation.failed", status, outcome.error)
    assert (told["filePath"], told["resolution"], told["variants"]) == (None, None, {})


def test_the_same_end_makes_the_same_bytes():
    """Whoever tells it: the time is that of the end."""
    outcome = an_outcome(CELL)
    assert cell_event("Q1", "/o", CELL, outcome).body() == cell_event("Q1", "/o", CELL, outcome).body()


def test_a_long_value_is_cut_in_the_event():
    """A body stays small; the manifest has the whole."""
    told = cell_event("Q1", "/o", a_cell(metadata={"text": "x" * 5000}), an_outcome(a_cell()))
    assert len(told.metadata["text"]) == 1000


def test_many_columns_are_told_as_far_as_a_receiver_takes_them():
    """The first of them, in order, and always the three that every handler relies on."""
    columns = {f"column {number}": "é" * 1000 for number in range(300)}
    told = cell_event("Q1", "/o", a_cell(metadata=columns), an_outcome(a_cell()))
    assert list(told.metadata)[:2] == ["column 0", "column 1"]
    assert {"campaign", "product", "format"} <= told.metadata.keys()
    assert len(told.body()) < METADATA_MAX_BYTES + 5000


def test_a_campaign_is_told_with_counts_cost_and_where_its_pages_are():
    """Completed where the run ended by itself, failed with the reason where it was stopped."""
    cells = [a_cell(a_request(f"Tea {number}")) for number in range(3)]
    outcomes = {
        cell.cell_id: an_outcome(cell, status) for cell, status in zip(cells, ("done", "done", "blocked"), strict=True)
    }
    end = counted(outcomes.values())
    assert end == CampaignEnd(counts={"done": 2, "blocked": 1}, cost_usd=2 * PRICE_USD)
    told = json.loads(campaign_event("Q1", "q1", "s3://b/q1", end, STARTED_AT).body())
    assert list(told) == [*KEYS, "counts", "costUsd", "manifest", "page"]
    assert (told["event"], told["jobId"], told["counts"]) == ("campaign.completed", "q1", {"done": 2, "blocked": 1})
    assert (told["costUsd"], told["page"]) == (0.16, "s3://b/q1/index.html")
    failed = campaign_event("Q1", "q1", "/o", end.model_copy(update={"error": "no credits"}), STARTED_AT)
    assert (failed.event, failed.error) == ("campaign.failed", "no credits")
    assert counted(()).cost_usd == Decimal(0)


@given(st.lists(st.text(), min_size=1))
def test_an_id_can_stand_in_a_header_and_where_it_is_signed(parts):
    """It has no dot, and other parts make another one."""
    id_ = event_id(*parts)
    assert is_id(id_)
    assert "." not in id_
    assert event_id(*parts, "x") != id_ == event_id(*parts)


def test_an_event_says_which_languages_its_image_is_for():
    """Where there are any; in other campaigns, a body has no such key."""
    cell = a_cell(languages=("en", "de"))
    assert cell_event("Spring", "/out", cell, an_outcome(cell)).language == "en de"
    assert b'"language":"en de"' in cell_event("Spring", "/out", cell, an_outcome(cell)).body()
    assert b"language" not in cell_event("Spring", "/out", a_cell(), an_outcome(a_cell())).body()
