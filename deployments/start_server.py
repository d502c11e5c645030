"""Starts the Prefect server that deployments run on: `python -m deployments.start_server [options]`.

It is `prefect server start`, whose options it takes, with the settings of `flows/prefect_server/settings.py`; what the
environment says comes before them. `--print` writes the settings as lines of an environment file instead, for a server
that is started otherwise (a container, another machine).
"""

import os
import sys
from collections.abc import Mapping
from typing import Final

from flows.prefect_server.settings import LASTING_SERVER_DEFAULTS

DATABASE: Final = "PREFECT_SERVER_DATABASE_CONNECTION_URL"
DATABASE_NAMES: Final = (DATABASE, "PREFECT_API_DATABASE_CONNECTION_URL", "PREFECT_SERVER_DATABASE_NAME")
SQLITE_NOTE: Final = (
    f"No database is named ({DATABASE}), so this server keeps all in an SQLite file: good to try things, too slow for "
    "large campaigns.\nFor PostgreSQL: postgresql+asyncpg://user:password@host:5432/prefect"
)


def server_environment(env: Mapping[str, str]) -> dict[str, str]:
    """`env` with our settings wherever it says nothing."""
    return {**LASTING_SERVER_DEFAULTS, **env}


def environment_file() -> str:
    """Our settings, one `NAME=value` a line."""
    return "".join(f"{name}={value}\n" for name, value in LASTING_SERVER_DEFAULTS.items())


def main() -> None:
    """Become the server's process, so that signals and exit codes are the server's own."""
    arguments = sys.argv[1:]
    if arguments == ["--print"]:
        sys.stdout.write(environment_file())
        return
    if not any(os.environ.get(name) for name in DATABASE_NAMES):
        sys.stderr.write(f"{SQLITE_NOTE}\n")
        sys.stderr.flush()
    command = [sys.executable, "-m", "prefect", "server", "start", *arguments]
    os.execve(sys.executable, command, server_environment(os.environ))  # noqa: S606  no shell is wanted


if __name__ == "__main__":
    main()
