"""What the storage does not take of what was paid is kept on this machine, told, and taken up by the next run."""

import asyncio
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from flows.commands.terminal import summary
from tasks.errors import Interrupted, StorageFailed
from tasks.ledger.ledger import Ledger
from tasks.ledger.names import RELEASED
from tasks.ledger.records import Answered
from tasks.ledger.resume import Ask
from tasks.records.answer import ImageObject
from tasks.records.keys import ANSWERS, ENDS
from tasks.records.result import CampaignResult
from tasks.reporting.notify_people import news
from tasks.reporting.report_campaign import markdown
from tasks.reporting.summarize import of_result
from tasks.rescue.refuge import Refuge
from tasks.rescue.rescued import Rescued
from tasks.rescue.rescues import Rescues
from tasks.run_state.toolbox import open_toolbox
from tasks.running.end_job import end_interrupted
from tasks.storage.storage import CampaignStore
from tests.factories import PRICE_USD
from tests.tasks.harness import CELLS, SETTINGS, VARIANTS, Api, Ended, run, without_engine  # noqa: F401  a fixture
from tests.tasks.pictures import gradient, saved

pytestmark = pytest.mark.usefixtures("without_engine")

CELL = CELLS[0]
ID = CELL.cell_id
OTHER_IMAGE = saved(gradient(24, 12))


@pytest.fixture
def store(tmp_path: Path) -> CampaignStore:
    """An empty folder."""
    return CampaignStore.open(str(tmp_path / "out"), "lamps")


def ran(store: CampaignStore, api: Api, **options) -> Ended:
    """One run over one cell."""
    return asyncio.run(run(store, api, CELLS[:1], **options))


@contextmanager
def failing(is_refused: Callable[[str], bool] = lambda _: True) -> Iterator[None]:
    """The storage takes nothing whose key is refused; what lies there can be read."""
    real = {name: getattr(CampaignStore, name) for name in ("publish", "create")}

    def publish(store: CampaignStore, files: Mapping[str, bytes]) -> None:
        if any(map(is_refused, files)):
            raise StorageFailed("the credentials have expired")
        real["publish"](store, files)

    def create(store: CampaignStore, key: str, data: bytes, **options: bool) -> bool:
        if is_refused(key):
            raise StorageFailed("the credentials have expired")
        return real["create"](store, key, data, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CampaignStore, "publish", publish)
        patch.setattr(CampaignStore, "create", create)
        yield


class Failing(Api):
    """The storage fails from the first request on; `refused` says for which keys."""

    def __init__(self, refused: Callable[[str], bool] = lambda _: True, **options) -> None:
        super().__init__(**options)
        self.refused = refused
        self.is_failing = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer."""
        self.is_failing = True
        return super().__call__(request)


def failed(store: CampaignStore, refused: Callable[[str], bool] = lambda _: True, **api) -> tuple[Failing, Ended]:
    """A run whose storage fails when its first request is out."""
    api = Failing(**api)
    with failing(lambda key: api.is_failing and refused(key)):
        return api, ran(store, api)


def kept(store: CampaignStore) -> list[str]:
    """The endings of what this machine keeps of the campaign."""
    return sorted(path.suffix for folder in Refuge.of(store).folders for path in folder.glob("*"))


@pytest.mark.parametrize("folder", ["", ANSWERS, "originals", ENDS, "variants"])
def test_what_was_paid_while_the_storage_fails_is_stored_by_the_next_run(store, folder: str):
    """Whatever it does not take; the link may have expired by then where the image is there."""
    api, ended = failed(store, lambda key: key.startswith(folder))
    assert isinstance(ended.stopped_by, StorageFailed)
    assert ended.tally.cost_usd == PRICE_USD
    api.expired = folder in {"", "originals"}
    again = ran(store, api)
    assert (again.statuses, api.billed.total(), again.tally.cost_usd) == (["done"], 1, PRICE_USD)
    assert store.read(f"originals/{ID}.png") == api.image
    assert kept(store) == []


def test_it_is_its_owners_alone(store):
    """Links open to whoever has them."""
    failed(store)
    assert kept(store) == [".image", ".json"]
    folder = Refuge.of(store).folders[0]
    files = [folder.parents[2], folder.parents[1], folder, *folder.iterdir()]
    assert [stat.S_IMODE(path.stat().st_mode) for path in files] == [0o700] * 3 + [0o600] * 2
    Refuge.of(store).forget(next(folder.glob("*.json")).stem)


def test_a_folder_that_others_could_write_is_not_read(store):
    """They could have us store what they like."""
    api, _ = failed(store)
    folder = Refuge.of(store).folders[0]
    folder.chmod(0o770)
    try:
        assert ran(store, api).statuses == ["unknown"]
    finally:
        folder.chmod(0o700)
    assert ran(store, api).statuses == ["done"], "its answer counts more than that nobody knew"
    assert api.billed.total() == 1


def test_what_has_ended_without_an_image_is_not_blamed_on_a_kill(store):
    """The next run knows what this one knew, to the cent."""
    refusal = httpx.Response(422, json={"error": "no"})
    api, ended = failed(store, refusal=refusal)
    again = ran(store, api)
    assert (again.statuses, again.tally.cost_usd) == (["blocked"], 0)
    assert again.outcomes[ID].error == ended.outcomes[ID].error


def test_a_request_without_an_answer_says_so(store):
    """It may have been paid, and no run was killed."""

    def hang_up(_: str) -> None:
        raise httpx.ReadTimeout("nothing came")

    api, ended = failed(store, before=hang_up)
    again = ran(store, api)
    assert again.statuses == ["unknown"]
    assert again.outcomes[ID].error == ended.outcomes[ID].error
    assert "killed" not in again.outcomes[ID].error


def test_a_turn_that_could_not_be_given_back_is_asked_for_at_no_risk(store):
    """Nothing was paid in it: the next run asks, and counts one image."""
    api = Api()
    with failing(lambda key: RELEASED in key), pytest.MonkeyPatch.context() as patch:
        patch.setattr(Ledger, "read_owner", lambda *_: raised(StorageFailed("it is away")))
        ended = ran(store, api)
    assert (isinstance(ended.stopped_by, StorageFailed), api.billed.total()) == (True, 0)
    again = ran(store, api)
    assert (again.statuses, again.tally.cost_usd, api.billed.total()) == (["done"], PRICE_USD, 1)


def raised(error: Exception) -> None:
    """Raise it."""
    raise error


def test_a_bucket_that_was_made_anew_gets_what_was_paid(store, tmp_path):
    """Also the intent is gone."""
    api, _ = failed(store)
    (tmp_path / "out").rename(tmp_path / "gone")
    again = ran(store, api)
    assert (again.statuses, api.billed.total(), again.tally.cost_usd) == (["done"], 1, PRICE_USD)


def elsewhere(store: CampaignStore, api: Api, retry: list[str]) -> Ended:
    """A run on another machine, which finds nothing of what is kept here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_HOME", str(Path(store.address, "..", "another-home")))
        return ran(store, api, retry=retry)


def test_an_image_that_another_machine_took_for_lost_is_used_after_all(store):
    """It was told as unknown there; here its answer is known, and nothing more is paid."""
    api, _ = failed(store)
    there = elsewhere(store, api, [])
    assert there.statuses == ["unknown"]
    assert "could not write here any more" in there.outcomes[ID].error
    again = ran(store, api)
    assert (again.statuses, api.billed.total(), again.tally.cost_usd) == (["done"], 1, PRICE_USD)
    assert ran(store, api).statuses == ["done"]


@pytest.mark.parametrize("has_image", [True, False])
def test_an_image_too_many_is_a_spare(store, has_image: bool):
    """Another machine has paid for another: that stands, and this one lies beside it."""
    api, _ = failed(store)
    if not has_image:
        next(Refuge.of(store).folders[0].glob("*.image")).unlink()
    first, api.image = api.image, OTHER_IMAGE
    there = elsewhere(store, api, ["unknown"])
    assert (there.statuses, api.billed.total()) == (["done"], 2)
    api.image = first
    again = ran(store, api)
    assert (again.statuses, api.billed.total(), again.tally.cost_usd) == (["done"], 2, 2 * PRICE_USD)
    assert store.read(f"originals/{ID}.png") == OTHER_IMAGE
    assert store.read(f"originals/{ID}.1.spare.png") == first
    assert kept(store) == []


def test_a_spare_is_taken_before_another_image_is_paid(store):
    """The other machine's request got no answer: a retry uses what this one has."""
    api, _ = failed(store)
    api.before = lambda _: raised(httpx.ReadTimeout("nothing came"))
    assert elsewhere(store, api, ["unknown"]).statuses == ["unknown"]
    api.before = lambda _: None
    assert ran(store, api, retry=["unknown"]).statuses == ["done"]
    assert api.billed.total() == 1


def test_campaigns_never_mix(store, tmp_path):
    """Of two that ask for the same, each has its own."""
    api, _ = failed(store)
    other = CampaignStore.open(str(tmp_path / "other"), "lamps")
    assert ran(other, api).statuses == ["done"]
    assert api.billed.total() == 2
    assert kept(store) == [".image", ".json"]
    assert ran(store, api).statuses == ["done"]
    assert api.billed.total() == 2


def test_what_was_kept_is_no_more_once_the_storage_has_it(store):
    """It failed for a moment only: this run stores the image after all, and its end."""
    api = Api()
    calls = iter([True])
    with failing(lambda key: key.startswith(ANSWERS) and next(calls, False)):
        assert ran(store, api).statuses == ["done"]
    assert kept(store) == []


def a_rescued(store: CampaignStore) -> Rescued:
    """What a run keeps of a cell that was answered."""
    image = ImageObject(url="https://ideogram.ai/x.png?sig=1")
    answered = Answered(cell_id=ID, turn=1, image=image, attempts=1, started_at=datetime.now(UTC))
    return Rescued(
        storage=store.identity,
        is_sandbox=False,
        intent=Ledger(store, "a-run").intent_of(CELL, 1),
        was_owned=True,
        answered=answered,
    )


def test_where_there_is_no_room_for_an_image_its_link_is_kept(store, tmp_path):
    """And told to be no more than that."""
    rescues = Rescues(Refuge.below(store, [tmp_path / "home"]), is_sandbox=False)
    rescued = a_rescued(store)
    (rescues.refuge.folders[0] / f"{rescued.name}.image").mkdir(parents=True)
    for folder in (tmp_path / "home", *rescues.refuge.folders[0].parents[:1], rescues.refuge.folders[0]):
        folder.chmod(0o700)
    rescues.keep(rescued, b"an image")
    assert [found.rescued for found in rescues.refuge.found()] == [rescued]
    assert "1 image was paid and could not be stored" in rescues.told()[0]
    assert "only the link is kept" in rescues.told()[1]


def test_where_one_folder_cannot_be_written_there_is_another(store, tmp_path):
    """The home is read-only, say: then it is the folder for temporary files."""
    (tmp_path / "no-folder").touch()
    rescues = Rescues(Refuge.below(store, [tmp_path / "no-folder", tmp_path / "temporary"]), is_sandbox=False)
    rescues.keep(a_rescued(store), b"an image")
    (found,) = rescues.refuge.found()
    assert found.image() == b"an image"
    assert str(tmp_path / "temporary") in rescues.told()[0]


def test_where_nothing_can_be_written_links_are_told(store, tmp_path):
    """To whoever watches, and in no record."""
    (tmp_path / "no-folder").touch()
    rescues = Rescues(Refuge.below(store, [tmp_path / "no-folder"]), is_sandbox=False)
    rescues.keep(a_rescued(store), b"an image")
    assert rescues.link_lines()[1:] == (f"{ID}  https://ideogram.ai/x.png?sig=1",)
    assert "sig=1" not in " ".join(rescues.told())


def test_an_interruption_that_cuts_the_storing_off_loses_nothing(store):
    """Its answer has come, its image as well, and the storage has said nothing of either."""
    api = Api()

    async def cut_off() -> None:
        async with open_toolbox(SETTINGS, store, CELLS[:1], VARIANTS) as tools:
            tools.ledger.intend(CELL, 1)
            job, answered = tools.cells.start(Ask(CELL, 1)), a_rescued(store).answered
            job.pay(answered)
            job.in_hand.receive(answered, api.image)
            await end_interrupted(tools, Interrupted("by a person"))

    asyncio.run(cut_off())
    api.expired = True
    assert (ran(store, api).statuses, api.billed.total()) == (["done"], 0)


def test_the_end_of_a_run_says_what_is_kept_and_where(store, tmp_path):
    """In the terminal and in Prefect's summary; what could not be written is not pointed to."""
    rescues = Rescues(Refuge.below(store, [tmp_path / "home"]), is_sandbox=False)
    rescues.keep(a_rescued(store), b"an image")
    result = CampaignResult(
        name="Lamps", folder="out/lamps", cells=1, by_status={"failed": 1}, kept=rescues.told(), is_published=False
    )
    folder = str(rescues.refuge.folders[0])
    assert folder in summary(result)
    assert "**Not stored:** 1 image was paid" in markdown(of_result(result, (), {}))
    assert folder in news(result, (), {})
    told = (summary(result), markdown(of_result(result, (), {})), news(result, (), {}))
    assert not any("index.html" in text for text in told)


def test_what_is_damaged_or_a_strangers_is_passed_over(store, tmp_path):
    """It stops no run."""
    rescues = Rescues(Refuge.below(store, [tmp_path / "home"]), is_sandbox=False)
    rescued = a_rescued(store)
    rescues.keep(rescued, None)
    folder = rescues.refuge.folders[0]
    (folder / "torn.1.run.json").write_text('{"storage": ')
    strange = rescued.model_copy(update={"storage": "/somewhere/else"})
    (folder / "strange.1.run.json").write_text(strange.model_dump_json())
    assert [found.rescued for found in rescues.refuge.found()] == [rescued]


def test_what_the_sandbox_drew_is_never_paid(store):
    """Nor does what was paid pass for a trial's."""
    failed(store)
    path = next(Refuge.of(store).folders[0].glob("*.json"))
    path.write_text(path.read_text().replace('"is_sandbox":false', '"is_sandbox":true'))
    api = Api()
    assert ran(store, api).statuses == ["unknown"]
    assert kept(store) == []
