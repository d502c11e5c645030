"""What a storage said went wrong, and what to do about it."""

import re
from typing import Final

from tasks.models.fault import shortened, without_secrets

SAID_MAX_CHARS: Final = 300
ADVICE: Final = (
    (
        r"credentials|access key|signature|token|forbidden|access denied|permission|anonymous",
        "check the rights there, and the credentials if it needs any",
    ),
    (r"no such bucket|bucket does not exist|nosuchbucket", "create the bucket, or name another with --output"),
    (r"no space|quota", "make room there, or name another place with --output"),
    (r"endpoint|connect|resolve|timed? ?out", "check the network and the address"),
)
"""What to do, by a word in what the storage says; every file system has its own kinds of errors."""


def what_to_do(error: Exception) -> str:
    """What the storage said, and what to do about it where that can be told."""
    said = shortened(without_secrets(str(error)), SAID_MAX_CHARS) or type(error).__name__
    names = f"{type(error).__name__} {error}"
    return said + next((f"; {advice}" for words, advice in ADVICE if re.search(words, names, re.IGNORECASE)), "")
