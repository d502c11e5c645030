"""What is worked around in Prefect is still so: a test that fails here says what has been mended, and may go."""

import asyncio
import concurrent.futures
import gc
import inspect
from uuid import uuid4

import prefect.settings
import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.context import AssetContext, FlowRunContext
from prefect.events.worker import EventsWorker
from prefect.server.api.server import SubprocessASGIServer
from prefect.server.database.configurations import AioSqliteConfiguration
from prefect.settings import PREFECT_API_SSL_CERT_FILE, PREFECT_API_URL, temporary_settings
from prefect.states import Completed
from prefect.utilities.engine import link_state_to_task_run_result

from flows.prefect_server.settings import CLIENT_DEFAULTS, LASTING_SERVER_DEFAULTS, SERVER_DEFAULTS
from flows.prefect_server.sqlite import CACHE_KIB
from tests.factories import a_cell, an_original
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
