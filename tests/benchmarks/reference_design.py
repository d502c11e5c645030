"""The reference design, to measure against: BullMQ on Redis, sharp and Express, in `reference/`.

Needs node, npm and redis-server; its packages are fetched once into a folder for temporary files.
"""

import hashlib
import json
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.command import Ran, Running, own_env
from tests.benchmarks.load import Load
from tests.benchmarks.rows import CannotRun

SOURCES = Path(__file__).with_name("reference")
INSTALL_TIMEOUT_S = 180
REDIS_TIMEOUT_S = 10.0


def tool(name: str) -> str:
    """The path of a program. Raises CannotRun where there is none."""
    found = shutil.which(name)
    if found is None:
        raise CannotRun(f"no {name}")
    return found


def installed() -> Path:
    """The folder with the programs and their packages. Raises CannotRun where they cannot be fetched."""
    wanted = (SOURCES / "package.json").read_bytes()
    folder = Path(tempfile.gettempdir(), f"reference-design-{hashlib.sha256(wanted).hexdigest()[:12]}")
    shutil.copytree(SOURCES, folder, dirs_exist_ok=True)
    if not (folder / "node_modules" / ".package-lock.json").exists():  # npm writes it last
        options = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
        try:
            subprocess.run(
                [tool("npm"), "install", *options],
                cwd=folder,
                check=True,
                capture_output=True,
                timeout=INSTALL_TIMEOUT_S,
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            raise CannotRun("npm could not fetch the packages") from error
    return folder


@contextmanager
def running_redis() -> Iterator[int]:
    """A Redis that keeps nothing on disk; yields its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with tempfile.TemporaryDirectory() as folder:
        options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder]
        server = subprocess.Popen([tool("redis-server"), *options], stdout=subprocess.DEVNULL)
        try:
            wait_for(port)
            yield port
        finally:
            server.terminate()
            server.wait()


def wait_for(port: int) -> None:
    """Return when something listens there."""
    until = time.monotonic() + REDIS_TIMEOUT_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            if time.monotonic() > until:
                raise CannotRun("redis-server does not listen") from None
            time.sleep(0.05)
        else:
            return


def run_reference(load: Load, url: str, jobs_at_once: int) -> Ran:
    """Make the load's images and their variants at the sandbox at `url`; Redis is up before it starts."""
    node, programs = tool("node"), installed()
    with tempfile.TemporaryDirectory() as name, running_redis() as port:
        folder = Path(name)
        command = [node, programs / "campaign.mjs", url, port, jobs_at_once, folder / "images"]
        ran = Running(command, folder, own_env(), given=json.dumps(load.prompts)).wait()
        made = len(list((folder / "images").glob("*.webp")))
    if made != 3 * load.cells:
        raise CannotRun(f"the reference made {made} variants of {load.cells} images")
    return ran
