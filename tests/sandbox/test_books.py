"""A sandbox with books goes on where one before it was killed: nothing is lost, and nothing billed twice."""

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.app import create_app
from sandbox.options import SandboxOptions
from tests.sandbox.examples import KEY, body
from tests.waiting import LIMIT_S

SLOW = {"latency_scale": 1.0, "latency_range_s": (3600.0, 3600.0)}
V2 = "/v2/image/generate/ideogram-4-5"


@asynccontextmanager
async def life(folder: Path | str, address: str = "http://first.test", **options: Any) -> Any:
    """A client of one sandbox with books in a folder; at the end it is killed."""
    settings = {"latency_scale": 0.0, "plain_pictures": True, "books": str(folder)} | options
    app = create_app(SandboxOptions(**settings))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url=address, headers=KEY, timeout=LIMIT_S) as sandbox,
    ):
        yield sandbox


async def billed(sandbox: httpx.AsyncClient) -> Any:
    """Images on the bill."""
    return (await sandbox.get("/stats")).json()["billed"]


def path_of(url: str) -> str:
    """A link, to be followed at another address."""
    return httpx.URL(url).raw_path.decode()


@pytest.fixture(params=["disk", "memory"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A campaign's folder."""
    return str(tmp_path / "campaign") if request.param == "disk" else f"memory://{tmp_path.name}"


def test_a_link_and_an_id_of_the_first_life_are_good_in_the_second(folder: str) -> None:
    """The picture is the same, byte for byte, and the bill goes on."""

    async def scenario() -> None:
        async with life(folder) as first:
            answer = (await first.post("/generate", json=body())).json()["data"][0]
            accepted = (await first.post(V2, json={"prompt": "Lamp", "async": True, "quality": "low"})).json()
            picture = (await first.get(answer["url"])).content
        async with life(folder, "http://second.test") as second:
            assert (await second.get(path_of(answer["url"]))).content == picture
            polled = (await second.get(f"/v2/generations/{accepted['generation_id']}")).json()
            assert (polled["status"], polled["data"][0]["seed"]) == ("completed", accepted["seed"])
            assert polled["data"][0]["url"].startswith("http://second.test/")
            assert (await second.get(polled["data"][0]["url"])).status_code == 200
            counted = (await second.get("/stats")).json()
            assert (counted["billed"], counted["billed_usd"]) == (2, 0.11)

    asyncio.run(scenario())


@pytest.mark.parametrize("path", ["/generate", V2])
def test_what_was_accepted_and_never_fetched_is_handed_out_and_not_billed_again(path: str, folder: str) -> None:
    """The client was killed before it heard of it. What was fetched is known to the client: asked again, it is new."""

    async def scenario() -> None:
        asked = body("Lamp") if path == "/generate" else {"prompt": "Lamp"}
        async with life(folder) as first:
            lost = (await first.post(path, json=asked)).json()["data"][0]
        async with life(folder) as second:
            found = (await second.post(path, json=asked)).json()["data"][0]
            assert (path_of(found["url"]), await billed(second)) == (path_of(lost["url"]), 1)
            assert (await second.get(found["url"])).status_code == 200
            await second.get(found["url"])
            another = (await second.post(path, json=asked)).json()["data"][0]
            assert (another["seed"] != found["seed"], await billed(second)) == (True, 2)
        async with life(folder) as third:
            assert (await third.post(path, json=asked)).json()["data"][0]["seed"] == another["seed"]
            assert (await third.post(path, json=asked)).json()["data"][0]["seed"] not in {found["seed"], lost["seed"]}
            assert await billed(third) == 3

    asyncio.run(scenario())


def test_what_is_not_ready_goes_on_and_holds_its_places(folder: str) -> None:
    """Also what is pending for good."""

    async def scenario() -> None:
        async with life(folder, **SLOW) as first:
            ids = [
                (await first.post(V2, json={"prompt": prompt, "num_images": 2, "async": True})).json()["generation_id"]
                for prompt in ("Lamp", "Lamp [sandbox:stuck]")
            ]
        async with life(folder) as second:
            looks = [(await second.get(f"/v2/generations/{one}")).json()["status"] for one in ids]
            assert looks == ["pending", "pending"]
            counted = (await second.get("/stats")).json()
            assert (counted["in_flight"], counted["billed"]) == (4, 2)

    asyncio.run(scenario())


def test_another_sandbox_with_the_same_books_is_known_as_well(folder: str) -> None:
    """Runs that share a campaign have a sandbox each: what one accepts the other has a link of."""

    async def scenario() -> None:
        async with life(folder) as one, life(folder) as other:
            answer = (await one.post(V2, json={"prompt": "Lamp"})).json()
            assert (await other.get(path_of(answer["data"][0]["url"]))).status_code == 200
            assert (await other.get(f"/v2/generations/{answer['generation_id']}")).json()["status"] == "completed"
            assert (await other.get("/v2/generations/none")).status_code == 404

    asyncio.run(scenario())


def test_an_entry_that_was_cut_off_never_was(tmp_path: Path) -> None:
    """Nobody was answered before it was written."""

    async def scenario() -> None:
        async with life(tmp_path) as first:
            await first.post("/generate", json=body())
        (entry,) = (tmp_path / "ledger/sandbox").glob("*.json")
        entry.write_bytes(entry.read_bytes()[:100])
        async with life(tmp_path) as second:
            assert await billed(second) == 0

    asyncio.run(scenario())


def test_only_their_owner_reads_the_books(tmp_path: Path) -> None:
    """They hold prompts, and what makes links."""

    async def scenario() -> None:
        async with life(tmp_path) as first:
            await first.post("/generate", json=body())

    asyncio.run(scenario())
    assert (tmp_path / "ledger/sandbox").stat().st_mode & 0o077 == 0
