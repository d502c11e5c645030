"""What a refusal means, on any route: a problem document, `{"error"}`, `{"message"}`, `{}`, nothing, or a page.

The status goes before the reason: the document has one list of reasons for 402 and 429.
Documented at https://developer.ideogram.ai/ideogram-api/errors.
"""

import time
from collections.abc import Mapping
from typing import Final

import httpx

from tasks import errors
from tasks.api.dialects.bodies import Told, message_of, said, told_in
from tasks.api.retry_after import parse_retry_after

RETRY_AFTER_MAX_S: Final = 300.0
"""The longest wait that the API is granted."""
WORK_BEGINS_AFTER_S: Final = 2.0
"""An API that turns a request away does so before it works on it: its fastest image takes longer than this."""

_NOT_PAID: Final = {
    "subscription_required": "The account's plan does not include this (402); change the plan.",
    "feature_limit": "The account's plan does not include this (402); change the plan.",
    "daily_limit": "The account's limit of today is reached (402); go on tomorrow, or raise it.",
    "priority_credit_required": "This takes priority credits, and the account has none left (402); top them up.",
}

Failure = errors.CellError | errors.CampaignStopped


def refusal(status: int, headers: Mapping[str, str], body: bytes, took_s: float = 0.0) -> Failure:
    """The error that says what a status means for the cell and the campaign; it carries the API's request id.

    `took_s` is the time from sending the request to the answer's head, in seconds.
    """
    error = _meaning(status, headers, told_in(body), took_s)
    error.request_id = request_id_in(headers)
    return error


def request_id_in(headers: Mapping[str, str]) -> str | None:
    """What the API calls this request, for a question to its makers."""
    return headers.get("x-request-id", "").strip()[:REQUEST_ID_MAX_CHARS] or None


REQUEST_ID_MAX_CHARS: Final = 100


def _meaning(status: int, headers: Mapping[str, str], told: Told, took_s: float) -> Failure:  # noqa: PLR0911  one line a status
    """408 and 5xx may have been billed.

    Not so a 503 that comes before any work, in the API's own words: what stands before it knows nothing of its work.
    """
    message = message_of(told)
    words = said(message)
    retry_after_s = parse_retry_after(headers.get("retry-after"), time.time(), RETRY_AFTER_MAX_S)
    match status:
        case 400 | 422 if "webhook_url" in message:
            advice = "correct IDEOGRAM_WEBHOOK_URL, or unset it: images are then polled for, as ever"
            return errors.WebhookRefused(f"The API does not take the webhooks' address ({status}); {advice}.{words}")
        case 401:
            paused = "it is wrong, or paused because the account's balance is zero"
            advice = "check IDEOGRAM_API_KEY, and the balance"
            return errors.CredentialsRejected(f"The API does not accept this key (401): {paused}; {advice}.{words}")
        case 402:
            reason = str(told.get("reject_reason"))
            no_funds = "The balance does not pay for another image (402); top it up, or add a payment method."
            return errors.CreditsExhausted(f"{_NOT_PAID.get(reason, no_funds)}{words}")
        case 403:
            return errors.CredentialsRejected(f"The API does not let this key make images (403).{words}")
        case 422:
            return errors.ImageRefused(message or "The prompt failed the safety check", is_billed=False)
        case 429:
            limit = _limit_in(told)
            allowed = f"; the account allows {limit:,}" if limit else ""
            text = f"Too many images in flight (429){allowed}.{words}"
            limited = errors.RateLimited(text, retry_after_s=retry_after_s)
            limited.max_in_flight = limit
            return limited
        case 503 if took_s < WORK_BEGINS_AFTER_S and _is_own(told):
            return errors.ApiUnavailable(f"The API is not available (503).{words}", retry_after_s=retry_after_s)
        case _ if 400 <= status < 500 and status != httpx.codes.REQUEST_TIMEOUT:  # noqa: PLR2004
            return errors.RequestRejected(f"The API rejected the request ({status}).{words}")
        case _ if 300 <= status < 400:  # noqa: PLR2004
            return errors.RequestRejected(f"The API answered with a redirect ({status}); check IDEOGRAM_BASE_URL")
        case _:
            return errors.OutcomeUnknown(f"The API failed ({status}) and may have billed the image.{words}")


def _limit_in(told: Told) -> int | None:
    """How many images the account may have in flight, where a 429 tells it."""
    limit = told.get("max_inflight_requests")
    return limit if isinstance(limit, int) and not isinstance(limit, bool) and limit >= 1 else None


def _is_own(told: Told) -> bool:
    """Whether an error's body is the API's own. Gateways answer with a page, with nothing, or a mere `message`."""
    return any(told.get(name) for name in ("error", "detail", "reject_reason"))
