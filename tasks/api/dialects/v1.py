"""`POST /v1/ideogram-v3/generate`: Ideogram 3.0, answered when the image is there.

Documented at https://developer.ideogram.ai/api-reference/api-reference/generate-v3.
"""

from tasks.api.dialects.call import Call
from tasks.api.dialects.fields import Fields, with_one_kind
from tasks.records.models import OFFERS
from tasks.records.request import GenerationRequest
from tasks.records.sizes import as_written


def build(request: GenerationRequest) -> Call:
    """The call that asks for `request`: only what was asked for, in this route's words."""
    fields = Fields(request)
    fields.drop("model")
    fields.take("prompt", "negative_prompt", "seed", "style_type", "magic_prompt")
    fields.take("style_preset", "style_codes", "enable_copyright_detection", "custom_model_uri")
    fields.take("aspect_ratio", "resolution", word=with_x)
    fields.take("color_palette", word=with_one_kind)
    fields.take("quality", as_="rendering_speed", word=OFFERS[request.model].qualities.__getitem__)
    fields.attach("style_reference", as_="style_reference_images")
    fields.attach("character_reference", as_="character_reference_images")
    return Call("/v1/ideogram-v3/generate", fields.all_taken(), fields.uploads)


def with_x(size: str) -> str:
    """`ASPECT_16_9` and `RESOLUTION_1344_704` as the newer routes spell them: `16x9`, `1344x704`, and `auto`."""
    return as_written(size).replace(":", "x").lower()
