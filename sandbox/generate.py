"""The routes that make images: refuse, quote, or bill, and answer at once or when the images are there."""

import sys
from collections.abc import Callable, Mapping
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from sandbox.answers import accepted_answer, old_answer, old_headers, v2_answer
from sandbox.broken import ClosedConnection, HalfAnswer, NoAnswer
from sandbox.gallery import Gallery
from sandbox.generation import Generation
from sandbox.image_request import ImageRequest
from sandbox.ledger import Ledger
from sandbox.quotes import quote
from sandbox.reading import Posted, posted, read_legacy, read_v2
from sandbox.refusals import UNAUTHORIZED, Gate, Refusal, bad_request, is_v2
from sandbox.workshop import Workshop

SUCCESSOR_OF_LEGACY: Final = "/v2/image/generate/ideogram-2"

Read = Callable[[Posted], ImageRequest | Refusal]


class Generator:
    """Serves every route that makes images, from one ledger and one workshop."""

    def __init__(self, gate: Gate, ledger: Ledger, gallery: Gallery, workshop: Workshop) -> None:
        self._gate = gate
        self._ledger = ledger
        self._gallery = gallery
        self._workshop = workshop

    async def serve_legacy(self, request: Request) -> Response:
        """`POST /generate`."""
        return await self._serve(request, read_legacy, SUCCESSOR_OF_LEGACY)

    async def serve_v2(self, request: Request) -> Response:
        """`POST /v2/image/generate/{model}`, or what it would cost."""
        model: str = request.path_params["model"]

        def read(content: Posted) -> ImageRequest | Refusal:
            return read_v2(model, content)

        if request.query_params.get("dry_run", "").lower() in {"true", "1"}:
            return await self._quote(request, read)
        return await self._serve(request, read)

    async def _serve(self, request: Request, read: Read, successor: str | None = None) -> Response:
        """Answer one request; once accepted it is worked off even if the client leaves."""
        self._ledger.arrive()
        try:
            body = await request.body()
        except ClientDisconnect:
            return Response(status_code=400)
        headers = {} if successor is None else old_headers(successor)
        outcome = self._admit(self._read(request, body, read))
        if isinstance(outcome, Refusal):
            response = refused(outcome, headers)
        elif outcome.request.is_async:
            response = _sent(accepted_answer(outcome), outcome.markers, headers)
        else:
            await self._workshop.done(outcome)
            link_of = self._gallery.links_from(origin_of(request))
            answer = v2_answer(outcome, link_of) if successor is None else old_answer(outcome, link_of, successor)
            response = _sent(answer, outcome.markers, headers)
        self._ledger.answer()
        return response

    async def _quote(self, request: Request, read: Read) -> Response:
        """The price of a request that keeps every rule; free, also for a balance that is empty."""
        self._ledger.quotes += 1
        outcome = self._read(request, await request.body(), read)
        return refused(outcome) if isinstance(outcome, Refusal) else JSONResponse(quote(outcome))

    def _read(self, request: Request, body: bytes, read: Read) -> ImageRequest | Refusal:
        """The request, if the key is right and every rule of the API is kept."""
        if not self._gate.knows(request.headers.get("api-key", "")):
            return UNAUTHORIZED
        content = posted(request.headers.get("content-type", ""), body)
        if isinstance(content, str):
            return bad_request([content], is_v2=is_v2(request.url.path))
        return read(content)

    def _admit(self, outcome: ImageRequest | Refusal) -> Generation | Refusal:
        """Refuse, or accept. Nothing is awaited between the check and the bill, so nobody slips in between."""
        if isinstance(outcome, Refusal):
            self._ledger.refuse(outcome.status, prompt=None)
            return outcome
        self._ledger.ask(outcome.prompt)
        refusal = self._gate.refusal(outcome)
        if refusal is not None:
            self._ledger.refuse(refusal.status, outcome.prompt)
            return refusal
        for name in outcome.unknown_fields:
            self._ledger.unknown_fields[f"{outcome.endpoint}: {name}"] += 1
            print(f"sandbox: {outcome.endpoint} ignores the field {name!a}, and bills all the same", file=sys.stderr)  # noqa: T201
        return self._workshop.accept(outcome)


def origin_of(request: Request) -> str:
    """Scheme and host as the client reaches them."""
    return f"{request.url.scheme}://{request.url.netloc}"


def refused(refusal: Refusal, headers: Mapping[str, str] | None = None) -> Response:
    """The answer that a refusal is."""
    wait = {} if refusal.retry_after_s is None else {"Retry-After": str(refusal.retry_after_s)}
    said = {**(headers or {}), **wait}
    if refusal.body is None:
        return Response(status_code=refusal.status, headers=said)
    return JSONResponse(dict(refusal.body), refusal.status, headers=said)


def _sent(answer: dict[str, object], markers: frozenset[str], headers: Mapping[str, str]) -> Response:
    if "reset" in markers:
        return ClosedConnection()
    if "half" in markers:
        return HalfAnswer(answer, headers)
    if "hang" in markers or ("stuck" in markers and "data" in answer):
        return NoAnswer()
    return JSONResponse(answer, headers=dict(headers))
