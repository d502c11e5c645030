"""The server's settings are ours where nobody has said otherwise."""

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from deployments.start_server import DATABASE, environment_file, server_environment
from flows.prefect_server.settings import LASTING_SERVER_DEFAULTS, SERVER_DEFAULTS
from tasks.records.exit_code import ExitCode
from tests.flows.conftest import ROOT
from tests.tasks.api.raw_server import unused_port
from tests.waiting import LIMIT_S

SLOT_WAIT = "PREFECT_SERVER_TASKS_TAG_CONCURRENCY_SLOT_WAIT_SECONDS"


def test_what_the_environment_says_comes_first():
    """All else is set."""
    assert server_environment({}) == dict(LASTING_SERVER_DEFAULTS)
    assert server_environment({SLOT_WAIT: "1", "PATH": "/bin"}) == LASTING_SERVER_DEFAULTS | {
        SLOT_WAIT: "1",
        "PATH": "/bin",
    }


def test_the_file_says_the_same():
    """A line a setting, as containers and units read it."""
    assert dict(line.split("=", 1) for line in environment_file().splitlines()) == dict(LASTING_SERVER_DEFAULTS)


def test_both_kinds_of_server_keep_lanes_full():
    """Only one of them keeps leases in memory: it ends with its run."""
    assert LASTING_SERVER_DEFAULTS[SLOT_WAIT] == SERVER_DEFAULTS[SLOT_WAIT] == "0.25"
    assert "memory" not in LASTING_SERVER_DEFAULTS["PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE"]


PAGE = {"Origin": "https://shop.example"}


@pytest.mark.parametrize("kind", [{}, {"Content-Type": "text/plain"}, {"Content-Type": "application/json"}])
def test_no_page_of_another_site_may_make_anything_on_it(server_url, kind):
    """A run that it started would cost money. Without a content type a browser does not even ask beforehand."""
    flow = {"name": "made by a page"}
    with httpx.Client(base_url=server_url, trust_env=False) as client:
        answer = client.post("/flows/", content=json.dumps(flow), headers=PAGE | kind)
        assert answer.status_code == httpx.codes.FORBIDDEN
        assert "access-control-allow-origin" not in answer.headers


def test_no_page_of_another_site_is_let_through_when_it_asks(server_url):
    """Browsers ask before they send JSON."""
    asks = PAGE | {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    with httpx.Client(base_url=server_url, trust_env=False) as client:
        answer = client.options("/flow_runs/", headers=asks)
    assert not answer.is_success
    assert "access-control-allow-origin" not in answer.headers


def test_the_ui_calls_the_server_that_it_came_from(server_url):
    """Also on another port than Prefect's own, and from another machine."""
    with httpx.Client(trust_env=False) as client:
        shown = client.get(f"{server_url.removesuffix('/api')}/ui-settings").json()
    assert shown["api_url"] == "/api"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        (
            "PREFECT_HOME",
            "{tmp}/file/home",
            "write to its folder, PREFECT_HOME={tmp}/file/home: Not a directory",
        ),
        ("PREFECT_PROFILES_PATH", "{tmp}/file", "{tmp}/file cannot be read, and Prefect needs it: "),
        ("SSL_CERT_FILE", "{tmp}/file", "holds no certificates that can be read"),
        ("PREFECT_LOGGING_LEVEL", "LOUD", "PREFECT_LOGGING_LEVEL is 'LOUD'"),
        (DATABASE, "postgres://me:s3cret@db/prefect", f"{DATABASE} does not begin with postgresql+asyncpg:// or "),
        (DATABASE, "db.internal/prefect", f"{DATABASE} does not begin with postgresql+asyncpg:// or "),
    ],
)
def test_settings_that_no_server_can_use_are_told_in_a_sentence(tmp_path: Path, name: str, value: str, told: str):
    """And not by a traceback of Prefect's, or after a server has started that nobody meant."""
    (tmp_path / "file").write_text("[[")
    env = {"PATH": "/bin", "PREFECT_HOME": str(tmp_path / "home"), name: value.format(tmp=tmp_path)}
    command = [sys.executable, "-m", "deployments.start_server", "--port", str(unused_port())]
    ended = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=LIMIT_S)
    assert ended.returncode in {ExitCode.BAD_INPUT, ExitCode.STOPPED}
    assert told.format(tmp=tmp_path) in ended.stderr
    assert "s3cret" not in ended.stderr
    assert (ended.stdout, ended.stderr.count("\n")) == ("", 1)
