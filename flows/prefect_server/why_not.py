"""Finds in a server's last words why it did not start."""

import re
from typing import Final

WHY_NOT: Final = {
    "Can't locate revision": "a newer Prefect has used its database; name another folder by PREFECT_HOME",
    "file is not a database": "its database (prefect.db) is damaged; move it away, or name another folder",
    "disk image is malformed": "its database (prefect.db) is damaged; move it away, or name another folder",
    "disk is full": "there is no space left; make room, or name another folder",
    "File too large": "there is no space left; make room, or name another folder",
    "readonly database": "its database (prefect.db) cannot be written to; change its mode, or name another folder",
    "unable to open database file": "its database (prefect.db) cannot be opened there; name another folder",
}


def why_not(said: str) -> str:
    """Why a server that has said this did not start: by a phrase that is known, else the last line of its traceback."""
    lines = [line.strip() for line in said.splitlines()]
    last = next((line for line in reversed(lines) if re.match(r"(?!ERROR)[A-Za-z_][\w.]*: ", line)), said.strip())
    return next((why for phrase, why in WHY_NOT.items() if phrase in last), last)
