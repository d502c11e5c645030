"""What a request would cost, as `?dry_run=true` says it. Pure."""

from sandbox.image_request import ImageRequest
from sandbox.tariff import product_of

_USD_MICROS_PER_CREDIT_MILLI = 10


def quote(request: ImageRequest) -> dict[str, object]:
    """The price of all images of `request`; ideogram's own models are quoted exactly."""
    return {
        "object": "price_quote",
        "billing_identifier": product_of(request.model),
        "quantity": request.num_images,
        "usd_micros": request.cost_usd_micros,
        "credit_millis": request.cost_usd_micros // _USD_MICROS_PER_CREDIT_MILLI,
        "qualifier": "exact",
    }
