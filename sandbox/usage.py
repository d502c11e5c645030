"""`GET /v2/account/usage`: the bill by hour or day, route and quality, for a key that may read it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.answers import time_text
from sandbox.generate import refused
from sandbox.ledger import HOUR_S, MICROS, BillLine, Ledger
from sandbox.refusals import UNAUTHORIZED, Gate, Refusal, problem
from sandbox.tariff import product_of

WIDTH_S: Final[Mapping[str, int]] = {"1h": HOUR_S, "1d": 24 * HOUR_S}
LONGEST_S: Final[Mapping[str, int]] = {"1h": 168 * HOUR_S, "1d": 92 * 24 * HOUR_S}
_SOURCES: Final = ("api", "app")
_SHOWN_OF_KEY: Final = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """What usage is asked for; times are unix seconds, on the bounds of buckets."""

    start: int
    end: int
    width_s: int
    has_api: bool
    """Whether what was used by keys is among what is asked for; here nothing else ever is."""


def asked(query: QueryParams, now: float) -> Asked | str:
    """What the parameters ask for, or what is wrong with them; starts are snapped down, ends up."""
    width = query.get("bucket_width", "1d")
    if width not in WIDTH_S:
        return f"{width!a} is not one of ['1d', '1h'] - 'bucket_width'"
    if unknown := set(query.getlist("sources")) - set(_SOURCES):
        return f"{min(unknown)!a} is not one of ['api', 'app'] - 'sources'"
    times = _time(query.get("start_time", "")), _time(query["end_time"]) if "end_time" in query else now
    if times[0] is None or times[1] is None:
        return "start_time and end_time must be date-times - 'start_time' is required"
    step_s = WIDTH_S[width]
    start, end = int(times[0] // step_s) * step_s, -int(-times[1] // step_s) * step_s
    if not start < end <= start + LONGEST_S[width]:
        return f"The range must be up to {timedelta(seconds=LONGEST_S[width]).days} days, and not empty"
    return Asked(start, end, step_s, "api" in (query.getlist("sources") or _SOURCES))


def buckets(bill: Mapping[BillLine, int], wanted: Asked, redacted_key: str) -> Iterator[dict[str, object]]:
    """The buckets of the range, each with a line for every route, quality and price."""
    for start in range(wanted.start, wanted.end, wanted.width_s):
        end = start + wanted.width_s
        images: Counter[BillLine] = Counter()
        for line, count in sorted(bill.items()):
            if wanted.has_api and start <= line.hour * HOUR_S < end:
                images[replace(line, hour=0)] += count
        lines = [_line_item(line, count, redacted_key) for line, count in images.items()]
        yield {"start_time": time_text(start), "end_time": time_text(end), "line_items": lines}


def _line_item(line: BillLine, count: int, redacted_key: str) -> dict[str, object]:
    price, model = Decimal(line.price_usd_micros) / MICROS, line.model
    speed = line.quality or ("turbo" if model.endswith("_TURBO") else "default")
    dimension = "quality" if model in {"ideogram-4-5", "p-image-ideogram"} else "rendering_speed"
    return {
        "api_key": {"id": "sandbox", "label": "sandbox", "redacted_key": redacted_key},
        "billed_units": {"quantity": str(count), "unit": "image", "unit_price": f"{price:f}"},
        "cost_total": f"{price * count:f}",
        "currency_code": "USD",
        "description": f"{model} generation",
        "dimensions": {dimension: speed.upper()},
        "endpoint": line.endpoint,
        "product": product_of(model),
        "source": "api",
    }


class UsageReport:
    """Serves the usage of one ledger."""

    def __init__(self, gate: Gate, ledger: Ledger, *, is_admin: bool) -> None:
        self._gate = gate
        self._ledger = ledger
        self._is_admin = is_admin

    async def serve(self, request: Request) -> Response:
        """The buckets asked for; 404 for a key that is no admin's."""
        key = request.headers.get("api-key", "")
        if not self._gate.knows(key):
            return refused(UNAUTHORIZED)
        if not self._is_admin:
            return refused(Refusal(404, None))
        wanted = asked(request.query_params, self._ledger.clock())
        if isinstance(wanted, str):
            return refused(problem(400, wanted))
        return JSONResponse({"buckets": list(buckets(self._ledger.bill, wanted, key[:_SHOWN_OF_KEY]))})


def _time(text: str) -> float | None:
    """The unix time of an RFC 3339 text, whose plus may have come as the space that it stands for in a query."""
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        return None
    return at.replace(tzinfo=at.tzinfo or UTC).timestamp()
