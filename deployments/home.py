"""The step that each deployed run begins with: it goes to the worker's own folder."""

import os
from pathlib import Path
from typing import Final

VARIABLE: Final = "CAMPAIGN_HOME"


class HomeMissing(Exception):
    """The worker was started without a folder of its own."""


def enter_home() -> dict[str, str]:
    """Make the folder that the worker's `CAMPAIGN_HOME` names the working folder of the run.

    Paths among the parameters are relative to it. Without it a run would start in a temporary folder, which Prefect
    removes at its end, with every image in it. Raises HomeMissing.
    """
    named = os.environ.get(VARIABLE, "").strip()
    folder = Path(named).expanduser()
    if not named or not folder.is_dir():
        what = f"is {named!r}, which is no folder" if named else "is not set"
        raise HomeMissing(f"{VARIABLE} {what}; start the worker with the folder that holds matrices and campaigns")
    os.chdir(folder)
    return {"directory": str(folder.resolve())}
