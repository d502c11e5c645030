"""`POST /generate`: the models 1.0 to 2a. Our words are its own.

Documented at https://developer.ideogram.ai/api-reference/api-reference/generate-v2.
"""

from tasks.api.dialects.call import Call
from tasks.api.dialects.fields import Fields, with_one_kind
from tasks.records.request import GenerationRequest


def build(request: GenerationRequest) -> Call:
    """The call that asks for `request`: only what was asked for, in this route's words."""
    fields = Fields(request)
    fields.take("prompt", "model", "aspect_ratio", "resolution", "style_type", "magic_prompt_version")
    fields.take("negative_prompt", "seed")
    fields.take("magic_prompt", as_="magic_prompt_option")
    fields.take("color_palette", word=with_one_kind)
    return Call("/generate", {"image_request": fields.all_taken()})
