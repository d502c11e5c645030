"""The key and the secret of callbacks are used, from where they are kept, and are to be found nowhere else."""

import base64
import csv
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from prefect.blocks.system import Secret
from prefect.settings import PREFECT_API_URL, temporary_settings

from sandbox.options import SandboxOptions
from sandbox.server import running_sandbox
from tests.chaos.conftest import is_long
from tests.flows.conftest import ROOT, Run
from tests.tasks.receivers import listening
from tests.waiting import LIMIT_S, until

KEY = "4815162342108642"
"""Of digits, so that whoever reads it as JSON gets a number."""
TOKEN = b"canary-of-a-token"
"""In the address of whoever is called back, which the outbox has to know."""
WRONG_KEY = "canary-of-a-key-that-is-wrong"
SECRET_BYTES = b"canary of the secret of callbacks"
SECRET = f"whsec_{base64.b64encode(SECRET_BYTES).decode()}"
CANARIES = tuple(
    form
    for secret in (KEY.encode(), WRONG_KEY.encode(), SECRET_BYTES)
    for form in (secret, base64.b64encode(secret), secret.hex().encode())
)
TALKATIVE = {
    "PREFECT_LOGGING_LEVEL": "DEBUG",
    "PREFECT_LOGGING_ROOT_LEVEL": "DEBUG",
    "PREFECT_LOGGING_EXTRA_LOGGERS": "tasks",
}
PROMPTS = ("A lamp", "[sandbox:reset] a lamp", "[sandbox:refuse] a lamp", "[sandbox:expired] a lamp")


@pytest.fixture
def stored_key(shared_server) -> Iterator[None]:
    """The key is in a Secret block of the server."""
    with temporary_settings({PREFECT_API_URL: shared_server["PREFECT_API_URL"]}):
        Secret(value=KEY).save("ideogram-api-key")
        yield
        Secret.delete("ideogram-api-key")


def files_with(canaries: tuple[bytes, ...], *folders: Path) -> list[str]:
    """The files below the folders that hold one of these."""
    return [
        f"{path}: {canary!r}"
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file()
        for content in [path.read_bytes()]
        for canary in canaries
        if canary in content
    ]


def dump_of(home: Path) -> str:
    """Everything in Prefect's database as text, for what lies across two of its pages."""
    with closing(sqlite3.connect(home / "prefect.db")) as database:
        return "\n".join(database.iterdump())


def wait_for_log(home: Path, campaign: str) -> None:
    """Return when the server has the last line that a campaign logs; it writes in batches."""
    asked = "select 1 from log join flow_run on log.flow_run_id = flow_run.id where flow_run.name like ? and "
    asked += "message like 'Finished in state%' and task_run_id is null"

    def is_there() -> bool:
        with closing(sqlite3.connect(home / "prefect.db", timeout=LIMIT_S)) as database:
            return database.execute(asked, (f"{campaign}%",)).fetchone() is not None

    until(is_there)


@pytest.mark.parametrize(
    ("where", "key", "said", "code"),
    [
        ("environment", KEY, "unknown", 1),
        ("block", "", "unknown", 1),
        pytest.param("environment", WRONG_KEY, "The API does not know this key (401)", 3, marks=is_long),
    ],
)
def test_secrets_are_told_to_nobody(
    run_campaign: Run, tmp_path: Path, prefect_home: Path, shared_server, request, where, key, said, code
):
    """Not to Prefect, its database or its logs, nor to the terminal, the campaign's files or its callbacks."""
    if where == "block":
        request.getfixturevalue("stored_key")
    name = f"canary {where} {code}"
    matrix = tmp_path / "lamps.csv"
    with matrix.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["prompt"], *([prompt] for prompt in PROMPTS)])
    options = SandboxOptions(api_key=KEY, latency_range_s=(0.05, 0.1), plain_pictures=True)
    with running_sandbox(options) as api, listening() as receiver:
        env = {"IDEOGRAM_API_KEY": key, "IDEOGRAM_BASE_URL": api, "CALLBACK_SECRET": SECRET}
        env |= {"CALLBACK_ALLOW_PRIVATE": "1", **shared_server, **TALKATIVE}
        ended = run_campaign(matrix, "--name", name, "--callback-url", f"{receiver.url}?to={TOKEN.decode()}", env=env)
    assert ended.returncode == code, ended.stderr
    assert said in ended.stderr
    assert "DEBUG" in ended.stderr + ended.stdout, "the run was talkative"
    assert all("webhook-signature" in headers for headers, _ in receiver.heard)
    assert bool(receiver.heard) == (code == 1), "a campaign that could not begin is not announced"
    (tmp_path / "said").write_text(ended.stdout + ended.stderr)
    (tmp_path / "heard").write_text(str(receiver.heard))
    wait_for_log(prefect_home, name.replace(" ", "-"))
    (tmp_path / "dump").write_text(dump_of(prefect_home))
    assert len(files_with((b"lamp",), tmp_path)) > len(PROMPTS), "it would be found"
    assert files_with(CANARIES, prefect_home, tmp_path) == []
    (tmp_path / "heard").unlink()
    knowing = [path for path in tmp_path.rglob("*") if path.is_file() and TOKEN in path.read_bytes()]
    assert all(path.stat().st_mode & 0o077 == 0 for path in knowing)
    assert knowing or code != 1, "it would be found"
    assert files_with((TOKEN,), prefect_home) == []


def test_a_key_that_is_nowhere_is_told_before_there_is_a_run(run_campaign: Run, tmp_path: Path, shared_server):
    """Without a server of the user's own at once; with one, after a look at its Secret block."""
    sample = (ROOT / "data" / "q1_launch.csv", "--formats", ROOT / "data" / "formats.csv")
    for env in ({}, shared_server):
        ended = run_campaign(*sample, env=env)
        assert ended.returncode == 2, ended.stderr
        assert "IDEOGRAM_API_KEY: is not set, and no Prefect server has a Secret block" in ended.stderr
        assert "Traceback" not in ended.stderr
        assert not (tmp_path / "data" / "out" / "q1-launch" / "originals").exists()
