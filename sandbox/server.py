"""Runs a sandbox as a child process, for tests, benchmarks and demonstrations."""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, cast

from sandbox.options import SandboxOptions

_ROOT: Final = Path(__file__).resolve().parent.parent
_READY_PREFIX: Final = "sandbox: ready at "
_START_S: Final = 30.0
_STOP_S: Final = 3.0


class SandboxNotStarted(Exception):
    """The child process did not become ready; its own words are in the message."""


@contextmanager
def running_sandbox(options: SandboxOptions | None = None) -> Iterator[str]:
    """A sandbox on a free port; yields its base URL and ends the child afterwards.

    The child lives in a session of its own, so Ctrl-C at the terminal reaches this process first, and it
    watches its standard input, so it ends with this process even when this process is killed.
    Blocks for about a second; from async code enter it by `asyncio.to_thread`. Raises SandboxNotStarted.
    """
    with tempfile.TemporaryFile() as errors:
        child = _start(options or SandboxOptions(), errors)
        try:
            yield _base_url(child, errors)
        finally:
            _stop(child)


def command_of(options: SandboxOptions) -> list[str]:
    """The command line of a child with `options`."""
    words = [sys.executable, "-m", "sandbox", "--port=0", "--exit-with-stdin", f"--places={options.places}"]
    words += [f"--latency-scale={options.latency_scale}", f"--link-life-s={options.link_life_s}"]
    words.append(f"--polls-in-10-s={options.polls_in_10_s}")
    if options.latency_range_s is not None:
        words.append("--latency={}:{}".format(*options.latency_range_s))
    if options.credits_usd is not None:
        words.append(f"--credits-usd={options.credits_usd}")
    if options.api_key is not None:
        words.append(f"--api-key={options.api_key}")
    if options.pictures is not None:
        words.append(f"--pictures={options.pictures.resolve()}")
    if options.books is not None:
        words.append(f"--books={options.books}")
    words += ["--no-admin"] * (not options.is_admin)
    return words + ["--plain-pictures"] * options.plain_pictures


def _start(options: SandboxOptions, errors: IO[bytes]) -> subprocess.Popen[bytes]:
    search_path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH")]))
    return subprocess.Popen(
        command_of(options),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        env=os.environ | {"PYTHONPATH": search_path},
        start_new_session=True,
    )


def _base_url(child: subprocess.Popen[bytes], errors: IO[bytes]) -> str:
    """Wait for the ready line, the only one the child ever prints, and read the address in it."""
    lines: queue.Queue[bytes] = queue.Queue()
    threading.Thread(
        target=lambda pipe: lines.put(pipe.readline()), args=(cast("IO[bytes]", child.stdout),), daemon=True
    ).start()
    try:
        line = lines.get(timeout=_START_S).decode()
    except queue.Empty:
        line = ""
    if not line.startswith(_READY_PREFIX):
        errors.seek(0)
        words = errors.read().decode(errors="replace").strip() or "it said nothing"
        raise SandboxNotStarted(f"The sandbox did not become ready: {words}")
    return line.removeprefix(_READY_PREFIX).split()[0]


def _stop(child: subprocess.Popen[bytes]) -> None:
    """End the child: its standard input first, then SIGTERM, then SIGKILL."""
    if child.stdin is not None:
        child.stdin.close()
    for number in (None, signal.SIGTERM, signal.SIGKILL):
        if number is not None:
            child.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(_STOP_S)
            break
    if child.stdout is not None:
        child.stdout.close()
