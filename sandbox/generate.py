"""`POST /generate`: refuse, or bill, wait and answer."""

import asyncio
import hashlib
from datetime import UTC, datetime
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from sandbox.broken import ClosedConnection, HalfAnswer, NoAnswer
from sandbox.dialects.legacy import ImageRequest
from sandbox.gallery import Gallery
from sandbox.ledger import Ledger
from sandbox.markers import markers_in
from sandbox.options import SandboxOptions
from sandbox.refusals import Gate, Refusal
from sandbox.tariff import latency_s
from tasks.records.vocabulary import SEED_MAX

_SUCCESSOR: Final = {"Link": '</v2/image/generate/ideogram-2>; rel="successor-version"'}
_NOTICE: Final = "This route is served by the sandbox and has a successor: /v2/image/generate/ideogram-2."
_REWRITTEN: Final = "Shown in a carefully composed scene with soft light, generous space and a clear focal point."


class Generator:
    """Serves `POST /generate` from one ledger and one gallery."""

    def __init__(self, options: SandboxOptions, ledger: Ledger, gallery: Gallery) -> None:
        self._options = options
        self._ledger = ledger
        self._gallery = gallery
        self._gate = Gate(options, ledger)

    async def serve(self, request: Request) -> Response:
        """Answer one request; once accepted it is worked off even if the client leaves."""
        self._ledger.arrive()
        try:
            body = await request.body()
        except ClientDisconnect:
            return Response(status_code=400)
        outcome = self._admit(request, body)
        if isinstance(outcome, Refusal):
            response = _refused(outcome)
        else:
            response = await self._work_off(outcome, f"{request.url.scheme}://{request.url.netloc}")
        self._ledger.answer()
        return response

    def _admit(self, request: Request, body: bytes) -> ImageRequest | Refusal:
        """Refuse or bill. Nothing is awaited between the check and the bill, so nobody slips in between."""
        parsed = self._gate.read(request, body)
        if isinstance(parsed, Refusal):
            self._ledger.refuse(parsed.status, prompt=None)
            return parsed
        self._ledger.ask(parsed.prompt)
        refusal = self._gate.refusal(parsed)
        if refusal is not None:
            self._ledger.refuse(refusal.status, parsed.prompt)
            return refusal
        self._ledger.accept(parsed)
        return parsed

    async def _work_off(self, request: ImageRequest, origin: str) -> Response:
        """Wait as long as the model takes, then answer; the places are free again whatever happens."""
        try:
            answer = self._answer(request, origin)
            options = self._options
            await asyncio.sleep(
                latency_s(request.prompt, request.model, options.latency_scale, options.latency_range_s)
            )
        finally:
            self._ledger.release(request)
        return _sent(answer | {"created": datetime.now(UTC).isoformat()}, markers_in(request.prompt))

    def _answer(self, request: ImageRequest, origin: str) -> dict[str, object]:
        first_seed = self._first_seed(request)
        seeds = [(first_seed + index) % (SEED_MAX + 1) for index in range(request.num_images)]
        return {"data": [self._image(request, seed, origin) for seed in seeds], "notice": _NOTICE}

    def _first_seed(self, request: ImageRequest) -> int:
        """The seed asked for, or one that differs each time this prompt is billed, in the same order every run."""
        if request.seed is not None:
            return request.seed
        billed = self._ledger.prompts[request.prompt].billed
        digest = hashlib.sha256(f"{billed}\n{request.prompt}".encode()).digest()
        return int.from_bytes(digest[:4], "big") % (SEED_MAX + 1)

    def _image(self, request: ImageRequest, seed: int, origin: str) -> dict[str, object]:
        markers = markers_in(request.prompt)
        is_safe = "unsafe" not in markers
        width_px, height_px = request.size_px
        image: dict[str, object] = {
            "url": self._gallery.link(origin, self._gallery.admit(request, seed)) if is_safe else None,
            "prompt": request.prompt if request.magic_prompt == "OFF" else f"{request.prompt} {_REWRITTEN}",
            "resolution": f"{width_px}x{height_px}",
            "is_image_safe": is_safe,
            "seed": seed,
        }
        if "null" in markers:
            return dict.fromkeys(image) | {"url": image["url"]}
        return image if request.style_type is None else image | {"style_type": request.style_type}


def _refused(refusal: Refusal) -> Response:
    wait = {} if refusal.retry_after_s is None else {"Retry-After": str(refusal.retry_after_s)}
    return JSONResponse({"error": refusal.error, **refusal.details}, refusal.status, headers=_SUCCESSOR | wait)


def _sent(answer: dict[str, object], markers: frozenset[str]) -> Response:
    if "reset" in markers:
        return ClosedConnection()
    if "half" in markers:
        return HalfAnswer(answer, _SUCCESSOR)
    if "hang" in markers:
        return NoAnswer()
    return JSONResponse(answer, headers=_SUCCESSOR)
