"""Which dialect a model speaks."""

from tasks.api.dialects import legacy, v1, v2
from tasks.api.dialects.call import Call
from tasks.records.models import OFFERS
from tasks.records.request import GenerationRequest


def build_call(request: GenerationRequest) -> Call:
    """The call that asks for `request` and is answered with its image. Raises RequestRejected where it cannot be asked.

    The asynchronous one is `v2.build`.
    """
    match OFFERS[request.model].route:
        case "legacy":
            return legacy.build(request)
        case "v1":
            return v1.build(request)
        case "v2":
            return v2.build(request)
