"""The server's settings are ours where nobody has said otherwise."""

from deployments.start_server import environment_file, server_environment
from flows.server_settings import LASTING_SERVER_DEFAULTS, SERVER_DEFAULTS

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
