"""A Prefect server for one run. It starts where no other is set up, and ends with the process of the run.

Prefect can start one itself. It imports the whole server into this process first (some 5 s), its settings leave most
slots idle (decision 1), and its server is in the terminal's process group, so Ctrl-C ends it before the run that needs
it. `serve.py` is the process of ours.
"""

import atexit
import contextlib
import fcntl
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from flows.prefect_server.named_server import ServerNotStarted, import_prefect, reach
from flows.prefect_server.prefect_home import (
    has_settings_of_its_own,
    is_locked_alone,
    lock_of,
    one_authority,
    prefect_home,
)
from flows.prefect_server.settings import CLIENT_DEFAULTS, SERVER_DEFAULTS
from flows.prefect_server.why_not import why_not
from tasks.api.proxies import pass_proxies_by

SCRIPT: Final = Path(__file__).with_name("serve.py")
START_TIMEOUT_S: Final = 120.0
STOP_TIMEOUT_S: Final = 10.0


def listen() -> socket.socket:
    """A socket that listens on a free port of this machine, and whose connections send without delay.

    asyncio does not set TCP_NODELAY on the connections of a socket that it is handed; without it, the second part of
    every answer comes 40 ms late.
    """
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


class EmbeddedServer:
    """The process of a server. It ends when this process ends, in whatever way."""

    def __init__(self, env: Mapping[str, str], home: Path | None = None) -> None:
        self.home = home
        listener = listen()
        self.api_url = f"http://127.0.0.1:{listener.getsockname()[1]}/api"
        self._process = subprocess.Popen(
            [sys.executable, "-P", SCRIPT, str(listener.fileno())],  # -P: this folder shall hide no library
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=[listener.fileno()],
            start_new_session=True,
        )
        listener.close()
        self._is_ready = False
        self._said: list[bytes] = []
        threading.Thread(target=self._listen, daemon=True).start()
        atexit.register(self.stop)  # at the very end: before that, Prefect hands over its last events and log lines

    def _listen(self) -> None:
        """Read the server's standard error, so that its pipe does not fill up, and keep the last lines."""
        for line in self._process.stderr or ():
            self._said = [*self._said[-20:], line]

    def wait_until_ready(self) -> None:
        """Return when the server answers. Raises ServerNotStarted with the reason that the server gave."""
        import httpx  # noqa: PLC0415  imported while the server starts

        try:
            # The socket listens already, so the request waits in its queue until the server is up.
            httpx.get(f"{self.api_url}/health", timeout=START_TIMEOUT_S, trust_env=False).raise_for_status()
        except httpx.HTTPError as error:
            said = b"".join(self._said).decode(errors="replace")
            raise ServerNotStarted(
                f"Prefect's server did not start, with PREFECT_HOME={self.home}: {why_not(said) or error}"
            ) from error
        self._is_ready = True

    def stop(self) -> None:
        """End the server when it has written everything. A server that never answered has nothing to write."""
        if not self._is_ready:
            self._process.kill()
        if self._process.stdin:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        try:
            self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def check_home(home: Path) -> None:
    """Raise ServerNotStarted where a server cannot write to its folder."""
    try:
        os.close(lock_of(home))
    except OSError as error:
        why = f"{error.strerror}; name another folder"
        raise ServerNotStarted(f"Prefect's server cannot write to its folder, PREFECT_HOME={home}: {why}") from error


def started_in(home: Path, env: Mapping[str, str]) -> EmbeddedServer:
    """Start a server with its database in `home`. Raises ServerNotStarted if nothing can be written there."""
    check_home(home)
    return EmbeddedServer({**SERVER_DEFAULTS, **env, "PREFECT_HOME": str(home)}, home)


_server: EmbeddedServer | None = None


def start_embedded_server() -> EmbeddedServer | None:
    """Start a server and point this process to it. Call `wait_until_ready` before the first run.

    Returns None if the user's settings name a server, which then answers. Raises ServerNotStarted.
    """
    os.environ.setdefault("DO_NOT_TRACK", "1")  # Prefect's client reads it when it is imported
    global _server  # noqa: PLW0603  one a process, as Prefect's settings are
    if _server is not None and os.environ.get("PREFECT_API_URL") == _server.api_url:
        return _server  # a script calls campaign after campaign
    if has_settings_of_its_own(os.environ, Path.cwd()):
        _server = _start_unless_named()
    else:
        home = prefect_home(os.environ)
        _server = started_in(home, os.environ)
        os.environ.update({**client_defaults(home), "PREFECT_API_URL": _server.api_url})
    if _server is not None:
        pass_proxies_by("127.0.0.1")
    return _server


def client_defaults(home: Path) -> dict[str, str]:
    """Settings for the clients in this process, for a server of ours; the user's own settings come before them.

    Prefect makes a client each time a lane takes a slot, and each client reads all certificate authorities, for 50 ms
    of processor time. A server of ours needs none of them.
    """
    try:
        return {**CLIENT_DEFAULTS, "PREFECT_API_SSL_CERT_FILE": str(one_authority(home))}
    except OSError:
        return CLIENT_DEFAULTS  # the server cannot write its database there either, and tells why


def _start_unless_named() -> EmbeddedServer | None:
    import_prefect()
    from prefect.context import refresh_global_settings_context  # noqa: PLC0415  takes seconds
    from prefect.settings import Settings  # noqa: PLC0415

    settings = Settings()
    if settings.api.url:
        reach(settings.api.url)
        return None
    ephemeral = settings.server.ephemeral
    if "enabled" in ephemeral.model_fields_set and not ephemeral.enabled:
        raise ServerNotStarted("No Prefect server is named (PREFECT_API_URL), and a temporary one is switched off")
    chosen = settings.to_environment_variables(exclude_unset=True)
    server = started_in(settings.home, {**os.environ, **chosen})
    os.environ.update({**client_defaults(settings.home), **chosen, "PREFECT_API_URL": server.api_url})
    refresh_global_settings_context()
    return server


def is_server_ours() -> bool:
    """Whether the server that this process talks to was started by it. Then nobody else sets limits there."""
    from prefect.settings import PREFECT_API_URL  # noqa: PLC0415  as above

    url = PREFECT_API_URL.value()
    return url is None or (_server is not None and url == _server.api_url)


@contextlib.contextmanager
def home_held() -> Iterator[bool]:
    """Whether no other run uses this server's database. Then the slots that are taken there belong to a dead run.

    No other run begins to use it inside the context. After it, this run uses it until the process ends.
    """
    if _server is None or _server.home is None:
        yield False
        return
    descriptor = lock_of(_server.home)
    try:
        yield is_locked_alone(descriptor)
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_SH)  # waits while another run looks; the system ends it with the process
