"""What the sandbox drew never passes for what was paid, and clearing it takes nothing away that is."""

import asyncio
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tasks.errors import InputInvalid
from tasks.ledger.heartbeats import this_run
from tasks.ledger.ledger import Ledger
from tasks.ledger.names import Turn
from tasks.ledger.occupant import key_of
from tasks.planning.plan_campaign import plan_campaign
from tasks.records.campaign import Campaign
from tasks.records.keys import ENDS, INTENTS, SANDBOX_BOOKS, SANDBOX_MARK
from tasks.records.plan import Plan
from tasks.run_state.toolbox import open_toolbox
from tasks.running import claim_folder
from tasks.running.claim_folder import holding
from tasks.running.separate_sandbox import CLEARED, keep_apart, made_by_the_sandbox, stay_apart
from tasks.storage.storage import CampaignStore
from tests.tasks.harness import SETTINGS, VARIANTS, Api, Ended, run, without_engine  # noqa: F401  a fixture

pytestmark = pytest.mark.usefixtures("without_engine")

PLACES = ["{tmp}/out", "memory://{name}"]
EVERY_STEP = range(1, 60)
STEPS_MIN = 12


class Died(BaseException):
    """The process is no more."""


@dataclass(frozen=True)
class Watched(CampaignStore):
    """A store that calls `at_step` between whatever is done to it."""

    at_step: Callable[[], None]

    @classmethod
    def of(cls, store: CampaignStore, at_step: Callable[[], None]) -> "Watched":
        """The same store, watched."""
        return cls(store.root, store._fs, store._base, at_step)

    def create(self, key: str, data: bytes, *, is_flushed: bool = True) -> bool:
        """Create."""
        self.at_step()
        done = super().create(key, data, is_flushed=is_flushed)
        self.at_step()
        return done

    def publish(self, files: Mapping[str, bytes]) -> None:
        """Write."""
        self.at_step()
        super().publish(files)
        self.at_step()

    def tags(self, folder: str) -> dict[str, str]:
        """List."""
        self.at_step()
        return super().tags(folder)

    def remove(self, tags: Mapping[str, str]) -> None:
        """Remove file by file."""
        for key, tag in tags.items():
            self.at_step()
            super().remove({key: tag})
        self.at_step()


def once(number: int, event: Callable[[], None]) -> Callable[[], None]:
    """Has `event` happen at the step of this number."""
    steps = iter(range(1, 1_000_000))

    def at_step() -> None:
        if next(steps) == number:
            event()

    return at_step


def die() -> None:
    """At this step."""
    raise Died


def drawn(shade: int) -> bytes:
    """A picture of one grey."""
    out = BytesIO()
    Image.new("RGB", (24, 12), (shade, shade, shade)).save(out, "PNG")
    return out.getvalue()


SANDBOX, PAID = drawn(10), drawn(200)


@pytest.fixture(autouse=True)
def no_power_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes die here, not machines: nothing has to be flushed."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture(params=PLACES)
def plan(request: pytest.FixtureRequest, tmp_path: Path) -> Plan:
    """A campaign of one lamp."""
    (tmp_path / "lamps.csv").write_text("prompt\nLamp 1\n")
    output = request.param.format(tmp=tmp_path, name=tmp_path.name)
    return plan_campaign(Campaign(matrix=str(tmp_path / "lamps.csv"), output=output, variants=VARIANTS))


def as_trial(plan: Plan) -> Plan:
    """The same with the sandbox."""
    return plan.model_copy(update={"campaign": plan.campaign.model_copy(update={"sandbox": True})})


def store_of(plan: Plan) -> CampaignStore:
    """Its files."""
    return CampaignStore.open(plan.campaign.output, plan.campaign.slug)


def ran(plan: Plan) -> tuple[Ended, int]:
    """A run from the claim to the manifest, and how many images it was billed."""
    store, api = store_of(plan), Api(image=SANDBOX if plan.campaign.sandbox else PAID)
    keep_apart(store, plan, patience_s=0)
    ended = asyncio.run(run(store, api, plan.cells))
    assert ended.stopped_by is None
    return ended, api.billed.total()


def originals(plan: Plan) -> set[bytes]:
    """What lies there."""
    store = store_of(plan)
    return {store.read(f"originals/{name}") for name in store.names("originals")}


def is_paid(plan: Plan) -> bool:
    """Whether every image is there, was paid, and is all there is."""
    store = store_of(plan)
    ended = sorted(store.names(ENDS)) == sorted(Turn(cell.cell_id, 1).key("", "done")[1:] for cell in plan.cells)
    return ended and originals(plan) == {PAID} and not Ledger(store, "").is_sandbox()


def test_a_paid_run_clears_the_trial(plan: Plan):
    """And says so; the next one has nothing to clear, and nothing to pay."""
    assert ran(as_trial(plan))[0].statuses == ["done"]
    store = store_of(plan)
    store.write("mine.txt", b"somebody's own")
    store.write(f"{SANDBOX_BOOKS}/one.json", b"{}")
    assert originals(plan) == {SANDBOX}
    assert Ledger(store, "").is_sandbox()
    assert keep_apart(store, plan) == (CLEARED,)
    left = [name for name in store.names("ledger") if store.names(f"ledger/{name}") or name.endswith(".json")]
    assert sorted(left) == [key_of(number).removeprefix("ledger/") for number in (1, 2, 3)]
    assert (store.names("originals"), store.names("variants"), store.read("mine.txt")) == ([], [], b"somebody's own")
    assert ran(plan)[1] == 1
    assert keep_apart(store, plan) == ()
    assert ran(plan)[1] == 0
    assert is_paid(plan)


@pytest.mark.parametrize("goes_on", ["paid", "sandbox"])
def test_whatever_kills_the_run_that_clears_the_next_goes_on(plan: Plan, goes_on: str, monkeypatch):
    """At each step: nothing of the trial passes for paid, and everything is paid once."""
    monkeypatch.setattr(claim_folder, "is_process_alive", lambda *_: False)
    died = 0
    for step in EVERY_STEP:
        here = plan.model_copy(update={"campaign": plan.campaign.model_copy(update={"name": f"lamps {step}"})})
        ran(as_trial(here))
        try:
            keep_apart(Watched.of(store_of(here), once(step, die)), here)
        except Died:
            died += 1
        else:
            assert died == step - 1 > STEPS_MIN
            return
        if goes_on == "sandbox":
            assert ran(as_trial(here))[0].statuses == ["done"]
            assert originals(here) == {SANDBOX}
        assert ran(here)[1] == 1
        assert is_paid(here)
    pytest.fail("there are more steps than were tried")


@pytest.mark.parametrize("meanwhile", ["paid", "sandbox", "sandbox, then paid"])
def test_a_run_that_was_frozen_while_it_cleared_takes_nothing_away(plan: Plan, meanwhile: str):
    """At each step another run comes, clears and pays; the frozen one wakes and finds itself overtaken."""
    frozen = []
    for step in EVERY_STEP:
        here = plan.model_copy(update={"campaign": plan.campaign.model_copy(update={"name": f"lamps {step}"})})
        ran(as_trial(here))

        def overtaken(here: Plan = here) -> None:
            frozen.append(here)
            if "sandbox" in meanwhile:
                with suppress(InputInvalid):  # in the end the folder is a paid campaign's
                    ran(as_trial(here))
            if "paid" in meanwhile:
                assert ran(here)[1] == 1

        before = len(frozen)
        keep_apart(Watched.of(store_of(here), once(step, overtaken)), here)
        is_over = len(frozen) == before
        assert ran(here)[1] == (0 if "paid" in meanwhile and not is_over else 1)
        assert is_paid(here)
        if is_over:
            assert step > STEPS_MIN
            return
    pytest.fail("there are more steps than were tried")


def test_what_an_earlier_version_left_half_cleared_is_cleared(plan: Plan):
    """It had created a file for that, and never came to remove it."""
    store = store_of(plan)
    assert Ledger(store, "trial").intend(plan.cells[0], 1)
    for key in (SANDBOX_MARK, "ledger/clearing.json", "index.html"):
        store.write(key, b"{}")
    assert keep_apart(store, plan) == (CLEARED,)
    assert (store.names(INTENTS), store.tags("")) == ([], {})
    assert ran(plan)[1] == 1


def test_a_trial_that_is_being_made_is_waited_for(plan: Plan):
    """It would go on to draw among what is paid."""
    ran(as_trial(plan))
    store, alive = store_of(plan), this_run("sandbox")
    store.write(alive.key, alive.model_dump_json().encode())
    with pytest.raises(InputInvalid, match="is being made by a run at this moment"):
        keep_apart(store, plan, patience_s=0)
    assert originals(plan) == {SANDBOX}
    store.delete(alive.key)
    assert ran(plan)[1] == 1


@pytest.mark.parametrize("is_cleared", [False, True])
def test_a_trial_that_begins_while_a_paid_run_clears_gives_way(plan: Plan, *, is_cleared: bool):
    """It had claimed the folder before; once it is shown alive it looks again."""
    trial = as_trial(plan)

    async def look() -> None:
        async with open_toolbox(SETTINGS, store_of(plan), plan.cells, VARIANTS) as tools:
            await stay_apart(tools)

    def gives_way() -> None:
        with pytest.raises(InputInvalid, match="--sandbox: was taken by a paid run"):
            asyncio.run(look())

    keep_apart(store_of(plan), trial)
    asyncio.run(look())
    keep_apart(Watched.of(store_of(plan), once(3, lambda: None if is_cleared else gives_way())), plan)
    gives_way()


def test_a_trial_and_a_paid_run_that_start_at_once(plan: Plan):
    """Whoever claims the folder first has it: the sandbox draws nothing in a paid campaign's folder."""
    keep_apart(store_of(plan), plan)
    with pytest.raises(InputInvalid, match="--sandbox"):
        keep_apart(store_of(plan), as_trial(plan))
    occupant = holding(store_of(plan)).occupant
    assert occupant is not None
    assert occupant.kind == "paid"


def test_pictures_that_go_along_are_no_drawings_of_the_sandbox(tmp_path):
    """A trial's copies stay for the paid run, which would write the same again."""
    store = CampaignStore.open(str(tmp_path), "q1-launch")
    for key in (SANDBOX_MARK, "references/ab12.png", "originals/teapot.png"):
        store.write(key, b"{}")
    removed = {key for tags in made_by_the_sandbox(store) for key in tags}
    assert removed == {SANDBOX_MARK, "originals/teapot.png"}
