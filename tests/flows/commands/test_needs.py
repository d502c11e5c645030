"""What a machine lacks is told in a sentence, not by a traceback: its Python, its system, or what is not installed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from flows.commands.needs import LACKING, what_is_lacking

ROOT = Path(__file__).resolve().parents[3]
COMMANDS = [
    ["flows/campaign.py", "--help"],
    ["flows/recut_variants.py", "--help"],
    ["flows/deliver_callbacks.py", "--help"],
    ["-m", "deployments.setup", "--help"],
    ["-m", "deployments.start_server", "--help"],
    ["-m", "deployments.callback_receiver", "--help"],
    ["-m", "sandbox", "--help"],
]
HIDDEN = """
import runpy, sys
sys.modules["fcntl"] = None
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def said(python: str, *words: str) -> str:
    """What a command that cannot run leaves on standard error."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV"))}
    ended = subprocess.run([python, *words], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (LACKING, ""), ended.stderr
    return ended.stderr


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_what_is_not_installed_is_told(command):
    """As where somebody takes the system's Python instead of the project's."""
    told = said(sys.executable, "-S", *command)
    assert "is not installed" in told
    assert ".venv/bin/python" in told
    assert told.count("\n") == 1


@pytest.mark.parametrize("python", ["python3.8", "python3.9", "python3.10"])
def test_an_older_python_is_told(python):
    """With the one that is needed, whatever it stumbles over first."""
    found = shutil.which(python)
    if found is None or subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode != 0:
        pytest.skip(f"there is no {python} here")
    for command in COMMANDS:
        told = said(found, *command)
        assert told.startswith("Python 3.11 or newer is needed; this is 3.")
        assert told.count("\n") == 1


def test_a_system_without_file_locks_is_told():
    """Such as Windows, where Linux's subsystem has them."""
    told = said(sys.executable, "-c", HIDDEN, "flows/campaign.py", "data/q1_launch.csv", "--sandbox")
    assert "This system" in told
    assert "WSL" in told
    assert told.count("\n") == 1


def test_any_other_error_is_none_of_ours():
    """A fault of the program's own shows where it is."""
    assert what_is_lacking(ValueError("no")) is None
    assert what_is_lacking(ImportError("cannot import name 'x' from 'json'", name="json")) is None
    assert what_is_lacking(ModuleNotFoundError("No module named 'json.x'", name="json.x")) is None
    assert what_is_lacking(ValueError("no"), version=(3, 10, 13)) is not None
