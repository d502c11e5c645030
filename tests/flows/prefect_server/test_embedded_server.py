"""The embedded server's socket, and who may call it; what it does is tested by the campaigns that run on it."""

import json
import os
import socket
from pathlib import Path

import httpx
import pytest

from flows.prefect_server.embedded_server import listen, started_in, why_not
from flows.prefect_server.named_server import ServerNotStarted


def test_its_connections_send_at_once():
    """They inherit it: the process that accepts them is handed a socket of which asyncio sets nothing."""
    with listen() as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize("named", [{"Origin": "https://shop.example"}, {"Origin": "null"}, {"Host": "shop.example"}])
def test_no_page_in_a_browser_may_call_it(shared_server, named):
    """Neither from another site, nor by a name that was made to lead to this machine; nothing of it is carried out."""
    flow = {"name": f"made by {' '.join(named)}"}
    address = f"{shared_server['PREFECT_API_URL']}/flows"
    with httpx.Client(trust_env=False) as client:
        refused = client.post(f"{address}/", content=json.dumps(flow), headers=named)
        known = client.post(f"{address}/filter", json={"flows": {"name": {"any_": [flow["name"]]}}})
    assert refused.is_client_error
    assert known.json() == []


def test_two_that_start_at_once_in_a_new_home_both_answer(tmp_path):
    """Each finds no database, and makes one; it is made once."""
    servers = [started_in(tmp_path / "home", os.environ) for _ in range(2)]
    try:
        for server in servers:
            server.wait_until_ready()
    finally:
        for server in servers:
            server.stop()


NEWER = """
ERROR:    Traceback (most recent call last):
    raise util.CommandError(resolution) from re
alembic.util.exc.CommandError: Can't locate revision identified by '27d8f4e1a6c9'

ERROR:    Application startup failed. Exiting.
"""


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (NEWER, "a newer Prefect has used its database; name another folder by PREFECT_HOME"),
        (NEWER.replace("Can't locate", "disk full:"), "alembic.util.exc.CommandError: disk full: revision identified"),
        ("ModuleNotFoundError: No module named 'prefect'\n", "ModuleNotFoundError: No module named 'prefect'"),
        (NEWER.replace("\n\n", "\n[SQL: PRAGMA journal_mode]\n(Background on this error at: https://x)\n"), "a newer"),
        ("Killed\n", "Killed"),
        ("sqlite3.DatabaseError: file is not a database\n", "its database (prefect.db) is damaged"),
        ("sqlite3.DatabaseError: database disk image is malformed\n", "its database (prefect.db) is damaged"),
        ("x.OperationalError: (sqlite3.OperationalError) database or disk is full\n", "there is no space left"),
        ("", ""),
    ],
)
def test_a_server_that_does_not_start_is_explained(said, told):
    """By the error that ended it, and what to do where that is known; not by a traceback."""
    assert why_not(said).startswith(told)
    assert "\n" not in why_not(said)


def test_a_home_that_is_no_folder_is_told_at_once(tmp_path):
    """Before any process starts, with the system's own reason."""
    file = tmp_path / "file"
    file.touch()
    for home in (file, file / "home", Path("/proc/home")):
        with pytest.raises(ServerNotStarted, match=f"PREFECT_HOME={home}: .*; name another folder"):
            started_in(home, {})
