"""What v2 answers to `?dry_run=true`: a price, free and exact.

Documented at https://developer.ideogram.ai/v2/api-reference (price quotes). The old routes pass the question over, and
draw and bill the image: what is no quote may be one that is paid.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

import httpx

from tasks import errors
from tasks.api.dialects.bodies import Told, message_of, said, text_of, told_in
from tasks.api.dialects.generations import read_accepted, tells_of_an_image
from tasks.api.dialects.refusals import refusal, request_id_in
from tasks.records.quote import Quote

USD_MICROS: Final = 1_000_000
ODD: Final = "The API answered the question for a price with what is none; nothing was paid, as far as can be told"


def read_quote(status: int, headers: Mapping[str, str], body: bytes) -> Quote:
    """The price of the image that was asked about.

    Raises QuoteIgnored where the answer tells of an image, which is paid; the CampaignStopped that a refused key or an
    empty balance is; RequestRejected or ImageRefused where such a request would be turned away; NotAccepted where the
    question may be asked again, and QuoteFailed.
    """
    told = told_in(body)
    if not httpx.codes.is_success(status):
        raise _refused(status, headers, body)
    if text_of(told, "object") == "price_quote":
        return _quoted(told)
    if text_of(told, "generation_id") or tells_of_an_image(body):
        raise _ignored(status, headers, body)
    raise errors.QuoteFailed(f"{ODD}.{said(message_of(told))}")


def _quoted(told: Told) -> Quote:
    is_estimate = told.get("qualifier") != "exact"
    price, bound = _usd(told.get("usd_micros")), _usd(told.get("upper_bound_usd_micros"))
    if price is None:
        raise errors.QuoteFailed(f"{ODD}: it names no sum")
    return Quote(usd=max(price, bound) if is_estimate and bound is not None else price, is_estimate=is_estimate)


def _usd(micros: object) -> Decimal | None:
    """A sum in millionths as dollars; None of what is no sum."""
    is_sum = isinstance(micros, int) and not isinstance(micros, bool) and micros >= 0
    return Decimal(str(micros)) / USD_MICROS if is_sum else None


def _refused(status: int, headers: Mapping[str, str], body: bytes) -> errors.CellError | errors.CampaignStopped:
    error = refusal(status, headers, body)
    if not isinstance(error, errors.OutcomeUnknown):
        return error
    again = errors.NotAccepted(f"The API tells no prices now ({status}).{said(message_of(told_in(body)))}")
    again.request_id = request_id_in(headers)
    return again


def _ignored(status: int, headers: Mapping[str, str], body: bytes) -> errors.QuoteIgnored:
    try:
        return errors.QuoteIgnored(read_accepted(status, headers, body), request_id_in(headers))
    except errors.CellError:
        return errors.QuoteIgnored(None, request_id_in(headers))
