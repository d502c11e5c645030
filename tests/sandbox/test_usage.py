"""The usage is the bill, by hour, route and quality, for whoever may read it."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from starlette.datastructures import QueryParams

from sandbox.ledger import BillLine
from sandbox.usage import Asked, asked, buckets
from tests.contract import needs_document, validator
from tests.sandbox.examples import client

HOUR_S = 3600
NOW = 100 * HOUR_S + 1.0


def line(hour: int, quality: str = "low", price_usd_micros: int = 30_000) -> BillLine:
    """A line of the bill of 4.5."""
    return BillLine(hour, "/v2/image/generate/ideogram-4-5", "ideogram-4-5", quality, price_usd_micros)


def test_lines_lie_in_their_hours() -> None:
    """Money and images are decimal texts; what was billed at another price is another line."""
    bill = {line(99): 2, line(100): 1, line(100, "high", 100_000): 3}
    found: list[Any] = list(buckets(bill, Asked(99 * HOUR_S, 101 * HOUR_S, HOUR_S, has_api=True), "ATG5"))
    assert [
        [
            (one["dimensions"]["quality"], one["billed_units"]["quantity"], one["cost_total"])
            for one in hour["line_items"]
        ]
        for hour in found
    ] == [[("LOW", "2", "0.06")], [("HIGH", "3", "0.3"), ("LOW", "1", "0.03")]]
    assert found[0]["start_time"] == "1970-01-05T03:00:00+00:00"


def test_a_day_has_the_lines_of_its_hours() -> None:
    """Added up."""
    found: list[Any] = list(buckets({line(96): 2, line(100): 1}, Asked(345_600, 432_000, 86_400, has_api=True), ""))
    assert [one["billed_units"]["quantity"] for one in found[0]["line_items"]] == ["3"]


def test_bounds_are_snapped_outwards() -> None:
    """The start down, the end up; it is now by default."""
    found = asked(QueryParams(start_time="1970-01-05T03:59:00Z", bucket_width="1h"), NOW)
    assert found == Asked(99 * HOUR_S, 101 * HOUR_S, HOUR_S, has_api=True)


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"start_time": "yesterday"},
        {"start_time": "1970-01-05T00:00:00Z", "bucket_width": "1m"},
        {"start_time": "1970-01-05T00:00:00Z", "sources": "web"},
        {"start_time": "1970-01-06T00:00:00Z"},
        {"start_time": "1969-01-01T00:00:00Z"},
        {"start_time": "1970-01-01T00:00:00Z", "end_time": "1970-01-08T00:00:01Z", "bucket_width": "1h"},
    ],
)
def test_what_cannot_be_asked_for_is_said(query: dict[str, str]) -> None:
    """No start, an odd width or source, a range that is empty or too long."""
    assert isinstance(asked(QueryParams(query), NOW), str)


@needs_document
def test_it_validates_and_is_an_admins() -> None:
    """Three lines for three routes; 404 for any other key, 401 for none."""

    async def scenario() -> None:
        async with client() as sandbox:
            await sandbox.post("/generate", json={"image_request": {"prompt": "Lamp"}})
            await sandbox.post("/v1/ideogram-v3/generate", json={"prompt": "Lamp"})
            await sandbox.post("/v2/image/generate/ideogram-4-5", json={"prompt": "Lamp", "quality": "low"})
            answer = await usage(sandbox)
            validator("GetAccountUsageResponse").validate(answer.json())
            assert [one["cost_total"] for one in answer.json()["buckets"][-1]["line_items"]] == ["0.08", "0.06", "0.03"]
            sandbox.headers["Api-Key"] = ""
            assert (await usage(sandbox)).status_code == 401
        async with client(is_admin=False) as sandbox:
            assert (await usage(sandbox)).status_code == 404

    asyncio.run(scenario())


async def usage(sandbox: httpx.AsyncClient) -> httpx.Response:
    """The usage of the last days."""
    now = await sandbox.get("/stats")
    start = int((now.json()["first_request_at"] or 1e9) // 86_400) * 86_400
    return await sandbox.get("/v2/account/usage", params={"start_time": f"{iso(start)}"})


def iso(at: float) -> str:
    """A time as a query has it."""
    return datetime.fromtimestamp(at, UTC).isoformat()
