"""`POST /v2/image/generate/{model}`: every model since 2.0, at once or asynchronously.

Documented at https://developer.ideogram.ai/v2/api-reference. What the route would choose by itself is always said: that
an image is private, and its quality, which 4.5 would take, and bill, as its highest.
"""

from tasks.api.dialects.call import Call
from tasks.api.dialects.fields import Fields, lowered
from tasks.api.dialects.v1 import with_x
from tasks.records.models import OFFERS
from tasks.records.request import GenerationRequest
from tasks.records.sizes import pixels


def build(request: GenerationRequest, *, is_async: bool = False, webhook_url: str | None = None) -> Call:
    """The call that asks for `request`: only what was asked for, in this route's words.

    With `is_async` it is answered at once by what `read_accepted` reads; `webhook_url` needs it.
    """
    fields = Fields(request)
    fields.drop("model")
    fields.take("prompt", "negative_prompt", "seed", "style_codes", "enable_copyright_detection")
    fields.take("style_type", "style_preset", "magic_prompt", word=str.lower)
    fields.take("color_palette", word=lowered)
    qualities = OFFERS[request.model].qualities
    fields.take("quality", as_=_QUALITY_FIELDS.get(request.model, "rendering_speed"), word=qualities.__getitem__)
    fields.attach("style_reference", as_="style_reference_images")
    fields.attach("source_image", as_="images")
    fields.drop("private")
    sent = {"private": request.private is not False} | _size(fields, request)
    if is_async:
        sent |= {"async": True}
    if webhook_url is not None:
        sent |= {"webhook_url": webhook_url}
    return Call(f"/v2/image/generate/{request.model}", fields.all_taken() | sent, fields.uploads)


_QUALITY_FIELDS = {"ideogram-4-5": "quality", "p-image-ideogram": "quality"}


def _size(fields: Fields, request: GenerationRequest) -> dict[str, object]:
    """The fields of the size or the shape. 4.0 chooses a shape itself where it is told none."""
    match request:
        case GenerationRequest(model="ideogram-4-5"):
            fields.take("aspect_ratio", "resolution", as_="size", word=with_x)
        case GenerationRequest(model="ideogram-4", aspect_ratio="AUTO"):
            fields.drop("aspect_ratio")
        case GenerationRequest(model="p-image-ideogram", resolution=str() as resolution):
            fields.drop("resolution")
            width, height = pixels(resolution)
            return {"custom_width": width, "custom_height": height}
        case _:
            fields.take("aspect_ratio", "resolution", word=with_x)
    return {}
