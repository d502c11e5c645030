"""One cell, from its request to its stored original: against the stand-in API, and against answers made by hand."""

import asyncio
import inspect
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from PIL import Image
from prefect.client.schemas.objects import State, StateType
from prefect.logging import disable_run_logger

from sandbox.options import SandboxOptions
from sandbox.server import running_sandbox
from tasks import errors
from tasks.api.ideogram import IdeogramClient
from tasks.api.settings import Settings
from tasks.generate_image import generate_image, is_worth_retrying
from tasks.records.money import usd
from tasks.records.outcome import StoredOriginal
from tasks.records.reference import Reference
from tasks.records.variant import DEFAULT_VARIANTS
from tasks.run_state.job import Job
from tasks.run_state.toolbox import open_toolbox
from tasks.storage.storage import CampaignStore
from tests.factories import PRICE_USD, a_cell, a_request
from tests.waiting import stop_time, time_passes

SETTINGS = Settings.for_api("https://api.example.com", "key")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Settings]:
    """Settings for a running stand-in API that answers at once."""
    with running_sandbox(SandboxOptions(latency_scale=0.0, plain_pictures=True)) as url:
        yield Settings.for_api(url, "key")


@dataclass(frozen=True)
class Made:
    """What became of one cell."""

    ends: list[StoredOriginal | Exception]
    """One for each attempt."""
    originals: dict[str, bytes]
    """What lies in the store as originals."""
    is_answered: bool
    attempts: int

    @property
    def end(self) -> StoredOriginal | Exception:
        """Of the last attempt."""
        return self.ends[-1]


def made(
    folder: Path,
    prompt: str = "A lamp",
    settings: Settings = SETTINGS,
    transport: httpx.AsyncBaseTransport | None = None,
    attempts: int = 1,
    budget_usd: Decimal | None = None,
) -> Made:
    """Work on one cell through its task, without Prefect's engine around it."""
    cell = a_cell(a_request(prompt))

    async def scenario() -> Made:
        if transport is None:
            stop_time()  # what the sandbox says at once is at once
        store = CampaignStore.open(str(folder), "q1-launch")
        async with (
            open_toolbox(settings, store, (cell,), DEFAULT_VARIANTS, budget_usd) as tools,
            IdeogramClient.open(settings, transport) as tools.ideogram,
        ):
            job = tools.next_job()
            assert job is not None
            with disable_run_logger():
                ends = [await attempt(job) for _ in range(attempts)]
            return Made(ends, originals_in(folder), job.is_paid, job.attempts)

    return asyncio.run(scenario())


async def attempt(job: Job) -> StoredOriginal | Exception:
    """One attempt of the task, as Prefect would make it."""
    try:
        return await generate_image.fn(job)
    except (errors.CellError, errors.CampaignFault) as error:
        return error


def originals_in(folder: Path) -> dict[str, bytes]:
    """Every file among the originals, hidden ones included."""
    return {path.name: path.read_bytes() for path in folder.glob("q1-launch/originals/*")}


def picture(file_format: str = "PNG") -> bytes:
    """An image file of 64 x 48 pixels."""
    out = BytesIO()
    Image.linear_gradient("L").resize((64, 48)).convert("RGB").save(out, file_format)
    return out.getvalue()


def network(
    image: bytes, *refusals: httpx.Response, seen: Callable[[httpx.Request], None] = lambda _: None
) -> httpx.MockTransport:
    """An API that refuses a few times, then answers with a link to `image`."""
    waiting = list(refusals)

    def serve(request: httpx.Request) -> httpx.Response:
        seen(request)
        if request.method == "GET":
            return httpx.Response(200, content=image)
        if waiting:
            return waiting.pop(0)
        link = "https://ideogram.ai/api/images/ephemeral/x.png?exp=1&sig=2"
        data = {"url": link, "prompt": "A lamp, rewritten", "resolution": "64x48", "is_image_safe": True, "seed": 7}
        return httpx.Response(200, content=json.dumps({"created": "2026-08-05T10:42:07Z", "data": [data]}))

    return httpx.MockTransport(serve)


def test_what_was_served_is_stored_byte_for_byte(tmp_path):
    """The record says what was stored, under which key, and what the API said of it."""
    served = picture()
    result = made(tmp_path, transport=network(served))
    record = result.end
    assert isinstance(record, StoredOriginal)
    assert result.originals == {f"{record.cell_id}.png": served}
    assert record.key == f"originals/{record.cell_id}.png"
    assert record.image_sha256 == sha256(served).hexdigest()
    assert (record.size_bytes, record.width_px, record.height_px) == (len(served), 64, 48)
    assert (record.seed, record.final_prompt, record.attempts) == (7, "A lamp, rewritten", 1)
    assert record.started_at <= record.finished_at
    assert (result.is_answered, result.attempts) == (True, 1)


@pytest.mark.parametrize(("file_format", "suffix"), [("PNG", "png"), ("JPEG", "jpg"), ("WEBP", "webp")])
def test_the_suffix_is_that_of_the_format_that_came(file_format, suffix, tmp_path):
    """The link ends in .png whatever lies behind it."""
    record = made(tmp_path, transport=network(picture(file_format))).end
    assert isinstance(record, StoredOriginal)
    assert record.key.endswith(f".{suffix}")


@pytest.mark.parametrize(("marker", "suffix"), [("", "png"), ("[sandbox:jpeg]", "jpg"), ("[sandbox:webp]", "webp")])
def test_the_stand_in_is_spoken_to_like_the_api(marker, suffix, tmp_path, sandbox):
    """Over a real socket: asked, downloaded, proven to be an image, stored."""
    result = made(tmp_path, f"A lamp {marker}", sandbox)
    record = result.end
    assert isinstance(record, StoredOriginal)
    assert record.key.endswith(f".{suffix}")
    (data,) = result.originals.values()
    assert sha256(data).hexdigest() == record.image_sha256
    assert Image.open(BytesIO(data)).size == (record.width_px, record.height_px) == (1024, 1024)


def test_an_answer_that_tells_a_link_and_nothing_else_is_an_image(tmp_path, sandbox):
    """Its seed and its prompt are not known, and its size is that of its pixels."""
    record = made(tmp_path, "A lamp [sandbox:null]", sandbox).end
    assert isinstance(record, StoredOriginal)
    assert (record.seed, record.final_prompt, record.width_px) == (None, "", 1024)


@pytest.mark.parametrize(
    ("marker", "kind", "is_answered"),
    [
        ("refuse", errors.ImageRefused, False),
        ("unsafe", errors.ImageRefused, False),
        ("busy", errors.RateLimited, False),
        ("error", errors.OutcomeUnknown, False),
        ("reset", errors.OutcomeUnknown, False),
        ("half", errors.OutcomeUnknown, False),
        ("expired", errors.LinkFailed, True),
        ("forbidden", errors.LinkFailed, True),
        ("redirect", errors.LinkFailed, True),
        ("elsewhere", errors.LinkFailed, True),
        ("huge", errors.LinkFailed, True),
        ("truncated", errors.ImageUnreadable, True),
        ("text", errors.ImageUnreadable, True),
        ("giant", errors.ImageTooLarge, True),
    ],
)
def test_what_goes_wrong_has_a_name(marker, kind, is_answered, tmp_path, sandbox):
    """Every fault that the stand-in knows; the place in flight is free exactly when an image was answered.

    What came and cannot be read is stored as it came.
    """
    small = sandbox.model_copy(update={"download_max_bytes": 5_000_000})
    result = made(tmp_path, f"A lamp [sandbox:{marker}]", small)
    assert type(result.end) is kind
    is_kept = isinstance(result.end, errors.ImageUnreadable)
    assert [Path(name).suffix for name in result.originals] == [".unreadable"] * is_kept
    assert (result.is_answered, result.attempts) == (is_answered, 1)
    assert bool(result.end.request_id) is (marker not in {"reset", "half"}), "what the API calls the request is kept"


def test_an_answer_that_never_comes_is_not_waited_for_for_ever(tmp_path):
    """It may have been paid."""

    async def hang(_: httpx.Request) -> httpx.Response:
        await time_passes(600)
        return await asyncio.Future()

    result = made(tmp_path, transport=httpx.MockTransport(hang))
    assert type(result.end) is errors.OutcomeUnknown
    assert (result.originals, result.is_answered, result.attempts) == ({}, False, 1)


def test_attempts_are_counted_over_the_retries(tmp_path):
    """A cell that was turned away twice says so in its record."""
    refusals = (httpx.Response(503, json={"error": "not now"}), httpx.Response(429, headers={"retry-after": "0"}))
    result = made(tmp_path, transport=network(picture(), *refusals), attempts=3)
    assert [type(end) for end in result.ends] == [errors.ApiUnavailable, errors.RateLimited, StoredOriginal]
    assert (result.end.attempts, result.attempts) == (3, 3)


@pytest.mark.parametrize("affordable", [1, 2, 3])
def test_what_is_tried_again_after_a_503_counts_against_the_budget(tmp_path, affordable):
    """Nothing says that such an answer is never billed: no more leaves than can be paid if each of them is."""
    posts: list[str] = []

    def note(request: httpx.Request) -> None:
        posts.append(request.method)

    refusals = [httpx.Response(503, json={"error": "not now"}) for _ in range(9)]
    transport = network(picture(), *refusals, seen=note)
    result = made(tmp_path, transport=transport, attempts=5, budget_usd=affordable * PRICE_USD)
    assert len(posts) == affordable
    assert isinstance(result.end, errors.BudgetReached)
    assert f"{usd(affordable * PRICE_USD)} of it perhaps" in str(result.end)


def test_what_is_turned_away_by_a_429_costs_nothing(tmp_path):
    """It is documented as never billed."""
    refusals = [httpx.Response(429) for _ in range(4)]
    result = made(tmp_path, transport=network(picture(), *refusals), attempts=5, budget_usd=PRICE_USD)
    assert isinstance(result.end, StoredOriginal)


def test_a_429_holds_every_request_back_for_as_long_as_the_api_asks(tmp_path):
    """The next one, of whichever cell, leaves when the pause is over."""
    posts: list[float] = []

    def note(request: httpx.Request) -> None:
        if request.method == "POST":
            posts.append(time.monotonic())

    busy = httpx.Response(429, headers={"retry-after": "0.3"})
    result = made(tmp_path, transport=network(picture(), busy, seen=note), attempts=2)
    assert isinstance(result.end, StoredOriginal)
    assert 0.29 < posts[1] - posts[0] < 60, "and no longer"


@pytest.mark.parametrize(("status", "kind"), [(401, errors.CredentialsRejected), (402, errors.CreditsExhausted)])
def test_a_key_or_balance_that_will_not_do_is_passed_on(status, kind, tmp_path):
    """The task raises what stops the campaign."""
    assert type(made(tmp_path, transport=network(b"", httpx.Response(status))).end) is kind


def test_a_store_that_cannot_be_written_stops_the_campaign(tmp_path):
    """Going on would pay for images that cannot be kept."""
    (tmp_path / "q1-launch").write_bytes(b"a file in the way")
    assert type(made(tmp_path, transport=network(picture())).end) is errors.StorageFailed


ERRORS = [kind for kind in vars(errors).values() if inspect.isclass(kind) and issubclass(kind, Exception)]


@pytest.mark.parametrize("kind", [*ERRORS, ValueError, KeyboardInterrupt])
def test_only_what_was_turned_away_is_tried_again(kind):
    """Every other end of an attempt is the end: it may have been paid, or would only come again."""
    state = State(type=StateType.FAILED, data=kind.__new__(kind))
    is_turned_away = issubclass(kind, errors.NotAccepted)
    assert is_worth_retrying(generate_image, None, state) is is_turned_away
    assert generate_image.retry_condition_fn is is_worth_retrying


def test_a_state_without_an_error_is_not_tried_again():
    """A run that crashed elsewhere left no reason to believe that nothing was sent."""
    assert not is_worth_retrying(generate_image, None, State(type=StateType.CRASHED))


def test_pictures_leave_as_they_were_planned(tmp_path, sandbox):
    """In a form, from the campaign's own copies; one that is gone or another costs nothing, and nothing is sent."""
    logo = Reference(sha256=sha256(picture()).hexdigest(), media_type="image/png")
    request = a_request(model="ideogram-4-5", aspect_ratio=None, style_type=None, quality="low", source_image=[logo])
    store = CampaignStore.open(str(tmp_path), "q1-launch")
    forms: list[tuple[str, bytes]] = []

    async def ends(settings: Settings, transport: httpx.AsyncBaseTransport | None) -> Exception | StoredOriginal:
        async with (
            open_toolbox(settings, store, (a_cell(request),), DEFAULT_VARIANTS) as tools,
            IdeogramClient.open(settings, transport) as tools.ideogram,
        ):
            job = tools.next_job()
            assert job is not None
            with disable_run_logger():
                end = await attempt(job)
            assert isinstance(end, StoredOriginal) or not job.failed(end).cost_usd
            return end

    def seen(posted: httpx.Request) -> httpx.Response:
        forms.append((posted.headers["content-type"].partition(";")[0], posted.content))
        return httpx.Response(400, json={"error": "enough"})

    for content in (None, b"another picture"):
        if content is not None:
            store.write(logo.key, content)
        lost = asyncio.run(ends(SETTINGS, httpx.MockTransport(seen)))
        assert isinstance(lost, errors.ReferenceLost)
    assert forms == []
    store.write(logo.key, picture())
    asyncio.run(ends(SETTINGS, httpx.MockTransport(seen)))
    ((kind, form),) = forms
    assert kind == "multipart/form-data"
    assert picture() in form
    assert f'name="images"; filename="{logo.name}"'.encode() in form
    assert isinstance(asyncio.run(ends(sandbox, None)), StoredOriginal)
