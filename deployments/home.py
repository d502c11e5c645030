"""The step that each deployed run begins with: it goes to the worker's own folder."""

import os
from pathlib import Path
from typing import Final

from httpx import HTTPError
from prefect import get_client, runtime
from prefect.exceptions import PrefectException
from prefect.states import Failed

VARIABLE: Final = "CAMPAIGN_HOME"
PROJECT: Final = Path(__file__).resolve().parents[1]
OURS: Final = ("deployments", "flows", "sandbox", "tasks")


class HomeMissing(Exception):
    """The worker was started without a folder of its own."""


def enter_home() -> dict[str, str]:
    """Make the folder that the worker's `CAMPAIGN_HOME` names the working folder of the run.

    Paths among the parameters are relative to it. Without it a run would start in a temporary folder, which Prefect
    removes at its end, with every image in it. Raises HomeMissing, and says so in the run's state.
    """
    named = os.environ.get(VARIABLE, "").strip()
    folder = Path(named).expanduser()
    fault = what_is_wrong(named, folder)
    if fault:
        sentence = f"{VARIABLE} {fault}; start the worker with the folder that holds matrices and campaigns"
        end_run(sentence)
        raise HomeMissing(sentence)
    os.chdir(folder)
    return {"directory": str(folder.resolve())}


def what_is_wrong(named: str, folder: Path) -> str | None:
    """Why a run cannot start in `folder`, as the end of a sentence; None where it can."""
    if not named:
        return "is not set"
    if not folder.is_dir():
        return f"is {named!r}, which is no folder"
    # Prefect imports the flow from there first.
    hiding = [name for name in OURS if (folder / name).is_dir() or (folder / f"{name}.py").is_file()]
    if hiding and folder.resolve() != PROJECT:
        return f"is {named!r}, where {' and '.join(map(repr, hiding))} would hide this project's own code"
    return None


def end_run(sentence: str) -> None:
    """End the run as Failed with `sentence`: of what ends a step, Prefect says no more than that a process exited."""
    run_id = runtime.flow_run.id
    if run_id is None:
        return
    try:
        with get_client(sync_client=True) as prefect:
            prefect.set_flow_run_state(run_id, Failed(message=sentence), force=True)
    except (HTTPError, PrefectException):
        return  # it ends all the same, with the sentence in the worker's log
