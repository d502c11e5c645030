"""The process of the embedded Prefect server. `embedded_server.py` starts this file as a script.

Its argument is the number of the socket that it listens on. It ends when its standard input does, which is the case
when the parent has ended.
"""

import fcntl
import os
import signal
import socket
import sys
import threading
from pathlib import Path

import uvicorn
from prefect.server.api.server import create_app
from prefect.server.database.dependencies import temporary_database_config
from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL, PREFECT_HOME

from flows.prefect_server.closed_to_browsers import closed_to_browsers
from flows.prefect_server.sqlite import one_writer


def main() -> None:
    """Serve until standard input ends."""
    threading.Thread(target=end_with_stdin, daemon=True).start()
    with temporary_database_config(one_writer(PREFECT_API_DATABASE_CONNECTION_URL.value())):
        app = create_app(ephemeral=True)  # without a UI, and without the services of a server that lasts
        config = uvicorn.Config(
            closed_to_browsers(app), fd=int(sys.argv[1]), log_level="error", lifespan="on", access_log=False
        )
        OneAfterTheOther(config).run()


class OneAfterTheOther(uvicorn.Server):
    """Starts while no other does in its home, or two would bring one database to its newest form."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, as the only one."""
        with (Path(PREFECT_HOME.value()) / "ideogram-campaigns.starting.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            await super().startup(sockets)


def end_with_stdin() -> None:
    """End this process in order once its parent has closed the pipe or has died."""
    while os.read(sys.stdin.fileno(), 1024):  # not buffered: the interpreter could not end while a reader waits
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
