"""What is worked around in Prefect is still so: a test that fails here says what has been mended, and may go.

`flows/prefect_server/README.md` has a row for each.
"""

import asyncio
import concurrent.futures
import contextlib
import gc
import inspect
import logging
import os
import re
import signal
import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any
from uuid import uuid4

import httpx
import prefect.settings
import pytest
from prefect import Task, flow, task
from prefect.blocks.system import Secret
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.objects import FlowRun, State
from prefect.client.schemas.schedules import CronSchedule
from prefect.concurrency.asyncio import ConcurrencySlotAcquisitionError
from prefect.context import AssetContext, FlowRunContext, root_settings_context
from prefect.deployments.steps.core import StepExecutionError, run_steps
from prefect.engine import handle_engine_signals
from prefect.events.worker import EventsWorker
from prefect.exceptions import ObjectNotFound, Pause, TerminationSignal
from prefect.flow_engine import AsyncFlowRunEngine
from prefect.logging.configuration import setup_logging
from prefect.logging.handlers import APILogHandler
from prefect.runner._cancellation_manager import CancellationManager
from prefect.runner._control_channel import ControlSignalStatus
from prefect.runtime import flow_run
from prefect.server.api.server import SubprocessASGIServer, create_app
from prefect.server.database.configurations import AioSqliteConfiguration
from prefect.server.services.perpetual_services import get_perpetual_services
from prefect.settings import PREFECT_API_SSL_CERT_FILE, PREFECT_API_URL, Settings, load_profiles, temporary_settings
from prefect.states import Cancelled, Completed, Failed, Suspended
from prefect.transactions import TransactionState, transaction
from prefect.utilities.callables import parameter_schema
from prefect.utilities.engine import capture_sigterm, link_state_to_task_run_result
from pydantic import Field, SecretStr, ValidationError

from flows.prefect_server.settings import CLIENT_DEFAULTS, LASTING_SERVER_DEFAULTS, SERVER_DEFAULTS
from flows.prefect_server.sqlite import CACHE_KIB
from tests.factories import a_cell, an_original
from tests.flows.conftest import ROOT
from tests.flows.databases import kept_by_a_connection

OURS = {**CLIENT_DEFAULTS, **LASTING_SERVER_DEFAULTS, **SERVER_DEFAULTS}


@pytest.mark.parametrize("name", OURS)
def test_prefect_would_do_otherwise(name):
    """Once this fails, the setting can go."""
    default = getattr(prefect.settings, name).default()
    assert str(default).lower() != OURS[name].lower()


def test_a_client_of_a_server_without_tls_reads_certificates(tmp_path):
    """Decision 40: once this fails, `one_authority` and what sets PREFECT_API_SSL_CERT_FILE can go."""
    settings = {PREFECT_API_URL: "http://127.0.0.1:9/api", PREFECT_API_SSL_CERT_FILE: str(tmp_path / "none.pem")}
    with temporary_settings(settings), pytest.raises(FileNotFoundError):
        get_client()


def test_an_image_that_is_gone_stays_linked_to_its_run():
    """Decision 51: once this fails, `flows/prefect_server/memory.py` can go."""
    with FlowRunContext.model_construct(flow_run=FlowRun(flow_id=uuid4()), run_results={}) as context:
        result = an_original(a_cell())
        link_state_to_task_run_result(Completed(), result)
        del result
        gc.collect()
        assert context.run_results


def test_every_run_is_noted_to_have_no_assets():
    """Decision 51: once this fails, `KnownAssets` in `flows/prefect_server/memory.py` can go."""
    with FlowRunContext.model_construct(task_run_assets={}) as context:
        AssetContext.model_construct(
            task_run_id=uuid4(), downstream_assets=set(), upstream_assets=set()
        ).update_tracked_assets()
        assert list(context.task_run_assets.values()) == [set()]


def test_connections_of_sqlite_keep_much(tmp_path):
    """Decision 51: once this fails, `CACHE_KIB` and `STATEMENTS_MAX` in `flows/prefect_server/sqlite.py` can go."""
    configuration = AioSqliteConfiguration(f"sqlite+aiosqlite:///{tmp_path}/prefect.db")

    cache, options = asyncio.run(kept_by_a_connection(configuration))
    assert cache > 10 * CACHE_KIB / 4, "positive: in pages of 4 KiB"
    assert "cached_statements" not in options


def test_at_its_end_prefect_hands_over_however_long_that_takes(monkeypatch):
    """Once this fails, `flows/prefect_server/leave.py` can go."""
    waited: list[float | None] = []

    class Handed(concurrent.futures.Future[bool]):
        def result(self, timeout: float | None = None) -> bool:
            waited.append(timeout)
            return True

    monkeypatch.setattr(EventsWorker, "_drain", lambda *_, **__: Handed())
    EventsWorker._at_exit(object.__new__(EventsWorker))
    assert waited == [None]


def test_prefects_own_temporary_server_is_interrupted_with_its_run():
    """Decision 4: it is in the process group of the terminal, and to start it the whole server is imported here."""
    assert SubprocessASGIServer.__module__ == "prefect.server.api.server"
    assert "start_new_session" not in inspect.getsource(SubprocessASGIServer)


TALKING = pytest.mark.filterwarnings("ignore:unclosed", "ignore::pytest.PytestUnraisableExceptionWarning")
"""A flow or a task is run by Prefect's engine, which leaves connections to the garbage collector."""


async def away(*_: Any, **__: Any) -> None:
    """A server that does not answer."""
    raise httpx.ConnectError("away")


def test_the_page_names_every_test_and_setting():
    """And none that is gone: who reads that something was mended finds what may go."""
    page = (ROOT / "flows/prefect_server/README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(test_\w+)`", page))
    here = {name for name, is_here in globals().items() if name.startswith("test_") and callable(is_here)}
    here = {name for name in here if not name.startswith("test_the_page_")}
    assert named - {"test_without_turns_they_meet_a_locked_database"} == here
    assert set(re.findall(r"`(PREFECT_\w+)`", page)) == set(OURS)


def test_the_page_names_files_that_there_are():
    """Each with what it is said to hold."""
    page = (ROOT / "flows/prefect_server/README.md").read_text(encoding="utf-8")
    files = set(re.findall(r"`([\w/]+\.py)`", page))
    folder = {name: ROOT / name if "/" in name else ROOT / "flows/prefect_server" / name for name in files}
    assert [name for name, path in folder.items() if not path.is_file()] == []
    for name, file in re.findall(r"`([\w.]+)`(?: and `\w+`)? in `([\w/]+\.py)`", page):
        text = folder[file].read_text(encoding="utf-8")
        assert all(part in text for part in name.split(".")), (name, file)


# The end of a run


def test_sigterm_is_raised_wherever_the_program_is():
    """Once this fails, `WorkerReporter` in `flows/campaign_run/end_of_run.py` can go."""

    async def run() -> None:
        with capture_sigterm():
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.sleep(60)

    before = signal.signal(signal.SIGTERM, lambda *_: None)  # Prefect hands the signal on to it
    try:
        with pytest.raises(TerminationSignal):
            asyncio.run(run())
    finally:
        signal.signal(signal.SIGTERM, before)


def with_hooks() -> tuple[AsyncFlowRunEngine[Any, Any], list[str]]:
    """A run as Prefect's engine has it, and the states that its hooks were told of."""
    told: list[str] = []

    async def hook(_flow: object, _run: FlowRun, state: State) -> None:
        told.append(state.type.value)

    @flow(on_failure=[hook], on_cancellation=[hook])
    async def some_flow() -> None:
        """A flow; it is never called."""

    return AsyncFlowRunEngine(flow=some_flow, flow_run=FlowRun(flow_id=uuid4())), told


def test_a_run_that_ends_as_cancelled_runs_no_hook():
    """Decision 100: once this and the two below fail, `run_hooks` in `flows/campaign_run/end_of_run.py` can go."""
    engine, told = with_hooks()
    asyncio.run(engine.call_hooks(Cancelled()))
    assert told == []


def test_hooks_are_not_run_where_the_server_does_not_hear_of_the_end():
    """Decision 100: see above."""
    engine, told = with_hooks()
    engine._client, engine._is_started = SimpleNamespace(set_flow_run_state=away), True
    with pytest.raises(httpx.ConnectError):
        asyncio.run(engine.set_state(Failed()))
    assert told == []


@pytest.mark.parametrize("acknowledged", [ControlSignalStatus.ACKNOWLEDGED, ControlSignalStatus.ALREADY_CONCLUDED])
def test_a_worker_leaves_hooks_out_where_the_run_has_ended_first(acknowledged):
    """Decision 100: see above."""
    told: list[State] = []

    async def kill(*_: Any, **__: Any) -> None:
        raise ProcessLookupError

    async def hooks(_run: FlowRun, state: State) -> None:
        told.append(state)

    async def acknowledge(*_: Any) -> ControlSignalStatus:
        return acknowledged

    async def as_it_is(run_id: Any) -> FlowRun:
        return FlowRun(id=run_id, flow_id=uuid4(), state=Cancelled())

    manager: Any = CancellationManager(
        process_manager=SimpleNamespace(get=lambda _: SimpleNamespace(pid=1), kill=kill),
        hook_runner=SimpleNamespace(run_cancellation_hooks=hooks),
        state_proposer=None,
        event_emitter=None,
        client=SimpleNamespace(read_flow_run=as_it_is),
        control_channel=SimpleNamespace(signal=acknowledge),
    )
    asyncio.run(manager.cancel(FlowRun(flow_id=uuid4())))
    assert told == []


def test_tasks_have_no_hooks_for_what_ends_from_outside():
    """Decision 20: once this fails, `announced` in `tasks/running/announce_cells.py` need not look after their ends."""
    hooks = {name for name in inspect.signature(Task.__init__).parameters if name.startswith("on_")}
    assert hooks == {"on_completion", "on_failure", "on_running", "on_rollback", "on_commit"}


@TALKING
@pytest.mark.usefixtures("server")
def test_a_run_that_is_deleted_goes_on():
    """Once this fails, `tasks/running/watch_run.py` can go."""
    went_on = False

    @flow
    async def deleted() -> None:
        nonlocal went_on
        async with get_client() as client:
            await client.delete_flow_run(flow_run.id)
        await asyncio.sleep(0)
        went_on = True

    with pytest.raises(ObjectNotFound):
        asyncio.run(deleted())
    assert went_on


@TALKING
@pytest.mark.usefixtures("server")
def test_a_run_that_is_suspended_ends_in_the_middle_of_its_tasks():
    """Decision 112: once this fails, `suspension.py` can go."""

    @task
    async def pay() -> None:
        FlowRunContext.get().flow_run_suspension_request.mark_requested(Suspended())

    @flow
    async def suspended() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(pay())

    with pytest.raises(BaseExceptionGroup) as raised:
        asyncio.run(suspended())
    assert isinstance(raised.value.exceptions[0], Pause)


def test_no_service_of_the_server_looks_for_dead_runs():
    """Once there is one more, see whether `is_lost` in `flows/campaign_run/run_shards.py` can go."""
    looks_for = {service.function.__name__ for service in get_perpetual_services()}
    assert {name for name in looks_for if re.search("flow_run|dead|zombie|heartbeat|subflow|cancel|late", name)} == {
        "ensure_cancelling_timeout_checks",
        "monitor_cancelled_flow_runs",
        "monitor_late_runs",
        "monitor_subflow_runs",
        "send_telemetry_heartbeat",
    }


# The slots in flight


def test_an_embedded_server_frees_no_slot_of_a_run_that_was_killed():
    """Decision 12: once this fails, `home_held`, and `is_alone` in `tasks/running/slots.py`, can go."""
    frees = "monitor_expired_leases"
    assert frees in {service.function.__name__ for service in get_perpetual_services()}
    assert frees not in {service.function.__name__ for service in get_perpetual_services(ephemeral=True)}


@pytest.mark.usefixtures("server")
def test_a_limit_keeps_no_trace_of_whom_it_denies_a_slot():
    """Decision 100: once this fails, `are_others_waiting` in `tasks/running/slots.py` may ask the limit."""

    async def denied(client: PrefectClient) -> None:
        with pytest.raises(httpx.HTTPStatusError, match="423"):
            await ask(client)

    async def ask(client: PrefectClient) -> None:
        await client.increment_concurrency_slots_with_lease(["tag:one"], 1, "concurrency", lease_duration=60)

    async def run() -> None:
        async with get_client() as client:
            await client.create_concurrency_limit(tag="one", concurrency_limit=1)
            await ask(client)
            before = await client.read_global_concurrency_limit_by_name("tag:one")
            await denied(client)
            assert await client.read_global_concurrency_limit_by_name("tag:one") == before

    asyncio.run(run())


@TALKING
@pytest.mark.usefixtures("server")
def test_a_task_whose_slot_cannot_be_asked_for_raises_out_of_the_engine():
    """Without a state, a retry, or a hook: once this fails, `keep_lane` in `tasks/lane.py` need not try again."""

    @task(tags=["none"], retries=1)
    async def lane() -> None:
        """Never gets a slot."""

    @flow
    async def lanes() -> None:
        async with get_client() as client:
            await client.create_concurrency_limit(tag="none", concurrency_limit=0)  # any answer but 200 and 423 does
        await lane()

    with pytest.raises(ConcurrencySlotAcquisitionError):
        asyncio.run(lanes())


def test_one_task_that_fails_undoes_those_beside_it():
    """Decision 13: once this fails, `outside` in `tasks/run_state/toolbox.py` can go."""
    with transaction():
        with transaction() as made:
            pass
        with contextlib.suppress(ValueError), transaction():
            raise ValueError
    assert made.state is TransactionState.ROLLED_BACK


# The server of one run, and its clients


@pytest.mark.parametrize("named", [{"Origin": "https://shop.example"}, {"Host": "shop.example"}])
def test_prefects_server_answers_pages_of_every_origin_and_by_every_name(named):
    """Decision 62: once this fails, `flows/prefect_server/closed_to_browsers.py` can go."""

    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(create_app(ephemeral=True))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.get("/api/health", headers=named)

    assert asyncio.run(run()).is_success


def test_a_profile_that_there_is_not_is_replaced_by_another(monkeypatch, capsys):
    """Decision 85: once this fails, `check_profile` in `flows/prefect_server/named_server.py` can go."""
    monkeypatch.setenv("PREFECT_PROFILE", "nobody")
    assert root_settings_context().profile.name == "ephemeral"
    assert "nobody" in capsys.readouterr().err


def test_a_file_of_profiles_that_is_damaged_is_not_named(tmp_path: Path):
    """Decision 85: once this fails, `read_files` in `flows/prefect_server/named_server.py` can go."""
    (tmp_path / "profiles.toml").write_text("[profiles")
    with (
        temporary_settings({prefect.settings.PREFECT_PROFILES_PATH: tmp_path / "profiles.toml"}),
        pytest.raises(tomllib.TOMLDecodeError) as raised,
    ):
        load_profiles()
    assert "profiles.toml" not in str(raised.value)


def test_a_setting_that_is_refused_is_not_called_as_people_set_it(monkeypatch):
    """Decision 85: once this fails, `faults_of` in `flows/prefect_server/named_server.py` can go."""
    monkeypatch.setenv("PREFECT_API_REQUEST_TIMEOUT", "soon")
    with pytest.raises(ValidationError) as raised:
        Settings()
    assert "PREFECT_API_REQUEST_TIMEOUT" not in str(raised.value)


def test_levels_of_loggers_are_set_anew():
    """Once this fails, `is_critical` in `flows/prefect_server/quiet.py` can be a level."""
    logger = logging.getLogger("prefect.flow_runs")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    setup_logging()
    assert logger.level == level


def test_what_could_not_be_logged_is_told_on_the_terminal(monkeypatch, capsys):
    """Once this fails, `raiseExceptions` in `flows/prefect_server/quiet.py` can stay as it is."""
    record = logging.LogRecord("prefect", logging.INFO, "", 0, "a line", None, None)
    for is_told in (True, False):
        monkeypatch.setattr(logging, "raiseExceptions", is_told)
        try:
            asyncio.run(away())
        except httpx.ConnectError:
            APILogHandler().handleError(record)
        assert bool(capsys.readouterr().err) is is_told


def test_a_secret_that_looks_like_a_number_becomes_one():
    """Once this fails, `stored_key` in `flows/prefect_server/stored_key.py` can ask the block."""
    assert Secret(value="0.50").get() == 0.5


# Deployments, parameters, forms


def test_a_secret_parameter_does_not_reach_a_run():
    """Decision 94: once this fails, shards can be given their addresses, and `hand_out.py` can go."""

    @flow
    def shard(address: SecretStr) -> None:
        """A flow that is told a secret."""

    assert shard.serialize_parameters({"address": SecretStr("https://me:s3cret@host")}) == {"address": "*" * 10}


def test_a_parameter_is_called_by_its_name_whatever_its_title():
    """Decision 98: once this fails, `parameter_of` in `flows/parameters.py` can hand fields on as they are."""

    def some_flow(images: Annotated[int, Field(title="Images in flight")]) -> None:
        """A flow."""

    assert parameter_schema(some_flow).properties["images"]["title"] == "images"


@pytest.mark.usefixtures("server")
def test_deploying_undoes_what_people_have_set():
    """Decision 26: once this fails, `deployments/set_by_hand.py` can go."""
    times = [CronSchedule(cron=f"0 {hour} * * *") for hour in (2, 3)]

    async def deploy(client: PrefectClient, flow_id: Any) -> Any:
        own = DeploymentScheduleCreate(schedule=times[0], slug="nightly")
        return await client.create_deployment(flow_id, "nightly", schedules=[own], paused=False)

    async def run() -> None:
        async with get_client() as client:
            flow_id = await client.create_flow_from_name("nightly")
            id_ = await deploy(client, flow_id)
            await client.pause_deployment(id_)
            [own] = (await client.read_deployment(id_)).schedules
            await client.update_deployment_schedule(id_, own.id, active=False)
            await client.create_deployment_schedules(id_, [(times[1], True)])
            await deploy(client, flow_id)
            there = await client.read_deployment(id_)
            assert not there.paused
            assert [(one.slug, one.active) for one in there.schedules] == [("nightly", True)]

    asyncio.run(run())


@pytest.mark.usefixtures("server")
def test_a_folder_that_is_not_set_is_not_named():
    """Decision 25: once this and the next one fail, `deployments/home.py` can be Prefect's own step."""
    step = {"prefect.deployments.steps.set_working_directory": {"directory": "{{ $NOBODY_HAS_SET_THIS }}"}}
    with pytest.raises(StepExecutionError) as raised:
        asyncio.run(run_steps([step]))
    assert "NOBODY_HAS_SET_THIS" not in f"{raised.value} {raised.value.__cause__}"


def test_of_what_ends_a_step_prefect_says_that_the_process_exited():
    """Decision 25: see above. What is raised goes to the process' log, and the worker sees its exit code."""
    with pytest.raises(SystemExit) as raised, handle_engine_signals(uuid4()):
        raise RuntimeError("CAMPAIGN_HOME is not set")
    assert str(raised.value) in {"0", "1"}
