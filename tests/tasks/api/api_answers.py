"""What the API answers, and what may be raised because of it."""

import json
from typing import Any

from tasks import errors
from tests.tasks.api.raw_server import http

KEY = "canary-key-0123456789"
IMAGE = {
    "prompt": "A lamp, in soft light",
    "resolution": "1024x1024",
    "is_image_safe": True,
    "seed": 12345,
    "url": "https://ideogram.ai/api/images/ephemeral/x.png?exp=1&sig=2",
}
STOPPED = (errors.CampaignFault, errors.CellError)


def answered(**fields: Any) -> bytes:
    """The body of a 200 for one image; a field that is `...` is left out."""
    image = {name: value for name, value in (IMAGE | fields).items() if value is not ...}
    return json.dumps({"created": "2026-08-05T10:42:07Z", "data": [image]}).encode()


GOOD = http(200, answered())
