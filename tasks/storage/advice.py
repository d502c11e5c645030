"""What a storage said went wrong, and what to do about it."""

import os
import re
from collections.abc import Mapping
from typing import Final

from tasks.records.fault import shortened, without_secrets

SAID_MAX_CHARS: Final = 300
AWAY: Final = "check the network and the address"
ADVICE: Final = (
    (
        r"credentials|access key|signature|token|forbidden|access denied|permission|anonymous",
        "check the rights there, and the credentials if it needs any",
    ),
    (r"no such bucket|bucket does not exist|nosuchbucket", "create the bucket, or name another with --output"),
    (r"no space|quota", "make room there, or name another place with --output"),
    (r"endpoint|connect|resolve|timed? ?out", AWAY),
)
"""What to do, by a word in what the storage says; every file system has its own kinds of errors."""
IN_THE_WAY: Final = ("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "AWS_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
"""Variables by which clients reach a storage: their errors do not name them."""
_CLIENT_FAILED: Final = "An HTTP Client raised an unhandled exception"

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


def what_to_do(error: Exception, env: Mapping[str, str] = os.environ) -> str:
    """What the storage said, and what to do about it where that can be told."""
    said = shortened(without_secrets(str(error)), SAID_MAX_CHARS) or type(error).__name__
    names = f"{type(error).__name__} {error}"
    advice = next((f"; {advice}" for words, advice in ADVICE if re.search(words, names, re.IGNORECASE)), "")
    named = ", ".join(name for name in (*IN_THE_WAY, *map(str.lower, IN_THE_WAY)) if env.get(name))
    if named and advice.endswith(AWAY):
        advice += f", and {named}"
    elif named and _CLIENT_FAILED in names:
        advice = f"; check {named}"
    right = _missing_right(error)
    return f"{said}; check the rights there: this needs {right}" if right else f"{said}{advice}"


def _missing_right(error: Exception) -> str:
    """What S3 calls the right that was missing; empty where it was something else, such as a key that nobody knows."""
    refused = error.__cause__
    answer = getattr(refused, "response", None)
    code = answer.get("Error", {}).get("Code") if isinstance(answer, dict) else None
    return RIGHTS.get(getattr(refused, "operation_name", ""), "") if code in _DENIED else ""
