"""A deployed campaign's addresses with tokens in them stay in the parameters that a person gave, and nowhere else."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from prefect.deployments import run_deployment
from prefect.settings import PREFECT_API_URL, temporary_settings

from deployments.setup import main
from sandbox.options import SandboxOptions
from sandbox.server import running_sandbox
from tests.chaos.conftest import is_long
from tests.deployments.workers import a_worker, end_of
from tests.flows.conftest import prefect_home, shared_server  # noqa: F401  fixtures
from tests.tasks.receivers import listening
from tests.tasks.tables.test_web_tables import Web, web  # noqa: F401  a fixture

CELLS = 6
SMALL = [{"name": "og", "width": 120, "height": 63}]


def tables_with(home: Path, text: str) -> dict[str, list[str]]:
    """The rows of Prefect's database with `text` in them, by their table."""
    with closing(sqlite3.connect(home / "prefect.db")) as database:
        database.text_factory = lambda data: data.decode(errors="replace")
        tables = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
        rows = {table: [str(row) for row in database.execute(f'select * from "{table}"')] for table in tables}  # noqa: S608
    found = {table: [row for row in those if text in row] for table, those in rows.items()}
    return {table: those for table, those in found.items() if those}


@is_long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("shards", [1, 2])
@pytest.mark.parametrize("is_right", [True, False])
def test_tokens_stay_where_a_person_has_put_them(
    tmp_path: Path,
    prefect_home: Path,  # noqa: F811
    shared_server: dict[str, str],  # noqa: F811
    web: Web,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    shards: int,
    is_right: bool,
):
    """Not in a shard's parameters, nor in states, artifacts, names and logs; also where the matrix is wrong."""
    token = f"canary-of-a-token-{shards}-{is_right}"
    url = shared_server["PREFECT_API_URL"]
    monkeypatch.setenv("PREFECT_API_URL", url)
    rows = [f"Lamp {number} of {shards}" for number in range(CELLS)]
    table = "\n".join(["prompt" if is_right else "lamp", *rows]).encode()
    matrix = web.says(f"/lamps-{shards}-{is_right}.csv?sig={token}", table)
    options = SandboxOptions(places=10, latency_range_s=(0.1, 0.2), plain_pictures=True)
    with temporary_settings({PREFECT_API_URL: url}), running_sandbox(options) as api, listening() as receiver:
        assert main([]) == 0
        env = {"IDEOGRAM_BASE_URL": api, "IDEOGRAM_API_KEY": "any", "CALLBACK_ALLOW_PRIVATE": "1"}
        asked = {"matrix": matrix, "callback_url": f"{receiver.url}/{token}", "shards": shards, "variants": SMALL}
        with a_worker(tmp_path, PREFECT_LOGGING_LEVEL="DEBUG", **env) as log:
            run = end_of(run_deployment("campaign/campaign", parameters=asked, timeout=0))
        said = log.read_text()
    assert run.state is not None
    assert run.state.type.value == ("COMPLETED" if is_right else "FAILED"), said
    assert token not in said
    found = tables_with(prefect_home, token)
    assert {table: len(those) for table, those in found.items()} == {"flow_run": 1}
    assert str(run.id) in found["flow_run"][0]
    knowing = [path for path in tmp_path.rglob("*") if path.is_file() and token.encode() in path.read_bytes()]
    assert all(path.stat().st_mode & 0o077 == 0 for path in knowing)
    assert bool(knowing) == is_right
