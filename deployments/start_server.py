"""Starts the Prefect server that deployments run on: `python -m deployments.start_server [options]`.

It is `prefect server start`, whose options it takes, with the settings of `flows/prefect_server/settings.py`; what the
environment says comes before them. `--print` writes the settings as lines of an environment file instead, for a server
that is started otherwise (a container, another machine).
"""

if __name__ == "__main__":
    from flows.commands.needs import explain_imports

    explain_imports()

import os
import sys
from collections.abc import Mapping
from typing import Final

from flows.prefect_server.embedded_server import check_home
from flows.prefect_server.named_server import ServerNotStarted, SettingsUnusable, import_prefect
from flows.prefect_server.settings import LASTING_SERVER_DEFAULTS

DATABASE: Final = "PREFECT_SERVER_DATABASE_CONNECTION_URL"
DATABASE_NAMES: Final = (DATABASE, "PREFECT_API_DATABASE_CONNECTION_URL", "PREFECT_SERVER_DATABASE_NAME")
POSTGRESQL: Final = "for PostgreSQL: postgresql+asyncpg://user:password@host:5432/prefect"
DRIVERS: Final = ("postgresql+asyncpg", "sqlite+aiosqlite")
"""The beginnings of addresses that Prefect can use a database by."""
SQLITE_NOTE: Final = (
    f"No database is named ({DATABASE}), so this server keeps all in an SQLite file: good to try things, too slow for "
    f"large campaigns.\n{POSTGRESQL}"
)


def server_environment(env: Mapping[str, str]) -> dict[str, str]:
    """`env` with our settings wherever it says nothing."""
    return {**LASTING_SERVER_DEFAULTS, **env}


def environment_file() -> str:
    """Our settings, one `NAME=value` a line."""
    return "".join(f"{name}={value}\n" for name, value in LASTING_SERVER_DEFAULTS.items())


def check_settings() -> None:
    """Raise ServerNotStarted where a server with the settings of this process would end with a traceback."""
    import_prefect()
    from prefect.settings import Settings  # noqa: PLC0415  reads a person's settings, which import_prefect has looked at

    settings = Settings()
    check_home(settings.home)
    url = settings.server.database.connection_url
    driver, is_address, _ = (url.get_secret_value() if url is not None else DRIVERS[1] + "://").partition("://")
    if not is_address or driver not in DRIVERS:
        raise SettingsUnusable(f"{DATABASE} does not begin with {DRIVERS[0]}:// or {DRIVERS[1]}://; {POSTGRESQL}")


def main() -> None:
    """Become the server's process, so that signals and exit codes are the server's own."""
    arguments = sys.argv[1:]
    if arguments == ["--print"]:
        sys.stdout.write(environment_file())
        return
    try:
        check_settings()
    except ServerNotStarted as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)
    if not any(os.environ.get(name) for name in DATABASE_NAMES):
        sys.stderr.write(f"{SQLITE_NOTE}\n")
        sys.stderr.flush()
    command = [sys.executable, "-m", "prefect", "server", "start", *arguments]
    os.execve(sys.executable, command, server_environment(os.environ))  # noqa: S606  no shell is wanted


if __name__ == "__main__":
    main()
