"""The process of the embedded Prefect server; `flows/prefect_server/embedded_server.py` starts it as a script.

It listens on the socket whose number is its argument, and ends with its standard input: when the parent is gone.
"""

import os
import signal
import sys
import threading

import uvicorn
from prefect.server.api.server import create_app
from prefect.server.database.dependencies import temporary_database_config
from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL

from flows.prefect_server.closed_to_browsers import closed_to_browsers
from flows.prefect_server.sqlite import one_writer


def main() -> None:
    """Serve until standard input ends."""
    threading.Thread(target=end_with_stdin, daemon=True).start()
    with temporary_database_config(one_writer(PREFECT_API_DATABASE_CONNECTION_URL.value())):
        app = create_app(ephemeral=True)  # without a UI, and without the services of a server that lasts
        uvicorn.run(closed_to_browsers(app), fd=int(sys.argv[1]), log_level="error", lifespan="on", access_log=False)


def end_with_stdin() -> None:
    """Ask this process to end once its parent has closed the pipe, or died."""
    while os.read(sys.stdin.fileno(), 1024):  # not buffered: the interpreter could not end while a reader waits
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
