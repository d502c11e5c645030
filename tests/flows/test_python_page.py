"""The page for those who call it from Python says what is so: it is run from top to bottom, over the sandbox."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from flows.campaign import make_campaign
from flows.campaign_run.called import in_own_loop
from tasks.errors import InputInvalid
from tests.flows.conftest import ROOT, RUN_TIMEOUT_S

PAGE = (ROOT / "flows/PYTHON.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_page_runs(shared_server: dict[str, str], prefect_home: Path, tmp_path: Path):
    """As one script, in an empty folder, without a word on the terminal."""
    script = tmp_path / "launch.py"
    script.write_text("\n".join(BLOCKS), encoding="utf-8")
    env = {**os.environ, **shared_server, "PREFECT_HOME": str(prefect_home), "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [sys.executable, script],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        timeout=RUN_TIMEOUT_S,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_every_error_that_it_names_is_there():
    """Under the name by which it is imported."""
    errors = (ROOT / "tasks/errors.py").read_text(encoding="utf-8")
    named = set(re.findall(r"`([A-Z][A-Za-z]+)`", PAGE)) - {"ServerNotStarted", "PYTHONPATH"}
    assert len(named) > 5
    assert [name for name in named if f"class {name}(" not in errors] == []


def test_what_is_wrong_with_an_option_is_told_by_its_name(tmp_path, monkeypatch):
    """Before anything starts."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputInvalid) as told:
        make_campaign(matrix="launch.csv", max_in_flight=0, budget="20")
    assert [fault.source for fault in told.value.faults] == ["Images in flight (max_in_flight)", "budget"]
    with pytest.raises(InputInvalid, match="launch"):
        make_campaign(matrix="launch.csv", sandbox=True)


def test_a_call_waits_in_a_loop_of_its_own():
    """Where none is running, and in a notebook, where one is."""

    async def work() -> str:
        return await asyncio.sleep(0, "done")

    async def notebook() -> str:
        return in_own_loop(work)

    assert in_own_loop(work) == asyncio.run(notebook()) == "done"
