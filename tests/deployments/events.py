"""Events as a sender makes them, signed."""

import json
import time
from typing import Any, Final

from tasks.callbacks.signature import Secrets, sign

SECRET: Final = "whsec_" + "Y2FuYXJ5" * 4
SECRETS: Final = Secrets.parse(SECRET)
PATH: Final = "/callbacks/ideogram"


def event_body(event: str = "generation.completed", **fields: Any) -> bytes:
    """The JSON of an event; a field that is `...` is left out."""
    told = {
        "event": event,
        "jobId": "teapot-hero-4cc9bec7",
        "prompt": "canary prompt: a teapot, 50 % off",
        "seed": 12345,
        "resolution": "1312x736",
        "filePath": "originals/teapot-hero-4cc9bec7.png",
        "metadata": {"sku": "T-1"},
        "campaign": "Q1 Launch",
        "variants": {"og": "variants/teapot-hero-4cc9bec7-og.webp"},
        "error": None,
        "timestamp": "2026-11-22T10:42:07.250000Z",
    } | fields
    return json.dumps({name: value for name, value in told.items() if value is not ...}).encode()


def signed(body: bytes, event_id: str = "evt_1", secrets: Secrets = SECRETS, age_s: int = 0) -> dict[str, str]:
    """The headers that go with a body."""
    timestamp = int(time.time()) - age_s
    signature = sign(secrets, event_id, timestamp, body)
    return {"webhook-id": event_id, "webhook-timestamp": str(timestamp), "webhook-signature": signature}
