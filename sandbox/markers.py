"""Marked prompts: `[sandbox:NAME]` anywhere in a prompt makes that one request go wrong in a chosen way."""

import re
from collections.abc import Mapping
from typing import Final

MARKERS: Final[Mapping[str, str]] = {
    "refuse": "422, the safety check of the prompt failed; not billed",
    "unsafe": "200 with is_image_safe false and no url; billed",
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
