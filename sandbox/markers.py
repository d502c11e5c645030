"""Marked prompts: `[sandbox:NAME]` anywhere in a prompt makes that one request go wrong in a chosen way."""

import re
from collections.abc import Mapping
from typing import Final

MARKERS: Final[Mapping[str, str]] = {
    "refuse": "422, the safety check of the prompt failed; not billed; on v2 with an empty object for a body",
    "bad": "400 with {error}, as what is found after the schema; not billed",
    "problem": "400 with a problem document; not billed",
    "paused": "401, as a key whose balance has reached zero; not billed",
    "insufficient_funds": "402 with that reason; not billed",
    "subscription_required": "402 with that reason; not billed",
    "daily_limit": "402 with that reason; not billed",
    "priority_credit_required": "402 with that reason; not billed",
    "feature_limit": "402 with that reason; not billed",
    "not_allowed": "403 with {message}; not billed",
    "not_found": "404 with a problem document; not billed",
    "too_large": "413 without a body; not billed",
    "bare": "500 every time, without a body; not billed",
    "policy": "accepted if it is asynchronous, and then failed, content_policy_violation; 422 if not; not billed",
    "failed": "accepted if it is asynchronous, and then failed, internal_error; 500 if not; not billed",
    "stuck": "accepted, and pending for good, not billed, if it is asynchronous; as `hang` if not",
    "untyped": "generations are told without object_type and generation_kind, as clients saw them",
    "unsafe": "200 with is_image_safe false and url null; billed",
    "empty_url": "200 with is_image_safe false and an empty url; billed",
    "no_url": "200 with is_image_safe false and no url; billed",
    "twice": "its webhook is delivered twice",
    "forged": "its webhook comes with a signature that is none",
    "rotated": "its webhook is signed with a key that is new",
    "unheard": "its webhook is never delivered",
    "null": "200 in which everything but the link is null; billed",
    "busy": "429 with Retry-After the first two times this prompt is asked for",
    "error": "500 every time; not billed",
    "flaky": "503 the first time this prompt is asked for; not billed",
    "reset": "billed, then the connection closes without an answer",
    "half": "billed, then the connection closes in the middle of the answer",
    "hang": "billed, no answer for ten minutes",
    "expired": "the link has expired already",
    "truncated": "the picture's bytes stop in the middle",
    "text": "the link answers an HTML page under content type image/png",
    "giant": "the picture is a PNG of 72 million pixels",
    "huge": "the link streams 200 MB",
    "redirect": "the link redirects to another host",
    "forbidden": "the link answers 403",
    "jpeg": "the picture is a JPEG although its link ends in .png",
    "webp": "the picture is a WebP although its link ends in .png",
    "elsewhere": "the link names a foreign host",
}
"""Marker name -> what it does."""

_MARKER: Final = re.compile(r"\[sandbox:([^\[\]]*)\]", re.IGNORECASE)


def markers_in(prompt: str) -> frozenset[str]:
    """Names of all markers in `prompt`, lower case; names that mean nothing are among them."""
    return frozenset(name.lower() for name in _MARKER.findall(prompt))


def without_markers(prompt: str) -> str:
    """`prompt` as a person would read it: no markers, and no gaps where they stood."""
    bare = " ".join(_MARKER.sub(" ", prompt).split())
    return re.sub(r" (?=[,.;:!?])", "", bare)
