"""The routes that make images: refuse, quote, or bill, and answer at once or when the images are there."""

import sys
from collections.abc import Callable, Mapping
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from sandbox.answers import accepted_answer, old_answer, old_headers, v2_answer
from sandbox.broken import ClosedConnection, HalfAnswer, NoAnswer
from sandbox.dialects import v1, v2
from sandbox.dialects.v2_models import MODELS
from sandbox.gallery import Gallery
from sandbox.generation import Generation
from sandbox.image_request import ImageRequest
from sandbox.ledger import Ledger
from sandbox.quotes import quote
from sandbox.reading import Posted, posted, read_legacy, read_v1, read_v2
from sandbox.refusals import UNAUTHORIZED, Gate, Refusal, is_v2
from sandbox.workshop import Workshop

SUCCESSOR_OF_LEGACY: Final = "/v2/image/generate/ideogram-2"
SUCCESSOR_OF_V1: Final = "/v2/image/generate/ideogram-3"

ROUTES_WITH_FILES: Final = frozenset(
    {v1.PATH, *(v2.PATH + model for model, rules in MODELS.items() if rules.takes_files)}
)

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

    async def serve_v1(self, request: Request) -> Response:
        """`POST /v1/ideogram-v3/generate`."""
        return await self._serve(request, read_v1, SUCCESSOR_OF_V1)

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
            read_out = await self._read(request, read)
        except ClientDisconnect:
            return Response(status_code=400)
        headers = {} if successor is None else old_headers(successor)
        outcome = self._admit(read_out, origin_of(request))
        if isinstance(outcome, Generation):
            await self._workshop.entered(outcome)
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
        outcome = await self._read(request, read)
        return refused(outcome) if isinstance(outcome, Refusal) else JSONResponse(quote(outcome))

    async def _read(self, request: Request, read: Read) -> ImageRequest | Refusal:
        """The request, if the key is right and every rule of the API is kept."""
        await request.body()
        if not self._gate.knows(request.headers.get("api-key", "")):
            return UNAUTHORIZED
        path = request.url.path
        content = await posted(request, takes_files=path in ROUTES_WITH_FILES, is_v2=is_v2(path))
        return content if isinstance(content, Refusal) else read(content)

    def _admit(self, outcome: ImageRequest | Refusal, origin: str) -> Generation | Refusal:
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
        return self._workshop.accept(outcome, origin)


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
