"""`python -m sandbox` at the terminal."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from sandbox.__main__ import main
from tests.sandbox.examples import IMPATIENT, KEY, body
from tests.waiting import LIMIT_S

ROOT = Path(__file__).resolve().parents[2]


def start(*options: str) -> subprocess.Popen[str]:
    """A sandbox at the terminal."""
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-m", "sandbox", *options], cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_line_then_a_clean_end(number: signal.Signals) -> None:
    """A signal ends it with exit code 0, and the terminal has seen the one line only."""
    with start("--port=0", "--places=3") as child:
        assert child.stdout is not None
        line = child.stdout.readline()
        os.kill(child.pid, number)
        output, errors = child.communicate(timeout=LIMIT_S)
    assert re.fullmatch(r"sandbox: ready at http://127\.0\.0\.1:\d+ \(3 places in flight\)\n", line)
    assert (output, errors, child.returncode) == ("", "", 0)


def test_a_taken_port_is_one_sentence() -> None:
    """Exit code 2, and what to do about it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with start(f"--port={port}") as child:
            _, errors = child.communicate(timeout=LIMIT_S)
    assert child.returncode == 2
    assert errors.count("\n") == 1
    assert f"port {port}" in errors


def test_a_bad_value_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, and the option's name."""
    assert main(latency="soon") == 2
    assert "--latency must be MIN:MAX" in capsys.readouterr().err
    assert main(port=70_000) == 2
    assert main(books="s3:/oops") == 2
    assert "--books cannot be kept: s3:/oops" in capsys.readouterr().err


def test_it_ends_with_its_standard_input() -> None:
    """A parent that dies takes the sandbox with it, at once, whatever is in flight."""
    with start("--port=0", "--exit-with-stdin") as child:
        assert child.stdout is not None
        url = child.stdout.readline().split()[3]
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(
                f"{url}/generate", json=body("x [sandbox:hang]"), headers=KEY, timeout=IMPATIENT, trust_env=False
            )
        _, errors = child.communicate(timeout=LIMIT_S)
    assert (errors, child.returncode) == ("", 0)
