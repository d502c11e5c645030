"""What Prefect cannot use of a person's settings, or of the server that they name, is said in a sentence."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest
from prefect.settings import PREFECT_API_KEY, temporary_settings
from pydantic import ValidationError
from pydantic_core import InitErrorDetails

from flows.commands.campaign_command import main
from flows.prefect_server.named_server import (
    ServerNotStarted,
    SettingsUnusable,
    faults_of,
    reach,
    read_files,
    why_unreached,
)
from tests.flows.conftest import ROOT, Run

SAMPLE = (ROOT / "data" / "q1_launch.csv", "--formats", ROOT / "data" / "formats.csv", "--sandbox")


@contextmanager
def answering(status: int, body: bytes) -> Iterator[str]:
    """The address of a server that answers everything so."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing is logged."""

    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (401, b"{}", "does not let this process in; set PREFECT_API_AUTH_STRING"),
        (403, b"{}", "or PREFECT_API_KEY for Prefect Cloud"),
        (404, b"{}", "is no Prefect API (404); PREFECT_API_URL ends with /api"),
        (405, b"{}", "is no Prefect API (405); PREFECT_API_URL ends with /api"),
        (200, b"<html>a page</html>", "does not answer as Prefect's API"),
        (500, b"", "cannot answer now (500)"),
        (503, b"", "cannot answer now (503)"),
    ],
)
def test_a_server_that_answers_otherwise_is_explained(status, body, told):
    """By what is to be changed, not by Prefect's traceback."""
    with answering(status, body) as url, pytest.raises(ServerNotStarted, match=re.escape(told)):
        reach(url)


def test_a_server_that_is_there_is_reached(shared_server):
    """Also where its address ends with a slash; without `/api` it is said what is missing."""
    url = shared_server["PREFECT_API_URL"]
    reach(url)
    reach(f"{url}/")
    with pytest.raises(ServerNotStarted, match="ends with /api"):
        reach(url.removesuffix("/api"))


@pytest.mark.parametrize("url", ["https://127.0.0.1:9/api", "http://127.0.0.1:9", "nowhere", "http://127.0.0.1:x/api"])
def test_an_address_where_nothing_answers_is_named(url):
    """With the setting that it comes from."""
    with pytest.raises(ServerNotStarted, match="PREFECT_API_URL"):
        reach(url)


def test_a_key_that_cannot_be_sent_is_named(shared_server):
    """And is not shown."""
    with temporary_settings({PREFECT_API_KEY: "gärbage"}), pytest.raises(ServerNotStarted) as told:
        reach(shared_server["PREFECT_API_URL"])
    assert "PREFECT_API_KEY holds a character that no key has" in str(told.value)
    assert "bage" not in str(told.value)


def test_a_connection_that_breaks_is_told():
    """In one line, however the system says it."""
    assert why_unreached(httpx.ConnectError("refused\nby")) == "does not answer; check PREFECT_API_URL (refused by)"


@pytest.mark.parametrize("name", ["home/profiles.toml", "prefect.toml", "pyproject.toml", ".env"])
@pytest.mark.parametrize("content", [b"x = [[[", b"\xff\xfe", None])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name, content):
    """Each that Prefect looks its settings up in; a file of variables is no TOML, and a missing one no fault."""
    env = {"PREFECT_HOME": str(tmp_path / "home")}
    (tmp_path / "home").mkdir()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    if content is None or (name == ".env" and content.isascii()):
        read_files(env, tmp_path)
    else:
        with pytest.raises(SettingsUnusable, match=re.escape(str(tmp_path / name))):
            read_files(env, tmp_path)


@pytest.mark.parametrize(
    ("record", "name"),
    [
        ("APISettings", "PREFECT_API_ANY"),
        ("SQLAlchemyTLSSettings", "PREFECT_SERVER_DATABASE_SQLALCHEMY_CONNECT_ARGS_TLS_ANY"),
        ("ServerServicesDBVacuumSettings", "PREFECT_SERVER_SERVICES_DB_VACUUM_ANY"),
        ("Settings", "PREFECT_ANY"),
        ("OfSomebodyElse", "PREFECT_ANY"),
    ],
)
def test_a_setting_is_called_as_its_variable_is(record, name):
    """Prefect says the record and the field; a person knows the variable."""
    error = ValidationError.from_exception_data(record, [{"type": "missing", "loc": ("any",), "input": {}}])
    assert list(faults_of(error)) == [f"{name} is {{}}: Field required"]


def test_what_is_wrong_with_several_settings_repeats_none_of_them():
    """There are keys and passwords among them."""
    fault = InitErrorDetails(type="missing", loc=(), input={"api_key": "s3cret"})
    assert list(faults_of(ValidationError.from_exception_data("Settings", [fault]))) == [
        "a setting PREFECT_... cannot be used: Field required"
    ]


@pytest.mark.parametrize(
    ("env", "told"),
    [
        ({"PREFECT_LOGGING_LEVEL": "NONSENSE"}, "PREFECT_LOGGING_LEVEL is 'NONSENSE': Input should be 'DEBUG'"),
        ({"PREFECT_PROFILE": "nope"}, "PREFECT_PROFILE names 'nope', which"),
        ({"PREFECT_PROFILES_PATH": "broken.toml"}, "broken.toml cannot be read"),
    ],
)
def test_settings_that_prefect_cannot_use_are_one_sentence(run_campaign: Run, tmp_path: Path, env, told):
    """Told by the command and by the setup, and nothing else is said or begun."""
    (tmp_path / "broken.toml").write_text("[profiles")
    ended = run_campaign(*SAMPLE, env=env)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert told in ended.stderr
    assert ended.stderr.count("\n") == 1
    command = [sys.executable, "-m", "deployments.setup"]
    env = {"PREFECT_HOME": str(tmp_path), "PREFECT_API_URL": "http://127.0.0.1:9/api", "PYTHONPATH": str(ROOT), **env}
    setup = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert (setup.returncode, setup.stdout) == (2, "")
    assert told in setup.stderr
    assert setup.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ["ALL_PROXY", "https_proxy"])
def test_a_proxy_that_cannot_be_used_is_told_before_anything_starts(capsys, monkeypatch, tmp_path: Path, name):
    """The same with every command that sends anything."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(name, "nothing://me:s3cret@proxy")
    assert main([str(argument) for argument in SAMPLE]) == 2
    said = capsys.readouterr().err
    assert f"{name.upper()}: 'nothing://***@proxy' is no address of a proxy" in said
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_needs_a_proxy_only_for_tables_of_the_web(capsys, monkeypatch):
    """It sends nothing else."""
    monkeypatch.setenv("ALL_PROXY", "socks9://proxy:1080")
    assert main([*map(str, SAMPLE), "--dry-run"]) == 0
    assert "6 images" in capsys.readouterr().out
    assert main(["https://example.com/launch.csv", "--dry-run"]) == 2
    assert "ALL_PROXY: 'socks9://proxy:1080' is no address of a proxy" in capsys.readouterr().err
