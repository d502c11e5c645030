"""What a storage said went wrong, and what to do about it."""

import re
from typing import Final

from tasks.records.fault import shortened, without_secrets

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

RIGHTS: Final = {
    "CopyObject": "s3:GetObject and s3:PutObject",
    "DeleteObject": "s3:DeleteObject",
    "GetObject": "s3:GetObject",
    "HeadObject": "s3:GetObject",
    "ListObjectsV2": "s3:ListBucket",
    "PutObject": "s3:PutObject",
}
"""By what the client was about to do: what has to be allowed for it."""
_DENIED: Final = {"AccessDenied", "AllAccessDisabled", "403"}


def what_to_do(error: Exception) -> str:
    """What the storage said, and what to do about it where that can be told."""
    said = shortened(without_secrets(str(error)), SAID_MAX_CHARS) or type(error).__name__
    names = f"{type(error).__name__} {error}"
    advice = next((f"; {advice}" for words, advice in ADVICE if re.search(words, names, re.IGNORECASE)), "")
    right = _missing_right(error)
    return f"{said}; check the rights there: this needs {right}" if right else f"{said}{advice}"


def _missing_right(error: Exception) -> str:
    """What S3 calls the right that was missing; empty where it was something else, such as a key that nobody knows."""
    refused = error.__cause__
    answer = getattr(refused, "response", None)
    code = answer.get("Error", {}).get("Code") if isinstance(answer, dict) else None
    return RIGHTS.get(getattr(refused, "operation_name", ""), "") if code in _DENIED else ""
