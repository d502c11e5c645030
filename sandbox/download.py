"""`GET /api/images/ephemeral/{id}.png`: the picture behind a signed link, or what its marker says instead."""

from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse

from sandbox.broken import giant_png, huge_body
from sandbox.gallery import Gallery
from sandbox.ledger import Ledger
from sandbox.workshop import Workshop

_FOREIGN_URL: Final = "http://203.0.113.7/"
_PAGE: Final = "<!doctype html><title>Sign in</title><p>This is a page, not a picture.</p>"


class Downloader:
    """Serves the pictures of one gallery; no key is needed, the signature is enough."""

    def __init__(self, ledger: Ledger, gallery: Gallery, workshop: Workshop) -> None:
        self._ledger = ledger
        self._gallery = gallery
        self._workshop = workshop

    async def serve(self, request: Request) -> Response:
        """Answer one link: 403 if it is forged, too old, unknown or marked `forbidden`."""
        picture_id, query = request.path_params["picture_id"], request.query_params
        picture = None
        if self._gallery.opens(picture_id, query.get("exp", ""), query.get("sig", "")):
            picture = await self._workshop.picture(picture_id)
        if picture is None or "forbidden" in picture.markers:
            return PlainTextResponse("Forbidden: this link is not valid, or no longer.\n", 403)
        self._ledger.downloads += 1
        self._workshop.collect(picture_id)
        if replaced := _instead(picture.markers):
            return replaced
        content = await self._gallery.file_of(picture_id)
        if "truncated" in picture.markers:
            content = content[: len(content) // 2]
        return Response(content, media_type=f"image/{picture.file_format.lower()}")


def _instead(markers: frozenset[str]) -> Response | None:
    if "redirect" in markers:
        return RedirectResponse(_FOREIGN_URL, 302)
    if "giant" in markers:
        return Response(giant_png(), media_type="image/png")
    if "text" in markers:
        return Response(_PAGE, media_type="image/png")
    if "huge" in markers:
        return StreamingResponse(huge_body(), media_type="image/png")
    return None
